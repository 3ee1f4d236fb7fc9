"""The revocation lists in ``pki/``: read, and made where a CA's key is at hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from etcdboot.base.artifacts import Artifact
from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.errors import Refused
from etcdboot.effects.files.pki_tree import PairTree
from etcdboot.effects.passphrase import Passphrases
from etcdboot.pki.revocation.lists import Lists
from etcdboot.pki.store.inventory import Entry
from etcdboot.pki.store.selection import open_authority
from etcdboot.pki.x509.signing import Authority
from etcdboot.plan.revocation_lists import CrlRequest, crl_paths
from etcdboot.workflows.certs.pki_state import placed, register


def look_at_lists(tree: PairTree, requests: tuple[CrlRequest, ...]) -> Lists:
    """What stands in ``pki/`` of these lists, and whom they are to tell of.

    Raises:
        Refused: EB375, what tells whom they are about is damaged or gone.
    """
    paths = {each.ca_name: str(crl_paths(each.ca_name).der) for each in requests}
    standing = tree.present(paths.values())
    there = {name: found.content for name, path in paths.items() if (found := standing[path]) is not None}
    return Lists(requests, register(tree), there)


def complete(
    lists: Lists, entries: tuple[Entry, ...], passphrases: Passphrases, now: datetime, root: Path
) -> tuple[Lists, tuple[Artifact, ...]]:
    """The lists with those that were missing, and the files to write for them; ``root`` is ``pki/``.

    Raises:
        Refused: a CA's key is not there, or cannot be opened.
    """
    signers = {name: authority(entries, name, passphrases, root) for name in lists.missing()}
    return lists.made(entries, signers, now)


def authority(entries: Iterable[Entry], name: str, passphrases: Passphrases, root: Path) -> Authority:
    """The CA of that name, ready to sign a list.

    Raises:
        Refused: it is not sound, or its key is not there or cannot be opened.
    """
    entry = next(each for each in entries if each.request.name == name)
    if entry.refusals:
        raise Refused(*(placed(each, root) for each in entry.refusals))
    opened = open_authority(entry, [str(crl_paths(name).der)], passphrases.opens)
    if isinstance(opened, Diagnostic):
        raise Refused(placed(opened, root))
    assert opened is not None, "whoever may ask for a passphrase gets one, or is refused"
    return opened
