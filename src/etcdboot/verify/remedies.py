"""What to do about each reason why an endpoint did not answer."""

from __future__ import annotations

from typing import Final

from etcdboot.observations.cluster import Cause

REMEDY_OF: Final[dict[Cause, str]] = {
    Cause.REFUSED: "start etcd there; if it runs, see in its log whether it listens on that address",
    Cause.UNROUTABLE: "check the host's address, its network and its firewall",
    Cause.UNRESOLVED: "check the host's name, and the name server of this machine",
    # A founder listens from the start, and says nothing until enough of the others are there.
    Cause.SILENT: "see whether the host is up, whether a firewall drops the port, whether etcd hangs, or "
    "waits at its first start for the other founders",
    Cause.CLOSED: "see what etcd logs there; make sure that the port is a client port and not a peer port",
    Cause.NOT_ETCD: "check that the port is etcd's client port and the URL's scheme is the one it serves",
    Cause.WANTS_TLS: "write https:// and give the CA's certificate",
    Cause.NO_TLS: "write http://, or give that member its client TLS settings: it serves in the clear",
    Cause.UNTRUSTED: "give the CA that signed the server's certificate, or reissue that certificate",
    Cause.EXPIRED: "renew that certificate (etcdboot certs renew) and check the clocks of both machines",
    Cause.WRONG_NAME: "dial a name that the certificate holds, or reissue it with this one",
    Cause.CLIENT_REFUSED: "give a client certificate that the members' client CA signed and that is in date",
    Cause.TLS_FAILED: "compare both sides' certificates and TLS versions; etcd logs its side of it there",
    Cause.DENIED: "use credentials that may read the key 'health' (root may): auth is on",
    Cause.NO_LEADER: "bring the other members back: this one hears no quorum; check its peer port as well",
    Cause.LEARNER: "none needed: a learner takes no reads until it is promoted",
    Cause.CORRUPT: "find the member whose data differs, remove it, wipe its data-dir and add it again",
    Cause.FAILED: "see what etcd logs there",
}
