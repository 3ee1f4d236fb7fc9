"""The steps of a rotation: what each makes, and that it writes all of it at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

from cryptography import x509

from etcdboot.base.artifacts import Artifact
from etcdboot.base.errors import Refused
from etcdboot.base.fast_dataclasses import replace
from etcdboot.effects import random_source
from etcdboot.pki.rotation import transitions
from etcdboot.pki.rotation.transitions import Move
from etcdboot.pki.store import selection
from etcdboot.pki.store.inventory import Entry
from etcdboot.pki.store.rotation_state import ROTATION, STATE, Rotation, Step
from etcdboot.pki.x509.pem import PrivateKey, is_encrypted
from etcdboot.pki.x509.signing import Authority, Pair, PublicKey, issue_all
from etcdboot.plan.certificate_request import CertRequest, pair_paths
from etcdboot.plan.revocation_lists import crl_paths
from etcdboot.spec.spec import CertificateSource
from etcdboot.workflows.certs.issue import new_keys, sealer
from etcdboot.workflows.certs.issued import compare, look_at_record, recreated
from etcdboot.workflows.certs.pki_state import placed
from etcdboot.workflows.certs.revocation_lists import look_at_lists
from etcdboot.workflows.certs.revoke import requests
from etcdboot.workflows.certs.rotation.context import Rotated, Work, kept, opened


def bundle(work: Work) -> Rotated:
    """A new CA beside the old one, and both in the file that is trusted."""
    pairs = made(work, transitions.successors(work.line, work.entries), {})
    return written(work, transitions.begun(work.line, work.entries, pairs))


def replace_inner(work: Work) -> Rotated:
    """A new intermediate, signed by the root that everybody trusts already, and all that it signs."""
    [above] = [each for each in work.plan.certificates if each.name == work.line.authorities[0].ca_name]
    root = selection.open_authority(work.entries[above.name], [work.line.name], work.passphrases.opens)
    if not isinstance(root, Authority):
        raise Refused(*([placed(root, work.tree.root)] if root else []))
    requests = (*transitions.successors(work.line, work.entries), *_leaves(work))
    pairs = made(work, requests, {above.name: root})
    move = transitions.replaced(work.line, work.entries, pairs)
    signer = opened(pairs[work.line.signer], pair_paths(work.line.signer).key, work.passphrases)
    return written(work, move, _lists(work, signer))


def go_on(work: Work, rotation: Rotation) -> Rotated:
    """The step after the one that the state says."""
    if rotation.step is Step.BUNDLE:
        return swap(work, rotation, Step.REISSUE)
    if rotation.step is Step.REISSUE and not work.line.inner:
        waiting, splits = kept(work, rotation), rotation.splits
        move = transitions.ended(work.line, work.entries, waiting, Step.DROP, copies=splits)
        return written(work, transitions.carried(move, splits=splits))
    return written(work, Move((), None))


def go_back(work: Work, rotation: Rotation) -> Rotated:
    """The state before the first step."""
    waiting = kept(work, rotation)
    if not rotation.splits:
        return written(work, transitions.ended(work.line, work.entries, waiting, None))
    move, gone = transitions.rejoined(work.line, waiting)
    lists = {str(path) for path in crl_paths(work.line.signer)}
    return written(work, move, gone=gone | lists)


def swap(work: Work, rotation: Rotation, step: Step) -> Rotated:
    """Let the CAs that wait sign everything anew, and the others wait."""
    waiting = kept(work, rotation)
    _demand_keys(work, rotation, waiting)
    name = work.line.signer
    paths = transitions.kept_paths(work.line, rotation)
    signer = opened(waiting[name], paths[name].key, work.passphrases)
    pairs = made(work, _leaves(work), {name: signer})
    move = transitions.swapped(work.line, work.entries, waiting, pairs, step)
    return written(work, transitions.carried(move, splits=rotation.splits), _lists(work, signer))


def _demand_keys(work: Work, rotation: Rotation, waiting: Mapping[str, Pair]) -> None:
    """Refused where a key would stay beside the certificate of another one."""
    for name, paths in transitions.kept_paths(work.line, rotation).items():
        if not waiting[name].key and (work.entries[name].found.key or name == work.line.signer):
            message = f"{paths.key} is missing, and without it {name} cannot take its place"
            raise Refused.because("EB303", message, "bring it back; later it can be kept elsewhere again")


def _leaves(work: Work) -> tuple[CertRequest, ...]:
    """The certificates to sign anew: those that are there, and those that could be made here.

    Raises:
        Refused: one was changed by hand, or cannot be read.
    """
    names = frozenset(each.name for each in work.line.leaves)
    entries = selection.concerned(work.entries.values(), names)
    refusals = tuple(each for entry in entries if entry.request.name in names for each in entry.refusals)
    if refusals:
        raise Refused(*(placed(each, work.tree.root) for each in refusals))
    return tuple(
        entry.request
        for entry in entries
        if entry.request.name in names
        and (entry.facts is not None or entry.request.source is CertificateSource.ISSUED)
    )


def made(
    work: Work, requests: tuple[CertRequest, ...], authorities: Mapping[str, Authority]
) -> dict[str, Pair]:
    """Certificates and keys for the requests; a key that its host keeps to itself stays what it is."""
    elsewhere: dict[str, PrivateKey | PublicKey] = {
        each.name: _public_key(work.entries[each.name])
        for each in requests
        if not each.is_ca and work.entries[each.name].found.keyless
    }
    coming = [work.entries[each.name] for each in requests if each.is_ca]
    sealing = work.passphrases.encrypts or any(is_encrypted(each.found.key or b"") for each in coming)
    seal = sealer(replace(work.passphrases, encrypts=sealing), coming)
    new_key = new_keys(requests, elsewhere, work.reporter)
    return issue_all(requests, dict(authorities), new_key, random_source.new_serial, work.now, seal)


def _public_key(entry: Entry) -> PublicKey:
    assert entry.found.certificate is not None
    return x509.load_pem_x509_certificate(entry.found.certificate).public_key()


def _lists(work: Work, signer: Authority) -> tuple[Artifact, ...]:
    """The list of the line's CA, if there is one, signed by the CA that signs from now on."""
    lists = look_at_lists(work.tree, requests(work.plan))
    if work.line.signer not in lists.found:
        return ()
    return lists.made(work.entries.values(), {work.line.signer: signer}, work.now)[1]


def written(
    work: Work,
    move: Move,
    further: tuple[Artifact, ...] = (),
    *,
    gone: frozenset[str] = frozenset(),
    adopted: Collection[str] = (),
) -> Rotated:
    """Write all of a step at once, and remove what is left of ``rotation/`` and the files ``gone``.

    ``adopted`` are the paths of what others made.
    """
    rotations = work.rotations.with_(work.line.name, move.rotation)
    artifacts = (*move.files, *further, Artifact(STATE, rotations.dump()))

    def is_left_over(path: str) -> bool:
        is_waiting = PurePosixPath(path).is_relative_to(ROTATION)
        return path in gone or (is_waiting and path not in rotations.files)

    record = look_at_record(work.tree, work.entries.values(), artifacts)
    changes = compare(work.tree, artifacts, record, work.now, is_left_over)
    work.tree.write(changes, prune=True, adopted=adopted)
    told = tuple(recreated(record, work.tree.root))
    return Rotated(work.line.name, move.rotation, work.line.inner, changes, diagnostics=told)
