"""``init``: a first ``cluster.yaml``, judged before it is written."""

from __future__ import annotations

from pathlib import Path

from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.base.errors import EtcdbootError, Missing, Refused, UsageError
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.effects.etcd.binary import EtcdBinary, find_etcd
from etcdboot.effects.files.template_files import load_templates
from etcdboot.effects.files.user_files import STDIN, folder_of, read_text, write_new
from etcdboot.etcd.releases import NEWEST, Release, parse_release
from etcdboot.formats.templates import Engine
from etcdboot.plan.certificates import user_names
from etcdboot.render.starter_spec import (
    GITIGNORE,
    MOST_LOCAL_MEMBERS,
    TLS_CHOICES,
    Starter,
    first_spec,
    local_starters,
    starters,
)
from etcdboot.spec.loader import load
from etcdboot.spec.schema import parse_name
from etcdboot.spec.spec import ClusterSpec, TlsSpec
from etcdboot.spec.subject_names import folded
from etcdboot.workflows.cluster import cluster_of


@dataclass(frozen=True, slots=True)
class InitResult:
    """The spec's text, where it went (None: nowhere, it is for stdout), and warnings about it."""

    text: str
    file: Path | None
    members: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def init(
    words: tuple[str, ...],
    *,
    file: str,
    local: int = 0,
    name: str = "",
    release: str = "",
    tls: str = "",
    force: bool = False,
) -> InitResult:
    """Write a spec for the hosts in ``words``, or for ``local`` members on this machine.

    Raises:
        UsageError: the hosts, the name or the release make no sense, or a member is named like an etcd user.
        Refused: the file exists and ``force`` is not given.
        SpecError: what would be written would not pass ``check``.
    """
    members = _members(words, local)
    _refuse_users(_names(members), tls or "mutual")
    binary = _found_etcd() if local else None
    chosen = written_release(release) if release else (binary.release if binary else NEWEST)
    text = first_spec(
        Engine(load_templates()),
        name=cluster_name(name, folder_of(file)),
        release=chosen,
        members=members,
        tls=tls or "mutual",
        local=bool(local),
        binary=str(binary.path) if binary else "",
    )
    warnings = cluster_of(load(text, file), folder_of(file)).diagnostics  # errors stop everything
    if file == STDIN:
        return InitResult(text, None, _names(members), warnings)
    write_new(Path(file), text.encode(), replace=force)
    return InitResult(text, Path(file), _names(members), warnings + ignore_keys(folder_of(file)))


def _names(members: tuple[Starter, ...]) -> tuple[str, ...]:
    return tuple(member.name for member in members)


def _members(words: tuple[str, ...], local: int) -> tuple[Starter, ...]:
    if words and local:
        raise UsageError.because("EB006", "hosts and --local exclude one another", "give one of them")
    if local:
        if not 1 <= local <= MOST_LOCAL_MEMBERS:
            message = f"--local takes 1 to {MOST_LOCAL_MEMBERS} members, not {local}"
            raise UsageError.because("EB006", message)
        return local_starters(local)
    if not words:
        hint = "for example: etcdboot init etcd1=10.0.0.1 etcd2=10.0.0.2 etcd3=10.0.0.3, or --local 3"
        raise UsageError.because("EB006", "no hosts are named", hint)
    try:
        return starters(words)
    except ValueError as cause:
        raise UsageError.because("EB006", str(cause), "write HOST or NAME=HOST, IPv6 as [fd00::1]") from None


def _refuse_users(names: tuple[str, ...], tls: str) -> None:
    """UsageError (EB280) for a member named like the user of a client certificate."""
    client_tls, _ = TLS_CHOICES[tls]
    users = user_names(ClusterSpec("", (), tls=TlsSpec(client_tls)))
    for name in names:
        if folded(name) in users:
            message = f"a member cannot be named {name}: with auth on, its certificates are that etcd user"
            raise UsageError.because("EB280", message, f"choose another name, for example {name}-1=HOST")


def _found_etcd() -> EtcdBinary | None:
    """The etcd of this machine, if there is one: a local spec is for it."""
    try:
        return find_etcd()
    except (Missing, Refused):
        return None


def written_release(text: str) -> Release:
    """The release that ``--etcd-version`` names; UsageError (EB006) for none."""
    try:
        return parse_release(text)
    except ValueError as cause:
        raise UsageError.because("EB006", str(cause)) from None


def cluster_name(written: str, folder: Path) -> str:
    """As given, or the folder's name where that can be one, or ``etcd``."""
    try:
        return parse_name(written or folder.name)
    except ValueError as cause:
        if written:
            raise UsageError.because("EB006", str(cause)) from None
        return "etcd"


def ignore_keys(folder: Path) -> tuple[Diagnostic, ...]:
    """Keep keys out of a repository: a .gitignore where there is none, a note where there is one."""
    ignore = folder / ".gitignore"
    lines = "".join(f"{line}\n" for line in ("# etcdboot: keys and local state", *GITIGNORE))
    try:
        write_new(ignore, lines.encode())
    except Refused:
        absent = [line for line in GITIGNORE if line not in _lines(ignore)]
        if absent:
            message = f"{ignore.name} exists; it should have: {' '.join(absent)}"
            return (Diagnostic(Severity.NOTE, "EB007", message, path=str(ignore)),)
    return ()


def _lines(file: Path) -> frozenset[str]:
    """The lines of a text file; none when it cannot be read, for whatever reason."""
    try:
        return frozenset(read_text(str(file)).splitlines())
    except EtcdbootError:
        return frozenset()


__all__ = ["TLS_CHOICES", "InitResult", "init"]
