"""Connections that know a deadline, by the clock that only grows; names are looked up within it, too."""

from __future__ import annotations

import socket

from etcdboot.base.addresses import Host, Url
from etcdboot.effects.clock import monotonic
from etcdboot.effects.network.run_with_deadline import in_time

SECOND_LOOK = 1.0  # seconds for a second look at what failed
_LEAST = 0.05  # seconds: a socket takes 0 for "do not wait at all", and less for a mistake


def left(deadline: float) -> float:
    """The seconds until then, and a moment when it is over."""
    return max(deadline - monotonic(), _LEAST)


def addresses(host: Host, limit: float) -> tuple[str, ...]:
    """The IP addresses that a host has on this machine, in the system's order; in ``limit`` seconds.

    Raises:
        OSError: socket.gaierror, nobody knows any, or not in time.
    """
    if host.is_address:
        return (host.text,)
    found = in_time((host.text,), _known, limit).get(host.text)
    if found is None:
        raise socket.gaierror(socket.EAI_AGAIN, f"no name server answers within {limit:.2g} s")
    if isinstance(found, OSError):
        raise found
    return found


def _known(name: str) -> tuple[str, ...] | OSError:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError as cause:
        return cause
    except UnicodeError as cause:  # longer than a name in DNS can be
        return socket.gaierror(socket.EAI_NONAME, str(cause))
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def dial(url: Url, deadline: float) -> socket.socket:
    """A TCP connection to the host and port of a URL, whose next step has the time that is left.

    Raises:
        OSError: TimeoutError and socket.gaierror among them.
    """
    *others, last = addresses(url.host, left(deadline))
    for each in others:
        try:
            return _connected(each, url.port, deadline)
        except OSError:
            continue
    return _connected(last, url.port, deadline)


def _connected(address: str, port: int, deadline: float) -> socket.socket:
    connection = socket.create_connection((address, port), left(deadline))
    connection.settimeout(left(deadline))
    return connection
