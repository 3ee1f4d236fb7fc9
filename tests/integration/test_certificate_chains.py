"""Chains of two CAs that are held to names and to a length: other people's judges, and real members."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from etcdboot.base.addresses import parse_host
from etcdboot.effects import random_source
from etcdboot.effects.clock import now
from etcdboot.effects.network.ports import free_loopback_ports
from etcdboot.pki.x509.pem import dump_certificate
from etcdboot.pki.x509.signing import Authority, Pair, issue
from etcdboot.plan.certificate_request import CertRequest, pair_paths
from etcdboot.spec.spec import KeyAlgorithm
from etcdboot.workflows.certs.issue import issue as issue_missing
from integration.test_certificate_judges import KNOWN, findings
from integration.up_bench import Bench, bench
from lab.peers.fixtures import require_peer
from samples.certificates import CLIENT, SERVER, plan_of

pytestmark = pytest.mark.integration

CERTIFICATES = (
    "intermediate: true, ca: split, name-constraints: [example.com, 192.168.202.0/24], "
    "subject: {C: DE, ST: Bayern, L: München, O: 'Example, Inc.', OU: Ops}, sans: [etcd.example.com]"
)
OUTSIDE = replace(SERVER, name="rogue/server", sans=(parse_host("etcd.example.org"),), above=("root-ca",))
STRANGER = replace(CLIENT, sans=OUTSIDE.sans, above=("root-ca",))


@dataclass(frozen=True)
class Pki:
    """What stands in a folder, and what its intermediate can be made to sign."""

    root: Path

    def pem(self, name: str) -> Path:
        return self.root / name

    def certificates(self, name: str) -> list[x509.Certificate]:
        return x509.load_pem_x509_certificates(self.pem(name).read_bytes())

    def authority(self, name: str = "ca") -> Authority:
        certificate, key = (self.pem(str(path)).read_bytes() for path in pair_paths(name))
        return Authority.load(Pair(certificate, key))

    def sign(self, request: CertRequest, signer: Authority, *chain: x509.Certificate) -> Pair:
        """What no plan would ask for."""
        pems = b"".join(map(dump_certificate, chain))
        key = random_source.new_key(request.key)
        return issue(request, key, signer, now=now(), serial=random_source.new_serial(), chain=pems)

    def put(self, name: str, pair: Pair) -> str:
        """The certificate's file, with its key beside it."""
        self.pem(f"{name}.pem").write_bytes(pair.certificate)
        self.pem(f"{name}-key.pem").write_bytes(pair.key)
        return f"{name}.pem"

    def rogue(self) -> tuple[Authority, x509.Certificate]:
        """A CA that the intermediate has signed, although none may follow it."""
        signer = self.authority()
        request = CertRequest(
            "rogue-ca", "rogue", plan_of().certificates[0].kind, "ca", (("CN", "rogue CA"),), (), (),
            KeyAlgorithm.ECDSA_P256, 86400, 60, path_length=0,
        )  # fmt: skip
        made = self.sign(request, signer)
        return Authority.load(made), signer.certificate


@pytest.fixture(scope="module", params=[KeyAlgorithm.ECDSA_P256, KeyAlgorithm.RSA_2048])
def pki(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pki:
    root = tmp_path_factory.mktemp(str(request.param)) / "pki"
    issue_missing(plan_of(certificates=f"key: {request.param}, {CERTIFICATES}"), root)
    return Pki(root)


# --- openssl


def openssl(pki: Pki, name: str, root: str, purpose: str) -> str:
    """What openssl says of a file that is shown to somebody who trusts the root alone; OK is all well."""
    file = str(pki.pem(name))
    command = ["openssl", "verify", "-x509_strict", "-check_ss_sig", "-purpose", purpose]
    command += ["-CAfile", str(pki.pem(root)), "-untrusted", file, file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "OK" if done.returncode == 0 else done.stderr


SERVING, PEERING = "members/etcd1/server.pem", "members/etcd1/peer.pem"


@pytest.mark.parametrize(
    ("name", "root", "purposes"),
    [
        (SERVING, "root-ca.pem", ("sslserver", "sslclient")),
        (PEERING, "peer-root-ca.pem", ("sslserver", "sslclient")),
        ("clients/root.pem", "root-ca.pem", ("sslclient",)),
    ],
)
def test_openssl_goes_from_the_file_that_is_shown_to_the_root(
    pki: Pki, name: str, root: str, purposes: tuple[str, ...]
) -> None:
    assert [openssl(pki, name, root, purpose) for purpose in purposes] == ["OK"] * len(purposes)
    assert "issuer certificate" in openssl(pki, name, "peer-ca.pem", purposes[0])


def test_openssl_refuses_a_name_outside_and_a_ca_too_many(pki: Pki) -> None:
    signer = pki.authority()
    for request in (OUTSIDE, STRANGER):
        name = pki.put("outside", pki.sign(request, signer, signer.certificate))
        assert "permitted subtree violation" in openssl(pki, name, "root-ca.pem", "sslclient")
    inside = replace(SERVER, sans=(parse_host("192.168.202.9"), parse_host("a.example.com")))
    name = pki.put("inside", pki.sign(inside, signer, signer.certificate))
    assert openssl(pki, name, "root-ca.pem", "sslserver") == "OK"
    rogue, middle = pki.rogue()
    name = pki.put("deep", pki.sign(inside, rogue, rogue.certificate, middle))
    assert "path length constraint exceeded" in openssl(pki, name, "root-ca.pem", "sslclient")


def test_openssl_takes_a_common_name_with_a_dot_for_a_host(pki: Pki) -> None:
    """Why a rule warns of such clients; etcd does not look there."""
    signer = pki.authority()
    dotted = replace(CLIENT, subject=(("CN", "ops.example.org"),))
    name = pki.put("dotted", pki.sign(dotted, signer, signer.certificate))
    assert "permitted subtree violation" in openssl(pki, name, "root-ca.pem", "sslclient")
    plain = pki.put("plain", pki.sign(CLIENT, signer, signer.certificate))
    assert openssl(pki, plain, "root-ca.pem", "sslclient") == "OK"


# --- cryptography, pkilint, cfssl


@pytest.mark.parametrize("host", ["192.168.202.1", "127.0.0.1", "localhost", "etcd.example.com"])
def test_the_verifier_accepts_the_server_through_its_intermediate(pki: Pki, host: str) -> None:
    subject: x509.DNSName | x509.IPAddress
    try:
        subject = x509.IPAddress(ip_address(host))
    except ValueError:
        subject = x509.DNSName(host)
    leaf, *chain = pki.certificates(SERVING)
    verifier = PolicyBuilder().store(Store(pki.certificates("root-ca.pem"))).time(now())
    assert len(verifier.build_server_verifier(subject).verify(leaf, chain)) == 3


def test_the_verifier_refuses_a_name_outside(pki: Pki) -> None:
    signer = pki.authority()
    [leaf] = x509.load_pem_x509_certificates(pki.sign(OUTSIDE, signer).certificate)
    verifier = PolicyBuilder().store(Store(pki.certificates("root-ca.pem"))).time(now())
    with pytest.raises(VerificationError, match=r"permitted|constraint"):
        verifier.build_server_verifier(x509.DNSName("etcd.example.org")).verify(leaf, [signer.certificate])


@pytest.mark.parametrize(
    "name", ["root-ca.pem", "ca.pem", "peer-ca.pem", SERVING, PEERING, "clients/root.pem"]
)
def test_pkilint_finds_nothing_but_the_short_name(pki: Pki, name: str, tmp_path: Path) -> None:
    alone = tmp_path / "alone.pem"
    alone.write_bytes(dump_certificate(pki.certificates(name)[0]))
    assert set(findings(alone)) <= {KNOWN}


def test_cfssl_bundles_what_is_shown_and_says_what_is_in_it(pki: Pki) -> None:
    cfssl = str(require_peer("cfssl", "1.6.5"))
    leaf = pki.pem("leaf.pem")
    leaf.write_bytes(dump_certificate(pki.certificates(SERVING)[0]))
    command = [cfssl, "bundle", "-cert", str(leaf), "-ca-bundle", str(pki.pem("root-ca.pem"))]
    command += ["-int-bundle", str(pki.pem("ca.pem")), "-flavor", "optimal"]
    bundled = _said(command)
    assert bundled["bundle"] == pki.pem(SERVING).read_text().rstrip("\n")
    assert bundled["root"] == pki.pem("root-ca.pem").read_text().rstrip("\n")
    subject = _said([cfssl, "certinfo", "-cert", str(leaf)])["subject"]
    assert [subject[key] for key in ("country", "province", "locality", "organization")] == [
        "DE", "Bayern", "München", "Example, Inc.",
    ]  # fmt: skip
    signer = pki.authority()
    leaf.write_bytes(pki.sign(OUTSIDE, signer).certificate)
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode != 0
    assert "not permitted by any constraint" in refused.stdout + refused.stderr


def _said(command: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found


# --- etcd


RELEASES = ("3.4.23", "3.5.1", "3.6.14", "3.7.1")


@dataclass(frozen=True)
class Running:
    """Two members that trust the roots alone, and the client port of the first."""

    release: str
    here: Bench
    pki: Pki
    port: int


@pytest.fixture(scope="module", params=RELEASES)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("chains") / "work"
    folder.mkdir()
    ports = free_loopback_ports(4)
    members = "".join(
        f"  - {{name: etcd{number}, host: 127.0.0.1, client-port: {client}, peer-port: {peer}}}\n"
        for number, client, peer in ((1, *ports[:2]), (2, *ports[2:]))
    )
    (folder / "cluster.yaml").write_text(f"name: deep\ncertificates: {{{CERTIFICATES}}}\nmembers:\n{members}")
    with bench(folder, require_peer("etcd", request.param)) as here:
        here.start("up").wait_for("is healthy")
        yield Running(request.param, here, Pki(folder / "pki"), ports[0])


def ask(running: Running, name: str, path: str = "/health", body: str | None = None) -> int | None:
    """The status that the member answers to who shows that pair; None when it does not let them in."""
    context = ssl.create_default_context(cafile=running.pki.pem("root-ca.pem"))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_cert_chain(running.pki.pem(f"{name}.pem"), running.pki.pem(f"{name}-key.pem"))
    connection = http.client.HTTPSConnection("127.0.0.1", running.port, context=context, timeout=10)
    try:
        connection.request("POST" if body else "GET", path, body)
        return connection.getresponse().status
    except (ssl.SSLError, ConnectionError):
        return None
    finally:
        connection.close()


def test_members_meet_through_intermediates_and_serve_who_has_a_chain(running: Running) -> None:
    assert running.here.run("verify").returncode == 0
    assert ask(running, "clients/root") == 200
    bare = running.pki.certificates("clients/root.pem")[0]
    key = running.pki.pem("clients/root-key.pem").read_bytes()
    running.pki.put("bare", Pair(dump_certificate(bare), key))
    assert ask(running, "bare") is None, "without its intermediate a certificate leads to no root"


def test_the_gateway_dials_itself_with_a_chain(running: Running) -> None:
    """A usage on a CA would bind what it signs, and the gateway could not dial (etcd issues 9785, 16802)."""
    assert ask(running, "clients/root", "/v3/kv/range", '{"key": "YQ=="}') == 200


def test_a_client_outside_of_the_constraints_is_refused_and_one_inside_is_served(running: Running) -> None:
    signer = running.pki.authority()
    inside = replace(STRANGER, sans=(parse_host("metrics.example.com"), parse_host("192.168.202.77")))
    running.pki.put("inside", running.pki.sign(inside, signer, signer.certificate))
    assert ask(running, "inside") == 200
    for number, san in enumerate(("etcd.example.org", "192.168.203.1")):
        outside = replace(STRANGER, sans=(parse_host(san),))
        running.pki.put(f"outside{number}", running.pki.sign(outside, signer, signer.certificate))
        assert ask(running, f"outside{number}") is None, san


def test_a_client_of_a_ca_too_many_is_refused(running: Running) -> None:
    rogue, middle = running.pki.rogue()
    running.pki.put("deep", running.pki.sign(CLIENT, rogue, rogue.certificate, middle))
    assert ask(running, "deep") is None


def test_a_dotted_common_name_is_no_name_to_etcd(running: Running) -> None:
    signer = running.pki.authority()
    dotted = replace(CLIENT, subject=(("CN", "ops.example.org"),))
    running.pki.put("dotted", running.pki.sign(dotted, signer, signer.certificate))
    assert ask(running, "dotted") == 200
