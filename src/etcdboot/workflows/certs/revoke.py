"""Revoke certificates, and make the lists that tell of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from etcdboot.base.artifacts import Change
from etcdboot.base.diagnostics import Diagnostic, Severity, warning
from etcdboot.base.errors import Refused, UsageError
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.effects import clock
from etcdboot.effects.files.pki_tree import PairTree, open_pairs
from etcdboot.effects.files.root_folder import Watcher, unwatched
from etcdboot.effects.files.user_files import read_bytes
from etcdboot.effects.passphrase import FROM_THE_VARIABLE, Passphrases
from etcdboot.pki.revocation.issued_status import has_own_authority
from etcdboot.pki.revocation.lists import Listed
from etcdboot.pki.revocation.revocation import Culprit, Sentence, consequences, sentence, sentence_of_record
from etcdboot.pki.store import inventory, selection
from etcdboot.pki.store.inventory import Entry
from etcdboot.pki.store.issued_register import Issued
from etcdboot.pki.store.revocation_register import Register, Roll
from etcdboot.pki.x509.crl_entry import Reason, Revoked
from etcdboot.plan.certificate_request import CA, PEER_CA, pair_paths
from etcdboot.plan.plan import ClusterPlan
from etcdboot.plan.revocation_lists import CrlRequest, crl_paths
from etcdboot.spec.spec import CrlSpec
from etcdboot.workflows.certs.issue import Clock
from etcdboot.workflows.certs.issued import Record, compare, former, look_at_record, recreated
from etcdboot.workflows.certs.pki_state import look, placed, register
from etcdboot.workflows.certs.revocation_lists import authority, look_at_lists
from etcdboot.workflows.certs.rotation.context import rotations_of


@dataclass(frozen=True, slots=True)
class ListsResult:
    """What was revoked now, and the lists as they stand, each with all that its CA has revoked."""

    revoked: tuple[Revoked, ...]
    lists: tuple[tuple[Listed, Roll], ...]
    changes: tuple[Change, ...]
    diagnostics: tuple[Diagnostic, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The keys that ``-w json`` prints."""
        return {
            "changes": [
                {"path": str(change.artifact.path), "kind": str(change.kind)} for change in self.changes
            ],
            "revoked": [_entry_json(revoked) for revoked in self.revoked],
            "lists": [_list_json(listed, roll) for listed, roll in self.lists],
        }


def revoke(
    plan: ClusterPlan,
    pki_dir: Path,
    words: Collection[str],
    reason: Reason = Reason.UNSPECIFIED,
    *,
    serials: Collection[int] = (),
    now: Clock = clock.now,
    watcher: Watcher = unwatched,
    passphrases: Passphrases = FROM_THE_VARIABLE,
) -> ListsResult:
    """Revoke the certificates of these names, or in these files, and make the lists that tell of them.

    A name is that of every certificate that was issued under it and has not expired, also when the spec and
    ``pki/`` do not have it any more. ``serials`` are of single certificates that are recorded.

    Raises:
        UsageError: EB308, there is no such certificate and no such file.
        Refused: EB376, it is not one of ours, or a CA; the CA's key is not there or cannot be opened.
        Missing: the disk said no.
    """
    _demand_own_authority(plan)
    with open_pairs(pki_dir, watcher=watcher) as tree:
        moment = now()
        entries = inventory.judge(look(tree, plan), moment)
        record = look_at_record(tree, entries)
        valid = record.register.valid(moment)
        found = {word: _recorded(valid, word, register(tree)) for word in words}
        culprits = tuple(
            culprit for word in words for culprit in _culprits(tree, entries, word, known=bool(found[word]))
        )
        known = _authorities(tree, entries)
        judged = [sentence(culprit, known, reason, moment) for culprit in culprits]
        refusals = [found for found in judged if isinstance(found, Diagnostic)]
        if refusals:
            raise Refused(*refusals)
        named = (*(issued for word in words for issued in found[word]), *_of_serials(valid, serials))
        more = (sentence_of_record(issued, reason, moment) for issued in named)
        sentences = _once(found for found in (*judged, *more) if isinstance(found, Sentence))
        result = _write(tree, plan, entries, record, sentences, (), moment, passphrases)
    told = tuple(placed(said, pki_dir) for culprit in culprits for said in consequences(culprit))
    return replace(result, diagnostics=(*result.diagnostics, *told, *_unseen(plan)))


def refresh(
    plan: ClusterPlan,
    pki_dir: Path,
    *,
    now: Clock = clock.now,
    watcher: Watcher = unwatched,
    passphrases: Passphrases = FROM_THE_VARIABLE,
) -> ListsResult:
    """Make every list anew, from now on; who is revoked stays revoked.

    Raises:
        Refused: a CA is not sound, or its key is not there or cannot be opened.
        Missing: the disk said no.
    """
    _demand_own_authority(plan)
    with open_pairs(pki_dir, watcher=watcher) as tree:
        moment = now()
        entries = inventory.judge(look(tree, plan), moment)
        names = {request.ca_name for request in requests(plan)}
        record = look_at_record(tree, entries)
        result = _write(tree, plan, entries, record, (), names, moment, passphrases)
    return replace(result, diagnostics=(*result.diagnostics, *_unseen(plan)))


def requests(plan: ClusterPlan) -> tuple[CrlRequest, ...]:
    """The lists that the plan asks for; where it asks for none, one for each CA that signs for callers."""
    names = dict.fromkeys(request.ca_name for request in plan.certificates if not request.is_ca)
    return plan.crls or tuple(CrlRequest(name, CrlSpec().lifetime) for name in names)


def _demand_own_authority(plan: ClusterPlan) -> None:
    if not has_own_authority(plan):
        hint = "whoever signs for it must revoke; name their list (DER) in the flag client-crl-file"
        raise Refused.because("EB376", "this cluster has no CA of etcdboot's own", hint)


def _write(
    tree: PairTree,
    plan: ClusterPlan,
    entries: tuple[Entry, ...],
    record: Record,
    sentences: tuple[Sentence, ...],
    names: Collection[str],
    now: datetime,
    passphrases: Passphrases,
) -> ListsResult:
    """Enter the sentences, make the lists that must tell of them, and those of ``names`` in any case."""
    lists = look_at_lists(tree, requests(plan))
    before = lists.register.serials
    is_splitting = any(rotation.splits for rotation in rotations_of(tree).under_way.values())
    told = [
        (name, sentence.entry)
        for sentence in sentences
        for name in _listed_by(sentence.ca_name, is_splitting=is_splitting)
    ]
    for name, entry in told:
        roll = lists.register.of(name).with_([entry])
        lists = replace(lists, register=lists.register.with_(name, roll))
    concerned = {name for name, _ in told}
    behind = {name for name in lists.behind(entries, now) if name in concerned}
    signers = {name: authority(entries, name, passphrases, tree.root) for name in sorted({*names, *behind})}
    after, artifacts = lists.made(entries, signers, now)
    changes = compare(tree, artifacts, record, now)
    tree.write(changes, force=True)  # an edit is in the register, which was read; lists are made from it
    # Without crl in the spec, only the lists of this run are asked for.
    asked = tuple(
        request for request in after.requests if plan.crls or request.ca_name in {*concerned, *names}
    )
    flaws = (placed(flaw, tree.root) for flaw in replace(after, requests=asked).flaws(entries, now))
    return ListsResult(
        revoked=tuple(sentence.entry for sentence in sentences if sentence.entry.serial not in before),
        lists=tuple((listed, after.register.of(listed.request.ca_name)) for listed in after.read(entries)),
        changes=changes,
        diagnostics=(
            *flaws,
            *(_known(sentence.entry) for sentence in sentences if sentence.entry.serial in before),
            *recreated(record, tree.root),
        ),
    )


def _listed_by(ca_name: str, *, is_splitting: bool) -> tuple[str, ...]:
    """The CAs whose lists name what that CA has signed: two while peers still trust it during a split."""
    return (CA, PEER_CA) if is_splitting and ca_name == CA else (ca_name,)


def _culprits(tree: PairTree, entries: tuple[Entry, ...], word: str, *, known: bool) -> Iterator[Culprit]:
    """The certificate that a word names: one of the plan, one that is still in ``pki/``, or a file.

    ``known``: certificates of that name are recorded, so that none need be in place.
    """
    entry = next((candidate for candidate in entries if candidate.request.name.lower() == word.lower()), None)
    if entry is not None and entry.found.certificate is not None:
        yield Culprit(word, entry.request.name, entry.found.certificate, entry.request.kind)
        return
    if known:
        return
    if "/" in word and not word.startswith((".", "/")):
        path = str(pair_paths(word).certificate)
        standing = tree.at_start.get(path)
        if standing is not None:
            yield Culprit(word, word, standing.content)
            return
    if entry is None and not Path(word).is_file():
        selection.named(tuple(candidate.request for candidate in entries), [word])  # says what is near
    if entry is not None:
        raise UsageError.because("EB308", f"{word} has no certificate yet", "there is nothing to revoke")
    yield Culprit(word, word, read_bytes(Path(word), "the certificate to revoke"))


def _recorded(valid: Iterable[Issued], word: str, revoked: Register) -> tuple[Issued, ...]:
    """The valid certificates of that name: those that are not revoked yet, else all of them."""
    named = tuple(issued for issued in valid if issued.name.lower() == word.lower() and not issued.is_ca)
    return tuple(issued for issued in named if issued.serial not in revoked.serials) or named


def _of_serials(valid: Iterable[Issued], serials: Collection[int]) -> Iterator[Issued]:
    """The recorded certificates with these serial numbers.

    Raises:
        UsageError: EB308, no valid certificate has such a number.
        Refused: EB376, it is a CA's.
    """
    known = {issued.serial: issued for issued in valid}
    for serial in serials:
        issued = known.get(serial)
        if issued is None:
            message = f"no valid certificate with the serial number {serial:x} is recorded"
            raise UsageError.because(
                "EB308", message, "list all valid ones with: etcdboot certs status --all"
            )
        if issued.is_ca:
            message = f"{serial:x} is the serial number of a CA ({issued.name}), and no CA revokes itself"
            raise Refused.because("EB376", message, "replace the CA with: etcdboot certs rotate-ca")
        yield issued


def _once(sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
    """Each certificate once."""
    return tuple({(sentence.ca_name, sentence.entry.serial): sentence for sentence in sentences}.values())


def _authorities(tree: PairTree, entries: tuple[Entry, ...]) -> dict[str, tuple[bytes, ...]]:
    """What each CA that signs leaves is, is to be and was: its files in ``pki/``, rotation/ and retired/."""
    signing = {entry.request.ca_name for entry in entries if not entry.request.is_ca}
    found: dict[str, list[bytes]] = {}
    for entry in entries:
        if entry.request.name in signing and entry.found.certificate and entry.facts:
            found.setdefault(entry.request.name, []).append(entry.found.certificate)
    for name, content in former(tree):
        if name in signing:
            found.setdefault(name, []).append(content)
    return {name: tuple(contents) for name, contents in found.items()}


def _known(entry: Revoked) -> Diagnostic:
    message = f"{entry.name} (serial {entry.serial:x}) is revoked already"
    return Diagnostic(Severity.NOTE, "EB378", message)


def _unseen(plan: ClusterPlan) -> Iterator[Diagnostic]:
    if not plan.crls:
        message = "no member looks at a revocation list, so the revoked are served as before"
        hint = "write  crl: {}  under certificates, render, and restart each member once"
        yield warning("EB378", message, hint)


def _entry_json(revoked: Revoked) -> dict[str, object]:
    return {
        "serial": f"{revoked.serial:x}",
        "name": revoked.name,
        "when": f"{revoked.when:%Y-%m-%dT%H:%M:%SZ}",
        "until": f"{revoked.until:%Y-%m-%dT%H:%M:%SZ}",
        "reason": str(revoked.reason),
    }


def _list_json(listed: Listed, roll: Roll) -> dict[str, object]:
    facts, paths = listed.facts, crl_paths(listed.request.ca_name)
    return {
        "ca": listed.request.ca_name,
        "path": str(paths.der),
        "number": facts.number if facts else None,
        "this_update": f"{facts.this_update:%Y-%m-%dT%H:%M:%SZ}" if facts else None,
        "next_update": f"{facts.next_update:%Y-%m-%dT%H:%M:%SZ}" if facts else None,
        "revoked": [_entry_json(revoked) for revoked in roll.revoked],
    }
