"""Certificates: judge what stands in ``pki/``, make what is missing or is to be renewed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from etcdboot.base.artifacts import Artifact, Change, ChangeKind
from etcdboot.base.diagnostics import Diagnostic, Severity, has_errors
from etcdboot.base.errors import ExitCode, Refused
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.base.progress import Event, EventKind, Reporter, silent
from etcdboot.effects import clock, random_source
from etcdboot.effects.files.pki_tree import PairTree, open_pairs
from etcdboot.effects.files.root_folder import Watcher, unwatched
from etcdboot.effects.passphrase import FROM_THE_VARIABLE, Passphrases
from etcdboot.observations.certificate import CertFacts
from etcdboot.pki.revocation.lists import NO_LISTS, Lists
from etcdboot.pki.store import inventory, selection
from etcdboot.pki.store.inventory import Entry
from etcdboot.pki.store.permissions import is_beside
from etcdboot.pki.x509.pem import PrivateKey, dump_key
from etcdboot.pki.x509.signing import Pair, PublicKey, issue_all
from etcdboot.plan.certificate_request import CertRequest, csr_path, pair_paths
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import CertificateSource
from etcdboot.workflows.certs import external_signer
from etcdboot.workflows.certs.external_signer import Key
from etcdboot.workflows.certs.issued import compare, departed, look_at_record, recreated
from etcdboot.workflows.certs.pki_state import look, placed
from etcdboot.workflows.certs.revocation_lists import complete, look_at_lists
from etcdboot.workflows.certs.rotation.context import under_way

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate that stands in ``pki/`` now; ``path`` is below it."""

    name: str
    path: PurePosixPath
    ca: str
    facts: CertFacts

    def as_json(self) -> dict[str, object]:
        """The object that ``-w json`` prints for it."""
        facts = self.facts
        return {
            "name": self.name,
            "path": str(self.path),
            "ca": self.ca,
            "subject": dict(facts.subject),
            "sans": [str(san) for san in facts.sans],
            "usages": list(facts.usages),
            "not_before": f"{facts.not_before:%Y-%m-%dT%H:%M:%SZ}",
            "not_after": f"{facts.not_after:%Y-%m-%dT%H:%M:%SZ}",
            "key": facts.key,
            "sha256": facts.sha256,
        }


@dataclass(frozen=True, slots=True)
class CertsResult:
    """What a run did to the files, and what stands there now."""

    changes: tuple[Change, ...]
    certificates: tuple[Certificate, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def exit_code(self) -> ExitCode:
        """Drift when a certificate does not fit the plan, else ok."""
        return ExitCode.DRIFT if has_errors(self.diagnostics) else ExitCode.OK


def issue(
    plan: ClusterPlan,
    pki_dir: Path,
    *,
    reporter: Reporter = silent,
    now: Clock = clock.now,
    watcher: Watcher = unwatched,
    passphrases: Passphrases = FROM_THE_VARIABLE,
) -> CertsResult:
    """Make what is missing; what is there stays byte for byte, fitting or not.

    Only a CA's key that is to be encrypted (``passphrases``) is written anew.

    Raises:
        Refused: something stands there that must not be touched or built upon, or a passphrase is missing or
            wrong; nothing was written.
        Missing: the disk said no.
    """
    with open_pairs(pki_dir, watcher=watcher) as tree:
        moment = now()
        entries = inventory.judge(look(tree, plan), moment)
        wanted = selection.missing(entries)
        lists = look_at_lists(tree, plan.crls)
        notes = tuple(under_way(tree))
        done = carry_out(tree, plan, entries, wanted, moment, reporter, passphrases=passphrases, lists=lists)
    return replace(done, diagnostics=(*done.diagnostics, *notes))


def carry_out(
    tree: PairTree,
    plan: ClusterPlan,
    entries: tuple[Entry, ...],
    wanted: tuple[Entry, ...],
    now: datetime,
    reporter: Reporter,
    held: Mapping[str, Key] = MappingProxyType({}),
    passphrases: Passphrases = FROM_THE_VARIABLE,
    lists: Lists = NO_LISTS,
    csrs: Mapping[str, bytes] = MappingProxyType({}),
) -> CertsResult:
    """Refuse, or make and write what is wanted; tell how everything stands then.

    ``held`` are the keys that certificates keep, by name (a public one: its owner keeps the other half); the
    others get new ones. ``passphrases`` open the CAs' keys, and close them where wanted or usual. What
    is missing of ``lists`` is made too. ``csrs`` are the requests that came for the wanted ones.
    """
    signer = plan.signer
    authorities, refusals = selection.signers(entries, () if signer else wanted, passphrases.opens)
    _refuse(external_signer.refusals(entries, wanted, held, csrs) if signer else refusals, tree)
    requests = tuple(entry.request for entry in wanted)
    seal, open_keys = _closing(passphrases, entries, wanted)
    new_key = new_keys(requests, held, reporter, "asking for" if signer else "made")
    if signer:
        made, now = external_signer.have_signed(signer, wanted, entries, new_key, csrs, now)
    else:
        made = issue_all(requests, authorities, new_key, random_source.new_serial, now, seal)
    sealed = {entry.request.name: selection.sealed(entry, seal) for entry in open_keys}
    after = inventory.after(entries, made, now, adopted=bool(signer))
    _refuse(external_signer.objections(after, made, now) if signer else (), tree)
    lists, further = complete(lists, after, passphrases, now, tree.root)
    record = look_at_record(tree, after)
    files = (*artifacts(entries, sealed | made), *further)
    changes = compare(tree, files, record, now, _has_no_plan(plan))
    tree.write(changes, adopted={str(pair_paths(name).certificate) for name in made if signer})
    answered(tree, made)
    return CertsResult(
        changes=changes,
        certificates=shown(after),
        diagnostics=(
            *(placed(each, tree.root) for entry in after for each in entry.findings),
            *(placed(each, tree.root) for each in lists.flaws(after, now)),
            *_awaited(after),
            *_unplanned(changes),
            *departed(tree, plan, record, now),
            *recreated(record, tree.root),
        ),
    )


def _has_no_plan(plan: ClusterPlan) -> Callable[[str], bool]:
    """Whether a file of ours is no longer asked for."""
    planned = {str(path) for request in plan.certificates for path in pair_paths(request.name)}
    return lambda path: not (path in planned or is_beside(path))


def _refuse(refusals: Iterable[Diagnostic], tree: PairTree) -> None:
    """Refused, if there is anything to refuse."""
    found = tuple(placed(each, tree.root) for each in refusals)
    if found:
        raise Refused(*found)


def answered(tree: PairTree, names: Collection[str]) -> None:
    """Take away the requests that waited for these certificates."""
    waited = {str(csr_path(name)) for name in names}.intersection(tree.manifest.paths())
    if not waited:
        return
    done = tree.compare((), within=waited.__contains__)
    tree.write(done, prune=True)


def _closing(
    passphrases: Passphrases, entries: tuple[Entry, ...], wanted: tuple[Entry, ...]
) -> tuple[Callable[[PrivateKey], bytes], tuple[Entry, ...]]:
    """How CAs' keys are written (new ones as the others are), and which that stand there are closed so."""
    open_keys = selection.open_authorities(entries) if passphrases.encrypts else ()
    closes = replace(passphrases, encrypts=passphrases.encrypts or selection.has_closed_keys(entries))
    return sealer(closes, (*open_keys, *(entry for entry in wanted if entry.request.is_ca))), open_keys


def sealer(passphrases: Passphrases, entries: Collection[Entry]) -> Callable[[PrivateKey], bytes]:
    """How these CAs' keys are written: plainly, or under a passphrase that is asked for now."""
    if not (passphrases.encrypts and entries):
        return dump_key
    from etcdboot.pki.x509.key_encryption import SALT, VECTOR, seal  # few want it

    passphrase = passphrases.seals(", ".join(str(entry.found.paths.key) for entry in entries))
    return lambda key: seal(key, passphrase, random_source.new_bytes(SALT), random_source.new_bytes(VECTOR))


def shown(entries: Iterable[Entry]) -> tuple[Certificate, ...]:
    """The certificates that stand there."""
    return tuple(
        Certificate(entry.request.name, entry.found.paths.certificate, entry.request.ca_name, entry.facts)
        for entry in entries
        if entry.facts is not None
    )


def artifacts(entries: tuple[Entry, ...], made: dict[str, Pair]) -> Iterator[Artifact]:
    """The files that are to stand there; those that do are among them, to keep their permissions tight."""
    for entry in entries:
        found = entry.found
        pair = made.get(entry.request.name)
        if pair is None and found.edited:
            continue  # to compare it with itself would make us its author
        certificate, key = (pair.certificate, pair.key) if pair else (found.certificate, found.key)
        if certificate is not None:
            yield Artifact(found.paths.certificate, certificate)
        if key:  # none where it is somebody else's to keep
            yield Artifact(found.paths.key, key, 0o600, secret=True)


def _awaited(entries: Iterable[Entry]) -> Iterator[Diagnostic]:
    """One note for all certificates whose hosts have not asked for them yet."""
    absent = [entry.request for entry in entries if entry.found.is_absent]
    names = [request.name for request in absent if request.source is CertificateSource.CSR]
    if names:
        message = f"wait for the requests of their hosts: {', '.join(names)}"
        hint = "render, run make-csr.sh on each host, bring the requests here, then: etcdboot certs sign DIR"
        yield Diagnostic(Severity.NOTE, "EB358", message, hint)


def _unplanned(changes: tuple[Change, ...]) -> Iterator[Diagnostic]:
    """One note for all that is left of certificates that the spec no longer asks for."""
    stale = [str(each.artifact.path) for each in changes if each.kind is ChangeKind.STALE]
    if stale:
        message = f"no longer asked for by the spec: {', '.join(stale)}"
        hint = "remove them once their member or client is gone for good"
        yield Diagnostic(Severity.NOTE, "EB324", message, hint)


def new_keys(
    requests: tuple[CertRequest, ...],
    held: Mapping[str, PrivateKey | PublicKey],
    reporter: Reporter,
    verb: str = "made",
) -> Callable[[CertRequest], PrivateKey | PublicKey]:
    """A key for each request, in their order: the one that is held, or a new one.

    Each is reported; ``verb`` is what has been done for its certificate then.
    """
    coming = random_source.new_keys([request.key for request in requests if request.name not in held])
    places = {request.name: place for place, request in enumerate(requests, 1)}

    def new_key(request: CertRequest) -> Key:
        key = held.get(request.name) or next(coming)
        done = places[request.name]
        reporter(Event(EventKind.STEP, f"{verb} the {request.long_name}", "", done, len(requests)))
        return key

    return new_key
