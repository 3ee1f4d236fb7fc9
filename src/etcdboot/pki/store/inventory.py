"""What stands in ``pki/`` for each planned certificate, and what is to be made of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import PurePosixPath

from etcdboot.base.diagnostics import Diagnostic, Severity, error, warning
from etcdboot.base.fast_dataclasses import dataclass, field, replace
from etcdboot.observations.certificate import CertFacts
from etcdboot.pki.store.audit import audit, unfit_authority
from etcdboot.pki.x509 import csr
from etcdboot.pki.x509.certificate import public_key_of, read
from etcdboot.pki.x509.pem import Locked, Unreadable
from etcdboot.pki.x509.profile import validity
from etcdboot.pki.x509.signing import Pair
from etcdboot.plan.certificate_request import CertRequest, PairPaths, csr_path, pair_paths


@dataclass(frozen=True, slots=True)
class Found:
    """What stands for one request: the contents of its files (None: nothing).

    ``foreign`` are those of its files that we did not write, ``edited`` those of ours that were changed
    since; ``lost`` tells that we wrote one of them once and it is gone; ``revoked`` are the serial numbers
    that count no more, whose ever they are. ``adopted``: others made the certificate, by rules of their own.
    ``keyless``: its key was never here, but where it was made; ``asked`` is the request that waits.
    ``copied``: it is a CA of peers that a split is about to replace, and a copy of another CA until then.
    """

    request: CertRequest
    certificate: bytes | None
    key: bytes | None = field(repr=False)
    foreign: tuple[PurePosixPath, ...] = ()
    edited: tuple[PurePosixPath, ...] = ()
    lost: bool = False
    revoked: Collection[int] = frozenset()
    adopted: bool = False
    keyless: bool = False
    asked: bytes | None = None
    copied: bool = False

    @property
    def paths(self) -> PairPaths:
        """Where its files are, below ``pki/``."""
        return pair_paths(self.request.name)

    @property
    def is_absent(self) -> bool:
        """Whether there is neither certificate nor key."""
        return self.certificate is None and self.key is None


@dataclass(frozen=True, slots=True)
class Entry:
    """One request judged: what its certificate shows, what to say of it, and what forbids to go on."""

    found: Found
    facts: CertFacts | None = None
    findings: tuple[Diagnostic, ...] = ()
    refusals: tuple[Diagnostic, ...] = ()

    @property
    def request(self) -> CertRequest:
        """What the plan wants."""
        return self.found.request


def judge(found: Iterable[Found], now: datetime) -> tuple[Entry, ...]:
    """Each request with what stands for it, in the same order: each CA before what it signs."""
    found = tuple(found)
    signers: dict[str, bytes | None] = {}
    damaged: set[str] = set()
    entries = []
    for pair in found:
        request = pair.request
        signer = pair.certificate if request.is_root else signers[request.ca_name]
        chain = [signers[name] for name in request.chain]
        entry = _judged(pair, found, signer, b"".join(pem for pem in chain if pem), now)
        if request.ca_name in damaged:  # who signed it shows when the CA is back
            entry = replace(entry, findings=tuple(said for said in entry.findings if said.code != "EB317"))
        if request.is_ca:
            signers[request.name] = pair.certificate if entry.facts else None
            damaged |= {request.name} if pair.certificate is not None and entry.facts is None else set()
        entries.append(entry)
    return tuple(entries)


def _judged(
    found: Found, others: tuple[Found, ...], signer: bytes | None, chain: bytes, now: datetime
) -> Entry:
    refusals = (*_foreign(found), *_gone(found, others))
    if refusals:
        return Entry(found, refusals=refusals)
    said = (*changed_by_hand(found), *half(found))
    if found.certificate is None:
        return Entry(found, findings=said)
    try:
        facts = read(found.certificate, signer, chain)
    except Unreadable as cause:
        return Entry(found, refusals=(unreadable(found, found.paths.certificate, cause),))
    request = found.request
    read_as = _as_read(request, facts) if found.adopted else facts
    unfit = (*_not_its_key(found, facts), *(unfit_authority(request, read_as, now) if request.is_ca else ()))
    if signer is not None:
        unfit = (*unfit, *_of_another_root(found, facts))
    differences = audit(request, read_as, now)
    if found.copied:
        differences = of_copy(differences)
    if found.adopted:
        differences = of_others(request, differences)
    return Entry(found, facts, (*said, *revoked(found, facts), *differences), unfit)


def after(
    entries: tuple[Entry, ...], made: Mapping[str, Pair], now: datetime, *, adopted: bool = False
) -> tuple[Entry, ...]:
    """The entries as they stand once what was made is in place; ``adopted``: others made it."""
    if not made:
        return entries
    now_there = [
        _with(entry.found, pair, adopted=adopted) if (pair := made.get(entry.request.name)) else entry.found
        for entry in entries
    ]
    return tuple(
        replace(entry, findings=(*entry.findings, *cut_short(entry, now)))
        if entry.request.name in made
        else entry
        for entry in judge(now_there, now)
    )


def _with(found: Found, pair: Pair, *, adopted: bool) -> Found:
    keyless = not pair.key
    return replace(
        found, certificate=pair.certificate, key=pair.key or None, edited=(), adopted=adopted, keyless=keyless
    )


def unreadable(found: Found, path: PurePosixPath, cause: Unreadable) -> Diagnostic:
    """The refusal for a file that holds no certificate or key."""
    return error("EB301", f"{path} cannot be read: {cause}", _remedy(found), str(path))


def not_its_key(found: Found) -> Diagnostic:
    """The refusal for a key that belongs to another certificate."""
    path = found.paths.key
    message = f"{path} is not the key of {found.paths.certificate}"
    return error("EB302", message, _remedy(found), str(path))


# --- what must not be touched


def _foreign(found: Found) -> Iterable[Diagnostic]:
    for path in found.foreign:
        message = f"{path} is there already and etcdboot did not write it"
        hint = "bring back the .etcdboot.json that stood beside it, or: etcdboot certs adopt pki"
        yield error("EB402", message, hint, str(path))


def _gone(found: Found, others: tuple[Found, ...]) -> Iterable[Diagnostic]:
    """A CA whose certificate is gone, although it has signed: another one would lock everybody out."""
    request = found.request
    if not request.is_ca or found.certificate is not None:
        return
    if found.key and found.asked and not found.lost:
        yield waits(found, Severity.ERROR)
        return
    signed = [other for other in others if other.request.ca_name == request.name and other.certificate]
    own = [other for other in signed if other.request.is_ca and _signs_itself(other)]
    if own and not (found.lost or found.key):
        message = f"{own[0].paths.certificate} has signed itself, and the spec wants {request.name} above it"
        hint = "leave intermediate out: a CA that signs itself gets no root later"
        yield error("EB331", message, hint, str(own[0].paths.certificate))
    elif signed or found.lost or found.key is not None:
        path = found.paths.certificate
        message = f"{path} is gone, and a new CA would make worthless what the old one signed"
        hint = f"bring {path} back from a copy; members have one too: client-ca.pem, peer-ca.pem"
        yield error("EB304", message, hint, str(path))


def _signs_itself(found: Found) -> bool:
    try:
        return found.certificate is not None and read(found.certificate, found.certificate).signed
    except Unreadable:
        return False


def _of_another_root(found: Found, facts: CertFacts) -> Iterable[Diagnostic]:
    """An intermediate that leads elsewhere: nobody who trusts the root would trust what it signs."""
    request, path = found.request, found.paths.certificate
    if request.is_ca and not request.is_root and not facts.signed:
        message = f"{path} is not signed by {request.ca_name}"
        yield error("EB331", message, _remedy(found), str(path))


def _not_its_key(found: Found, facts: CertFacts) -> Iterable[Diagnostic]:
    if found.key is None:
        return
    path = found.paths.key
    try:
        fits = public_key_of(found.key) == facts.public_key
    except Unreadable as cause:
        if isinstance(cause, Locked) and found.request.is_ca:
            return  # it is looked at when it is opened to sign
        yield unreadable(found, path, cause)
        return
    if not fits:
        yield not_its_key(found)


def _remedy(found: Found) -> str:
    paths = found.paths
    if found.request.is_ca:
        return f"bring {paths.certificate} and {paths.key} back from a copy"
    return f"move {paths.certificate} and {paths.key} away, then make them anew with: etcdboot certs"


# --- what is worth saying

_ANY = "2.5.29.37.0"  # anyExtendedKeyUsage
_SIGNS, _ISSUES = ("digitalSignature",), ("keyCertSign",)


def _as_read(request: CertRequest, facts: CertFacts) -> CertFacts:
    """What others made, as Go reads it: who says nothing of usages allows them all.

    Source: crypto/x509 verify.go and RFC 5280 sections 4.2.1.3 and 4.2.1.12.
    """
    usages = facts.usages if facts.usages and _ANY not in facts.usages else tuple(map(str, request.usages))
    return replace(
        facts, usages=usages, key_usages=facts.key_usages or (_ISSUES if request.is_ca else _SIGNS)
    )


# What others decide who make a certificate: its lifetime, its subject, what else it is for; all of a CA.
_THEIRS = frozenset(("EB315", "EB316", "EB321", "EB323", "EB331"))


def half(found: Found) -> Iterable[Diagnostic]:
    """A leaf's pair that lost one of its files. A CA may well keep its key elsewhere."""
    request, paths = found.request, found.paths
    if request.is_ca or found.is_absent or found.keyless or (found.certificate and found.key):
        return
    if found.key and found.asked:
        yield waits(found, Severity.NOTE)
        return
    lacking, kept = (paths.key, paths.certificate) if found.certificate else (paths.certificate, paths.key)
    hint = f"bring it back, or make the pair anew with: etcdboot certs renew {request.name}"
    yield error("EB310", f"{lacking} is missing beside {kept}", hint, request.name)


def waits(found: Found, severity: Severity) -> Diagnostic:
    """That a request was made, and nobody has signed it yet."""
    name, path = found.request.name, csr_path(found.request.name)
    hint = f"have {path} signed, then: etcdboot certs adopt FILE"
    return Diagnostic(severity, "EB358", f"{name} waits for a signature", hint, name)


def revoked(found: Found, facts: CertFacts) -> Iterable[Diagnostic]:
    """That the certificate stands in the register of revocations."""
    if facts.serial in found.revoked:
        name = found.request.name
        hint = f"make it anew with: etcdboot certs renew {name}; for good: take it out of the spec"
        yield error("EB377", f"{name} is revoked, and members that look at the list refuse it", hint, name)


def changed_by_hand(found: Found) -> Iterable[Diagnostic]:
    """The files of ours that are not as we wrote them."""
    for path in found.edited:
        message = f"{path} was changed since etcdboot wrote it"
        hint = "etcdboot will not replace it; move it away to have it made anew"
        yield warning("EB309", message, hint, str(path))


def of_others(request: CertRequest, findings: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The findings about a certificate that others made; what is theirs to decide is worth one note."""
    theirs = [
        finding.message.removeprefix(f"{request.name} ") for finding in findings if finding.code in _THEIRS
    ]
    again = (
        f"have it signed anew (etcdboot certs csr {request.name}), or: etcdboot certs renew {request.name}"
    )
    hint = "" if request.is_ca else again
    rest = tuple(
        finding if request.is_ca else replace(finding, hint=hint)
        for finding in findings
        if finding.code not in _THEIRS
    )
    if not theirs:
        return rest
    message = f"{request.name} was made by others: it {'; it '.join(theirs)}"
    return (*rest, Diagnostic(Severity.NOTE, "EB392", message, hint, request.name))


def of_copy(findings: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The findings about a CA that the next step replaces, without what the spec wants of the new one."""
    return tuple(finding for finding in findings if finding.code != "EB323")


def cut_short(entry: Entry, now: datetime) -> Iterable[Diagnostic]:
    """A new certificate that would have outlived its CA."""
    request, facts = entry.request, entry.facts
    if facts is not None and facts.not_after < validity(request, now, None)[1]:
        message = f"{request.name} ends with {request.ca_name}, on {facts.not_after.date()}, before its time"
        hint = "put another CA in its place in time: etcdboot certs rotate-ca"
        yield Diagnostic(Severity.NOTE, "EB322", message, hint, request.name)


def holders(standing: Iterable[Found]) -> dict[str, tuple[str, ...]]:
    """By the hash of each public key, the names of the certificates whose it is.

    A key, a certificate and a request that waits tell of it; what cannot be read tells nothing.
    """
    names: dict[str, tuple[str, ...]] = {}
    for found in standing:
        for public in sorted({*_public_keys(found)}):
            names[public] = (*names.get(public, ()), found.request.name)
    return names


def _public_keys(found: Found) -> Iterator[str]:
    readers = (
        (found.key, public_key_of),
        (found.certificate, lambda pem: read(pem, None).public_key),
        (found.asked, lambda pem: csr.read(pem).public_key),
    )
    for content, reader in readers:
        try:
            if content:
                yield reader(content)
        except Unreadable:
            continue
