"""Which certificates it is time to renew, and which keys may be kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from etcdboot.base.diagnostics import Diagnostic, Severity, error
from etcdboot.base.fast_dataclasses import replace
from etcdboot.pki.store.audit import due
from etcdboot.pki.store.expiry import Within, is_due, margin
from etcdboot.pki.store.inventory import Entry
from etcdboot.pki.x509.pem import PrivateKey, Unreadable, load_certificate, load_key
from etcdboot.pki.x509.signing import PublicKey
from etcdboot.spec.spec import CertificateSource


def due_names(entries: Iterable[Entry], now: datetime, within: Within | None) -> frozenset[str]:
    """The leaves that we can renew and that are due or have ended; without ``within`` by the plan."""
    return frozenset(
        entry.request.name
        for entry in entries
        if not entry.request.is_ca
        and entry.request.source is not CertificateSource.PROVIDED
        and entry.facts is not None
        and is_due(entry.request, entry.facts, now, within)
    )


def left_over(
    entries: Iterable[Entry], names: Collection[str], now: datetime, within: Within | None
) -> tuple[Diagnostic, ...]:
    """What a renewal of all that is due must tell of the rest.

    A CA that is due, or what others provide: somebody else has to act. One that cannot be judged: it may be
    due as well, and must not keep the others from being renewed.
    """
    concerned = {entry.request.ca_name for entry in entries if entry.request.name in names} | {*names}
    return tuple(
        each
        for entry in entries
        if entry.request.name not in names
        for each in _left_over(entry, now, within, told=entry.request.name in concerned)
    )


def _left_over(entry: Entry, now: datetime, within: Within | None, *, told: bool) -> Iterator[Diagnostic]:
    if entry.facts is None:
        yield from (replace(each, severity=Severity.ERROR) for each in entry.refusals)
    elif not told:
        yield from due(entry.request, entry.facts, now, margin(entry.request, entry.facts, within))


def keys_elsewhere(wanted: Iterable[Entry]) -> dict[str, PublicKey]:
    """The public keys of the certificates whose other half is where it was made: they keep it."""
    return {
        entry.request.name: load_certificate(entry.found.certificate).public_key()
        for entry in wanted
        if entry.found.keyless and entry.found.certificate and entry.facts
    }


def held_keys(wanted: Iterable[Entry]) -> tuple[dict[str, PrivateKey], tuple[Diagnostic, ...]]:
    """The keys that the certificates to be renewed have here, by name; and why one cannot be kept."""
    found, refusals = {}, []
    for entry in wanted:
        if entry.request.is_ca or entry.found.keyless:
            continue  # one that is to be made first has no key to keep
        key, refusal = _held(entry)
        if key is not None:
            found[entry.request.name] = key
        if refusal is not None:
            refusals.append(refusal)
    return found, tuple(refusals)


def _held(entry: Entry) -> tuple[PrivateKey | None, Diagnostic | None]:
    request, found, facts = entry.request, entry.found, entry.facts
    path = str(found.paths.key)
    if found.key is None:
        hint = "bring it back for as long as you sign, or renew without --same-key"
        return None, error("EB341", f"{path} is not there, so {request.name} cannot keep it", hint, path)
    if facts is not None and facts.key != request.key:
        message = f"{path} is of type {facts.key}, and the spec asks for {request.key}"
        return None, error("EB341", message, "renew without --same-key", path)
    try:
        key = load_key(found.key)
    except Unreadable as cause:
        return None, error("EB341", f"{path} cannot be kept: {cause}", "renew without --same-key", path)
    if not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
        return None, error("EB341", f"{path} is neither ECDSA nor RSA", "renew without --same-key", path)
    return key, None
