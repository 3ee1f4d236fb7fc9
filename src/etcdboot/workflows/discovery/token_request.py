"""What ``discovery new`` is asked for: from options and a spec to one token to make, all of it checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

from etcdboot.base.diagnostics import Diagnostic, warning
from etcdboot.base.errors import EtcdbootError, UsageError
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.observations.discovery_registry import is_of_service, tokens_base
from etcdboot.spec.discovery_urls import (
    PUBLIC_SERVICE,
    WHY_NOT_PUBLIC,
    host_of,
    parse_base,
    parse_endpoint,
    parse_token,
    parse_user,
)
from etcdboot.spec.spec import BootstrapMode, BootstrapSpec

V2: Final = BootstrapMode.DISCOVERY_V2
V3: Final = BootstrapMode.DISCOVERY_V3
_NO_BOOTSTRAP: Final = BootstrapSpec()
_CREDENTIALS: Final = (
    "discovery_cacert", "discovery_cert", "discovery_key", "discovery_user", "discovery_password_file",
)  # fmt: skip
_PARTNERS: Final = (
    ("discovery_cert", "discovery_key", "--cert and --key"),
    ("discovery_user", "discovery_password_file", "--user and --password-file"),
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says; None: not said. The files are as written."""

    size: int | None = None
    at: str | None = None
    service: str | None = None
    mode: BootstrapMode | None = None
    token: str | None = None
    cacert: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    user: str | None = None
    password_file: Path | None = None

    @property
    def credentials(self) -> dict[str, str | None]:
        """Those given, by the spec's names; files of the command line are seen from the working folder."""
        files = (self.cacert, self.cert, self.key, self.password_file)
        ca, cert, key, password = (str(each.absolute()) if each else None for each in files)
        return dict(zip(_CREDENTIALS, (ca, cert, key, self.user, password), strict=True))


@dataclass(frozen=True, slots=True)
class Wish:
    """The token to make: ``size`` places, kept where ``bootstrap`` says.

    A v2 token is made below ``base``, or by the service there.
    """

    size: int
    bootstrap: BootstrapSpec
    base: str = ""
    by_service: bool = False


def wish(options: Options, written: BootstrapSpec | None, founders: int) -> Wish:
    """The token that is wanted for a spec with that ``bootstrap`` and so many founders; None: without a spec.

    Raises:
        UsageError: EB568, something is missing or does not go together.
    """
    mode = _mode(options, written)
    size = _size(options, written, founders)
    if options.at and options.service:
        raise _unfit("--at and --service are two ways to make one token", "name the etcd, or the service")
    kept = replace(written or _NO_BOOTSTRAP, mode=mode)
    if mode is V3:
        kept = replace(kept, discovery_token=None)
        return Wish(size, _with_credentials(_kept_by_v3(options, kept), options))
    if any(options.credentials.values()):
        hint = "leave the credentials out, or take --mode discovery-v3"
        raise _unfit("etcd shows no credentials to v2 discovery", hint)
    base, by_service = _place(options, written)
    if by_service and options.token:
        raise _unfit("a service makes its tokens up itself", "leave --token out")
    return Wish(size, replace(kept, discovery=None), base, by_service)


def cautions(wanted: Wish) -> tuple[Diagnostic, ...]:
    """What is to be said of a wish without a spec, of which the rules would say it (EB257)."""
    if host_of(wanted.base) != PUBLIC_SERVICE:
        return ()
    hint = "make the token on an etcd of your own: etcdboot discovery new --at http://HOST:2379"
    return (warning("EB257", WHY_NOT_PUBLIC, hint),)


def departures(wanted: Wish, written: BootstrapSpec) -> Iterator[Diagnostic]:
    """Where the token is made in another way than the members will go, who know the spec alone (EB567)."""
    coming = wanted.bootstrap
    if coming.mode is not V3:
        return
    if written.discovery_endpoints not in ((), coming.discovery_endpoints):
        place = ", ".join(coming.discovery_endpoints)
        text = f"the token is made at {place}, and members go where the spec says"
        hint = "see that both are one etcd cluster, or write the endpoints into the spec"
        yield warning("EB567", text, hint, "bootstrap.discovery-endpoints")
    unsaid = [each for each in _CREDENTIALS if getattr(coming, each) and not getattr(written, each)]
    if unsaid:
        keys = ", ".join(each.replace("_", "-") for each in unsaid)
        text = f"the token is made with {keys} of the command line, and members go without"
        yield warning("EB567", text, "write them into the spec, unless members need none", "bootstrap")


def _mode(options: Options, written: BootstrapSpec | None) -> BootstrapMode:
    mode = options.mode or (V2 if options.service else None) or (written.mode if written else None)
    if mode is None:
        raise _unfit("a token of which kind?", "say --mode discovery-v2 or --mode discovery-v3")
    if mode not in (V2, V3):
        hint = "write mode: discovery-v2 or discovery-v3 into it, or say --mode (with --write it is written)"
        raise _unfit(f"the spec's mode is {mode}, which needs no token", hint)
    if options.service and mode is V3:
        raise _unfit("a discovery service makes v2 tokens only", "name an etcd with --at")
    return mode


def _size(options: Options, written: BootstrapSpec | None, founders: int) -> int:
    if written is None:
        if options.size is None:
            raise _unfit("a token for how many members?", "say --size N, or name a spec with -f")
        return options.size
    if options.size not in (None, founders):
        text = f"--size {options.size} does not fit the spec, which has {founders} founders"
        raise _unfit(text, "leave --size out: the founders are counted")
    return founders


def _kept_by_v3(options: Options, kept: BootstrapSpec) -> BootstrapSpec:
    if options.at:
        parts = (each.strip() for each in options.at.removesuffix(",").split(","))
        return replace(
            kept, discovery_endpoints=tuple(_value("--at", parse_endpoint, each) for each in parts)
        )
    if not kept.discovery_endpoints:
        hint = "say --at HOST:PORT,… of an etcd that runs (3.4 or newer), or write discovery-endpoints"
        raise _unfit("where is the token to be kept?", hint)
    return kept


def _with_credentials(kept: BootstrapSpec, options: Options) -> BootstrapSpec:
    given = options.credentials
    for one, other, names in _PARTNERS:
        if bool(given[one]) != bool(given[other]):
            raise _unfit(f"{names} go together", "give both, or neither")
    if options.user:
        _value("--user", parse_user, options.user)
    changes: dict[str, Any] = {name: value for name, value in given.items() if value}
    return replace(kept, **changes)


def _place(options: Options, written: BootstrapSpec | None) -> tuple[str, bool]:
    """Below which URL a v2 token is made, and whether by a service; by default where the last one was."""
    if options.at or options.service:
        option = "--at" if options.at else "--service"
        return _value(option, parse_base, options.at or options.service or ""), not options.at
    last = written.discovery if written else None
    if last:
        return tokens_base(last), is_of_service(last)
    hint = "say --at http://HOST:PORT of an etcd until 3.5 that runs with --enable-v2, or --service URL"
    raise _unfit("where is the token to be kept?", hint)


def _value(option: str, read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except ValueError as cause:
        raise _unfit(f"{option}: {cause}", "see etcdboot discovery new --help") from cause


def checked_token(text: str) -> str:
    """A token that the user has made up.

    Raises:
        UsageError: EB568, it can be none.
    """
    return _value("--token", parse_token, text)


def _unfit(message: str, hint: str) -> EtcdbootError:
    return UsageError.because("EB568", message, hint)
