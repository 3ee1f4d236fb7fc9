"""The words of cfssl's files: every field and usage it knows, and why we leave one behind.

Source: cloudflare/cfssl at v1.6.5, config/config.go (Config, SigningProfile, KeyUsage, ExtKeyUsage) and
csr/csr.go (CertificateRequest, Name, KeyRequest, CAConfig).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from etcdboot.plan.certificate_request import Usage
from etcdboot.spec.spec import KeyAlgorithm

# A field -> why it is not taken over; empty where it is.
Fields = Mapping[str, str]

_URL: Final = "etcd follows no URL that stands in a certificate"
_REMOTE: Final = "who lets others sign says so with certificates.signer"
_OWN_PLACE: Final = "etcdboot has its own: five minutes before it was made"
_LINT: Final = "etcdboot's certificates are of one kind, which linters have judged"
_DATES: Final = "etcdboot counts a lifetime from the day of signing"
_PLANNED: Final = "etcdboot signs what is planned, and nothing that a request brings along"
_SUBJECT: Final = "a subject of etcdboot's has C, ST, L, O, OU and the common name"

CONFIG: Final[Fields] = {
    "signing": "",
    "ocsp": "etcd asks no OCSP responder",
    "auth_keys": _REMOTE,
    "remotes": _REMOTE,
}
SIGNING: Final[Fields] = {"default": "", "profiles": ""}
PROFILE: Final[Fields] = {
    "usages": "",
    "expiry": "",
    "ca_constraint": "a CA below the CA is certificates.intermediate",
    "backdate": _OWN_PLACE,
    "not_before": _DATES,
    "not_after": _DATES,
    "issuer_urls": _URL,
    "ocsp_url": _URL,
    "crl_url": _URL,
    "ocsp_no_check": "etcd asks no OCSP responder",
    "auth_key": _REMOTE,
    "prev_auth_key": _REMOTE,
    "remote": _REMOTE,
    "auth_remote": _REMOTE,
    "name_whitelist": "certificates.name-constraints holds a CA to names",
    "CSRWhitelist": _PLANNED,
    "ClientProvidesSerialNumbers": _PLANNED,
    "allowed_extensions": _PLANNED,
    "copy_extensions": _PLANNED,
    "Policies": _PLANNED,
    "ct_log_servers": "certificates of a cluster belong in no public log",
    "cert_store": "etcdboot keeps no database of certificates; pki/ is all",
    "lint_error_level": _LINT,
    "ignored_lints": _LINT,
    "ignored_lint_sources": _LINT,
}
REQUEST: Final[Fields] = {
    "CN": "",
    "hosts": "",
    "key": "",
    "names": "",
    "ca": "",
    "serialnumber": _SUBJECT,
    "delegation_enabled": "etcd uses no delegated credentials",
    "extensions": _PLANNED,
    "crl_url": _URL,
}
KEY: Final[Fields] = {"algo": "", "size": ""}
AUTHORITY: Final[Fields] = {"expiry": "", "pathlen": "", "pathlenzero": "", "backdate": _OWN_PLACE}
NAME: Final[Fields] = {
    "C": "",
    "ST": "",
    "L": "",
    "O": "",
    "OU": "",
    "E": _SUBJECT,
    "SerialNumber": _SUBJECT,
    "OID": _SUBJECT,
}

# What the usages come to; those with another value than None are asked for by etcd (see the pki profile).
SIGNATURE: Final = "digital signature"
USAGES: Final[Mapping[str, str | None]] = {
    "signing": SIGNATURE,
    "digital signature": SIGNATURE,
    "server auth": str(Usage.SERVER_AUTH),
    "client auth": str(Usage.CLIENT_AUTH),
    # Every RSA certificate of ours has it; an EC key cannot encipher (RFC 5480 section 3).
    "key encipherment": "key encipherment",
    "content commitment": None,
    "key agreement": None,
    "data encipherment": None,
    "cert sign": None,
    "crl sign": None,
    "encipher only": None,
    "decipher only": None,
    "any": None,
    "code signing": None,
    "email protection": None,
    "s/mime": None,
    "ipsec end system": None,
    "ipsec tunnel": None,
    "ipsec user": None,
    "timestamping": None,
    "ocsp signing": None,
    "microsoft sgc": None,
    "netscape sgc": None,
}

KEYS: Final[Mapping[tuple[str, int], KeyAlgorithm]] = {
    ("ecdsa", 256): KeyAlgorithm.ECDSA_P256,
    ("ecdsa", 384): KeyAlgorithm.ECDSA_P384,
    ("rsa", 2048): KeyAlgorithm.RSA_2048,
    ("rsa", 3072): KeyAlgorithm.RSA_3072,
    ("rsa", 4096): KeyAlgorithm.RSA_4096,
}
# What cfssl takes where nothing is written (NewKeyRequest, initca.go CAPolicy, DefaultConfig).
DEFAULT_KEY: Final = ("ecdsa", 256)
CA_LIFETIME: Final = 5 * 8760 * 3600
LIFETIME: Final = 8760 * 3600
