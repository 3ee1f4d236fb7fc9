"""What stands in ``pki/``: beside the planned certificates, what is kept by commands of its own."""

from __future__ import annotations

from pathlib import PurePosixPath

from etcdboot.pki.store.issued_register import ISSUED
from etcdboot.pki.store.revocation_register import REGISTER
from etcdboot.pki.store.rotation_state import RETIRED, ROTATION, STATE
from etcdboot.plan.certificate_request import CA, CSR_FOLDER, PEER_CA, ROOTS, pair_paths
from etcdboot.plan.revocation_lists import crl_paths

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
