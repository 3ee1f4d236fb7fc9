"""What stands in ``pki/`` beside the planned certificates, and is kept by commands of its own."""

from __future__ import annotations

from pathlib import PurePosixPath

from etcdboot.model.certificates import CA, PEER_CA
from etcdboot.model.crl import crl_paths
from etcdboot.model.csr import CSR_FOLDER
from etcdboot.model.register import REGISTER
from etcdboot.model.rotation import RETIRED, ROTATION, STATE

_FILES = frozenset({REGISTER, STATE, *(path for name in (CA, PEER_CA) for path in crl_paths(name))})
_FOLDERS = frozenset({ROTATION, RETIRED, CSR_FOLDER})


def is_beside(path: str) -> bool:
    """Whether the file belongs to revocation, to a rotation or to a request, so that no plan asks for it."""
    pure = PurePosixPath(path)
    return pure in _FILES or bool(_FOLDERS.intersection(pure.parents))
