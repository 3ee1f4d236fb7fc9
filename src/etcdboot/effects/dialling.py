"""Connections that know a deadline, as the clock that only grows tells it."""

from __future__ import annotations

import socket

from etcdboot.effects.clock import monotonic
from etcdboot.ground.address import Url

SECOND_LOOK = 1.0  # seconds for a second look at what failed
_LEAST = 0.05  # seconds: a socket takes 0 for "do not wait at all", and less for a mistake


def left(deadline: float) -> float:
    """The seconds until then, and a moment when it is over."""
    return max(deadline - monotonic(), _LEAST)


def dial(url: Url, deadline: float) -> socket.socket:
    """A TCP connection to the host and port of a URL, whose next step has the time that is left.

    Raises:
        OSError: TimeoutError among them.
    """
    connection = socket.create_connection((url.host.text, url.port), left(deadline))
    connection.settimeout(left(deadline))
    return connection
