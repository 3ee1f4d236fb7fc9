"""Which certificates a run makes, who signs them, and why it must not be done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from etcdboot.base.diagnostics import Diagnostic, Severity, error
from etcdboot.base.errors import Refused, UsageError
from etcdboot.base.fast_dataclasses import replace
from etcdboot.pki.store.inventory import Entry, not_its_key, unreadable
from etcdboot.pki.x509.certificate import public_hash
from etcdboot.pki.x509.pem import PrivateKey, Unreadable, WrongPassphrase, is_encrypted
from etcdboot.pki.x509.signing import Authority, Pair
from etcdboot.plan.certificate_request import CertRequest
from etcdboot.spec.spec import CertificateSource

# From a key's path below pki/ to its passphrase.
Unlock = Callable[[str], bytes]


def missing(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Those of ours of which nothing is there."""
    return tuple(entry for entry in entries if _is_to_be_made(entry))


def chosen(
    requests: tuple[CertRequest, ...], names: Collection[str], *, everything: bool = False
) -> frozenset[str]:
    """The names of the certificates to renew; case does not count.

    Raises:
        UsageError: none is named, or one that is not planned.
        Refused: a CA is named.
    """
    if everything:
        return frozenset(request.name for request in requests if not request.is_ca)
    found = named(requests, names)
    authorities = tuple(_no_renewal(request) for request in found if request.is_ca)
    if authorities:
        raise Refused(*authorities)
    return frozenset(request.name for request in found)


def named(requests: tuple[CertRequest, ...], names: Collection[str]) -> tuple[CertRequest, ...]:
    """The requests of these names, in the order of the names; case does not count.

    Raises:
        UsageError: none is named, or one that is not planned.
    """
    if not names:
        raise UsageError.because("EB308", "no certificate is named", "name certificates, or say --all")
    known = {request.name.lower(): request for request in requests}
    unknown = tuple(_unknown(name, known) for name in names if name.lower() not in known)
    if unknown:
        raise UsageError(*unknown)
    return tuple(known[name.lower()] for name in names)


def concerned(entries: Iterable[Entry], names: Collection[str]) -> tuple[Entry, ...]:
    """The entries of these names and of the CAs that sign them; one that was changed by hand is refused."""
    entries = tuple(entries)
    wanted = [entry.request for entry in entries if entry.request.name in names]
    signers = {name for request in wanted for name in (request.ca_name, *request.above)}
    return tuple(
        replace(entry, refusals=(*entry.refusals, *_by_hand(entry))) if entry.request.name in names else entry
        for entry in entries
        if entry.request.name in names or entry.request.name in signers
    )


def renewed(entries: Iterable[Entry], names: Collection[str]) -> tuple[Entry, ...]:
    """Those of these names; before them a CA that there has never been."""
    return tuple(entry for entry in entries if entry.request.name in names or _is_to_be_made(entry))


def signers(
    entries: tuple[Entry, ...], wanted: tuple[Entry, ...], unlock: Unlock | None = None
) -> tuple[dict[str, Authority], tuple[Diagnostic, ...]]:
    """The CAs at hand that sign what is wanted (one that is to be made comes later), and what forbids it.

    ``unlock`` is asked for the passphrase of a key that has one; without it such a key stays closed, and its
    CA is not among those at hand.
    """
    refusals = [each for entry in entries for each in entry.refusals]
    authorities = {}
    coming = [entry.request for entry in wanted if not (entry.request.is_root or entry.refusals)]
    for entry in (each for each in entries if each.request.is_ca):
        signed = [request.name for request in coming if request.ca_name == entry.request.name]
        if not signed or entry.refusals or entry in wanted:
            continue
        if entry.found.certificate is None:
            refusals.append(_no_authority(entry, signed))
            continue
        asked = unlock if not refusals else None  # who is refused anyway need not look for a passphrase
        opened = open_authority(entry, signed, asked)
        if isinstance(opened, Authority):
            authorities[entry.request.name] = opened
        elif opened is not None:
            refusals.append(opened)
    return authorities, tuple(refusals)


def open_authority(
    entry: Entry, waiting: Sequence[str], unlock: Unlock | None
) -> Authority | Diagnostic | None:
    """A CA of ours, ready to sign what is waiting for it; or why it cannot.

    None: its key takes a passphrase, and without ``unlock`` there is none to be asked for.
    """
    certificate, key = entry.found.certificate, entry.found.key
    if certificate is None or key is None:
        return _no_key(entry, waiting)
    if is_encrypted(key) and unlock is None:
        return None
    passphrase = unlock(str(entry.found.paths.key)) if unlock and is_encrypted(key) else None
    try:
        loaded = Authority.load(Pair(certificate, key), passphrase)
    except Unreadable as cause:
        return _closed(entry, cause)
    fits = public_hash(loaded.key.public_key()) == public_hash(loaded.certificate.public_key())
    return loaded if fits else not_its_key(entry.found)


def open_authorities(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The CAs whose keys stand there in the clear, as we wrote them."""
    return tuple(
        entry
        for entry in entries
        if entry.request.is_ca
        and entry.found.key is not None
        and not (entry.refusals or entry.found.edited or is_encrypted(entry.found.key))
    )


def has_closed_keys(entries: Iterable[Entry]) -> bool:
    """Whether the key of one of the CAs takes a passphrase."""
    return any(entry.request.is_ca and is_encrypted(entry.found.key or b"") for entry in entries)


def sealed(entry: Entry, seal: Callable[[PrivateKey], bytes]) -> Pair:
    """The pair of such a CA with its key as ``seal`` writes it."""
    assert entry.found.certificate is not None
    assert entry.found.key is not None
    pair = Pair(entry.found.certificate, entry.found.key)
    return Pair(pair.certificate, seal(Authority.load(pair).key))


def _closed(entry: Entry, cause: Unreadable) -> Diagnostic:
    """The refusal for a CA's key that cannot sign."""
    path = entry.found.paths.key
    if not isinstance(cause, WrongPassphrase):
        return unreadable(entry.found, path, cause)
    hint = "nothing was written; try again with the passphrase that it was encrypted with"
    return error("EB335", f"{path} cannot be opened: {cause}", hint, str(path))


def _is_to_be_made(entry: Entry) -> bool:
    return entry.found.is_absent and entry.request.source is CertificateSource.ISSUED


def _by_hand(entry: Entry) -> Iterable[Diagnostic]:
    return (replace(each, severity=Severity.ERROR) for each in entry.findings if each.code == "EB309")


def _no_authority(entry: Entry, signed: Sequence[str]) -> Diagnostic:
    name = entry.request.name
    message = f"{name} is not in pki/, and others have it, so {', '.join(signed)} cannot be signed"
    hint = f"take it over: etcdboot certs adopt ca.pem ca-key.pem --as {name}"
    return error("EB359", message, hint, name)


def _no_key(entry: Entry, signed: Sequence[str]) -> Diagnostic:
    path = entry.found.paths.key
    message = f"{path} is missing, and without it {', '.join(signed)} cannot be signed"
    hint = "bring it back for as long as you sign; where others sign: etcdboot certs csr"
    return error("EB303", message, hint, str(path))


def _no_renewal(request: CertRequest) -> Diagnostic:
    message = f"{request.name} is a CA: a new one would make worthless all that the old one signed"
    hint = "name what it signs, or put another CA in its place: etcdboot certs rotate-ca"
    return error("EB307", message, hint, request.name)


def _unknown(name: str, known: Mapping[str, CertRequest]) -> Diagnostic:
    import difflib

    near = [each for each in known if name.lower() in each.split("/")]
    near = near or difflib.get_close_matches(name.lower(), known, n=1)
    names = [known[each].name for each in near or known]
    hint = f"did you mean {' and '.join(names)}?" if near else f"there are {', '.join(names)}"
    return error("EB308", f"no certificate of this cluster is called {name}", hint)
