"""Rules about who makes the certificates, what stands in them, and how long they live."""

from __future__ import annotations

import re
from collections.abc import Iterator

from etcdboot.base.addresses import Host, HostKind
from etcdboot.base.durations import format_lifetime
from etcdboot.base.fast_dataclasses import fields
from etcdboot.plan.ca_layout import SPLIT_COMMAND
from etcdboot.plan.certificate_request import CertRequest, csr_path, pair_paths
from etcdboot.plan.certificates import client_certificates
from etcdboot.plan.plan import ClusterPlan, TlsFiles
from etcdboot.plan.urls import merged
from etcdboot.rules.finding import Finding, at, caution
from etcdboot.spec.spec import (
    CaLayout,
    CertificateDefaults,
    CertificateSource,
    CertificatesSpec,
    ClientTls,
    ClusterSpec,
    MemberDefaults,
    PeerTls,
)
from etcdboot.spec.subject_names import KUBERNETES_MASTERS, folded, is_network, permits

_FILES = tuple(each.name for each in fields(TlsFiles))
_LIKE_A_HOST = re.compile(r"\w([\w-]*\w)?(\.\w([\w-]*\w)?)+", re.ASCII)
_SUPERUSER = "root"  # etcd's own user: it may read all keys anyway
_CLIENT_SIDE = (ClientTls.MUTUAL, ClientTls.SERVER)


def lifetimes_nest(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """A certificate cannot outlive its CA, nor be due before it is born."""
    written = spec.certificates
    for place, own in _scopes(written):
        lifetime = own.lifetime or written.lifetime
        if own.lifetime is not None and own.lifetime > written.ca_lifetime:
            message = f"lifetime {format_lifetime(lifetime)} is longer than ca-lifetime"
            hint = f"make ca-lifetime longer than {format_lifetime(lifetime)}"
            yield Finding("EB236", f"{place}.lifetime", message, hint)
        renew_before = own.renew_before or written.renew_before
        if renew_before is not None and renew_before >= lifetime:
            message = f"renew-before {format_lifetime(renew_before)} is the whole lifetime or more"
            key = "renew-before" if own.renew_before else "lifetime"
            yield Finding("EB236", f"{place}.{key}", message, "make it shorter than lifetime")


def _scopes(written: CertificatesSpec) -> Iterator[tuple[str, CertificateDefaults]]:
    """Every place that sets a lifetime, with what counts there."""
    yield "certificates", CertificateDefaults(written.lifetime, written.renew_before)
    for kind in ("server", "peer", "client"):
        own: CertificateDefaults = getattr(written, kind)
        if own.lifetime or own.renew_before:
            yield f"certificates.{kind}", own
    for index, client in enumerate(written.clients):
        if client.lifetime or client.renew_before:
            lifetime = client.lifetime or written.client.lifetime
            before = client.renew_before or written.client.renew_before
            yield f"certificates.clients[{index}]", CertificateDefaults(lifetime, before)


def masters_are_single_clients(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """A group of Kubernetes' superusers is for the client that asks for it, not for all certificates."""
    written = spec.certificates
    places = {
        "subject": written.subject,
        "ca-subject": written.ca_subject,
        "server.subject": written.server.subject,
        "peer.subject": written.peer.subject,
        "client.subject": written.client.subject,
    }
    for place, subject in places.items():
        if KUBERNETES_MASTERS in (subject or ()):
            message = "O=system:masters: Kubernetes gives all rights to each holder of such a certificate"
            hint = "write it at the one client: clients: [{name: NAME, subject: {O: system:masters}}]"
            yield caution("EB283", f"certificates.{place}", message, hint)


def clients_are_unique(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """One client, one pair of files."""
    seen: set[str] = set()
    for index, each in enumerate(spec.certificates.clients):
        if folded(each.name) in seen:
            message = f"the client {each.name!r} stands twice (case does not count)"
            yield Finding("EB235", f"certificates.clients[{index}]", message, "keep one")
        seen.add(folded(each.name))


def files_are_its_own(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Two certificates of different names and one file: client ``a``'s key and client ``a-key``."""
    places = {f"client/{each.name}": index for index, each in enumerate(spec.certificates.clients)}
    seen: dict[str, str] = {}
    for request in plan.certificates:
        paths = {folded(str(path)) for path in (*pair_paths(request.name), csr_path(request.name))}
        others = {seen[path] for path in paths & seen.keys()}
        other = next((name for name in sorted(others) if folded(name) != folded(request.name)), None)
        if other is not None:
            index = places.get(request.name, places.get(other, 0))
            message = f"{request.name} and {other} have one file's name in pki/"
            yield Finding("EB282", f"certificates.clients[{index}]", message, "rename the client")
        seen.update(dict.fromkeys(paths, request.name))


def a_client_has_names_of_its_own(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """A name in the certificate of every client tells nobody apart."""
    if spec.certificates.client.sans:
        message = "sans for all clients at once: each client would carry the names of the others"
        hint = "write them at the client: clients: [{name: metrics, sans: [metrics.example.com]}]"
        yield Finding("EB273", "certificates.client.sans", message, hint)


def clients_are_no_peers(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """With one CA every client certificate is accepted at the peer port (:mod:`etcdboot.plan.ca_layout`)."""
    if spec.certificates.ca is not CaLayout.SHARED or spec.tls.peer is not PeerTls.MUTUAL:
        return
    others = [client.common_name for client in client_certificates(spec) if client.common_name != _SUPERUSER]
    if others:
        message = (
            f"one CA for clients and peers: {', '.join(others)} can read the raft log, with all keys and "
            "values, at the peer port"
        )
        yield caution("EB275", "certificates.ca", message, _separate_ca(spec.certificates))


def _separate_ca(written: CertificatesSpec) -> str:
    """How peers get a separate CA, by whose the CA is."""
    if written.source is CertificateSource.PROVIDED:
        return "have the peer certificates signed by another CA, named in peer-trusted-ca-file"
    if written.signer:
        return "have the peer certificates signed by a separate CA (`ca: split`; docs/pki.md, A company CA)"
    return f"give peers a separate CA with: {SPLIT_COMMAND}"


def source_has_its_files(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Who provides certificates says where they are; who does not has nothing to say about it."""
    if spec.certificates.source is CertificateSource.PROVIDED:
        wanted = tuple(_wanted_files(spec))
        for index, member in enumerate(merged(each, spec.defaults) for each in spec.members):
            lacking = [_key(each) for each in wanted if not getattr(member, each)]
            if lacking:
                message = f"source is provided, and {member.name} has no {', '.join(lacking)}"
                hint = "write them at the member, or once under defaults with {name} in the path"
                yield Finding("EB270", at(index), message, hint)
        return
    scopes: list[tuple[str, MemberDefaults]] = [("defaults", spec.defaults)]
    scopes += [(at(index), member) for index, member in enumerate(spec.members)]
    for place, scope in scopes:
        for each in _FILES:
            if getattr(scope, each):
                message = f"{_key(each)} is for source: provided, and source is {spec.certificates.source}"
                hint = "leave it out, or write certificates: {source: provided}"
                yield Finding("EB270", f"{place}.{_key(each)}", message, hint)


def authority_is_ours(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """What shapes a CA means nothing where others have one."""
    written = spec.certificates
    provided = written.source is CertificateSource.PROVIDED
    if provided and written.signer:
        message = "a signer has nothing to sign where source is provided"
        hint = "leave it out, or write source: issued (keys made here) or csr (on the hosts)"
        yield Finding("EB270", "certificates.signer", message, hint)
    if not (provided or written.signer):
        return
    why = "source is provided" if provided else "a signer signs"
    plain = CertificatesSpec()
    for key in ("intermediate", "name_constraints", "path_length", "ca_key", "ca_subject", "crl"):
        if getattr(written, key) != getattr(plain, key):
            message = f"{_key(key)} is for a CA of etcdboot's own, and {why}"
            yield Finding("EB270", f"certificates.{_key(key)}", message, "leave it out")


def path_reaches_the_leaves(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """A root that no CA may follow has signed one in vain (RFC 5280 section 4.2.1.9)."""
    if spec.certificates.intermediate and spec.certificates.path_length == 0:
        message = "path-length 0 lets no CA follow the root, and intermediate is one that does"
        yield Finding("EB272", "certificates.path-length", message, "write 1, or leave it out")


def constraints_permit_the_plan(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """One name outside, and the whole certificate is refused (RFC 5280 section 4.2.1.10)."""
    constraints = spec.certificates.name_constraints
    outside: dict[Host, list[str]] = {}
    for request in plan.certificates if constraints else ():
        for name in request.sans:
            if not permits(constraints, name):
                outside.setdefault(name, []).append(request.name)
        taken = taken_for_a_host(request)
        if taken and not permits(constraints, taken):
            message = (
                f"openssl takes the common name {taken} for a host, and name-constraints do not cover it"
            )
            hint = "etcd looks at the SANs alone; for others add it, or take a name without dots"
            yield caution("EB271", "certificates.name-constraints", message, hint)
    for name, names in outside.items():
        message = f"name-constraints do not cover {name}, which {', '.join(names)} must certify"
        hint = "add it, its domain or its network; loopback is always among them"
        yield Finding("EB271", "certificates.name-constraints", message, hint)


def networks_are_known_to_clients(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """gRPC's C core cannot apply a constraint of addresses, and then refuses (effects/tls/grpc_roots.py)."""
    for index, each in enumerate(spec.certificates.name_constraints):
        if is_network(each):
            message = f"{each} makes clients on gRPC's C core (Python, Ruby, PHP, C++) refuse every member"
            hint = "etcd, etcdctl and other Go clients apply it; for the others name domains alone"
            yield caution("EB274", f"certificates.name-constraints[{index}]", message, hint)
            return


def underscores_are_known_to_verifiers(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """RFC 1123 section 2.1 has none in a host name; who compares all names then stops there.

    Source: the verifier of Python's cryptography says "malformed SAN" (measured with 50.0); Go and openssl
    take it.
    """
    if not spec.certificates.name_constraints:
        return
    names = {san.text for request in plan.certificates for san in request.sans}
    for name in sorted(each for each in names if "_" in each):
        message = f"{name} has an underscore: under name-constraints Python's cryptography refuses it"
        hint = "etcd, etcdctl and openssl take it; for the others give the host a name without"
        yield caution("EB274", "certificates.name-constraints", message, hint)


def taken_for_a_host(request: CertRequest) -> Host | None:
    """The common name of a certificate that certifies no DNS name, where it looks like one.

    Source: openssl crypto/x509/x509_vfy.c check_name_constraints and v3_ncons.c cn2dnsid, at 3.0.
    """
    common = request.common_name
    if any(not san.is_address for san in request.sans) or not _LIKE_A_HOST.fullmatch(common):
        return None
    return Host(common.lower(), HostKind.DNS)


def _wanted_files(spec: ClusterSpec) -> Iterator[str]:
    if spec.tls.client in _CLIENT_SIDE:
        yield from _FILES[:3]
    if spec.tls.peer is PeerTls.MUTUAL:
        yield from _FILES[3:]


def _key(attribute: str) -> str:
    return attribute.replace("_", "-")
