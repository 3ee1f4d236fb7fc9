"""Rules about the flags that a spec writes."""

from __future__ import annotations

from collections.abc import Iterator

from etcdboot.base.diagnostics import Severity
from etcdboot.etcd.releases import crl_is_der_only, newest_patch, split_http_bypasses_crl
from etcdboot.etcd.reserved_flags import owner_of
from etcdboot.etcd.settings_forms import expressible
from etcdboot.plan.flags import misfits, scopes
from etcdboot.plan.plan import ClusterPlan
from etcdboot.rules.finding import Finding, caution
from etcdboot.spec.spec import ClientTls, ClusterSpec, PeerTls

# Flags that restrict clients or peers, and the side that must be mutual for them to act
# (docs/etcd/tls.md#allowed-names).
_CLIENT_CHECKS = ("client-crl-file", "client-cert-allowed-hostname")
_PEER_CHECKS = ("peer-crl-file", "peer-cert-allowed-cn", "peer-cert-allowed-hostname")
_CRL = ("client-crl-file", "peer-crl-file")


def place(spec: ClusterSpec, index: int, flag: str) -> str:
    """Where a member's flag is written: in the narrowest scope that names it, or else its own key."""
    for path, values in reversed(scopes(spec, index)):
        for name, _ in values:
            if name == flag or name.endswith(f"-{flag}"):
                return f"{path}.{name}"
    return owner_of(flag) or "etcd.flags"


def flags_can_be_told(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Unknown, removed, not yet there, ours to decide, or not a value that etcd takes."""
    for index, member in enumerate(plan.members):
        for each in misfits(spec, index, member.release):
            severity = Severity.ERROR if each.stops else Severity.WARNING
            yield Finding(each.code, each.path, each.message, each.hint, severity)


def settings_can_say_the_flags(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """A configuration file has no key for some flags, and ignores unknown keys in silence."""
    for index, member in enumerate(plan.members):
        for flag in member.flags:
            problem = expressible(flag.name, member.release, plan.settings.value)
            if problem:
                hint = "choose another form with render.settings, or leave the flag out"
                yield Finding("EB234", place(spec, index, flag.name), f"{flag.name}: {problem}", hint)


def verification_is_not_switched_off(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Without mutual TLS, and with auto-TLS even silently, nobody's certificate is looked at."""
    sides = (
        (_CLIENT_CHECKS, spec.tls.client is ClientTls.MUTUAL, f"tls.client is {spec.tls.client}"),
        (_PEER_CHECKS, spec.tls.peer is PeerTls.MUTUAL, f"tls.peer is {spec.tls.peer}"),
    )
    if spec.certificates.crl and not plan.crls:
        message = f"crl is for callers that prove who they are, but {sides[0][2]} and {sides[1][2]}"
        yield Finding("EB232", "certificates.crl", message, "make one side mutual, or leave crl out")
    for index, member in enumerate(plan.members):
        for checks, mutual, why in sides:
            for flag in () if mutual else filter(member.flag, checks):
                message = f"{flag} looks at certificates, but {why}: it would protect nothing"
                yield Finding("EB232", place(spec, index, flag), message, "make that side mutual")


def allowed_names_exclude_one_another(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """etcd: "AllowedCN and AllowedHostname are mutually exclusive"."""
    for index, member in enumerate(plan.members):
        if member.flag("peer-cert-allowed-cn") and member.flag("peer-cert-allowed-hostname"):
            message = "peer-cert-allowed-cn and peer-cert-allowed-hostname exclude one another"
            yield Finding("EB231", place(spec, index, "peer-cert-allowed-cn"), message, "keep one")


def revocation_lists_have_one_master(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """A list of ours and one of the user's cannot both be named by one flag."""
    for path, flag in _written_lists(spec) if spec.certificates.crl else ():
        message = f"etcdboot decides {flag} from the spec, for it says certificates.crl"
        yield Finding("EB213", path, message, "keep one of the two")


def revocation_lists_are_der(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """From 3.6 a PEM list starts without a word and then locks everybody out."""
    ours = {each.flag for member in plan.members for each in member.crls}
    for index, member in enumerate(plan.members):
        if not crl_is_der_only(member.release):
            continue
        for flag in filter(member.flag, _CRL):
            path = place(spec, index, flag)
            message = f"etcd {member.release} reads {flag} as DER; a PEM one locks every client out"
            hint = "convert it: openssl crl -in crl.pem -outform DER -out crl.der"
            if (member.flag(flag) or "").endswith(".pem"):
                yield Finding("EB233", path, message, f"{hint}; a DER file is not called .pem")
            elif flag not in ours:
                yield caution("EB233", path, message, hint)


def revocation_binds_grpc(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Some releases forget the list where HTTP has a port of its own (GHSA-3wh4-j44w-pg92)."""
    for index, member in enumerate(plan.members):
        told = member.flag("client-crl-file") and member.flag("listen-client-http-urls")
        if told and split_http_bypasses_crl(member.release):
            message = (
                f"beside listen-client-http-urls, etcd {member.release} serves the revoked over gRPC "
                "(GHSA-3wh4-j44w-pg92)"
            )
            hint = f"take {newest_patch(member.release)}, or leave listen-client-http-urls out"
            yield Finding("EB232", place(spec, index, "listen-client-http-urls"), message, hint)


def _written_lists(spec: ClusterSpec) -> Iterator[tuple[str, str]]:
    """Each place that names a list by a flag."""
    everywhere = [each for index in range(len(spec.members)) for each in scopes(spec, index)]
    for path, values in dict.fromkeys(everywhere):
        yield from ((f"{path}.{name}", name) for name, value in values if name in _CRL and value)
