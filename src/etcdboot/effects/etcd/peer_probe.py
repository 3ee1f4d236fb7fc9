"""Ask at peer URLs, before a member starts, what is there already.

A peer port answers ``GET /members`` over HTTP/1.1 with the cluster's id in a header and the members in the
body, also while the cluster still waits for a quorum, and to whoever passes the handshake: with mutual TLS
that takes a peer's certificate, with auto TLS none. Source: server/etcdserver/api/etcdhttp/peer.go at
v3.6.14; measured on 3.4.23, 3.5.33, 3.6.14 and 3.7.1. (Without ALPN: h2 leads to the gRPC server.)
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any

from etcdboot.base.addresses import Url
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.base.text import gist
from etcdboot.effects.clock import monotonic, now
from etcdboot.effects.network.dial import dial, in_time
from etcdboot.effects.network.untrusted_json import json_of, texts
from etcdboot.effects.tls.credentials import load_pair, new_context
from etcdboot.observations.cluster import SeenMember
from etcdboot.observations.host import PeerAnswer, Speech

LIMIT = 1.0  # seconds for one URL
_LARGEST = 1 << 20  # bytes of an answer; a thousand members need a fifth of it


@dataclass(frozen=True, slots=True)
class PeerPair:
    """A certificate and key to show to peers."""

    certificate: Path
    key: Path


def ask_peers(
    urls: Iterable[Url], pair: PeerPair | None = None, limit: float = LIMIT
) -> tuple[PeerAnswer, ...]:
    """What each of the URLs shows, in their order; all at the same time, ``limit`` seconds for all."""
    deadline, asked = monotonic() + limit, tuple(dict.fromkeys(urls))
    found = in_time(asked, lambda url: _ask(url, pair, deadline), limit)
    return tuple(found.get(url) or PeerAnswer(url, Speech.NOTHING, "no answer") for url in asked)


def _ask(url: Url, pair: PeerPair | None, deadline: float) -> PeerAnswer:
    try:
        return _over_tls(url, pair, deadline) if url.is_tls else _in_the_clear(url, deadline)
    except OSError as cause:
        return PeerAnswer(url, Speech.NOTHING, _told(cause))


def _over_tls(url: Url, pair: PeerPair | None, deadline: float) -> PeerAnswer:
    answer = _by_tls(url, pair, deadline)
    if answer.speech is Speech.HTTPS:
        return answer
    plain = _by_http(url, deadline)
    return plain if plain.speech is Speech.HTTP else answer


def _in_the_clear(url: Url, deadline: float) -> PeerAnswer:
    answer = _by_http(url, deadline)
    if answer.speech is not Speech.OTHER:
        return answer
    with suppress(OSError):
        tls = _by_tls(url, None, deadline)
        return tls if tls.speech is Speech.HTTPS else answer
    return answer


def _by_tls(url: Url, pair: PeerPair | None, deadline: float) -> PeerAnswer:
    """The answer over TLS; a handshake that is refused in TLS tells at least that it is spoken."""
    try:
        with dial(url, deadline) as connection, _context(pair).wrap_socket(connection) as tls:
            try:
                return _members(url, tls, Speech.HTTPS)
            except (OSError, HTTPException) as cause:  # TLS 1.3 refuses after the handshake
                return PeerAnswer(url, Speech.HTTPS, _told(cause))
    except ssl.SSLError as cause:
        speaks = "ALERT" in (cause.reason or "")
        return PeerAnswer(url, Speech.HTTPS if speaks else Speech.OTHER, _told(cause))
    except ConnectionResetError as cause:  # a server in the clear hangs up at the first byte of TLS
        return PeerAnswer(url, Speech.OTHER, _told(cause))


def _by_http(url: Url, deadline: float) -> PeerAnswer:
    with dial(url, deadline) as connection:
        try:
            return _members(url, connection, Speech.HTTP)
        except (ConnectionError, HTTPException) as cause:
            return PeerAnswer(url, Speech.OTHER, _told(cause))


def _members(url: Url, connection: socket.socket, speech: Speech) -> PeerAnswer:
    """The answer to ``GET /members`` on an open connection."""
    http = HTTPConnection(url.host.text, url.port)
    http.sock = connection
    http.request("GET", "/members", headers={"Connection": "close"})
    with http.getresponse() as response:  # it keeps the socket open when reading it fails
        return _read(url, response, response.read(_LARGEST), speech)


def _read(url: Url, response: HTTPResponse, body: bytes, speech: Speech) -> PeerAnswer:
    ahead = _ahead(response.getheader("Date"))
    try:
        cluster_id = int(response.getheader("X-Etcd-Cluster-Id") or "", 16)
        members = _seen(json_of(body))
    except ValueError:
        return PeerAnswer(url, speech, "it speaks HTTP and knows no /members", ahead=ahead)
    return PeerAnswer(url, speech, "", cluster_id, members, ahead)


def _seen(rows: Any) -> tuple[SeenMember, ...]:
    """The members of the list; ValueError for anything else than etcd's."""
    if not isinstance(rows, list):
        raise ValueError("no list")
    return tuple(map(_member, rows))


def _member(row: Any) -> SeenMember:
    match row:
        case {"id": int(number), "peerURLs": list(urls)}:
            name, learner = str(row.get("name", "")), bool(row.get("isLearner"))
            return SeenMember(number, name, texts(urls), texts(row.get("clientURLs")), learner)
    raise ValueError("no member")


def _ahead(date: str | None) -> int | None:
    """By how many seconds that date is ahead of now, which is cut down to the second as it is."""
    try:
        there = parsedate_to_datetime(date or "").replace(tzinfo=UTC)
    except (ValueError, TypeError):
        return None
    return round((there - now().replace(microsecond=0)).total_seconds())


def _context(pair: PeerPair | None) -> ssl.SSLContext:
    """Whoever serves is heard: what it is and which cluster it is in is the question, not whom to trust."""
    context = new_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if pair is not None:
        with suppress(OSError):  # without it we hear less, and that is all
            load_pair(context, pair.certificate, pair.key)
    return context


def _told(cause: Exception) -> str:
    if isinstance(cause, ssl.SSLError):
        return (cause.reason or str(cause)).replace("_", " ").lower()
    if isinstance(cause, TimeoutError):
        return "no answer"
    return gist(str(getattr(cause, "strerror", None) or cause)).lower()
