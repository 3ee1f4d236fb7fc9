"""``discovery new``: make a token, and write it into the spec."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from etcdboot.base.diagnostics import Diagnostic, Severity, warning
from etcdboot.base.errors import EtcdbootError, SpecError
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.effects.discovery_tokens import new_token
from etcdboot.effects.files.replace_in_place import demand_rewritable, rewrite
from etcdboot.effects.files.user_files import folder_of, read_text
from etcdboot.plan.bootstrap_flags import token_key
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.plan import ClusterPlan
from etcdboot.plan.planner import plan
from etcdboot.spec.discovery_urls import host_of as host_in
from etcdboot.spec.editor import put
from etcdboot.spec.loader import SourceMap, load
from etcdboot.spec.spec import BootstrapMode, BootstrapSpec, ClusterSpec
from etcdboot.workflows.cluster import approved
from etcdboot.workflows.discovery.registry import DEFAULT_TIMEOUT, host_of, way_of
from etcdboot.workflows.discovery.token_request import (
    V2,
    Options,
    Wish,
    cautions,
    checked_token,
    departures,
    wish,
)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was made, of ``size`` places; ``text`` is the v2 URL or the v3 token.

    ``replaced`` is what the spec had before, where it was ``written`` into the spec.
    """

    mode: BootstrapMode
    text: str
    size: int
    written: bool = False
    replaced: str | None = None
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def key(self) -> str:
        """The key of the spec that it belongs under."""
        return f"bootstrap.{token_key(self.mode)}"

    def as_json(self) -> dict[str, Any]:
        """The keys of ``-w json`` beyond those of every command."""
        return {
            "mode": str(self.mode),
            "token": self.text,
            "size": self.size,
            "written": self.written,
            "replaced": self.replaced,
        }


@dataclass(frozen=True, slots=True)
class _Read:
    """The spec that a token is for, as it was found."""

    file: str
    text: str
    spec: ClusterSpec
    source: SourceMap

    def planned(self, bootstrap: BootstrapSpec) -> tuple[ClusterSpec, ClusterPlan]:
        """The spec with another ``bootstrap`` section, and its plan."""
        spec = replace(self.spec, bootstrap=bootstrap)
        return spec, plan(spec, layout=HostLayout(PurePosixPath(folder_of(self.file))))


def make(
    file: str | None, options: Options, *, write: bool = False, timeout: float = DEFAULT_TIMEOUT
) -> NewToken:
    """Make the token that the spec in ``file`` wants (None: that the options alone want).

    With ``write`` it goes into the spec. Nothing is made for a spec that could not use it, or that may not be
    replaced.

    Raises:
        UsageError: EB568, options that do not go together, or a spec whose mode knows no token.
        SpecError, Missing: as reading the spec does; EB120, the spec cannot be edited, and the hint has what
            to write by hand.
        Refused: EB121, EB122, the spec cannot be replaced; EB561 to EB565, no token is made there.
        Down: EB560, nothing answers where it is to be made.
    """
    token = checked_token(options.token) if options.token else new_token()
    if file is None:
        wanted = wish(options, None, 0)
        return _made(wanted, token, Path.cwd(), timeout, cautions(wanted))
    read = _read(file)
    written = read.spec.bootstrap
    wanted = wish(options, written, len(read.planned(written)[1].founders))
    judged = (*_judged(read, wanted, token), *map(read.source.placed, departures(wanted, written)))
    if write:
        demand_rewritable(file, read.text)
    new = _made(wanted, token, folder_of(file), timeout, judged)
    return _written(new, read, wanted) if write else new


def _read(file: str) -> _Read:
    text = read_text(file)
    loaded = load(text, file)
    if loaded.spec is None:
        raise SpecError(*loaded.diagnostics)
    return _Read(file, text, loaded.spec, loaded.source)


def _judged(read: _Read, wanted: Wish, token: str) -> tuple[Diagnostic, ...]:
    """What is to be said of the spec as it will be with that token.

    Raises:
        SpecError: it would be no good spec, so the token would be of no use.
    """
    coming = replace(wanted.bootstrap, discovery_token=token)
    if wanted.bootstrap.mode is V2:
        coming = replace(wanted.bootstrap, discovery=f"{wanted.base}/{token}")
    return approved(*read.planned(coming), read.source)


def _made(wanted: Wish, token: str, folder: Path, timeout: float, judged: tuple[Diagnostic, ...]) -> NewToken:
    """The token, made where it is wanted; files that the wish names are seen from ``folder``."""
    written = wanted.bootstrap
    if written.mode is not V2:
        from etcdboot.effects.etcd import discovery_v3

        discovery_v3.make_token(host_of(written, folder, timeout), token, wanted.size)
        return NewToken(written.mode, token, wanted.size, diagnostics=judged)
    from etcdboot.effects.etcd import discovery_v2

    way = way_of(written, timeout)
    try:
        if wanted.by_service:
            url = discovery_v2.ask_service(wanted.base, wanted.size, way)
        else:
            url = discovery_v2.make_token(wanted.base, token, wanted.size, way)
    except EtcdbootError as cause:  # that the public service is given up may well be why
        raise type(cause)(*cause.diagnostics, *cautions(wanted)) from cause
    return NewToken(written.mode, url, wanted.size, diagnostics=(*judged, *_elsewhere(wanted, url)))


def _elsewhere(wanted: Wish, made: str) -> Iterator[Diagnostic]:
    """A service names itself as its settings say, and Debian's say example.com."""
    if wanted.by_service and host_in(made) != host_in(wanted.base):
        text = f"{wanted.base} was asked, and gives a token at another host: {made}"
        hint = "members will go there; if nobody is there, let the service know its own URL (-h, prefix_url)"
        yield warning("EB567", text, hint)


def _written(new: NewToken, read: _Read, wanted: Wish) -> NewToken:
    """The same, once it stands in the spec."""
    before = read.spec.bootstrap
    edited = put(read.text, dict(_changes(before, wanted, new)))
    rewrite(read.file, read.text, edited)
    old = before.discovery if new.mode is V2 else before.discovery_token
    remarks = load(edited, read.file).source.in_order(_replaced(new, old))
    return replace(new, written=True, replaced=old, diagnostics=(*new.diagnostics, *remarks))


def _changes(before: BootstrapSpec, wanted: Wish, new: NewToken) -> Iterator[tuple[str, str | list[str]]]:
    """What the spec does not say yet."""
    if before.mode is not new.mode:
        yield "bootstrap.mode", str(new.mode)
    if new.mode is not V2 and not before.discovery_endpoints:
        yield "bootstrap.discovery-endpoints", list(wanted.bootstrap.discovery_endpoints)
    yield new.key, new.text


def _replaced(new: NewToken, old: str | None) -> Iterator[Diagnostic]:
    if old:
        text = f"the spec had another token, which is replaced: {old}"
        hint = "render anew for all members: those that were told the old one never meet those with the new"
        yield Diagnostic(Severity.NOTE, "EB566", text, hint, new.key)
