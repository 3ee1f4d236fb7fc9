"""Connections that know a deadline, by the clock that only grows; names are looked up within it, too."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from threading import Thread
from typing import TypeVar

from etcdboot.base.addresses import Host, Url
from etcdboot.effects.clock import monotonic

Q = TypeVar("Q")
A = TypeVar("A")

SECOND_LOOK = 1.0  # seconds for a second look at what failed
_GRACE = 0.2  # seconds for all threads to write down what they heard at the last moment
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


def in_time(questions: Iterable[Q], ask: Callable[[Q], A], limit: float) -> dict[Q, A]:
    """What ``ask`` gave for each of the questions, as far as it did within ``limit`` seconds for all.

    ``ask`` raises nothing. Who has no answer by then is left behind in its thread, which keeps nobody from
    ending: the system looks names up as long as it likes, and a host may send a byte now and then for ever.
    """
    found: dict[Q, A] = {}

    def answer(question: Q) -> None:
        found[question] = ask(question)

    deadline = monotonic() + limit + _GRACE
    threads = [Thread(target=answer, args=(each,), daemon=True) for each in questions]
    for each in threads:
        each.start()
    for each in threads:
        each.join(max(deadline - monotonic(), 0))
    return found.copy()  # whatever comes late changes it no more
