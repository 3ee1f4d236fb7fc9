"""Requests for certificates whose keys are here: made, so that others can sign them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from etcdboot.base.artifacts import Artifact
from etcdboot.base.diagnostics import Diagnostic, Severity, error
from etcdboot.base.errors import ExitCode, Refused
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.base.progress import Event, EventKind, Reporter, silent
from etcdboot.effects import random_source
from etcdboot.effects.files.pki_tree import PairTree, open_pairs
from etcdboot.effects.files.root_folder import Watcher, make_root, unwatched
from etcdboot.effects.files.user_files import read_if_there, write_new
from etcdboot.effects.passphrase import FROM_THE_VARIABLE, Passphrases
from etcdboot.observations.certificate import CsrFacts
from etcdboot.pki.store import selection
from etcdboot.pki.store.inventory import Found, unreadable
from etcdboot.pki.x509 import csr
from etcdboot.pki.x509.certificate import public_hash
from etcdboot.pki.x509.csr_policy import excess
from etcdboot.pki.x509.pem import PrivateKey, Unreadable, dump_key, is_encrypted, load_key
from etcdboot.plan.certificate_request import CertRequest, csr_name, csr_path, pair_paths
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import CertificateSource
from etcdboot.workflows.certs.pki_state import look, placed

_ELSEWHERE = "name another folder with --out, or move that file away"


@dataclass(frozen=True, slots=True)
class Requested:
    """One request that waits for a signature, and where to find it; ``is_new``: it was made now."""

    name: str
    file: Path
    subject: tuple[tuple[str, str], ...]
    sans: tuple[str, ...]
    key: str
    is_new: bool

    def as_json(self) -> dict[str, object]:
        """The object that ``-w json`` prints for it."""
        return {
            "name": self.name,
            "file": str(self.file),
            "subject": dict(self.subject),
            "sans": list(self.sans),
            "key": self.key,
            "new": self.is_new,
        }


@dataclass(frozen=True, slots=True)
class CsrResult:
    """The requests, and what is to be said of those that could not be made."""

    requests: tuple[Requested, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    exit_code: ExitCode = ExitCode.OK


@dataclass(frozen=True, slots=True)
class _Made:
    request: CertRequest
    key: PrivateKey
    pem: bytes
    has_new_key: bool
    is_new: bool


def request(
    plan: ClusterPlan,
    pki_dir: Path,
    names: Collection[str] = (),
    *,
    everything: bool = False,
    out: Path | None = None,
    reporter: Reporter = silent,
    watcher: Watcher = unwatched,
    passphrases: Passphrases = FROM_THE_VARIABLE,
) -> CsrResult:
    """A request for each of the names, or for all certificates but the CAs, by the keys in ``pki/``.

    A key that is there is kept, and so is a request that still asks for what the plan wants. ``out`` is a
    folder for copies of the requests.

    Raises:
        UsageError: EB308, no name, or one that the plan does not know.
        Refused: EB307, a root; EB357, a key is not here but where it was made; EB402, EB301, something else
            is in its place; EB005, a file of ``out`` is somebody else's.
        Missing: the disk said no.
    """
    chosen = _chosen(plan, names, everything=everything)
    with open_pairs(pki_dir, watcher=watcher) as tree:
        standing = [each for each in look(tree, plan) if each.request.name in chosen]
        refusals = [placed(each, tree.root) for found in standing for each in _objections(found)]
        left_out = [each for each in refusals if each.code == "EB357" and everything]
        if len(left_out) < len(refusals):
            raise Refused(*(each for each in refusals if each not in left_out))
        ready = [found for found in standing if not any(_objections(found))]
        made = tuple(_made(ready, tree, passphrases, reporter))
        changes = tree.compare(_files(made), within=lambda path: False)
        tree.write(changes)
    notes = tuple(
        Diagnostic(Severity.NOTE, each.code, each.message, each.hint, each.path) for each in left_out
    )
    files = {each.request.name: pki_dir / csr_path(each.request.name) for each in made}
    if out is not None:
        files = _copied(made, out)
    return CsrResult(tuple(_told(each, files[each.request.name]) for each in made), notes)


def _chosen(plan: ClusterPlan, names: Collection[str], *, everything: bool) -> frozenset[str]:
    """The names to make requests for; a CA that another one signs may be among them, if it is named."""
    if everything:
        return selection.chosen(plan.certificates, (), everything=True)
    found = selection.named(plan.certificates, names)
    roots = tuple(_signs_itself(each) for each in found if each.is_root)
    if roots:
        raise Refused(*roots)
    return frozenset(each.name for each in found)


def _signs_itself(root: CertRequest) -> Diagnostic:
    message = f"{root.name} is at the top: nobody signs it but itself"
    hint = "make it with: etcdboot certs; or take over the company's: etcdboot certs adopt ca.pem"
    return error("EB307", message, hint, root.name)


def _objections(found: Found) -> Iterator[Diagnostic]:
    """Why no request can be made for a certificate."""
    name = found.request.name
    for path in found.foreign:
        message = f"{path} is there already and etcdboot did not write it"
        yield error("EB402", message, "move it away, or take it over with: etcdboot certs adopt", str(path))
    on_its_host = found.request.source is CertificateSource.CSR and found.key is None
    if on_its_host or found.keyless:
        hint = "run make-csr.sh on the member's host" if on_its_host else "make the request where the key is"
        yield error("EB357", f"the key of {name} is not kept here", hint, name)
    elif found.key is None and found.lost:
        message = f"{found.paths.key} is gone, and with another key {name} would be another certificate's"
        yield error("EB310", message, f"bring it back, or move {found.paths.certificate} away too", name)


def _made(
    ready: Iterable[Found], tree: PairTree, passphrases: Passphrases, reporter: Reporter
) -> Iterator[_Made]:
    ready = tuple(ready)
    coming = random_source.new_keys([found.request.key for found in ready if found.key is None])
    for place, found in enumerate(ready, 1):
        wanted = found.request
        key = next(coming) if found.key is None else _kept(found, found.key, tree, passphrases)
        waiting = _waiting(found, key)
        pem = waiting or csr.make(wanted, key)
        made = "kept" if waiting else "made"
        reporter(Event(EventKind.STEP, f"{made} the request for {wanted.name}", "", place, len(ready)))
        yield _Made(wanted, key, pem, found.key is None, waiting is None)


def _kept(found: Found, pem: bytes, tree: PairTree, passphrases: Passphrases) -> PrivateKey:
    """The key that is there, ready to sign with."""
    path = found.paths.key
    try:
        key = load_key(pem, passphrases.opens(str(path)) if is_encrypted(pem) else None)
    except Unreadable as cause:
        raise Refused(placed(unreadable(found, path, cause), tree.root)) from None
    if not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
        why = Unreadable("it is neither ECDSA nor RSA")
        raise Refused(placed(unreadable(found, path, why), tree.root))
    return key


def _waiting(found: Found, key: PrivateKey) -> bytes | None:
    """The request that waits, if it is of this key and asks for just what is wanted."""
    if found.asked is None:
        return None
    try:
        facts = csr.read(found.asked)
    except Unreadable:
        return None
    is_same = facts.public_key == public_hash(key.public_key()) and _asks_for_all(found.request, facts)
    return found.asked if is_same else None


def _asks_for_all(wanted: CertRequest, facts: CsrFacts) -> bool:
    return (
        facts.signed
        and facts.subject == wanted.subject
        and set(facts.sans) == set(wanted.sans)
        and set(facts.usages) == set(wanted.usages)
        and (wanted.is_ca or not excess(wanted, facts))
    )


def _files(made: Iterable[_Made]) -> Iterator[Artifact]:
    for each in made:
        name = each.request.name
        if each.has_new_key:
            yield Artifact(pair_paths(name).key, dump_key(each.key), 0o600, secret=True)
        yield Artifact(csr_path(name), each.pem)


def _copied(made: Iterable[_Made], out: Path) -> dict[str, Path]:
    """Copies of the requests in a folder; only a request of the same key is replaced there."""
    make_root(out)
    places = {each.request.name: out / csr_name(each.request.name) for each in made}
    contents = {each.request.name: each for each in made}
    for name, path in places.items():
        there = read_if_there(path)
        if there != contents[name].pem:
            ours = there is not None and _is_of(there, contents[name].key)
            write_new(path, contents[name].pem, replace=ours, remedy=_ELSEWHERE)
    return places


def _is_of(there: bytes, key: PrivateKey) -> bool:
    try:
        return csr.read(there).public_key == public_hash(key.public_key())
    except Unreadable:
        return False


def _told(made: _Made, file: Path) -> Requested:
    wanted = made.request
    sans = tuple(map(str, wanted.sans))
    return Requested(wanted.name, file, wanted.subject, sans, str(wanted.key), made.is_new)
