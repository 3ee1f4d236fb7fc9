"""Other people's judges about our certificates: openssl, cryptography's verifier, pkilint."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store

from etcdboot.effects.clock import now
from etcdboot.spec.spec import KeyAlgorithm
from etcdboot.workflows.certs.issue import issue
from lab.peers.fixtures import absent
from samples.certificates import plan_of

pytestmark = pytest.mark.integration

# RFC 5280 knows no single-label host name; "localhost" is one, and pkilint reports that alone.
KNOWN = ("pkix.invalid_domain_name_syntax", 'Invalid domain name syntax: "localhost"')
SERVER, PEER, CLIENT = "members/etcd1/server.pem", "members/etcd1/peer.pem", "clients/root.pem"


@dataclass(frozen=True)
class Pki:
    """The certificates of one member and one client, made with one algorithm."""

    root: Path

    def pem(self, name: str) -> Path:
        return self.root / name

    def certificate(self, name: str) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.pem(name).read_bytes())


@pytest.fixture(scope="module", params=[*KeyAlgorithm])
def pki(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pki:
    root = tmp_path_factory.mktemp(str(request.param)) / "pki"
    plan = plan_of(
        extra="defaults: {sans: [etcd.example.com, '2001:db8::1']}",
        certificates=f"key: {request.param}, ca: split",
    )
    issue(plan, root)
    return Pki(root)


@pytest.mark.parametrize(
    ("name", "ca", "purpose"),
    [
        (SERVER, "ca.pem", "sslserver"),
        (SERVER, "ca.pem", "sslclient"),
        (PEER, "peer-ca.pem", "sslserver"),
        (PEER, "peer-ca.pem", "sslclient"),
        (CLIENT, "ca.pem", "sslclient"),
    ],
)
def test_openssl_accepts_them_strictly_for_their_purposes(pki: Pki, name: str, ca: str, purpose: str) -> None:
    done = verify(pki, name, ca, purpose)
    assert done.stdout == f"{pki.pem(name)}: OK\n", done.stderr


@pytest.mark.parametrize(
    ("name", "ca", "purpose"), [(CLIENT, "ca.pem", "sslserver"), (PEER, "ca.pem", "any")]
)
def test_openssl_refuses_a_client_as_server_and_a_peer_under_the_clients_ca(
    pki: Pki, name: str, ca: str, purpose: str
) -> None:
    assert verify(pki, name, ca, purpose).returncode != 0


def verify(pki: Pki, name: str, ca: str, purpose: str) -> subprocess.CompletedProcess[str]:
    openssl = shutil.which("openssl") or absent("openssl")
    argv = [
        openssl,
        "verify",
        "-x509_strict",
        "-check_ss_sig",
        "-purpose",
        purpose,
        "-CAfile",
        str(pki.pem(ca)),
    ]
    return subprocess.run([*argv, str(pki.pem(name))], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "host", ["192.168.202.1", "127.0.0.1", "2001:db8::1", "localhost", "etcd.example.com"]
)
def test_the_verifier_accepts_the_server_under_every_name(pki: Pki, host: str) -> None:
    store = Store([pki.certificate("ca.pem")])
    subject: x509.DNSName | x509.IPAddress
    try:
        subject = x509.IPAddress(ip_address(host))
    except ValueError:
        subject = x509.DNSName(host)
    verifier = PolicyBuilder().store(store).time(now()).build_server_verifier(subject)
    assert len(verifier.verify(pki.certificate(SERVER), [])) == 2


def test_the_verifier_accepts_a_client_that_has_only_a_name(pki: Pki) -> None:
    leaves = ExtensionPolicy.webpki_defaults_ee().may_be_present(
        x509.SubjectAlternativeName, Criticality.AGNOSTIC, None
    )
    policy = PolicyBuilder().store(Store([pki.certificate("ca.pem")])).time(now())
    policy = policy.extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=leaves)
    assert len(policy.build_client_verifier().verify(pki.certificate(CLIENT), []).chain) == 2


@pytest.mark.parametrize("name", ["ca.pem", "peer-ca.pem", SERVER, PEER, CLIENT])
def test_pkilint_finds_nothing_but_the_short_name(pki: Pki, name: str) -> None:
    assert set(findings(pki.pem(name))) <= {KNOWN}


def test_pkilint_finds_what_a_careless_certificate_lacks(tmp_path: Path) -> None:
    openssl = shutil.which("openssl") or absent("openssl")
    careless = tmp_path / "careless.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        + ["-keyout", str(tmp_path / "key.pem"), "-out", str(careless), "-subj", "/CN=x"]
        + ["-addext", "keyUsage=keyEncipherment"],
        capture_output=True,
        check=True,
    )
    assert set(findings(careless)) - {KNOWN}


def findings(path: Path) -> Iterator[tuple[str, str]]:
    """All that pkilint says above the level of a remark."""
    from pkilint import loader
    from pkilint.pkix import certificate, extension, name
    from pkilint.validation import ValidationFindingSeverity

    judge = certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )
    document = loader.load_pem_certificate(path.read_text(), path.name)
    for result in judge.validate(document.root):
        for each in result.finding_descriptions:
            if each.finding.severity < ValidationFindingSeverity.INFO:  # FATAL is the least
                yield each.finding.code, str(each.message)


def test_a_mutual_handshake_with_strict_checks_succeeds(pki: Pki) -> None:
    """What Python 3.13 does by default; only memory lies between the two sides."""
    server = context(pki, ssl.PROTOCOL_TLS_SERVER, SERVER)
    client = context(pki, ssl.PROTOCOL_TLS_CLIENT, CLIENT)
    shake_hands(server, client, "192.168.202.1")


def context(pki: Pki, side: int, name: str) -> ssl.SSLContext:
    made = ssl.SSLContext(side)
    made.load_cert_chain(pki.pem(name), pki.pem(name.replace(".pem", "-key.pem")))
    made.load_verify_locations(pki.pem("ca.pem"))
    made.verify_mode = ssl.CERT_REQUIRED
    made.verify_flags |= ssl.VERIFY_X509_STRICT
    return made


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> None:
    """Shake hands through two buffers; the server sees who the client is."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(down, up, server_hostname=host)
    there = server.wrap_bio(up, down, server_side=True)
    waiting = [here, there]
    for _ in range(10):
        for side in tuple(waiting):
            try:
                side.do_handshake()
                waiting.remove(side)
            except ssl.SSLWantReadError:
                continue
    assert not waiting
    shown = there.getpeercert()
    assert shown
    assert shown["subject"] == ((("commonName", "root"),),)
