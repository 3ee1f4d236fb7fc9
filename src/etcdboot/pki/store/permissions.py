"""Who may read what below ``pki/`` and ``out/``, and what does not belong there. Pure, no cryptography."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from enum import StrEnum
from pathlib import PurePosixPath

from etcdboot.base.diagnostics import Diagnostic, error, warning
from etcdboot.base.fast_dataclasses import dataclass, field
from etcdboot.base.manifest import MANIFEST
from etcdboot.pki.store.issued_register import ISSUED
from etcdboot.pki.store.revocation_register import REGISTER
from etcdboot.pki.store.rotation_state import RETIRED, ROTATION, STATE
from etcdboot.plan.certificate_request import CA, CSR_FOLDER, PEER_CA, ROOTS, pair_paths
from etcdboot.plan.revocation_lists import crl_paths

_OTHERS = 0o077  # all that group and others may do
_HERE = PurePosixPath()
_STAGED = ".staged"  # what a run that was cut short left; the next one finishes or drops it
_KEY_MARK = b"PRIVATE KEY-----"


class Kind(StrEnum):
    """What stands at a path."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "symlink"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands at one path below a root (the root itself: an empty path); ``owner`` is a user's number."""

    path: PurePosixPath
    kind: Kind
    mode: int
    owner: int
    content: bytes = field(default=b"", repr=False)

    @property
    def is_key(self) -> bool:
        """Whether it holds a private key in PEM."""
        return _KEY_MARK in self.content


def loose(kept: Collection[Kept], user: int) -> Iterator[Diagnostic]:
    """EB345: keys, and folders with keys in them, that others can read; and whatever is another user's.

    ``user`` is whose all should be; to root (0) it may be whoever owns the root folder.
    """
    owner = next((each.owner for each in kept if each.path == _HERE), user) if user == 0 else user
    private = {each.path.parent for each in kept if each.is_key}
    for each in kept:
        secret = each.is_key or (each.kind is Kind.FOLDER and each.path in private)
        if secret and each.mode & _OTHERS:
            wanted = 0o600 if each.is_key else 0o700
            message = f"{_name(each)} can be read by others (mode {each.mode:04o}, wanted {wanted:04o})"
            hint = f"chmod {wanted:04o} it, as etcdboot certs and etcdboot render do"
            yield error("EB345", message, hint, str(each.path))
        if each.owner != owner:
            message = f"{_name(each)} belongs to user {each.owner}, not to {owner}"
            yield error("EB345", message, "chown it, or run as the user that it belongs to", str(each.path))


def strays(
    kept: Iterable[Kept], planned: Collection[str], is_placed: Callable[[PurePosixPath], bool]
) -> Iterator[Diagnostic]:
    """EB346: what is not planned below a root, and no folder on the way to what is.

    ``is_placed`` narrows the look to some of the paths.
    """
    folders = {parent for path in planned for parent in PurePosixPath(path).parents}
    for each in kept:
        known = str(each.path) in planned or each.path in folders or each.path.name == MANIFEST.name
        if known or each.path.parts[:1] == (_STAGED,) or not is_placed(each.path):
            continue
        hint = "move it away, unless you know what it is for"
        if each.is_key:
            message = f"{each.path} is a private key that nobody has planned"
            yield error("EB346", message, hint, str(each.path))
        elif each.kind is not Kind.FOLDER:
            what = "is nothing of etcdboot's" if each.kind is Kind.FILE else f"is a {each.kind}"
            yield warning("EB346", f"{each.path} {what}", hint, str(each.path))


def _name(each: Kept) -> str:
    return "the folder itself" if each.path == _HERE else str(each.path)


_FILES = frozenset({REGISTER, ISSUED, STATE, *(path for name in (CA, PEER_CA) for path in crl_paths(name))})


_FOLDERS = frozenset({ROTATION, RETIRED, CSR_FOLDER})


_AUTHORITIES = frozenset(path for name in (*ROOTS, *ROOTS.values()) for path in pair_paths(name))


_LEAVES = ("members", "clients")


_TOP = frozenset((*_LEAVES, *(path.parts[0] for path in _FILES | _FOLDERS | _AUTHORITIES)))


def stands_in_pki(name: str) -> bool:
    """Whether it is the name of a file or folder right in ``pki/``; a hidden one says nothing either way."""
    return name in _TOP or name.startswith(".")


def is_beside(path: str) -> bool:
    """Whether the file is a record or of a revocation, a rotation or a request: no plan asks for it."""
    pure = PurePosixPath(path)
    return pure in _FILES or bool(_FOLDERS.intersection(pure.parents))
