"""Requests that came from where the keys are: signed as the plan wants, whatever else they ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from etcdboot.base.diagnostics import Diagnostic, error, has_errors
from etcdboot.base.errors import Refused, UsageError
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.base.progress import Reporter, silent
from etcdboot.effects import clock
from etcdboot.effects.files.pki_tree import PairTree, open_pairs
from etcdboot.effects.files.root_folder import Watcher, unwatched
from etcdboot.effects.files.user_files import (
    STDIN,
    contents_of,
    demand_absent,
    read_given,
    shown_name,
    write_new,
)
from etcdboot.effects.passphrase import FROM_THE_VARIABLE, Passphrases
from etcdboot.observations.certificate import CsrFacts
from etcdboot.pki.adoption.csr_matching import Asked, recognised
from etcdboot.pki.store import inventory, selection
from etcdboot.pki.store.inventory import Entry, Found, holders
from etcdboot.pki.x509 import csr
from etcdboot.pki.x509.certificate import public_key_of
from etcdboot.pki.x509.csr_policy import excess, left_out
from etcdboot.pki.x509.pem import Unreadable
from etcdboot.plan.certificate_request import CertRequest, pair_paths
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import CertificateSource
from etcdboot.workflows.certs.issue import CertsResult, Clock, carry_out
from etcdboot.workflows.certs.pki_state import look, placed

_DUE = "EB320"
_OURS = CertificateSource.ISSUED
_ELSEWHERE = "name another file with --out, or move that one away; nothing was signed"
_OWN_KEY = "make a key for this certificate alone, and take the CA's away from where the request was made"


@dataclass(frozen=True, slots=True)
class Came:
    """A request that came: the file, what is in it, what it asks for, and which certificate it is for."""

    file: str
    content: bytes
    facts: CsrFacts
    request: CertRequest


def sign(
    plan: ClusterPlan,
    pki_dir: Path,
    names: Iterable[str],
    *,
    as_name: str | None = None,
    out: Path | None = None,
    reporter: Reporter = silent,
    now: Clock = clock.now,
    watcher: Watcher = unwatched,
    passphrases: Passphrases = FROM_THE_VARIABLE,
) -> CertsResult:
    """Sign the requests in files and folders; all of them, or none.

    Which certificate a request is for its file's name tells (``etcd1-server.csr``), or what it asks for, or
    ``as_name``. One whose certificate is there, fits and is of the same key is not signed again. ``out`` is a
    file for a copy of the one certificate that is signed.

    Raises:
        UsageError: ``as_name`` is not in the plan, or it or ``out`` is for one request and there are more.
        Missing: a file is not there; or the disk said no.
        Refused: a request is no use, asks for more than the plan allows, or is of another key than the one
            here (EB350 to EB356, EB307, EB366), or ``out`` is there already (EB005); or as for ``issue``.
            Nothing was written.
    """
    files = tuple(_files(names))
    alone = as_name is not None or out is not None
    if alone and len(files) > 1:
        message = f"--as and --out are for one request, and there are {len(files)}"
        raise UsageError.because("EB354", message, "name one file, or leave them out")
    if out is not None:
        demand_absent(out, _ELSEWHERE)
    with open_pairs(pki_dir, watcher=watcher) as tree:
        moment = now()
        judged = inventory.judge(look(tree, plan), moment)
        came = _came(files, plan, judged, as_name)
        chosen = {each.request.name: each for each in came}
        entries = selection.concerned(judged, chosen)
        _refuse_other_keys(entries, chosen, tree)
        _refuse_keys_of_cas(judged, came)
        wanted = tuple(entry for entry in entries if _is_to_be_signed(entry, chosen))
        held = {name: csr.public_key_of(each.content) for name, each in chosen.items()}
        csrs = {name: each.content for name, each in chosen.items()}
        result = carry_out(
            tree, plan, entries, wanted, moment, reporter, held, passphrases=passphrases, csrs=csrs
        )
    if out is not None:
        _copy(pki_dir, came[0].request, out)
    notes = [_at(each, one.file) for one in came for each in left_out(one.request, one.facts)]
    return replace(result, diagnostics=(*notes, *result.diagnostics))


def _files(names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """The files with what is in them; of a folder only those that hold requests.

    Raises:
        Refused: EB350, there is none in a folder.
    """
    for name in names:
        folder = Path(name)
        if name == STDIN or not folder.is_dir():
            yield shown_name(name), read_given(name)
            continue
        found = [
            each for each in contents_of(folder) if each[0].endswith(".csr") or csr.holds_request(each[1])
        ]
        if not found:
            message = f"there is no request in {name}"
            raise Refused.because("EB350", message, "name a folder with files such as etcd1-server.csr", name)
        yield from found


def _came(
    files: Iterable[tuple[str, bytes]], plan: ClusterPlan, entries: tuple[Entry, ...], as_name: str | None
) -> tuple[Came, ...]:
    """What came, each for its certificate; Refused with all that is wrong."""
    leaves = tuple(each for each in plan.certificates if not each.is_ca)
    if as_name is not None:
        leaves = selection.named(plan.certificates, [as_name])
        if leaves[0].is_ca:
            message = f"{leaves[0].name} is a CA, and no request is signed for one"
            hint = "with certificates.intermediate: true a root signs it, which etcdboot makes by itself"
            raise Refused.because("EB307", message, hint, as_name)
    known = holders(entry.found for entry in entries)
    found: dict[str, Came] = {}
    refusals: list[Diagnostic] = []
    for file, content in files:
        one = _one(file, content, leaves, known, named=as_name is not None)
        if isinstance(one, Came):
            again = found.setdefault(one.request.name, one)
            if again.facts.public_key != one.facts.public_key:
                message = f"{again.file} and {file} are both for {one.request.name}"
                refusals.append(_at(error("EB354", message, "keep the one of the key that is in use"), file))
            refusals += (_at(each, file) for each in excess(one.request, one.facts))
        else:
            refusals.append(one)
    if refusals:
        raise Refused(*refusals)
    return tuple(found.values())


def _one(
    file: str,
    content: bytes,
    leaves: tuple[CertRequest, ...],
    known: Mapping[str, tuple[str, ...]],
    *,
    named: bool,
) -> Came | Diagnostic:
    try:
        facts = csr.read(content)
    except Unreadable as cause:
        hint = "name a file with one request, in PEM or DER"
        return _at(error("EB350", f"{file}: {cause}", hint), file)
    if named:
        return Came(file, content, facts, leaves[0])
    request = recognised(Asked(file, facts), leaves, known.get(facts.public_key, ()))
    return request if isinstance(request, Diagnostic) else Came(file, content, facts, request)


def _key_of(found: Found) -> str:
    try:
        return public_key_of(found.key) if found.key else ""
    except Unreadable:
        return ""


def _refuse_other_keys(entries: Iterable[Entry], chosen: Mapping[str, Came], tree: PairTree) -> None:
    """Refused where the key in ``pki/`` is not the one that a request is about."""
    refusals = []
    for entry in entries:
        one = chosen.get(entry.request.name)
        if one and entry.found.key and _key_of(entry.found) != one.facts.public_key:
            path = entry.found.paths.key
            message = f"{one.file} is of another key than {path}"
            hint = "move the pair away if the key is to be where the request comes from"
            refusals.append(placed(error("EB356", message, hint, str(path)), tree.root))
    if refusals:
        raise Refused(*refusals)


def _refuse_keys_of_cas(entries: Iterable[Entry], came: Iterable[Came]) -> None:
    """Refused where a request is of a CA's own key, which would be on a host then."""
    authorities = {each.facts.public_key: each for each in entries if each.request.is_ca and each.facts}
    refusals = []
    for one in came:
        if authority := authorities.get(one.facts.public_key):
            message = f"{one.file} is of the key of {authority.request.name}"
            refusals.append(_at(error("EB366", message, _OWN_KEY), one.file))
    if refusals:
        raise Refused(*refusals)


def _is_to_be_signed(entry: Entry, chosen: Mapping[str, Came]) -> bool:
    """Whether there is no certificate yet that fits, for the same key, with time left."""
    one = chosen.get(entry.request.name)
    if one is None:  # a CA that there has never been is made first
        return entry.request.is_ca and entry.found.is_absent and entry.request.source is _OURS
    is_same = entry.facts is not None and entry.facts.public_key == one.facts.public_key
    return not is_same or has_errors(entry.findings) or any(each.code == _DUE for each in entry.findings)


def _copy(pki_dir: Path, request: CertRequest, out: Path) -> None:
    """The certificate that now stands there, in another file too."""
    with open_pairs(pki_dir, writing=False) as tree:
        path = str(pair_paths(request.name).certificate)
        standing = tree.present([path])[path]
    if standing is not None:
        write_new(out, standing.content, remedy=_ELSEWHERE)


def _at(diagnostic: Diagnostic, file: str) -> Diagnostic:
    return replace(diagnostic, file=file)
