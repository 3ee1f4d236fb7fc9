"""What is said when a discovery host gives nothing to work with: from a cause to an error with its remedy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from etcdboot.base.diagnostics import error
from etcdboot.base.errors import Down, EtcdbootError, Refused
from etcdboot.observations.cluster import LAYER_OF, Cause, Failure, Layer

# A way in that is wrong stays wrong; what is down may come back.
_CODE_OF: Final = {Layer.NETWORK: "EB560", Layer.RAFT: "EB560", Layer.DATA: "EB560"} | {
    Layer.TLS: "EB561",
    Layer.AUTH: "EB564",
}
_NOT_ETCD: Final = "EB563"

_WAITS: Final = "no member gets further without it: "
_REMEDY_OF: Final[dict[Cause, str]] = {
    Cause.REFUSED: f"{_WAITS}start the discovery etcd, or name one that runs",
    Cause.UNROUTABLE: f"{_WAITS}check the address, the network and the firewall",
    Cause.UNRESOLVED: "check the host's name, and the name server of this machine",
    Cause.SILENT: f"{_WAITS}see whether the host is up, hangs, or has lost its quorum",
    Cause.CLOSED: "see what etcd logs there; name its client port, not its peer port",
    Cause.NOT_ETCD: "name the client port of an etcd, and the scheme that it serves",
    Cause.WANTS_TLS: "write https://, and for v3 give the CA as discovery-cacert (--cacert)",
    Cause.NO_TLS: "write http:// (v3: also without certificate files), or give that etcd its TLS settings",
    Cause.UNTRUSTED: "v3: give the CA that signed it as discovery-cacert (--cacert); v2: etcd trusts the "
    "system's roots alone, on this machine and on every member's host",
    Cause.EXPIRED: "renew that certificate, and check the clocks of both machines",
    Cause.WRONG_NAME: "name the host as its certificate does, or reissue that certificate",
    Cause.CLIENT_REFUSED: "v3: give discovery-cert and discovery-key (--cert, --key) of a CA that it trusts; "
    "v2: etcd shows no certificate, so let the discovery host ask for none",
    Cause.TLS_FAILED: "compare both sides' certificates and TLS versions; etcd logs its side of it there",
    Cause.DENIED: "give discovery-user and discovery-password-file (--user, --password-file) of a user "
    "who may read and write the prefix /_etcd/registry/",
    Cause.NO_LEADER: "bring the discovery etcd's other members back: it has no quorum",
    Cause.CORRUPT: "take another etcd: this one found its data corrupt",
    Cause.LEARNER: "name an endpoint that is no learner",
    Cause.FAILED: "see what etcd logs there",
}


def unusable(failures: Sequence[tuple[str, Failure]]) -> EtcdbootError:
    """The error for discovery hosts of which none was of use: one diagnostic each, in the order asked."""
    found = [
        error(_code(failure), f"discovery at {where}: {failure.detail}", _REMEDY_OF[failure.cause])
        for where, failure in failures
    ]
    is_down = all(each.code == "EB560" for each in found)
    return (Down if is_down else Refused)(*found)


def _code(failure: Failure) -> str:
    return _NOT_ETCD if failure.cause is Cause.NOT_ETCD else _CODE_OF[LAYER_OF[failure.cause]]
