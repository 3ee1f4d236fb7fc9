"""What one endpoint showed, layer by layer: ``effects.etcd.client`` looks, ``verify`` judges."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Final

from etcdboot.base.addresses import Url
from etcdboot.base.fast_dataclasses import dataclass


@unique
class Layer(StrEnum):
    """Where a fault sits; in the order in which one comes through to etcd's data."""

    NETWORK = "network"
    TLS = "tls"
    AUTH = "auth"
    RAFT = "raft"
    DATA = "data"


@unique
class Cause(StrEnum):
    """Why a call has no answer; ``LAYER_OF`` tells the layer of each."""

    REFUSED = "refused"  # nothing listens on the port
    UNROUTABLE = "unroutable"  # no way to the host, or a firewall that rejects
    UNRESOLVED = "unresolved"  # the host name is not known
    SILENT = "silent"  # the deadline passed without a word
    CLOSED = "closed"  # it hung up
    NOT_ETCD = "not-etcd"  # it speaks, but not etcd's gRPC
    WANTS_TLS = "wants-tls"  # http spoken to an https port
    NO_TLS = "no-tls"  # https spoken to an http port
    UNTRUSTED = "untrusted"  # the server's certificate is of another CA
    EXPIRED = "expired"  # the server's certificate is out of date, or not valid yet
    WRONG_NAME = "wrong-name"  # the server's certificate does not name the dialled host
    CLIENT_REFUSED = "client-refused"  # the server does not take our certificate, or wants one
    TLS_FAILED = "tls-failed"  # the handshake failed in another way
    DENIED = "denied"  # etcd's auth is on, and this user may not
    NO_LEADER = "no-leader"  # the member cannot reach a quorum
    LEARNER = "learner"  # a learner takes no such call, by design
    CORRUPT = "corrupt"  # etcd found its data corrupt
    FAILED = "failed"  # anything else etcd said


LAYER_OF: Final[dict[Cause, Layer]] = {
    Cause.REFUSED: Layer.NETWORK,
    Cause.UNROUTABLE: Layer.NETWORK,
    Cause.UNRESOLVED: Layer.NETWORK,
    Cause.SILENT: Layer.NETWORK,
    Cause.CLOSED: Layer.NETWORK,
    Cause.NOT_ETCD: Layer.NETWORK,
    Cause.WANTS_TLS: Layer.TLS,
    Cause.NO_TLS: Layer.TLS,
    Cause.UNTRUSTED: Layer.TLS,
    Cause.EXPIRED: Layer.TLS,
    Cause.WRONG_NAME: Layer.TLS,
    Cause.CLIENT_REFUSED: Layer.TLS,
    Cause.TLS_FAILED: Layer.TLS,
    Cause.DENIED: Layer.AUTH,
    Cause.NO_LEADER: Layer.RAFT,
    Cause.LEARNER: Layer.RAFT,
    Cause.CORRUPT: Layer.DATA,
    Cause.FAILED: Layer.RAFT,
}


_CERTAIN: Final = (Cause.REFUSED, Cause.UNROUTABLE, Cause.UNRESOLVED)


@dataclass(frozen=True, slots=True)
class Failure:
    """A call without an answer: why, and in whose words; ``took`` in seconds."""

    cause: Cause
    detail: str
    took: float = 0.0

    @property
    def layer(self) -> Layer:
        """The layer at which it failed."""
        return LAYER_OF[self.cause]

    @property
    def before_etcd(self) -> bool:
        """Whether the call never got through to etcd."""
        return self.layer in (Layer.NETWORK, Layer.TLS)

    @property
    def is_vague(self) -> bool:
        """Whether a second look may tell more: it failed before etcd, and gRPC does not tell that exactly."""
        return self.before_etcd and self.cause not in _CERTAIN


@dataclass(frozen=True, slots=True)
class Read:
    """A linearizable read was committed: a quorum answered; ``took`` in seconds, from dial to answer."""

    took: float


@dataclass(frozen=True, slots=True)
class Status:
    """What Maintenance/Status says of one member; 0 is etcd's "no leader", sizes are bytes.

    Source: api/etcdserverpb/rpc.proto, StatusResponse, at v3.6.14. ``errors`` is what the member itself
    complains about ("etcdserver: no leader", active alarms).
    """

    cluster_id: int
    member_id: int
    version: str
    leader_id: int
    raft_term: int
    raft_index: int
    raft_applied_index: int = 0
    db_size: int = 0
    db_size_in_use: int = 0
    is_learner: bool = False
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenMember:
    """One row of etcd's member list; a member that has never started has no name yet."""

    id: int
    name: str
    peer_urls: tuple[str, ...]
    client_urls: tuple[str, ...]
    is_learner: bool = False

    @property
    def is_started(self) -> bool:
        """Whether it has ever joined; etcdctl's own criterion (etcdctl/ctlv3/command/printer.go, v3.6.14)."""
        return bool(self.name)


@dataclass(frozen=True, slots=True)
class MemberList:
    """The members as one of them knows them; it may be behind the others."""

    cluster_id: int
    members: tuple[SeenMember, ...]


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that a member has raised: ``NOSPACE``, ``CORRUPT``, or the number of one we do not know."""

    member_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class Alarms:
    """All alarms of the cluster; the answer came through raft."""

    alarms: tuple[Alarm, ...]


@unique
class Trust(StrEnum):
    """What is known of who answered."""

    VERIFIED = "verified"  # its certificate was checked against a CA
    ENCRYPTED = "encrypted"  # TLS to whoever answered: an auto-TLS member's own certificate
    PLAIN = "plain"  # no TLS


@dataclass(frozen=True, slots=True)
class Observation:
    """What one endpoint showed: four calls, each with its answer or with the reason why there is none."""

    endpoint: Url
    read: Read | Failure
    status: Status | Failure
    members: MemberList | Failure
    alarms: Alarms | Failure
    trust: Trust = Trust.VERIFIED

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The reasons there are, the read's first."""
        answers = (self.read, self.status, self.members, self.alarms)
        return tuple(each for each in answers if isinstance(each, Failure))

    @property
    def unreached(self) -> Failure | None:
        """Why etcd was not reached at all, or None when it gave any answer, be it a no."""
        failures = self.failures
        if len(failures) < 4 or not all(each.before_etcd for each in failures):
            return None
        # One call may know more than another: a refusal names the cause, a deadline does not.
        return next((each for each in failures if each.cause is not Cause.SILENT), failures[0])

    @property
    def known_status(self) -> Status | None:
        """The status, where there is one."""
        return self.status if isinstance(self.status, Status) else None

    @property
    def has_quorum(self) -> bool:
        """Whether a quorum answered this member.

        Auth judges a linearizable read only after the quorum has confirmed it, so a denial is proof as well
        (etcd server/etcdserver/v3_server.go, EtcdServer.Range, at v3.6.14).
        """
        if isinstance(self.read, Read):
            return True
        return self.read.cause is Cause.DENIED


def unreachable(endpoint: Url, failure: Failure, trust: Trust = Trust.VERIFIED) -> Observation:
    """The observation of an endpoint that nothing could be asked of, for one reason."""
    return Observation(endpoint, failure, failure, failure, failure, trust)
