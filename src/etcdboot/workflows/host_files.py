"""The certificate files that members' hosts and clients need, read from ``pki/``; nothing is made here.

Apart from ``certs``, so that rendering need not load a cryptography library to copy files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from etcdboot.base.artifacts import Artifact
from etcdboot.base.errors import Missing
from etcdboot.effects.files.pki_tree import PairTree, open_pairs
from etcdboot.effects.files.user_files import read_bytes
from etcdboot.plan.certificate_request import pair_paths
from etcdboot.plan.host_files import (
    CertMaterial,
    Needed,
    absent,
    artifacts,
    bundled,
    carried_artifact,
    needed,
    needed_by,
)
from etcdboot.plan.plan import ClusterPlan


def material(plan: ClusterPlan, pki_dir: Path, *, public: bool = False) -> CertMaterial:
    """The files of all members' trees; ``public`` leaves the keys out and does not ask for them.

    Raises:
        Missing: with one diagnostic for each file that is not there (EB330).
        Refused: something is in the way, or another etcdboot is writing there.
    """
    wanted = {member.name: needed(member, public=public) for member in plan.members}
    contents = read_needed(wanted, pki_dir)
    return CertMaterial(
        {member.name: artifacts(member, wanted[member.name], contents) for member in plan.members}
    )


def bundles(plan: ClusterPlan, pki_dir: Path, *, public: bool = False) -> dict[str, tuple[Artifact, ...]]:
    """The certificate files of all clients' bundles, by folder; ``public`` as for :func:`material`.

    Raises:
        Missing, Refused: as :func:`material` does.
    """
    wanted = {client.folder: needed_by(client, public=public) for client in plan.clients}
    contents = read_needed(wanted, pki_dir)
    return {name: bundled(files, contents) for name, files in wanted.items()}


def carried(plan: ClusterPlan, folder: Path, *, public: bool = False) -> dict[str, tuple[Artifact, ...]]:
    """The operator's own files in the members' trees, by member; relative ones are seen from ``folder``.

    Raises:
        Missing: EB003, one is not there or cannot be read.
    """
    return {
        member.name: tuple(
            carried_artifact(member, each, read_bytes(folder / each.source, each.key))
            for each in member.carried
            if not (public and each.secret)
        )
        for member in plan.members
    }


def read_needed(wanted: Mapping[str, tuple[Needed, ...]], pki_dir: Path) -> dict[PurePosixPath, bytes]:
    """What the files hold that somebody wants; Missing, with all that are not there."""
    files = [each for files in wanted.values() for each in files]
    with open_pairs(pki_dir, writing=False) as tree:
        standing = tree.present({str(each.source): None for each in files})
        contents = {PurePosixPath(path): found.content for path, found in standing.items() if found}
        needed = [each for each in files if not (each.waits or _is_elsewhere(each, tree))]
    lacking = absent({each.source: each.certificate for each in needed}, contents, str(pki_dir))
    if lacking:
        raise Missing(*lacking)
    return contents


def _is_elsewhere(file: Needed, tree: PairTree) -> bool:
    """Whether it is a key that was never here, of a certificate of ours."""
    return file.secret and tree.is_keyless(pair_paths(file.certificate))
