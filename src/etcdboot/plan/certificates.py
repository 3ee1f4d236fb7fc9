"""Which certificates a plan wants, and for which names: a function a kind.

Sources for the names: etcd client/pkg/transport/listener_tls.go at v3.6.14 (a peer listener compares the
caller's address with its certificate), and what clients dial.
"""

from __future__ import annotations

from collections.abc import Iterable

from etcdboot.base.addresses import Host, HostKind, parse_san, parse_url
from etcdboot.plan.certificate_request import CA, PEER_CA, ROOTS, USAGES, CertKind, CertRequest
from etcdboot.plan.urls import Addressing
from etcdboot.spec.spec import (
    BootstrapMode,
    CaLayout,
    CertificateDefaults,
    CertificateSource,
    CertificatesSpec,
    ClientTls,
    ClusterSpec,
    PeerTls,
)
from etcdboot.spec.subject_names import SUPERUSER, folded

_LOCALHOST = Host("localhost", HostKind.DNS)
_LOOPBACKS = {
    HostKind.IPV4: (Host("127.0.0.1", HostKind.IPV4), _LOCALHOST),
    HostKind.IPV6: (Host("::1", HostKind.IPV6), _LOCALHOST),
}
_RENEW_BEFORE = 30 * 86400
_COMMON_NAME_LIMIT = 64  # RFC 5280 appendix A.1, ub-common-name
_CA_SUFFIX = len("peer CA")
_NOTHING = CertificateDefaults()


def serves_certificates(spec: ClusterSpec) -> bool:
    """Whether the client side has certificates of ours."""
    return spec.tls.client in (ClientTls.MUTUAL, ClientTls.SERVER)


def peer_ca_name(spec: ClusterSpec) -> str:
    """Which CA signs the peer certificates: a separate one, unless the spec or ``pki/`` has one CA."""
    return CA if spec.certificates.ca is CaLayout.SHARED else PEER_CA


def authorities(spec: ClusterSpec) -> tuple[CertRequest, ...]:
    """The CAs that something is signed with, each after the one that signs it."""
    names = [CA] if serves_certificates(spec) else []
    if spec.tls.peer is PeerTls.MUTUAL and peer_ca_name(spec) not in names:
        names.append(peer_ca_name(spec))
    return tuple(request for name in names for request in _authorities(spec, name))


def member_certificates(
    spec: ClusterSpec, name: str, place: Addressing, sans: tuple[str, ...]
) -> tuple[CertRequest, ...]:
    """The pairs that one member serves; ``sans`` are its own further names."""
    if spec.certificates.source is CertificateSource.PROVIDED:
        return ()
    own = tuple(map(parse_san, sans))
    wanted = []
    if serves_certificates(spec):
        names = _server(spec, place, own)
        wanted.append(_leaf(spec, f"{name}/server", CertKind.SERVER, f"server {name}", name, names))
    if spec.tls.peer is PeerTls.MUTUAL:
        names = _peer(spec, place, own)
        wanted.append(_leaf(spec, f"{name}/peer", CertKind.PEER, f"peer {name}", name, names))
    return tuple(wanted)


def client_certificates(spec: ClusterSpec) -> tuple[CertRequest, ...]:
    """The pairs that clients show; their common name is the etcd user."""
    if spec.tls.client is not ClientTls.MUTUAL:
        return ()
    return tuple(
        _leaf(
            spec,
            f"client/{each.name}",
            CertKind.CLIENT,
            f"client {each.name}",
            each.name,
            _sorted(map(parse_san, (*spec.certificates.client.sans, *each.sans))),
            each,
        )
        for each in spec.certificates.clients
    )


def _server(spec: ClusterSpec, place: Addressing, own: tuple[Host, ...]) -> tuple[Host, ...]:
    return _sorted(
        (
            *_certifiable(url.host for url in place.advertise_client_urls),
            *_certifiable(url.host for url in place.listen_client_urls),
            *_certifiable((place.host, *place.addresses)),
            *_certifiable(parse_url(endpoint).host for endpoint in spec.endpoints),
            *map(parse_san, (*spec.certificates.sans, *spec.certificates.server.sans)),
            *_domain(spec),
            *own,
        )
    )


def _domain(spec: ClusterSpec) -> tuple[Host, ...]:
    """The SRV domain, which etcd and etcdctl check where they know no more of a server than that.

    Sources: server/embed/config.go GetDNSClusterNames (peers without a CA of their own) and etcdctl's
    ``--insecure-discovery=false`` (docs/etcd/dns.md#server-name-of-peers, docs/etcd/dns.md#etcdctl-and-srv).
    """
    if spec.bootstrap.mode is not BootstrapMode.DNS or not spec.bootstrap.discovery_srv:
        return ()
    return (parse_san(spec.bootstrap.discovery_srv),)


def _peer(spec: ClusterSpec, place: Addressing, own: tuple[Host, ...]) -> tuple[Host, ...]:
    return _sorted(
        (
            *_certifiable(url.host for url in place.initial_advertise_peer_urls),
            *(url.host for url in place.listen_peer_urls if not url.host.is_unspecified),
            *(host for host in place.addresses if not host.is_unspecified),
            *map(parse_san, spec.certificates.peer.sans),
            *_domain(spec),
            *own,
        )
    )


def _certifiable(hosts: Iterable[Host]) -> Iterable[Host]:
    """What to certify for hosts that are dialled or listened on: loopback also by its name."""
    for host in hosts:
        if not host.is_unspecified:
            yield host
        if host.is_loopback or host.is_unspecified:
            yield from _LOOPBACKS.get(host.kind, _LOOPBACKS[HostKind.IPV4])


def _sorted(sans: Iterable[Host]) -> tuple[Host, ...]:
    return tuple(sorted(set(sans), key=lambda san: (san.kind, san.text)))


def _leaf(
    spec: ClusterSpec,
    name: str,
    kind: CertKind,
    title: str,
    common: str,
    sans: tuple[Host, ...],
    own: CertificateDefaults = _NOTHING,
) -> CertRequest:
    """One leaf; what ``own`` says counts before what its kind's section does, and that before the rest."""
    written = spec.certificates
    shared: CertificateDefaults = getattr(written, kind.value)
    issuer = peer_ca_name(spec) if kind is CertKind.PEER else CA
    lifetime = own.lifetime or shared.lifetime or written.lifetime
    subject = next(each for each in (own.subject, shared.subject, written.subject) if each is not None)
    return CertRequest(
        name=name,
        long_name=f"{title} certificate",
        kind=kind,
        ca_name=issuer,
        subject=(*subject, ("CN", common)),
        sans=sans,
        usages=USAGES[kind],
        key=own.key or shared.key or written.key,
        lifetime=lifetime,
        renew_before=own.renew_before or shared.renew_before or _renew_before(written, lifetime),
        above=(ROOTS[issuer],) if written.intermediate else (),
        source=_source(written, kind),
        foreign_users=_foreign_users(spec, kind, common),
    )


def user_names(spec: ClusterSpec) -> frozenset[str]:
    """The etcd users, folded, that have a certificate; none where members do not ask clients for one.

    Source: etcd server/auth/store.go AuthInfoFromTLS at v3.6.14: any verified chain's common name.
    """
    if spec.tls.client is not ClientTls.MUTUAL:
        return frozenset()
    return frozenset((SUPERUSER, *(folded(client.name) for client in spec.certificates.clients)))


def _foreign_users(spec: ClusterSpec, kind: CertKind, common: str) -> tuple[str, ...]:
    own = {folded(common)} if kind is CertKind.CLIENT else set()
    return tuple(sorted(user_names(spec) - own))


def _source(written: CertificatesSpec, kind: CertKind) -> CertificateSource:
    """Whose work a certificate is: a signer or others that provide have a CA of their own."""
    if kind is CertKind.CA and written.signer:
        return CertificateSource.PROVIDED
    if kind in (CertKind.CA, CertKind.CLIENT) and written.source is CertificateSource.CSR:
        return CertificateSource.ISSUED  # only members have hosts to keep their keys on
    return written.source


def _authorities(spec: ClusterSpec, name: str) -> tuple[CertRequest, ...]:
    """The CA of that name; before it the root that signs it, if there is to be one."""
    written, what = spec.certificates, "peer CA" if name == PEER_CA else "CA"
    if not written.intermediate:
        return (_authority(spec, name, what, name, written.path_length or 0),)
    length = 1 if written.path_length is None else written.path_length
    return (
        _authority(spec, ROOTS[name], what.replace("CA", "root CA"), ROOTS[name], length),
        _authority(spec, name, what, ROOTS[name], max(length - 1, 0)),
    )


def _authority(spec: ClusterSpec, name: str, what: str, issuer: str, path_length: int) -> CertRequest:
    written = spec.certificates
    subject = written.subject if written.ca_subject is None else written.ca_subject
    common = f"{spec.name[: _COMMON_NAME_LIMIT - max(len(what), _CA_SUFFIX) - 1]} {what}"
    return CertRequest(
        name=name,
        long_name=common,
        kind=CertKind.CA,
        ca_name=issuer,
        subject=(*subject, ("CN", common)),
        sans=(),
        usages=USAGES[CertKind.CA],
        key=written.ca_key or written.key,
        lifetime=written.ca_lifetime,
        renew_before=_renew_before(written, written.ca_lifetime),
        source=_source(written, CertKind.CA),
        path_length=path_length,
        constraints=written.name_constraints if issuer == name else (),  # the topmost binds all below it
    )


def _renew_before(written: CertificatesSpec, lifetime: int) -> int:
    """As written; else 30 days or a third of the lifetime, the shorter."""
    return written.renew_before or min(_RENEW_BEFORE, lifetime // 3)
