"""What stands in ``pki/`` for a plan's certificates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from etcdboot.base.artifacts import Standing
from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.errors import Refused
from etcdboot.base.fast_dataclasses import replace
from etcdboot.effects.files.pki_tree import PairTree
from etcdboot.pki.store.inventory import Found
from etcdboot.pki.store.revocation_register import REGISTER, Register, RegisterProblem
from etcdboot.pki.store.rotation_state import STATE, Rotations, Step
from etcdboot.plan.certificate_request import CertRequest, PairPaths, csr_path, pair_paths
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import CertificateSource


def look(tree: PairTree, plan: ClusterPlan) -> Iterator[Found]:
    """What stands for each of the plan's certificates, in the plan's order."""
    paths = {request.name: pair_paths(request.name) for request in plan.certificates}
    waiting = {name: str(csr_path(name)) for name in paths}
    places = (*(str(path) for pair in paths.values() for path in pair), *waiting.values(), str(STATE))
    standing = tree.present(places)
    ours = frozenset(tree.manifest.paths())
    revoked = frozenset(register(tree).serials)
    copied = _copied(standing[str(STATE)])
    for request in plan.certificates:
        pair = paths[request.name]
        there = {path: found.content for path in pair if (found := standing[str(path)]) is not None}
        own = [path for path in there if str(path) in ours]
        yield Found(
            request,
            there.get(pair.certificate),
            there.get(pair.key),
            foreign=tuple(path for path in there if path not in own),
            edited=tuple(path for path in own if not tree.manifest.wrote(str(path), there[path])),
            lost=any(map(tree.is_lost, pair)),
            revoked=revoked,
            keyless=pair.key not in there and _is_elsewhere(request, pair, tree),
            asked=asked.content if (asked := standing[waiting[request.name]]) else None,
            adopted=tree.manifest.has_adopted(str(pair.certificate), there.get(pair.certificate, b"")),
            copied=request.is_ca and not copied.isdisjoint((request.name, request.ca_name)),
        )


def _copied(state: Standing | None) -> frozenset[str]:
    """The CAs of peers that are a copy of another CA: before the second step of a split."""
    try:
        under_way = Rotations.parse(state.content).under_way if state else {}
    except ValueError:  # the commands that depend on it refuse (EB375)
        return frozenset()
    return frozenset(
        name for name, rotation in under_way.items() if rotation.splits and rotation.step is Step.BUNDLE
    )


def _is_elsewhere(request: CertRequest, pair: PairPaths, tree: PairTree) -> bool:
    """Whether a key that is not here is where it was made: the spec says so, or it was never here."""
    is_ours = str(pair.certificate) in tree.manifest.paths()
    return tree.is_keyless(pair) or (is_ours and request.source is CertificateSource.CSR)


def register(tree: PairTree) -> Register:
    """Whom the CAs of ``pki/`` have revoked.

    Raises:
        Refused: EB375, what tells of it is damaged or gone.
    """
    place = str(tree.root / REGISTER)
    found = tree.present([str(REGISTER)])[str(REGISTER)]
    if found is None and tree.is_lost(REGISTER):
        message = f"{place} is gone, and without it nobody would be revoked any more"
        raise Refused.because("EB375", message, "bring it back from a copy", place)
    try:
        return Register() if found is None else Register.parse(found.content)
    except RegisterProblem as cause:
        raise Refused.because(
            "EB375", f"{place} cannot be read: {cause}", "bring it back from a copy", place
        ) from None


def placed(diagnostic: Diagnostic, root: Path) -> Diagnostic:
    """The diagnostic with the file it is about; its path is that file's, or the certificate's name."""
    path = diagnostic.path
    below = PurePosixPath(path) if path.endswith((".pem", ".der")) else pair_paths(path).certificate
    return replace(diagnostic, file=str(root / below))
