"""The certificate files that members' hosts and clients need, read from ``pki/``; nothing is made here.

Apart from ``certs``, so that rendering need not load a cryptography library to copy files.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from etcdboot.effects.pairs import open_pairs
from etcdboot.ground.errors import Missing, UsageError
from etcdboot.model.certificates import pair_paths
from etcdboot.model.material import CertMaterial, Identity, absent, artifacts, identity_of, needed
from etcdboot.model.plan import ClusterPlan


def material(plan: ClusterPlan, pki_dir: Path, *, public: bool = False) -> CertMaterial:
    """The files of all members' trees; ``public`` leaves the keys out and does not ask for them.

    Raises:
        Missing: with one diagnostic for each file that is not there (EB330).
        Refused: something is in the way, or another etcdboot is writing there.
    """
    wanted = {member.name: needed(member, public=public) for member in plan.members}
    sources = {each.source: each.certificate for files in wanted.values() for each in files}
    contents = _read(pki_dir, sources)
    lacking = absent(sources, contents, str(pki_dir))
    if lacking:
        raise Missing(*lacking)
    return CertMaterial(
        {member.name: artifacts(member, wanted[member.name], contents) for member in plan.members}
    )


def identity(plan: ClusterPlan, pki_dir: Path, client: str | None = None) -> Identity | None:
    """What the client of that name (default: the first planned) shows and trusts; None without certificates.

    Raises:
        UsageError: no client certificate of that name is planned.
        Missing: a file is not there (EB330).
    """
    shown, ca = identity_of(plan, client)
    if client is not None and shown is None:
        hint = "add it to clients under certificates, then run etcdboot certs"
        raise UsageError.because("EB308", f"no client certificate for {client} is planned", hint)
    if ca is None:
        return None
    own = pair_paths(shown.name) if shown else ()
    sources = {ca: "ca", **{path: shown.name for path in own if shown}}
    contents = _read(pki_dir, sources)
    lacking = absent(sources, contents, str(pki_dir))
    if lacking:
        raise Missing(*lacking)
    return Identity(contents[ca], *(contents[path] for path in own))


def _read(pki_dir: Path, sources: Iterable[PurePosixPath]) -> dict[PurePosixPath, bytes]:
    with open_pairs(pki_dir, writing=False) as tree:
        standing = tree.present(map(str, sources))
    return {PurePosixPath(path): found.content for path, found in standing.items() if found}
