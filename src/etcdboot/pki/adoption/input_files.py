"""Files with certificates and keys that others made, whatever their form: what is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_private_key

from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.base.fast_dataclasses import dataclass, field, replace
from etcdboot.observations.certificate import CertFacts
from etcdboot.pki.adoption import signed_reply
from etcdboot.pki.adoption.pair_matching import Match
from etcdboot.pki.x509.certificate import public_hash, read
from etcdboot.pki.x509.pem import (
    PrivateKey,
    Unreadable,
    WrongPassphrase,
    dump_certificate,
    dump_key,
    is_encrypted,
    load_key,
)
from etcdboot.pki.x509.pem_blocks import Block, blocks

# From the name of a file with an encrypted key to its passphrase.
Unlock = Callable[[str], bytes]
# A certificate: the file it is from, itself, and what it shows.
Shown = tuple[str, x509.Certificate, CertFacts]


@dataclass(frozen=True, slots=True)
class Held:
    """A private key as it stands in a file; ``is_sealed``: it takes a passphrase."""

    file: str
    pem: bytes = field(repr=False)
    is_sealed: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """All that is in the files: certificates, and keys by the hash of their public halves."""

    certificates: tuple[Shown, ...] = ()
    keys: Mapping[str, Held] = field(default_factory=dict)

    @property
    def pool(self) -> tuple[x509.Certificate, ...]:
        """The certificates alone."""
        return tuple(each for _, each, _ in self.certificates)

    def matches(self, *, authorities: bool) -> list[Match]:
        """The certificates of CAs, or the others, each with its key if that is among the files."""
        return [self._match(each) for each in self.certificates if each[2].is_ca is authorities]

    def _match(self, each: Shown) -> Match:
        file, certificate, facts = each
        held = self.keys.get(facts.public_key)
        key, key_file = (held.pem, held.file) if held else (None, "")
        return Match(file, dump_certificate(certificate), facts, key, key_file)


def handed(files: Iterable[tuple[str, bytes]], unlock: Unlock) -> tuple[Handed, tuple[Diagnostic, ...]]:
    """What is in the files, and what is wrong with them (EB301, EB335, EB343)."""
    found: dict[str, Shown] = {}
    keys: dict[str, Held] = {}
    problems: list[Diagnostic] = []
    for file, content in files:
        try:
            own = tuple(_certificates(file, content))
            secrets = _keys(file, content, unlock)
        except WrongPassphrase as cause:
            hint = "nothing was written; try again with the passphrase that it was encrypted with"
            problems.append(_at(error("EB335", f"{file} cannot be opened: {cause}", hint), file))
            continue
        except Unreadable as cause:
            hint = "name a file with certificates or keys, PEM, DER or PKCS #7"
            problems.append(_at(error("EB301", f"{file} cannot be read: {cause}", hint), file))
            continue
        for each in own:
            found.setdefault(each[2].sha256, each)
        keys = {**secrets, **keys}
        if not (own or secrets or _is_request(content)):
            message = f"{file}: there is neither certificate nor key in it"
            problems.append(_at(error("EB343", message, "leave it out"), file))
    return Handed(tuple(found.values()), keys), tuple(problems)


def _certificates(file: str, content: bytes) -> Iterable[Shown]:
    for each in signed_reply.certificates(content):
        yield file, each, read(dump_certificate(each), None)


def _keys(file: str, content: bytes, unlock: Unlock) -> dict[str, Held]:
    found = {}
    for block in blocks(content):
        if block.label.endswith("PRIVATE KEY"):
            sealed = is_encrypted(block.pem)
            key = load_key(block.pem, unlock(file) if sealed else None, trusting=True)
            found[public_hash(key.public_key())] = Held(file, block.pem, sealed)
        elif not block.label:
            found |= _der_key(file, block)
    return found


def _der_key(file: str, block: Block) -> dict[str, Held]:
    try:
        key = load_der_private_key(block.der, None)
    except (ValueError, TypeError):
        return {}
    if not isinstance(key, PrivateKey):
        return {}
    return {public_hash(key.public_key()): Held(file, dump_key(key))}


def _is_request(content: bytes) -> bool:
    """Whether there is something in it that may lie beside certificates: a request or a list."""
    return any(each.label.endswith(("REQUEST", "CRL")) for each in blocks(content))


def _at(diagnostic: Diagnostic, file: str) -> Diagnostic:
    return replace(diagnostic, file=file, path=file)
