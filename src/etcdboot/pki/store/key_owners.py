"""Whose a public key is, as far as what stands in ``pki/`` tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from etcdboot.pki.store.inventory import Found
from etcdboot.pki.x509 import csr
from etcdboot.pki.x509.certificate import public_key_of, read
from etcdboot.pki.x509.pem import Unreadable


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
