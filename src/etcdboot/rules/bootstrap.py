"""Rules about how the founders find one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from etcdboot.base.fast_dataclasses import fields
from etcdboot.etcd.releases import Release, drops_plain_srv_records, has_v2_discovery, has_v3_discovery
from etcdboot.plan.bootstrap_flags import token_key
from etcdboot.plan.plan import ClusterPlan, MemberPlan
from etcdboot.rules.finding import Finding, at, caution
from etcdboot.rules.flags import place
from etcdboot.spec.discovery_urls import PUBLIC_SERVICE, WHY_NOT_PUBLIC, host_of
from etcdboot.spec.spec import BootstrapMode, BootstrapSpec, ClientTls, ClusterSpec, PeerTls

_V2, _V3, _DNS = BootstrapMode.DISCOVERY_V2, BootstrapMode.DISCOVERY_V3, BootstrapMode.DNS
_FILES: Final = ("discovery_cacert", "discovery_cert", "discovery_key")
_TOKEN: Final = "initial_cluster_token"  # noqa: S105 - a key's name
_VALIDITY: Final = "self-signed-cert-validity"

# Key -> the modes in which it means something; each other one of `bootstrap` is for discovery-v3.
_MODES: Final[Mapping[str, tuple[BootstrapMode, ...]]] = {
    _TOKEN: (BootstrapMode.STATIC, _DNS),
    "discovery": (_V2,),
    "discovery_proxy": (_V2,),
    "discovery_srv": (_DNS,),
    "discovery_srv_name": (_DNS,),
}
# Mode -> what it cannot do without (a token may still be made), and an example of it.
_DEMANDS: Final[Mapping[BootstrapMode, tuple[str, str]]] = {
    _V3: ("discovery_endpoints", "discovery-endpoints: [https://10.0.10.10:2379]"),
    _DNS: ("discovery_srv", "discovery-srv: etcd.example.com"),
}
# Mode -> which releases have it, and what to do with another.
_RELEASES: Final[Mapping[BootstrapMode, tuple[Callable[[Release], bool], str]]] = {
    _V2: (has_v2_discovery, "it is gone in 3.7: take discovery-v3 (from 3.6), dns or static"),
    _V3: (has_v3_discovery, "it came with 3.6: take discovery-v2 (until 3.6), dns or static"),
}


def _key(attribute: str) -> str:
    return f"bootstrap.{attribute.replace('_', '-')}"


def keys_are_of_the_mode(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """A key of another mode is one of two things, and etcd would refuse to be told both."""
    mode = spec.bootstrap.mode
    for each in fields(BootstrapSpec):
        modes = _MODES.get(each.name, (_V3,))
        if each.name == "mode" or mode in modes or not getattr(spec.bootstrap, each.name):
            continue
        message = f"{each.name.replace('_', '-')} means nothing in mode {mode}"
        if each.name == _TOKEN:
            yield caution(
                "EB251", _key(each.name), f"{message}: its token is the discovery's", "leave it out"
            )
        else:
            hint = f"leave it out, or write mode: {modes[0]}"
            yield Finding("EB251", _key(each.name), message, hint)


def mode_has_what_it_needs(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """A mode without the place where the members meet."""
    attribute, example = _DEMANDS.get(spec.bootstrap.mode, ("", ""))
    if attribute and not getattr(spec.bootstrap, attribute):
        key = attribute.replace("_", "-")
        yield Finding("EB250", "bootstrap", f"mode {spec.bootstrap.mode} needs {key}", f"write {example}")


def mode_is_of_the_release(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """3.7 takes v2 discovery from a file or the environment in silence: each member starts alone."""
    known, remedy = _RELEASES.get(spec.bootstrap.mode, (lambda release: True, ""))
    for member in plan.founders:
        if not known(member.release):
            message = f"etcd {member.release} of {member.name} has no {spec.bootstrap.mode}"
            yield Finding("EB252", "bootstrap.mode", message, remedy)
            return


def token_is_made(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Without a token nothing can be rendered yet; the rest of the spec can be judged all the same."""
    key = token_key(spec.bootstrap.mode)
    if key and not plan.token:
        message = f"there is no {'discovery URL' if key == 'discovery' else key} yet"
        yield caution("EB253", "bootstrap", message, f"make one: {_command(spec.bootstrap)}")


def _command(written: BootstrapSpec) -> str:
    at_url = "" if written.mode is _V3 and written.discovery_endpoints else " --at http://HOST:2379"
    return f"etcdboot discovery new{at_url} --write"


def discovery_credentials_are_whole(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Half a credential counts as none: etcd then waits for ever, and says why at most in a stray line."""
    written = spec.bootstrap
    if written.mode is not _V3:
        return
    halves = (("discovery_cert", "discovery_key"), ("discovery_user", "discovery_password_file"))
    for one, other in (*halves, *((b, a) for a, b in halves)):
        if getattr(written, one) and not getattr(written, other):
            message = f"{one.replace('_', '-')} without {other.replace('_', '-')}"
            yield Finding("EB254", _key(one), message, "write both, or neither")
    has_files = any(getattr(written, each) for each in _FILES)
    for index, endpoint in enumerate(written.discovery_endpoints):
        if has_files and endpoint.startswith("http://"):
            message = f"{endpoint} is spoken to in the clear, whatever the certificates say"
            place = f"bootstrap.discovery-endpoints[{index}]"
            yield Finding("EB254", place, message, "write https://, or leave the files out")


def srv_targets_are_names(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """An SRV record leads to a name (RFC 2782), and that name's URL is what enters the member's id.

    Of two records that lead to one member etcd would make two members (client/pkg/srv/srv.go GetCluster at
    v3.6.14).
    """
    if spec.bootstrap.mode is not _DNS:
        return
    for index, member in enumerate(plan.members):
        if member not in plan.founders:
            continue
        urls = member.initial_advertise_peer_urls
        if len(urls) > 1:
            message = f"{member.name} has {len(urls)} peer URLs; by DNS a member has one"
            yield Finding("EB255", at(index, "initial-advertise-peer-urls"), message, "keep one of them")
        for url in urls[:1]:
            if url.host.is_address:
                message = f"{member.name}'s peer URL is {url}, and SRV records lead to names"
                yield Finding("EB255", at(index, "host"), message, _renamed(spec, member))


def _renamed(spec: ClusterSpec, member: MemberPlan) -> str:
    name = f"{member.name.lower()}.{spec.bootstrap.discovery_srv or 'example.com'}"
    return f"write host: {name}, address: {member.initial_advertise_peer_urls[0].host}"


def plain_records_are_seen(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """All of 3.4 drops what it finds under ``_etcd-server`` and waits for members that never come."""
    if spec.bootstrap.mode is not _DNS or spec.tls.peer is not PeerTls.OFF:
        return
    for member in plan.founders:
        if drops_plain_srv_records(member.release):
            message = f"etcd {member.release} drops plain _etcd-server records, and tls.peer is off"
            yield Finding("EB256", "tls.peer", message, "write tls.peer: mutual (or auto), or take 3.5")
            return


def discovery_is_your_own(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """The public service has no maintainer, and a cluster cannot be found through itself."""
    written = spec.bootstrap
    if written.mode is _V2 and written.discovery and host_of(written.discovery) == PUBLIC_SERVICE:
        hint = "make the token on an etcd of your own: etcdboot discovery new --at http://HOST:2379 --write"
        yield caution("EB257", "bootstrap.discovery", WHY_NOT_PUBLIC, hint)
    own = {url.authority: each.name for each in plan.members for url in each.advertise_client_urls}
    places = {"bootstrap.discovery": written.discovery} if written.mode is _V2 and written.discovery else {}
    if written.mode is _V3:
        each_endpoint = enumerate(written.discovery_endpoints)
        places = {f"bootstrap.discovery-endpoints[{index}]": each for index, each in each_endpoint}
    for path, text in places.items():
        authority = text.rpartition("://")[2].partition("/")[0]
        if authority in own:
            message = f"{authority} is {own[authority]} of this very cluster, which does not run yet"
            yield Finding("EB258", path, message, "discovery needs another etcd; or take static or dns")


def auto_tls_is_for_trials(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Nobody is authenticated, and etcd never renews what it made for itself."""
    if all(url.host.is_loopback for each in plan.members for url in each.advertise_client_urls):
        return
    sides = (
        ("tls.client", spec.tls.client is ClientTls.AUTO),
        ("tls.peer", spec.tls.peer is PeerTls.AUTO),
    )
    for path, is_auto in sides:
        if is_auto:
            message = "auto TLS encrypts and authenticates nobody; its certificates end and are not renewed"
            yield caution("EB259", path, message, "write mutual for a cluster that matters")


def self_made_certificates_have_a_lifetime(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """etcd: "selfSignedCertValidity is invalid,it should be greater than 0" (docs/etcd/tls.md#auto-tls)."""
    is_auto = spec.tls.client is ClientTls.AUTO or spec.tls.peer is PeerTls.AUTO
    for index, member in enumerate(plan.members):
        years = member.flag(_VALIDITY)
        if years == "0":
            yield Finding(
                "EB260", place(spec, index, _VALIDITY), f"{_VALIDITY}: 0 years stop etcd", "write 1"
            )
        elif years and not is_auto:
            message = f"{_VALIDITY} is for certificates that etcd makes itself, and tls says none is"
            yield caution("EB260", place(spec, index, _VALIDITY), message, "leave it out")
