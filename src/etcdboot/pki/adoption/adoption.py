"""Certificates that others made, judged as if they stood in ``pki/`` already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.base.fast_dataclasses import dataclass, field, replace
from etcdboot.pki.store.inventory import Entry, Found
from etcdboot.pki.x509.pem_blocks import blocks

# What forbids a certificate, whoever made it: another user's name, usages, dates, another CA, no key.
_USELESS = frozenset(("EB281", "EB310", "EB312", "EB314", "EB317"))
_SIGNING = ("ecdsa-", "rsa-")
_ANOTHER = "take over a CA that is valid now, or set this machine's clock right"
_KEEP_CA = "keep the CA that is there, or put a new one in its place with: etcdboot certs rotate-ca"


@dataclass(frozen=True, slots=True)
class Offer:
    """A certificate that others made for one of the plan's (``name``), first in its PEM, then its chain.

    Without a key the one that stands in ``pki/`` is meant, or (``keyless``) one that is elsewhere. ``source``
    is what its user calls it.
    """

    name: str
    certificate: bytes
    key: bytes | None = field(default=None, repr=False)
    source: str = ""
    keyless: bool = False


def as_offered(standing: Iterable[Found], offers: Iterable[Offer]) -> tuple[Found, ...]:
    """What would stand in ``pki/`` with the offers in their places."""
    named = {offer.name: offer for offer in offers}
    standing = tuple(standing)
    certificates = {each.request.name: _first(_certificate(each, named)) for each in standing}
    return tuple(
        _taken(each, named[each.request.name], certificates) if each.request.name in named else each
        for each in standing
    )


def objections(entry: Entry) -> tuple[Diagnostic, ...]:
    """Why what is offered must not be taken; empty where it may, fitting or not."""
    useless = (each for each in entry.findings if each.code in _USELESS)
    refusals = (replace(each, hint=_ANOTHER) if each.code == "EB305" else each for each in entry.refusals)
    return (*refusals, *useless, *_cannot_sign(entry))


def _cannot_sign(entry: Entry) -> Iterator[Diagnostic]:
    """A CA's key that we cannot sign with: better told now than at the first signature."""
    found, facts = entry.found, entry.facts
    if entry.request.is_ca and found.key and facts and not facts.key.startswith(_SIGNING):
        message = f"{found.paths.key} is of type {facts.key}, and etcdboot signs with ECDSA and RSA"
        hint = "take over the CA's certificate without the key; then others sign, or certificates.signer does"
        yield error("EB367", message, hint, str(found.paths.key))


def in_the_way(standing: Found, taken: Found, *, replacing: bool) -> Iterator[Diagnostic]:
    """The first file in the offer's place that is not to be replaced: others', an edited one, another's.

    A certificate that others made anew for the same key takes the place of the one before.
    """
    replacing = replacing or (standing.key == taken.key and not standing.request.is_ca)
    pairs = (
        (standing.paths.certificate, standing.certificate, taken.certificate),
        (standing.paths.key, standing.key, taken.key),
    )
    for path, before, coming in pairs:
        if before is None or before == coming:
            continue
        if path in standing.foreign:
            message = f"{path} is there already and etcdboot did not write it"
            hint = "bring back the .etcdboot.json that was next to it, or: etcdboot certs adopt pki"
            yield error("EB402", message, hint, str(path))
            return
        if path in standing.edited or not replacing:
            hint = _KEEP_CA if standing.request.is_ca else "move the pair away to have this one instead"
            yield error("EB398", f"{path} is there already, and it is another one", hint, str(path))
            return


def _taken(standing: Found, offer: Offer, certificates: Mapping[str, bytes]) -> Found:
    pem = offer.certificate
    above = [certificates[name] for name in standing.request.chain]
    if above and len(_certificates(pem)) == 1:
        pem = b"".join((pem, *above))  # what is shown must lead to the root
    return replace(
        standing,
        certificate=pem,
        key=offer.key or standing.key,
        foreign=(),
        edited=(),
        lost=False,
        adopted=True,
        keyless=offer.keyless and standing.key is None,
    )


def _certificate(standing: Found, named: Mapping[str, Offer]) -> bytes:
    offer = named.get(standing.request.name)
    return offer.certificate if offer else standing.certificate or b""


def _first(pem: bytes) -> bytes:
    return next(iter(_certificates(pem)), b"")


def _certificates(pem: bytes) -> list[bytes]:
    return [block.pem for block in blocks(pem) if block.label == "CERTIFICATE"]
