"""The layout of CAs that a spec leaves to ``pki/``: looked up once, when a cluster is opened."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from etcdboot.base.diagnostics import Diagnostic, Severity, warning
from etcdboot.base.errors import EtcdbootError
from etcdboot.base.fast_dataclasses import replace
from etcdboot.effects.files.pki_tree import PairTree, open_pairs
from etcdboot.effects.files.replace_in_place import rewrite
from etcdboot.effects.files.root_folder import Watcher, unwatched
from etcdboot.effects.files.user_files import STDIN, read_text
from etcdboot.pki.store.rotation_state import STATE, Rotations
from etcdboot.plan.ca_layout import KEY, Held, tells_apart
from etcdboot.plan.certificate_request import CA, PEER_CA, ROOTS, pair_paths
from etcdboot.spec.editor import put
from etcdboot.spec.loader import load
from etcdboot.spec.spec import CaLayout, ClusterSpec


def held_in(pki_dir: Path, spec: ClusterSpec) -> Held:
    """Which CAs ``pki/`` holds or has lost, and which of them has signed the spec's peer certificates.

    The peer certificates are read only where the names of the files leave it open.

    Raises:
        Refused, Missing: the folder is in use or cannot be read.
    """
    with open_pairs(pki_dir, writing=False) as tree:
        held = Held(_holds(tree, CA), _holds(tree, PEER_CA), is_splitting=_is_splitting(tree))
        if tells_apart(spec.certificates.ca, held):
            held = replace(held, peers=_of_peers(tree, spec))
    return held


def assumed_for(name: str | None) -> CaLayout:
    """The layout for certificates that others issue, where neither spec nor ``pki/`` has one: usually one CA.

    ``name`` is the CA's name, where the user gives one.
    """
    return CaLayout.SPLIT if name and name.lower() in (PEER_CA, ROOTS[PEER_CA]) else CaLayout.SHARED


def write_layout(file: str, layout: CaLayout, watcher: Watcher = unwatched) -> tuple[Diagnostic, ...]:
    """Set ``certificates.ca`` in the spec; where that cannot be done, a warning with the line to write."""
    try:
        text = "" if file == STDIN else read_text(file)
        spec = load(text).spec
        if spec is not None and spec.certificates.ca is layout:
            return ()
        rewrite(file, text, put(text, {KEY: str(layout)}) if text else text, watcher)
    except EtcdbootError as cause:
        message = f"{KEY} must be {layout} from now on: {cause.diagnostics[0].message}"
        return (warning("EB277", message, f"write by hand: certificates: {{ca: {layout}}}", KEY),)
    return (Diagnostic(Severity.NOTE, "EB277", f"{KEY} is now {layout} in {file}", "", KEY),)


def _holds(tree: PairTree, name: str) -> bool:
    paths = [path for each in (name, ROOTS[name]) for path in pair_paths(each)]
    there = tree.present(map(str, paths))
    return any(there.values()) or any(map(tree.is_lost, paths))


def _is_splitting(tree: PairTree) -> bool:
    found = tree.present([str(STATE)])[str(STATE)]
    try:
        under_way = Rotations.parse(found.content).under_way if found else {}
    except ValueError:  # the commands that go by it refuse (EB375)
        return False
    return any(rotation.splits for rotation in under_way.values())


def _of_peers(tree: PairTree, spec: ClusterSpec) -> CaLayout | None:
    """Which CA has signed the peer certificates; the peers' own, if both have."""
    peers = _contents(tree, (f"{member.name}/peer" for member in spec.members))
    for name, layout in ((PEER_CA, CaLayout.SPLIT), (CA, CaLayout.SHARED)):
        if any(_has_signed(authority, peers) for authority in _contents(tree, [name])):
            return layout
    return None


def _contents(tree: PairTree, names: Iterable[str]) -> tuple[bytes, ...]:
    there = tree.present(str(pair_paths(name).certificate) for name in names)
    return tuple(found.content for found in there.values() if found)


def _has_signed(authority: bytes, leaves: Iterable[bytes]) -> bool:
    from etcdboot.pki.x509.certificate import read
    from etcdboot.pki.x509.pem import Unreadable  # here, for few specs leave it open

    for leaf in leaves:
        with suppress(Unreadable):
            if read(leaf, authority).signed:
                return True
    return False
