"""The plan: everything derived from a spec, and the one thing that rendering, issuing and verifying share."""

from __future__ import annotations

from etcdboot.ground.address import Host, Url
from etcdboot.ground.values import dataclass
from etcdboot.knowledge.etcd.releases import Release
from etcdboot.model.certificates import CertRequest
from etcdboot.model.layout import MemberPaths
from etcdboot.model.spec import ClientTls, ClusterState, PeerTls, Settings, Target


@dataclass(frozen=True, slots=True)
class Flag:
    """One etcd flag in its member's release's spelling; only the writers look at a secret's value."""

    name: str
    value: str
    secret: bool = False

    def __repr__(self) -> str:
        return f"Flag({self.name!r}, {'***' if self.secret else repr(self.value)})"


@dataclass(frozen=True, slots=True)
class MemberPlan:
    """One member, all decided.

    ``host`` tells which machine it is on (members of one host share it); ``addresses`` are those it binds;
    ``unit`` is its systemd unit's file name; ``flags`` is all that etcd is told, in etcd's own spelling;
    ``certificates`` are the pairs on its host; ``predicted_id`` is known only while all members are founders.
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
    user: str
    unit: str
    flags: tuple[Flag, ...]
    certificates: tuple[CertRequest, ...]
    predicted_id: int | None = None

    def flag(self, name: str) -> str | None:
        """The value of one flag, or None."""
        return next((each.value for each in self.flags if each.name == name), None)


@dataclass(frozen=True, slots=True)
class ClusterPlan:
    """The whole cluster, all decided; members in the spec's order."""

    name: str
    token: str
    members: tuple[MemberPlan, ...]
    endpoints: tuple[Url, ...]
    client_tls: ClientTls
    peer_tls: PeerTls
    settings: Settings
    targets: tuple[Target, ...]
    certificates: tuple[CertRequest, ...]  # every one, each CA before what it signs
    predicted_cluster_id: int | None = None

    @property
    def initial_cluster(self) -> str:
        """The founders' ``name=peer URL`` list; empty without a founder."""
        founders = (each.initial_cluster for each in self.members if each.state is ClusterState.NEW)
        return next(founders, "")

    @property
    def quorum(self) -> int:
        """How many members must agree."""
        return len(self.members) // 2 + 1

    def member(self, name: str) -> MemberPlan | None:
        """The member called ``name`` (case does not count), or None."""
        return next((each for each in self.members if each.name.lower() == name.lower()), None)
