"""From a spec to a plan: total on any well-shaped spec; whether the spec makes sense is for the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha1
from itertools import chain, starmap

from etcdboot.base.addresses import Url, parse_url
from etcdboot.base.durations import parse_go_duration
from etcdboot.base.fast_dataclasses import fields, replace
from etcdboot.etcd.flags import known_in
from etcdboot.etcd.releases import NEWEST, Release
from etcdboot.plan.bootstrap_flags import Secrets, bootstrap_flags, carried_files, cluster_token
from etcdboot.plan.certificate_request import CertKind, CertRequest
from etcdboot.plan.certificates import authorities, client_certificates, member_certificates
from etcdboot.plan.flags import further_flags
from etcdboot.plan.paths import Layout, MemberPaths, WrittenPaths
from etcdboot.plan.plan import ClientPlan, ClusterPlan, Flag, MemberPlan, SignerPlan, TlsFiles
from etcdboot.plan.revocation_lists import crl_requests, member_crls
from etcdboot.plan.urls import Addressing, addressing, merged
from etcdboot.spec.spec import CertificateSource, ClientTls, ClusterSpec, ClusterState, MemberSpec, PeerTls

DEFAULT_BINARY = "/usr/local/bin/etcd"
DEFAULT_CONFIG_DIR = "/etc/etcd"
DEFAULT_DATA_DIR = "/var/lib/etcd"
DEFAULT_USER = "etcd"
UNIT = "etcd.service"


_NO_SECRETS = Secrets()


def plan(
    spec: ClusterSpec, *, layout: Layout, release: Release = NEWEST, secrets: Secrets = _NO_SECRETS
) -> ClusterPlan:
    """Everything that follows from ``spec``; ``release`` is for members whose release is not written.

    ``secrets`` matter only to what is written or started; without them a secret flag is empty.
    """
    members = tuple(merged(member, spec.defaults) for member in spec.members)
    places = tuple(addressing(member, spec.tls) for member in members)
    neighbours = Counter(place.machine for place in places)
    token = cluster_token(spec)
    ids = _predicted_ids(members, places, token)
    planned = tuple(
        _member(
            spec,
            index,
            member,
            place,
            layout=layout,
            release=member.version or spec.etcd.version or release,
            alone=neighbours[place.machine] == 1,
            initial_cluster=told,
            secrets=secrets,
            predicted_id=ids[index] if ids else None,
        )
        for index, (member, place, told) in enumerate(
            zip(members, places, initial_clusters(members, places), strict=True)
        )
    )
    leaves = chain.from_iterable(each.certificates for each in planned)
    certificates = (*authorities(spec), *leaves, *client_certificates(spec))
    return ClusterPlan(
        name=spec.name,
        bootstrap=spec.bootstrap,
        token=token,
        members=planned,
        endpoints=tuple(map(parse_url, spec.endpoints))
        or tuple(url for place in places for url in place.advertise_client_urls),
        client_tls=spec.tls.client,
        peer_tls=spec.tls.peer,
        settings=spec.render.settings,
        targets=spec.render.targets,
        certificates=certificates,
        clients=client_plans(spec, certificates),
        crls=crl_requests(spec),
        signer=_signer(spec),
        predicted_cluster_id=cluster_id(ids) if ids else None,
    )


def _signer(spec: ClusterSpec) -> SignerPlan | None:
    written = spec.certificates.signer
    return SignerPlan(written.command, parse_go_duration(written.timeout) / 10**9) if written else None


def _member(
    spec: ClusterSpec,
    index: int,
    member: MemberSpec,
    place: Addressing,
    *,
    layout: Layout,
    release: Release,
    alone: bool,
    initial_cluster: str,
    secrets: Secrets,
    predicted_id: int | None,
) -> MemberPlan:
    paths = layout.place(written_paths(spec, member, alone=alone))
    files = _tls_files(spec, member, paths)
    state = member.initial_cluster_state or ClusterState.NEW
    return MemberPlan(
        name=member.name,
        release=release,
        host=place.host,
        addresses=place.addresses,
        listen_peer_urls=place.listen_peer_urls,
        initial_advertise_peer_urls=place.initial_advertise_peer_urls,
        listen_client_urls=place.listen_client_urls,
        advertise_client_urls=place.advertise_client_urls,
        state=state,
        initial_cluster=initial_cluster,
        paths=paths,
        files=files,
        user=spec.etcd.user or DEFAULT_USER,
        group=spec.etcd.group or "",
        unit=UNIT if alone else f"etcd-{member.name}.service",
        flags=(
            *_own_flags(member, place, paths),
            *_known(bootstrap_flags(spec, state, initial_cluster, paths.pki_dir, secrets), release),
            *_tls_flags(spec, files),
            *_crl_flags(spec, paths),
            *starmap(Flag, further_flags(spec, index, release)),
        ),
        certificates=member_certificates(spec, member.name, place, member.sans),
        carried=carried_files(spec.bootstrap, state),
        crls=member_crls(spec),
        predicted_id=predicted_id,
    )


def _own_flags(member: MemberSpec, place: Addressing, paths: MemberPaths) -> tuple[Flag, ...]:
    return (
        Flag("name", member.name),
        Flag("data-dir", str(paths.data_dir)),
        Flag("listen-peer-urls", _comma(place.listen_peer_urls)),
        Flag("listen-client-urls", _comma(place.listen_client_urls)),
        Flag("initial-advertise-peer-urls", _comma(place.initial_advertise_peer_urls)),
        Flag("advertise-client-urls", _comma(place.advertise_client_urls)),
    )


def _known(flags: Iterable[Flag], release: Release) -> Iterator[Flag]:
    """Without those of a bootstrap mode that the release does not have; a rule speaks of them."""
    return (each for each in flags if known_in(each.name, release))


def _tls_files(spec: ClusterSpec, member: MemberSpec, paths: MemberPaths) -> TlsFiles:
    """What stands in the member's pki folder, or the files on its host that the spec names."""
    names = ("server", "server-key", "client-ca", "peer", "peer-key", "peer-ca")
    ours = TlsFiles(*(f"{paths.pki_dir}/{name}.pem" for name in names))
    if spec.certificates.source is not CertificateSource.PROVIDED:
        return ours
    written = ((each.name, getattr(member, each.name)) for each in fields(TlsFiles))
    return replace(ours, **{key: path.replace("{name}", member.name) for key, path in written if path})


def _tls_flags(spec: ClusterSpec, files: TlsFiles) -> Iterator[Flag]:
    return starmap(Flag, (*_client_tls(spec.tls.client, files), *_peer_tls(spec.tls.peer, files)))


def _crl_flags(spec: ClusterSpec, paths: MemberPaths) -> Iterator[Flag]:
    return (Flag(each.flag, f"{paths.pki_dir}/{each.file}") for each in member_crls(spec))


def written_paths(spec: ClusterSpec, member: MemberSpec, *, alone: bool) -> WrittenPaths:
    """A member's paths as written or by default; one with neighbours on its host gets folders of its own."""

    def chosen(own: str | None, shared: str | None, default: str) -> str:
        return (own or shared or default).replace("{name}", member.name)

    own_folder = "" if alone else "/{name}"
    etcd = spec.etcd
    return WrittenPaths(
        name=member.name,
        binary=chosen(member.binary, etcd.binary, DEFAULT_BINARY),
        config_dir=chosen(member.config_dir, etcd.config_dir, DEFAULT_CONFIG_DIR + own_folder),
        data_dir=chosen(member.data_dir, etcd.data_dir, DEFAULT_DATA_DIR + own_folder),
    )


def initial_clusters(members: tuple[MemberSpec, ...], places: tuple[Addressing, ...]) -> Iterator[str]:
    """What each member is told: founders hear of founders, a joiner of all before it and itself."""
    told = [
        ",".join(f"{member.name}={url}" for url in place.initial_advertise_peer_urls)
        for member, place in zip(members, places, strict=True)
    ]
    joins = [member.initial_cluster_state is ClusterState.EXISTING for member in members]
    founders = _joined(each for each, late in zip(told, joins, strict=True) if not late)
    for index, late in enumerate(joins):
        heard = (each for other, each in enumerate(told) if not joins[other] or other <= index)
        yield _joined(heard) if late else founders


def _joined(texts: Iterable[str]) -> str:
    return ",".join(filter(None, texts))


def _client_tls(mode: ClientTls, files: TlsFiles) -> tuple[tuple[str, str], ...]:
    pair = (("cert-file", files.cert_file), ("key-file", files.key_file))
    demand = (("client-cert-auth", "true"), ("trusted-ca-file", files.trusted_ca_file))
    return {
        ClientTls.MUTUAL: pair + demand,
        ClientTls.SERVER: pair,
        ClientTls.AUTO: (("auto-tls", "true"),),
        ClientTls.OFF: (),
    }[mode]


def _peer_tls(mode: PeerTls, files: TlsFiles) -> tuple[tuple[str, str], ...]:
    return {
        PeerTls.MUTUAL: (
            ("peer-cert-file", files.peer_cert_file),
            ("peer-key-file", files.peer_key_file),
            ("peer-client-cert-auth", "true"),
            ("peer-trusted-ca-file", files.peer_trusted_ca_file),
        ),
        PeerTls.AUTO: (("peer-auto-tls", "true"),),
        PeerTls.OFF: (),
    }[mode]


def _comma(urls: Iterable[Url]) -> str:
    return ",".join(map(str, urls))


def _predicted_ids(
    members: tuple[MemberSpec, ...], places: tuple[Addressing, ...], token: str
) -> tuple[int, ...]:
    """The ids while all are founders; empty otherwise, for a joiner's id holds the time it was added.

    Empty too without a token, which is part of them.
    """
    if not token or any(member.initial_cluster_state is ClusterState.EXISTING for member in members):
        return ()
    return tuple(member_id(map(str, place.initial_advertise_peer_urls), token) for place in places)


def member_id(peer_urls: Iterable[str], token: str) -> int:
    """A founder's id (server/etcdserver/api/membership/member.go computeMemberID at v3.6.14)."""
    text = "".join(sorted(peer_urls)) + token
    return int.from_bytes(sha1(text.encode(), usedforsecurity=False).digest()[:8])


def cluster_id(ids: Iterable[int]) -> int:
    """A new cluster's id (server/etcdserver/api/membership/cluster.go genID at v3.6.14)."""
    joined = b"".join(each.to_bytes(8) for each in sorted(ids))
    return int.from_bytes(sha1(joined, usedforsecurity=False).digest()[:8])


def client_plans(spec: ClusterSpec, certificates: Iterable[CertRequest]) -> tuple[ClientPlan, ...]:
    """A bundle for each of the spec's clients, where the servers show certificates of ours.

    A client that shows none (``tls.client: server``) still needs to know whom to trust.
    """
    certificates = tuple(certificates)
    server = next((each for each in certificates if each.kind is CertKind.SERVER), None)
    if server is None:
        return ()
    shown = {each.name: each for each in certificates if each.kind is CertKind.CLIENT}
    return tuple(
        ClientPlan(each.name, server.root, shown.get(f"client/{each.name}"))
        for each in spec.certificates.clients
    )
