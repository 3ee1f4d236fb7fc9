"""Certificates that the program of ``certificates.signer`` signs: all that a run needs, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.base.errors import EtcdbootError, Missing, Refused
from etcdboot.observations.certificate import BACKDATE
from etcdboot.pki.adoption import adoption, signed_reply
from etcdboot.pki.store.inventory import Entry
from etcdboot.pki.x509 import csr
from etcdboot.pki.x509.certificate import public_hash
from etcdboot.pki.x509.pem import PrivateKey, dump_key, load_certificate
from etcdboot.pki.x509.signing import Pair, PublicKey
from etcdboot.plan.certificate_request import CertRequest
from etcdboot.plan.plan import SignerPlan

if TYPE_CHECKING:
    from etcdboot.effects.process.external_signer import Answer

Key = PrivateKey | PublicKey


def refusals(
    entries: Iterable[Entry], wanted: Iterable[Entry], held: Mapping[str, Key], csrs: Mapping[str, bytes]
) -> tuple[Diagnostic, ...]:
    """Why these cannot be sent to a signer."""
    entries = tuple(entries)
    found = [each for entry in entries for each in entry.refusals]
    absent = {entry.request.name for entry in entries if entry.found.certificate is None}
    lacking: dict[str, None] = {}
    for entry in wanted:
        name = entry.request.name
        if name in held and name not in csrs and not _is_private(held[name]):
            hint = "run make-csr.sh on its host, then: etcdboot certs sign FILE"
            found.append(error("EB357", f"the key of {name} is not here to sign a request", hint, name))
        lacking |= {each: None for each in (entry.request.root,) if each in absent}
    for name in lacking:
        message = f"others sign, and {name}, the CA that they sign with, is not in pki/"
        hint = f"take over its certificate: etcdboot certs adopt ca.pem --as {name}"
        found.append(error("EB359", message, hint, name))
    return tuple(found)


def have_signed(
    signer: SignerPlan,
    wanted: tuple[Entry, ...],
    entries: Iterable[Entry],
    new_key: Callable[[CertRequest], Key],
    csrs: Mapping[str, bytes],
    now: datetime,
) -> tuple[dict[str, Pair], datetime]:
    """A pair for each, signed by the program, and when to judge them.

    A public key's certificate comes without a key.

    Raises:
        Missing: EB360, there is no such program.
        Refused: EB360, EB361, it failed, or what it gave is no use. What it signed before is dropped.
    """
    from etcdboot.effects.process import external_signer as program  # subprocess and tempfile, for few

    trusted = trusted_of(entries)
    made = {}
    for place, entry in enumerate(wanted, 1):
        request, name = entry.request, entry.request.name
        asked, public, kept = _asked(request, new_key(request), csrs)
        answer = program.ask(
            signer.command, asked, _variables(request), timeout=signer.timeout, folder=Path(signer.folder)
        )
        if answer.trouble:
            raise _failure(answer, name, place, len(wanted))
        pem = signed_reply.reply(name, public, answer.output, trusted[name])
        if isinstance(pem, Diagnostic):
            raise Refused(pem)
        made[name] = Pair(pem, kept)
    return made, _judged_at(signer, made, now)


def _judged_at(signer: SignerPlan, made: Mapping[str, Pair], now: datetime) -> datetime:
    """Once the last of it is valid, as far as waiting and clocks explain that.

    A signer's certificates may begin at the very second in which it made them, by its own clock.
    """
    latest = now + BACKDATE + timedelta(seconds=signer.timeout * len(made))
    begins = (load_certificate(each.certificate).not_valid_before_utc for each in made.values())
    return max((each for each in begins if now < each <= latest), default=now)


def objections(entries: Iterable[Entry], made: Mapping[str, Pair], now: datetime) -> Iterator[Diagnostic]:
    """Why what others signed must not be taken; ``entries`` are as they would stand."""
    entries = tuple(entries)
    trusted = trusted_of(entries)
    for entry in entries:
        name = entry.request.name
        if name in made:
            yield from adoption.objections(entry)
            yield from signed_reply.flaws(name, made[name].certificate, trusted[name], now)


def trusted_of(entries: Iterable[Entry]) -> dict[str, tuple[x509.Certificate, ...]]:
    """The CAs at the end of each certificate's chain, as far as they stand in ``pki/``."""
    entries = tuple(entries)
    there = {entry.request.name: entry for entry in entries}
    return {
        entry.request.name: tuple(
            load_certificate(above.found.certificate)
            for name in (entry.request.root,)
            if (above := there.get(name)) and above.facts and above.found.certificate
        )
        for entry in entries
    }


def _asked(request: CertRequest, key: Key, csrs: Mapping[str, bytes]) -> tuple[bytes, str, bytes]:
    """The request to sign, the hash of its public key, and the key as PEM where it is ours to keep."""
    if isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
        return csr.make(request, key), public_hash(key.public_key()), dump_key(key)
    return csrs[request.name], public_hash(key), b""


def _variables(request: CertRequest) -> dict[str, str]:
    """What a signer is told besides the request."""
    return {
        "ETCDBOOT_CERT_NAME": request.name,
        "ETCDBOOT_CERT_USAGES": ",".join(request.usages),
        "ETCDBOOT_CERT_LIFETIME": str(request.lifetime),
        "ETCDBOOT_CERT_CA": request.ca_name,
    }


def _failure(answer: Answer, name: str, place: int, count: int) -> EtcdbootError:
    which = f"{name} (number {place} of {count})" if count > 1 else name
    said = f"; it said: {' | '.join(answer.said.splitlines())}" if answer.said else ""
    message = f"the signer did not sign {which}: {answer.trouble}{said}"
    if answer.absent:
        return Missing.because(
            "EB360", message, "name a program in certificates.signer.command that is there"
        )
    return Refused.because("EB360", message, "nothing was written; put that right, then run again")


def _is_private(key: Key) -> bool:
    return isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey)
