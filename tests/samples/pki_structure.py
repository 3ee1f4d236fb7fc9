"""What a PKI on the disk comes to, without what differs from run to run: keys, serial numbers, digests."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography import x509

from etcdboot.base.manifest import MANIFEST
from etcdboot.effects.files.pki_tree import open_pairs
from etcdboot.pki.store.issued_register import ISSUED, IssuedRegister, certificate_name
from etcdboot.pki.store.unrecorded import fingerprint
from etcdboot.pki.x509 import crl
from etcdboot.pki.x509.certificate import public_key_of, read
from etcdboot.pki.x509.pem import is_encrypted
from etcdboot.plan.certificate_request import pair_paths
from etcdboot.plan.plan import ClusterPlan


def shape(value: Any) -> Any:
    """A JSON value without what differs from run to run: texts and numbers."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return type(value).__name__


def portrait(path: Path, content: bytes) -> Any:
    """What is in a file, without keys, serial numbers and digests."""
    if path.name == MANIFEST.name:
        found = json.loads(content)
        return shape(found) | {key: sorted(each) for key, each in found.items() if isinstance(each, list)}
    if path.name == ISSUED.name:  # a command that is given twice may issue twice
        return sorted({(each.name, each.ca) for each in IssuedRegister.parse(content).certificates})
    if path.suffix == ".json":
        return shape(json.loads(content))
    if path.suffix == ".der" or b"X509 CRL" in content:
        facts = crl.read(content, None)
        return len(facts.serials), facts.next_update - facts.this_update
    if b"PRIVATE KEY" in content:
        return "encrypted" if is_encrypted(content) else "plain"
    if b"REQUEST" in content:
        return x509.load_pem_x509_csr(content).subject.rfc4514_string()
    certificates = x509.load_pem_x509_certificates(content)
    return [
        (each.subject.rfc4514_string(), each.issuer.rfc4514_string())
        + (each.not_valid_after_utc - each.not_valid_before_utc,)
        + tuple(extension.oid.dotted_string for extension in each.extensions)
        for each in certificates
    ]


def structure(pki: Path) -> dict[str, tuple[int, Any]]:
    """Everything below a PKI: permissions, and what is in it."""
    found = {}
    for path in sorted((pki, *pki.rglob("*"))):
        content = path.read_bytes() if path.is_file() else None
        mode = stat.S_IMODE(path.stat().st_mode)
        found[re.sub("[0-9a-f]{12}", "N", str(path.relative_to(pki)))] = (
            mode,
            content if content is None else portrait(path, content),
        )
    return found


def open_secrets(pki: Path) -> list[str]:
    """Keys, whole or begun, that others may read."""
    return [
        str(path)
        for path in pki.rglob("*")
        if path.is_file() and ("key" in path.name or b"PRIVATE" in path.read_bytes())
        if path.stat().st_mode & 0o077
    ]


def recorded_and_standing(pki: Path) -> tuple[set[str], set[str]]:
    """The fingerprints in the record, and those of the certificates in place, as a reader sees both."""
    with open_pairs(pki, writing=False) as tree:
        found = tree.present([*tree.manifest.paths(), str(ISSUED)])
    record = found.pop(str(ISSUED))
    known = IssuedRegister.parse(record.content).fingerprints if record else set()
    standing = {fingerprint(each.content) for path, each in found.items() if each and certificate_name(path)}
    return set(known), standing


def unrecorded(pki: Path) -> list[str]:
    """The certificates in place that are not in the record."""
    known, standing = recorded_and_standing(pki)
    return sorted(standing - known)


def half_pairs(plan: ClusterPlan, pki: Path) -> Iterator[str]:
    """Certificates that a reader sees beside another one's key, or below a CA that has not signed them."""
    with open_pairs(pki, writing=False) as tree:
        for each in plan.certificates:
            certificate, key, signer = (
                None if found is None else found.content
                for path in (*pair_paths(each.name), pair_paths(each.ca_name).certificate)
                for found in tree.present([str(path)]).values()
            )
            if certificate is None:
                continue
            facts = read(certificate, signer)
            if not facts.signed:
                yield f"{each.name} is below another CA"
            if key and not is_encrypted(key) and public_key_of(key) != facts.public_key:
                yield f"{each.name} has another key"
