from __future__ import annotations

from pathlib import Path

from etcdboot.pki.inspection.diff_text import describe
from etcdboot.pki.x509 import crl
from etcdboot.pki.x509.crl_entry import Revoked
from etcdboot.pki.x509.signing import Authority, Pair
from etcdboot.plan.certificate_request import pair_paths
from etcdboot.workflows.certs.issue import issue
from samples.certificates import DAY, NOW
from samples.plans import small_plan


def test_says_what_a_certificate_shows_and_nothing_else(tmp_path: Path) -> None:
    issue(small_plan(), tmp_path)
    lines = describe((tmp_path / pair_paths("etcd1/server").certificate).read_bytes()).splitlines()
    assert lines[0] == "subject: CN='etcd1'"
    assert "san: 10.0.0.1" in lines
    assert [each for each in lines if each.startswith("usage")] == ["usage: serverAuth", "usage: clientAuth"]
    assert [each.partition(":")[0] for each in lines[-4:]] == ["key", "not before", "not after", "sha256"]


def test_says_all_certificates_of_a_bundle(tmp_path: Path) -> None:
    issue(small_plan(), tmp_path)
    pems = [(tmp_path / pair_paths(name).certificate).read_bytes() for name in ("ca", "etcd1/peer")]
    assert describe(b"".join(pems)) == f"{describe(pems[0])}\n{describe(pems[1])}"


def test_what_cannot_be_read_is_said_to_be_so() -> None:
    assert describe(b"hello") == "no certificate\n"
    broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    assert describe(broken).startswith("unreadable: ")


def test_says_what_a_revocation_list_holds_in_both_forms(tmp_path: Path) -> None:
    issue(small_plan(), tmp_path)
    paths = pair_paths("ca")
    authority = Authority.load(Pair(*((tmp_path / path).read_bytes() for path in paths)))
    der = crl.make(authority, [Revoked(255, "client/bob", NOW, NOW)], number=4, now=NOW, lifetime=DAY)
    assert describe(der).splitlines() == [
        "revocation list: number 4, DER",
        "this update: 2026-11-23T11:55:00Z",
        "next update: 2026-11-24T12:00:00Z",
        "revoked: ff",
    ]
    assert describe(crl.as_pem(der)).startswith("revocation list: number 4, PEM\n")
