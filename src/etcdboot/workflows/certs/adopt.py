"""Take over what others signed or made: certificates for the keys here, whole pairs, and CAs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from cryptography import x509

from etcdboot.base.diagnostics import Diagnostic, Severity, error
from etcdboot.base.errors import Missing, Refused
from etcdboot.base.fast_dataclasses import replace
from etcdboot.effects import clock
from etcdboot.effects.files.pki_tree import open_pairs
from etcdboot.effects.files.root_folder import Watcher, unwatched
from etcdboot.effects.files.user_files import STDIN, contents_of, read_given, shown_name
from etcdboot.effects.passphrase import FROM_THE_VARIABLE, Passphrases
from etcdboot.pki.adoption import assignment, identification, signed_reply
from etcdboot.pki.adoption.adoption import Offer
from etcdboot.pki.adoption.identification import Places
from etcdboot.pki.adoption.input_files import Handed, handed
from etcdboot.pki.adoption.pair_matching import Match
from etcdboot.pki.store import selection
from etcdboot.pki.store.inventory import Found, holders
from etcdboot.pki.x509.certificate import is_signed_by, read
from etcdboot.pki.x509.pem import Unreadable, load_certificate
from etcdboot.plan.certificate_request import CertRequest, pair_paths
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.adopt_pairs import adopt_files
from etcdboot.workflows.certs.issue import CertsResult, Clock
from etcdboot.workflows.certs.pki_state import look

# The plan's CAs that are to be trusted, by name; none where there is none.
Trusted = dict[str, tuple[x509.Certificate, ...]]


def adopt(
    plan: ClusterPlan,
    pki_dir: Path,
    names: Iterable[str],
    *,
    as_name: str | None = None,
    now: Clock = clock.now,
    watcher: Watcher = unwatched,
    passphrases: Passphrases = FROM_THE_VARIABLE,
) -> CertsResult:
    """Take the certificates in files and folders, with the keys that are among them: all, or none.

    A certificate is known by its key, if that is in ``pki/`` or a request of it waits there; else its own key
    comes with it, or is on its member's host, and its name and hosts tell. ``as_name`` says which one it is.
    A CA takes the place of one that the plan lacks; a CA without its key lets others sign.

    Raises:
        UsageError: EB308, ``as_name`` is not in the plan.
        Missing: a file is not there; or the disk said no.
        Refused: a file is no use (EB301, EB343), nobody knows whose a certificate is (EB362, EB363), a chain
            does not hold (EB365), or as for ``adopt_files``. Nothing was written.
    """
    as_name = _known(plan, as_name)
    files = tuple(_files(names, pki_dir, plan))
    with open_pairs(pki_dir, writing=False) as tree:
        standing = tuple(look(tree, plan))
    given, problems = handed(files, passphrases.opens)
    if problems:
        raise Refused(*problems)
    authorities, leaves = _placed(given, plan, standing, as_name)
    trusted = _trusted(standing, authorities)
    offers = [_offer(name, each, given, trusted) for name, each in leaves.items()]
    flaws = tuple(flaw for offer in offers for flaw in _flaws(offer, plan, trusted, now()))
    if flaws:
        raise Refused(*flaws)
    cas = (Offer(name, each.certificate, each.key, each.file) for name, each in authorities.items())
    result = adopt_files(plan, pki_dir, [*cas, *offers], now=now, watcher=watcher)
    told = (*_no_roots(plan, authorities), *assignment.shared(leaves))
    return replace(result, diagnostics=(*told, *result.diagnostics))


def _placed(
    given: Handed, plan: ClusterPlan, standing: tuple[Found, ...], as_name: str | None
) -> tuple[dict[str, Match], dict[str, Match]]:
    """The CAs and the other certificates among what was handed over, by name; Refused where nobody knows."""
    places = _places(standing)
    authorities = identification.authorities(given, plan.certificates, places, as_name)
    if isinstance(authorities, Diagnostic):
        raise Refused(authorities)
    if as_name in authorities:
        return authorities, {}
    leaves, nobody = identification.leaves(given, plan.certificates, places, as_name)
    if nobody:
        raise Refused(*nobody)
    if not (authorities or leaves):
        message = "there is no certificate among the files that has a place here"
        raise Refused.because("EB362", message, "name the certificate's file too")
    return authorities, leaves


def _flaws(offer: Offer, plan: ClusterPlan, trusted: Trusted, now: datetime) -> Iterator[Diagnostic]:
    """Why a certificate does not hold, with its file: there is no CA to go by, or one above it is no use."""
    root = next(each.root for each in plan.certificates if each.name == offer.name)
    if not trusted.get(root):
        hint = f"name the CA's certificate too, or before it: etcdboot certs adopt ca.pem --as {root}"
        lacking = error("EB359", f"{root}, which {offer.name} must lead to, is not in pki/", hint, offer.name)
        yield replace(lacking, file=offer.source)
        return
    for each in signed_reply.flaws(offer.name, offer.certificate, trusted[root], now):
        yield replace(each, file=offer.source)


def _known(plan: ClusterPlan, name: str | None) -> str | None:
    """The name as the plan has it; UsageError (EB308) when it does not."""
    if name is None:
        return None
    [found] = selection.named(plan.certificates, [name])
    return found.name


def _files(names: Iterable[str], pki_dir: Path, plan: ClusterPlan) -> Iterator[tuple[str, bytes]]:
    """The files with what is in them; of the PKI folder what is planned there.

    Raises:
        Missing: EB003, one is not there, or a folder has nothing to adopt.
    """
    for name in names:
        folder = Path(name)
        if name == STDIN or not folder.is_dir():
            yield shown_name(name), read_given(name)
            continue
        if pki_dir.exists() and folder.samefile(pki_dir):
            paths = [folder / path for each in plan.certificates for path in pair_paths(each.name)]
            contents = tuple((str(path), read_given(str(path))) for path in paths if path.is_file())
        else:
            contents = contents_of(folder)
        kept = [each for each in contents if _may_hold(each[1])]
        if not kept:
            hint = "name a folder with certificates, or the files themselves"
            raise Missing.because("EB003", f"there is neither certificate nor key in {name}", hint, name)
        yield from kept


def _may_hold(content: bytes) -> bool:
    return b"-----BEGIN " in content or content.startswith(b"\x30")


def _places(standing: Iterable[Found]) -> Places:
    """What is known of the plan's certificates from what stands in ``pki/``."""
    standing = tuple(standing)
    authorities = [each for each in standing if each.request.is_ca]
    free = frozenset(each.request.name for each in authorities if each.certificate is None)
    known = {_fingerprint(each.certificate): each.request.name for each in authorities if each.certificate}
    return Places(holders(standing), free, known)


def _fingerprint(certificate: bytes) -> str:
    try:
        return read(certificate, None).sha256
    except Unreadable:
        return ""


def _trusted(standing: Iterable[Found], authorities: dict[str, Match]) -> Trusted:
    """The plan's CAs as they will stand, by name."""
    contents = {each.request.name: each.certificate for each in standing if each.request.is_ca}
    contents |= {name: each.certificate for name, each in authorities.items()}
    found: Trusted = {}
    for name, pem in contents.items():
        try:
            found[name] = signed_reply.certificates(pem) if pem else ()
        except Unreadable:
            continue
    return found


def _offer(name: str, match: Match, given: Handed, trusted: dict[str, tuple[x509.Certificate, ...]]) -> Offer:
    """The certificate with the CAs that lead from it to one that is trusted."""
    known = tuple(each for certificates in trusted.values() for each in certificates)
    leaf = load_certificate(match.certificate)
    pool = [leaf, *(each for each in given.pool if each != leaf and _is_above(each, given))]
    path = signed_reply.path_of(match.facts.public_key, pool, known)
    return Offer(name, signed_reply.dump(path), match.key, match.file, keyless=match.key is None)


def _is_above(certificate: x509.Certificate, given: Handed) -> bool:
    """Whether it is a CA's."""
    return any(each == certificate and facts.is_ca for _, each, facts in given.certificates)


def _no_roots(plan: ClusterPlan, authorities: dict[str, Match]) -> Iterator[Diagnostic]:
    """EB364: CAs to be trusted that others have signed."""
    requests: dict[str, CertRequest] = {each.name: each for each in plan.certificates}
    for name, match in authorities.items():
        certificate = load_certificate(match.certificate)
        if requests[name].is_root and not is_signed_by(certificate, certificate):
            message = f"{name} is signed by another CA, and is trusted in its place"
            hint = "etcd is content; where openssl, curl or Java are clients, take over the root instead"
            yield Diagnostic(Severity.NOTE, "EB364", message, hint, name, match.file)
