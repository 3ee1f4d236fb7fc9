"""``discovery new``: make a token, and write it into the spec."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final

from etcdboot.effects.files import folder_of, read_text
from etcdboot.effects.rewriting import demand_rewritable, rewrite
from etcdboot.effects.tokens import new_token
from etcdboot.ground.errors import SpecError
from etcdboot.ground.report import Diagnostic, Severity, warning
from etcdboot.ground.values import dataclass, replace
from etcdboot.model.bootstrap import token_key
from etcdboot.model.discovery import host_of as host_in
from etcdboot.model.editing import put
from etcdboot.model.layout import HostLayout
from etcdboot.model.loading import load
from etcdboot.model.planning import plan
from etcdboot.model.spec import BootstrapMode, BootstrapSpec, ClusterSpec
from etcdboot.workflows.cluster import approved
from etcdboot.workflows.discovery.hosts import DEFAULT_TIMEOUT, host_of, way_of
from etcdboot.workflows.discovery.wish import V2, Options, Wish, cautions, checked_token, wish

_NO_FILE: Final = ""


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


def make(
    file: str | None, options: Options, *, write: bool = False, timeout: float = DEFAULT_TIMEOUT
) -> NewToken:
    """Make the token that the spec in ``file`` wants (None: that the options alone want).

    With ``write`` it goes into the spec; nothing is made that could not be written.

    Raises:
        UsageError: EB568, options that do not go together, or a spec whose mode knows no token.
        SpecError, Missing: as reading the spec does; EB120, the spec cannot be edited, and the hint has what
            to write by hand.
        Refused: EB121, EB122, the spec cannot be replaced; EB561 to EB565, no token is made there.
        Down: EB560, nothing answers where it is to be made.
    """
    text = read_text(file) if file is not None else _NO_FILE
    spec = _spec(text, file) if file is not None else None
    wanted = wish(options, spec.bootstrap if spec else None, _founders(spec))
    token = checked_token(options.token) if options.token else new_token()
    diagnostics = tuple(_judged(spec, text, file, wanted, token)) if spec and file else cautions(wanted)
    if file is not None and write:
        demand_rewritable(file, text)
    made = _made(wanted, token, folder_of(file) if file is not None else Path.cwd(), timeout)
    result = NewToken(
        wanted.bootstrap.mode, made, wanted.size, diagnostics=(*diagnostics, *_elsewhere(wanted, made))
    )
    if file is None or spec is None or not write:
        return result
    edited = put(text, dict(_changes(spec.bootstrap, wanted, made)))
    rewrite(file, text, edited)
    old = spec.bootstrap.discovery if wanted.bootstrap.mode is V2 else spec.bootstrap.discovery_token
    remarks = load(edited, file).source.in_order(_replaced(result, old))
    return replace(result, written=True, replaced=old, diagnostics=(*result.diagnostics, *remarks))


def _spec(text: str, file: str) -> ClusterSpec:
    loaded = load(text, file)
    if loaded.spec is None:
        raise SpecError(*loaded.diagnostics)
    return loaded.spec


def _founders(spec: ClusterSpec | None) -> int:
    return len(plan(spec, layout=HostLayout(PurePosixPath("/"))).founders) if spec else 0


def _judged(spec: ClusterSpec, text: str, file: str, wanted: Wish, token: str) -> tuple[Diagnostic, ...]:
    """What is to be said of the spec as it will be with that token.

    Raises:
        SpecError: it would be no good spec, so the token would be of no use.
    """
    coming = replace(wanted.bootstrap, discovery_token=token)
    if wanted.bootstrap.mode is V2:
        coming = replace(wanted.bootstrap, discovery=f"{wanted.base}/{token}")
    whole = replace(spec, bootstrap=coming)
    return approved(whole, plan(whole, layout=HostLayout(PurePosixPath("/"))), load(text, file).source)


def _made(wanted: Wish, token: str, folder: Path, timeout: float) -> str:
    written = wanted.bootstrap
    if written.mode is V2:
        from etcdboot.effects import registry_v2

        way = way_of(written, timeout)
        if wanted.by_service:
            return registry_v2.ask_service(wanted.base, wanted.size, way)
        return registry_v2.make_token(wanted.base, token, wanted.size, way)
    from etcdboot.effects import registry_v3

    registry_v3.make_token(host_of(written, folder, timeout), token, wanted.size)
    return token


def _elsewhere(wanted: Wish, made: str) -> Iterator[Diagnostic]:
    """A service names itself as its settings say, and Debian's say example.com."""
    if wanted.by_service and host_in(made) != host_in(f"{wanted.base}/"):
        text = f"{wanted.base} was asked, and gives a token at another host: {made}"
        hint = "members will go there; if nobody is there, let the service know its own URL (-h, prefix_url)"
        yield warning("EB567", text, hint)


def _changes(before: BootstrapSpec, wanted: Wish, made: str) -> Iterator[tuple[str, str | list[str]]]:
    """What the spec does not say yet."""
    mode = wanted.bootstrap.mode
    if before.mode is not mode:
        yield "bootstrap.mode", str(mode)
    if mode is not V2 and not before.discovery_endpoints:
        yield "bootstrap.discovery-endpoints", list(wanted.bootstrap.discovery_endpoints)
    yield f"bootstrap.{token_key(mode)}", made


def _replaced(new: NewToken, old: str | None) -> Iterator[Diagnostic]:
    if old:
        text = f"the spec had another token, which is replaced: {old}"
        hint = "render anew for all members: those that were told the old one never meet those with the new"
        yield Diagnostic(Severity.NOTE, "EB566", text, hint, new.key)
