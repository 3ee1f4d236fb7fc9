"""The plan: everything derived from a spec, and the one thing that rendering, issuing and verifying share."""

from __future__ import annotations

from pathlib import PurePosixPath

from etcdboot.base.addresses import Host, Url
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.etcd.releases import Release
from etcdboot.plan.certificate_request import CertRequest, file_stem
from etcdboot.plan.paths import MemberPaths
from etcdboot.plan.revocation_lists import CrlRequest, MemberCrl
from etcdboot.spec.spec import BootstrapSpec, ClientTls, ClusterState, PeerTls, Settings, Target


@dataclass(frozen=True, slots=True)
class Flag:
    """One etcd flag in its member's release's spelling; only the writers look at a secret's value."""

    name: str
    value: str
    secret: bool = False

    def __repr__(self) -> str:
        return f"Flag({self.name!r}, {'***' if self.secret else repr(self.value)})"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where a member finds its pairs and whom they trust; named as etcd's flags are."""

    cert_file: str
    key_file: str
    trusted_ca_file: str
    peer_cert_file: str
    peer_key_file: str
    peer_trusted_ca_file: str


@dataclass(frozen=True, slots=True)
class CarriedFile:
    """A file of the operator's that a member needs a copy of: its name in pki/, and where it comes from.

    ``source`` is as the spec has it under ``key``; a relative one is seen from the spec's folder.
    """

    name: str
    source: str
    key: str
    secret: bool = False


@dataclass(frozen=True, slots=True)
class MemberPlan:
    """One member, all decided.

    ``host`` tells which machine it is on (members of one host share it); ``addresses`` are those it binds;
    ``files`` are its certificates there, ours or not; ``group`` may read keys and secrets there (empty: the
    primary group of ``user``, which its host knows); ``unit`` is its systemd unit's file name; ``flags`` is
    all that etcd is told, in etcd's own spelling; ``certificates`` are the pairs of ours on its host,
    ``carried`` the operator's own files there, ``crls`` the revocation lists; ``predicted_id`` is known only
    while all members are founders, and there is a token.
    """

    name: str
    release: Release
    host: Host
    addresses: tuple[Host, ...]
    listen_peer_urls: tuple[Url, ...]
    initial_advertise_peer_urls: tuple[Url, ...]
    listen_client_urls: tuple[Url, ...]
    advertise_client_urls: tuple[Url, ...]
    state: ClusterState
    initial_cluster: str
    paths: MemberPaths
    files: TlsFiles
    user: str
    group: str
    unit: str
    flags: tuple[Flag, ...]
    certificates: tuple[CertRequest, ...]
    carried: tuple[CarriedFile, ...] = ()
    crls: tuple[MemberCrl, ...] = ()
    predicted_id: int | None = None

    def flag(self, name: str) -> str | None:
        """The value of one flag, or None."""
        return next((each.value for each in self.flags if each.name == name), None)


@dataclass(frozen=True, slots=True)
class ClientPlan:
    """One client's bundle: its name, the CA that it trusts, and what it shows (None: it shows nothing)."""

    name: str
    ca_name: str
    certificate: CertRequest | None = None

    @property
    def folder(self) -> str:
        """The name of its folder."""
        return file_stem(self.name)


@dataclass(frozen=True, slots=True)
class SignerPlan:
    """Who signs in place of a CA of ours: a program, run in ``folder``; ``timeout`` in seconds."""

    command: tuple[str, ...]
    timeout: float
    folder: PurePosixPath = PurePosixPath()


@dataclass(frozen=True, slots=True)
class ClusterPlan:
    """The whole cluster, all decided; members in the spec's order.

    ``token`` is what enters the ids: the initial-cluster-token, the v2 discovery URL or the v3 token; empty
    while there is none. ``bootstrap`` is as written.
    """

    name: str
    bootstrap: BootstrapSpec
    token: str
    members: tuple[MemberPlan, ...]
    endpoints: tuple[Url, ...]
    client_tls: ClientTls
    peer_tls: PeerTls
    settings: Settings
    targets: tuple[Target, ...]
    certificates: tuple[CertRequest, ...]  # every one, each CA before what it signs
    clients: tuple[ClientPlan, ...] = ()
    crls: tuple[CrlRequest, ...] = ()
    signer: SignerPlan | None = None
    predicted_cluster_id: int | None = None

    @property
    def initial_cluster(self) -> str:
        """The founders' ``name=peer URL`` list; empty without a founder."""
        return next((each.initial_cluster for each in self.founders), "")

    @property
    def founders(self) -> tuple[MemberPlan, ...]:
        """The members that begin the cluster; the others join it later."""
        return tuple(each for each in self.members if each.state is ClusterState.NEW)

    @property
    def quorum(self) -> int:
        """How many members must agree."""
        return len(self.members) // 2 + 1

    def member(self, name: str) -> MemberPlan | None:
        """The member called ``name`` (case does not count), or None."""
        return next((each for each in self.members if each.name.lower() == name.lower()), None)
