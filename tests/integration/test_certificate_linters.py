"""zlint about every certificate and revocation list that a plan can ask for; pkilint and openssl about lists.

The keys are made once: what a linter reads does not depend on them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from etcdboot.effects import random_source
from etcdboot.effects.clock import now
from etcdboot.pki.x509 import crl
from etcdboot.pki.x509.crl_entry import Reason, Revoked
from etcdboot.pki.x509.pem import PrivateKey, load_certificate
from etcdboot.pki.x509.signing import Authority, Pair, issue_all
from etcdboot.plan.certificate_request import CertRequest, pair_paths
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import KeyAlgorithm
from lab.peers.fixtures import absent, require_peer
from samples.certificates import plan_of

pytestmark = pytest.mark.integration

# All that zlint has about documents of the IETF that speak of certificates like ours.
SOURCES = "RFC3279,RFC5280,RFC5480,RFC5891,RFC8813"
FINE = {"pass", "NA", "NE"}

LONG = "n" * 63  # the longest member, client or cluster; with " CA" behind it a common name of 64
PLANS: Mapping[str, tuple[str, str]] = {
    "plain": ("", ""),
    "split": ("ca: split, clients: [root, prometheus, {name: metrics, lifetime: 30d}]", ""),
    "deep": (
        "ca: split, intermediate: true, path-length: 3, "
        "subject: {C: DE, ST: Bayern, L: München, O: 'Example, Inc.', OU: Ops}, "
        "name-constraints: [example.com, xn--mnchen-3ya.de, 192.168.202.0/24, '2001:db8::/32'], "
        "sans: [etcd.example.com, '*.example.com'], "
        "clients: [{name: root, sans: [root.example.com, '2001:db8::7']}]",
        "defaults: {sans: ['2001:db8::1', '*.etcd.example.com', xn--mnchen-3ya.de]}",
    ),
    "long": (
        f"subject: {{C: us, ST: {'s' * 128}, L: {'ü' * 128}, O: {'o' * 64}, OU: {'東' * 64}}}, "
        f"lifetime: 1000y, ca-lifetime: 1000y, clients: [{LONG}, {'Z' * 63}], intermediate: true",
        f"defaults: {{sans: [{'.'.join(['l' * 63, 'm' * 63, 'n' * 63, 'o' * 61])}, 'ffff:ffff::ffff:ffff']}}",
    ),
    "short": ("lifetime: 61s, ca-lifetime: 2h, ca-key: rsa-2048, peer: {key: ecdsa-p384}", "endpoints: []"),
}
_KEYS: dict[KeyAlgorithm, PrivateKey] = {}


def key_of(request: CertRequest) -> PrivateKey:
    if request.key not in _KEYS:
        _KEYS[request.key] = random_source.new_key(request.key)
    return _KEYS[request.key]


def made(plan: ClusterPlan) -> dict[str, Pair]:
    """Every certificate of the plan."""
    return issue_all(plan.certificates, {}, key_of, random_source.new_serial, now())


def zlint(files: Iterable[Path]) -> dict[str, list[str]]:
    """What zlint says of each file that is more than a pass: it looks at the first PEM block."""
    names = [str(each) for each in files]
    argv = [str(require_peer("zlint")), "-includeSources", SOURCES, *names]
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(said) == len(names)
    reports = {name: json.loads(line) for name, line in zip(names, said, strict=True)}
    return {
        Path(name).name: [
            f"{lint}: {each['result']}" for lint, each in sorted(found.items()) if each["result"] not in FINE
        ]
        for name, found in reports.items()
    }


@pytest.mark.parametrize("shape", PLANS)
@pytest.mark.parametrize("key", KeyAlgorithm)
def test_zlint_finds_nothing(key: KeyAlgorithm, shape: str, tmp_path: Path) -> None:
    certificates, extra = PLANS[shape]
    plan = plan_of(extra=extra, certificates=f"key: {key}, {certificates}")
    for name, pair in made(plan).items():
        (tmp_path / str(pair_paths(name).certificate).replace("/", "-")).write_bytes(pair.certificate)
    found = zlint(sorted(tmp_path.iterdir()))
    assert len(found) == len(plan.certificates) >= 4
    assert {name: lints for name, lints in found.items() if lints} == {}


def test_zlint_finds_what_a_careless_certificate_has(tmp_path: Path) -> None:
    openssl = shutil.which("openssl") or absent("openssl")
    careless = tmp_path / "careless.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        + ["-keyout", str(tmp_path / "key.pem"), "-out", str(careless), "-subj", "/CN=x"]
        + ["-addext", "keyUsage=keyEncipherment", "-addext", "subjectAltName=DNS:a_b.example.com"],
        capture_output=True,
        check=True,
    )
    assert "e_ecdsa_allowed_ku: error" in zlint([careless])["careless.pem"]


# --- revocation lists


@pytest.fixture(scope="module", params=KeyAlgorithm)
def revoking(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a CA, two of its clients, and lists: empty, and with the first client on it."""
    folder = tmp_path_factory.mktemp(str(request.param))
    pairs = made(plan_of(certificates=f"key: {request.param}, clients: [bad, good]"))
    for name in ("ca", "client/bad", "client/good"):
        (folder / f"{name.rpartition('/')[2]}.pem").write_bytes(pairs[name].certificate)
    serial = load_certificate(pairs["client/bad"].certificate).serial_number
    lists: dict[str, list[Revoked]] = {"none": [], "one": [revoked(serial, Reason.KEY_COMPROMISE)]}
    lists["many"] = [revoked(serial + number, reason) for number, reason in enumerate(Reason)]
    for number, (name, entries) in enumerate(lists.items(), 1):
        der = crl.make(Authority.load(pairs["ca"]), entries, number=number, now=now(), lifetime=86400)
        (folder / f"{name}.crl").write_bytes(crl.as_pem(der))
    return folder


def revoked(serial: int, reason: Reason) -> Revoked:
    return Revoked(serial, "client/bad", now().replace(microsecond=0), now() + timedelta(days=9), reason)


def test_zlint_and_pkilint_find_nothing_in_a_list(revoking: Path) -> None:
    lists = sorted(revoking.glob("*.crl"))
    assert zlint(lists) == {"many.crl": [], "none.crl": [], "one.crl": []}
    assert [objections(each) for each in lists] == ["", "", ""]


def objections(path: Path) -> str:
    """What pkilint has against a list, above the level of a remark."""
    lint = str(require_peer("lint_pkix_cert").with_name("lint_crl"))
    argv = [lint, "lint", "-t", "CRL", "-p", "PKIX", "-s", "WARNING", str(path)]
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip()


def test_both_find_what_a_careless_list_lacks(tmp_path: Path) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    builder = x509.CertificateRevocationListBuilder().issuer_name(name)
    builder = builder.last_update(now()).next_update(now() + timedelta(days=1))
    careless = tmp_path / "careless.crl"
    key = random_source.new_key(KeyAlgorithm.ECDSA_P256)
    careless.write_bytes(builder.sign(key, SHA256()).public_bytes(Encoding.PEM))
    assert zlint([careless])["careless.crl"]
    assert "pkix.crl_number_missing" in objections(careless)


@pytest.mark.parametrize("name", ["none", "one", "many"])
def test_openssl_refuses_who_is_on_the_list_and_no_other(revoking: Path, name: str) -> None:
    openssl = shutil.which("openssl") or absent("openssl")
    argv = [openssl, "verify", "-x509_strict", "-crl_check", "-purpose", "sslclient"]
    argv += ["-CAfile", str(revoking / "ca.pem"), "-CRLfile", str(revoking / f"{name}.crl")]
    said = {}
    for client in ("bad", "good"):
        command = [*argv, str(revoking / f"{client}.pem")]
        said[client] = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    assert said["good"] == ""
    assert ("certificate revoked" in said["bad"]) == (name != "none")
