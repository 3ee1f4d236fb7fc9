"""The templates: those that ship, and a user's folder laid over them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from etcdboot.base.errors import Missing, UsageError
from etcdboot.effects.files.os_errors import failed

_PACKAGE = Path(__file__).resolve().parents[2]
# In a wheel they are in the package, in the source tree at its top.
_PLACES = (_PACKAGE / "templates", _PACKAGE.parents[1] / "templates")
_SUFFIX = ".j2"


def load_templates(overrides: Path | None = None) -> Mapping[str, str]:
    """Every template by name (``systemd/etcd.service.j2``); a file of ``overrides`` replaces its namesake.

    A further file there is one that the others may include. Missing (EB454) when the folder is not there,
    UsageError (EB455) when none of its files is named like a template that ships: it would do nothing.
    """
    shipped = _read(_shipped_folder())
    if overrides is None:
        return shipped
    if not overrides.is_dir():
        raise Missing.because("EB454", f"the template folder {overrides} is not there", "", str(overrides))
    own = _read(overrides)
    if not own.keys() & shipped.keys():
        hint = f"a file there must be named like one of these: {', '.join(shipped)}"
        raise UsageError.because("EB455", f"{overrides} replaces no template", hint, str(overrides))
    return {**shipped, **own}


def _shipped_folder() -> Path:
    found = next((place for place in _PLACES if place.is_dir()), None)
    if found is None:
        message = "etcdboot's templates are not there: the installation is incomplete"
        raise Missing.because("EB454", message, "install etcdboot again", str(_PLACES[0]))
    return found


def _read(folder: Path) -> dict[str, str]:
    paths = sorted(each for each in folder.rglob(f"*{_SUFFIX}") if each.is_file())
    return {path.relative_to(folder).as_posix(): _text(path) for path in paths}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as cause:
        raise UsageError.because(
            "EB455", f"{path} is not UTF-8 text", "save it as UTF-8", str(path)
        ) from cause
    except OSError as cause:
        raise failed("read", path, cause) from cause
