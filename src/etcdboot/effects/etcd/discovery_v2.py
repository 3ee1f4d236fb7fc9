"""Tokens for v2 discovery: made on an etcd of one's own or by a service, and read back from either.

The API is that of etcd until 3.5 with ``--enable-v2`` (docs: v2/api.md of etcd 2.3); answers measured on
3.4.23 and 3.5.33. A discovery service hands the same answers on (coreos/discovery.etcd.io handlers/token.go).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from etcdboot.base.errors import EtcdbootError, Refused
from etcdboot.base.text import gist
from etcdboot.effects.etcd.discovery_errors import unusable
from etcdboot.effects.etcd.http_client import Answer, Unanswered, Way, ask
from etcdboot.effects.network.untrusted_json import object_of
from etcdboot.etcd.releases import Release, parse_release, serves_v2_api
from etcdboot.observations.cluster import Cause, Failure
from etcdboot.observations.discovery_registry import (
    SIZE,
    V2_KEYS,
    V2_PREFIX,
    Registration,
    Registry,
    parse_registration,
    registry,
    size_url,
)
from etcdboot.spec.discovery_urls import parse_discovery_url
from etcdboot.spec.spec import BootstrapMode

_WAY: Final = Way()
# error/error.go of etcd's v2 API
_KEY_NOT_FOUND, _KEY_EXISTS, _RAFT_ERROR = 100, 105, 300
_OWN_ETCD: Final = "give --at the URL of an etcd until 3.5 that runs with --enable-v2"

T = TypeVar("T")


def make_token(base: str, token: str, size: int, way: Way = _WAY) -> str:
    """The discovery URL of a new token on an etcd; ``base`` without a path gets etcd's own prefix.

    Raises:
        Refused: EB565, there is such a token; EB561 to EB564, the host is no such etcd or keeps us out.
        Down: EB560, it does not answer.
    """
    base = base.rstrip("/")
    if not urlsplit(base).path:
        base += V2_PREFIX
    url = f"{base}/{token}"
    answer = _asked("PUT", f"{size_url(url)}?prevExist=false", way, {"value": str(size)})
    if answer.status == 201:
        return url
    if _error_code(answer) == _KEY_EXISTS:
        raise Refused.because(
            "EB565", f"there is a token {url} already", "leave --token out, or name another"
        )
    raise _strange(answer, size_url(url), way)


def ask_service(service: str, size: int, way: Way = _WAY) -> str:
    """The discovery URL of a new token that a service has made.

    Raises:
        Refused: EB563, what came back is no discovery URL; EB561, the service keeps us out.
        Down: EB560, it does not answer.
    """
    asked = f"{service.rstrip('/')}/new?size={size}"
    answer = _asked("GET", asked, way)
    if answer.status != 200:
        if answer.status // 100 == 3:
            raise _strange(answer, asked, way)
        text = f"{asked} answers HTTP {answer.status}: {gist(answer.text)}"
        hint = (
            "see whether the service reaches its etcd, and that has --enable-v2; for an etcd itself say --at"
        )
        raise Refused.because("EB563", text, hint)
    made = answer.text.strip()
    try:
        return parse_discovery_url(made)
    except ValueError as cause:
        hint = f"name a discovery service; or {_OWN_ETCD}"
        if made.startswith("/"):
            hint = "let the service know its own URL: start it with -h URL, or set prefix_url"
        raise Refused.because("EB563", f"{asked} gives no token: {gist(str(cause), 200)}", hint) from cause


def read_registry(url: str, way: Way = _WAY) -> Registry:
    """What is registered below a discovery URL; without a size where there is no such token.

    Raises:
        Refused: EB561 to EB564, the host is no discovery host or keeps us out.
        Down: EB560, it does not answer.
    """
    size = _found(size_url(url), way, lambda held: str(held.get("value", "")))
    members = _found(url, way, lambda held: tuple(_members(held.get("nodes", []))))
    return registry(BootstrapMode.DISCOVERY_V2, url, size, members or ())


def _members(below: object) -> Iterator[Registration]:
    """The entries of a directory; ValueError where they are none of etcd's."""
    if not isinstance(below, list):
        raise ValueError("no list")
    for each in below:
        match each:
            case {"key": str(key), "createdIndex": int(since)}:
                name = key.rpartition("/")[2]
                if name != SIZE.partition("/")[0]:
                    yield parse_registration(name, str(each.get("value", "")), since)
            case _:
                raise ValueError("no key of etcd's")


def _found(url: str, way: Way, read: Callable[[dict[str, Any]], T]) -> T | None:
    """What ``read`` makes of what a key holds; None when there is no such key."""
    answer = _asked("GET", url, way)
    if answer.status == 404 and _error_code(answer) == _KEY_NOT_FOUND:
        return None
    held = object_of(answer.text).get("node") if answer.status == 200 else None
    if isinstance(held, dict):
        with suppress(ValueError):
            return read(held)
    raise _strange(answer, url, way)


def _asked(method: str, url: str, way: Way, form: dict[str, str] | None = None) -> Answer:
    try:
        return ask(method, url, way, form)
    except Unanswered as cause:
        failure = cause.failure
        if failure.cause is Cause.SILENT and (release := _release(url, way)):
            text = f"etcd {release} is there and gives no answer within {way.timeout:g} s: it has no quorum"
            failure = Failure(Cause.NO_LEADER, text)
        raise unusable([(_place(url), failure)]) from cause


def _strange(answer: Answer, url: str, way: Way) -> EtcdbootError:
    """Why this is not what etcd's v2 API answers."""
    said = object_of(answer.text)
    what = gist(str(said.get("message") or answer.text))
    if answer.status // 100 == 3:
        text = f"{_place(url)} answers with a redirect to {gist(answer.location or 'nowhere', 200)}"
        return Refused.because(
            "EB563", text, "write the URL that it leads to: all members must be told the same"
        )
    if answer.status in (401, 403):
        denied = Failure(Cause.DENIED, f"HTTP {answer.status}: {what} (etcd gives no user to v2 discovery)")
        return unusable([(_place(url), denied)])
    if answer.status >= 500:
        kind = Cause.NO_LEADER if said.get("errorCode") == _RAFT_ERROR else Cause.FAILED
        return unusable([(_place(url), Failure(kind, f"HTTP {answer.status}: {what}"))])
    if answer.status == 404 and not said:
        return _without_v2(url, way)
    text = f"{url} answers HTTP {answer.status}, and not as a discovery directory does: {what}"
    return Refused.because("EB563", text, _OWN_ETCD)


def _without_v2(url: str, way: Way) -> EtcdbootError:
    """Why there is no such path: etcd's release, its settings, or the path itself."""
    release, place = _release(url, way), _place(url)
    if release is None:
        text = f"{place} answers HTTP 404 to {urlsplit(url).path}: it is neither etcd nor a discovery service"
        return Refused.because("EB563", text, _OWN_ETCD)
    if not serves_v2_api(release):
        hint = f"{_OWN_ETCD}; members from 3.6 can use this one with mode: discovery-v3"
        return Refused.because("EB562", f"{place} is etcd {release}, which has no v2 API any more", hint)
    if not urlsplit(url).path.startswith(f"{V2_KEYS}/"):
        text = f"{url} is no key of etcd {release}'s v2 API"
        return Refused.because("EB563", text, f"its path begins with {V2_KEYS}/")
    text = f"{place} is etcd {release}, and its v2 API is off"
    return Refused.because("EB562", text, "start that etcd with --enable-v2")


def _release(url: str, way: Way) -> Release | None:
    """What the etcd there says that it is; None when it says nothing of the kind."""
    try:
        answer = ask("GET", f"{_place(url)}/version", way)
        return parse_release(str(object_of(answer.text).get("etcdserver", "")))
    except (Unanswered, ValueError):
        return None


def _place(url: str) -> str:
    """The scheme, host and port; what to name a host by."""
    split = urlsplit(url)
    return f"{split.scheme}://{split.netloc}"


def _error_code(answer: Answer) -> object:
    return object_of(answer.text).get("errorCode")
