from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from etcdboot.pki.store.issued_register import (
    Issued,
    IssuedProblem,
    IssuedRegister,
    certificate_name,
    kind_of,
)
from etcdboot.pki.store.rotation_state import retired_paths, waiting_paths
from etcdboot.plan.certificate_request import CertKind, pair_paths
from samples.certificates import DAY, NOW, plan_of

ALICE = Issued("client/alice", "ca", "b" * 64, 0xA1, NOW, NOW + timedelta(days=365), "1" * 64)
SPLIT = plan_of(2, certificates="ca: split, intermediate: true, clients: [root, 'svc:a@b']")


def changed(**values: object) -> bytes:
    """The record of one certificate with some values replaced; None removes one."""
    body: dict[str, Any] = json.loads(IssuedRegister((ALICE,)).dump())
    entry = body["certificates"][0] | values
    body["certificates"] = [{key: value for key, value in entry.items() if value is not None}]
    return json.dumps(body, indent=1).encode()


def problem(content: bytes) -> tuple[str, int, int]:
    with pytest.raises(IssuedProblem) as caught:
        IssuedRegister.parse(content)
    return str(caught.value), caught.value.mark.line, caught.value.mark.column


def test_the_file_has_one_certificate_a_line_in_a_fixed_order() -> None:
    older = replace(ALICE, not_before=NOW - timedelta(days=9), sha256="f" * 64)
    root = replace(ALICE, name="client/root", sha256="0" * 64)
    register = IssuedRegister().with_([root, ALICE, older])
    assert register.certificates == (older, ALICE, root)
    assert register.dump() == IssuedRegister().with_([older, root, ALICE, root]).dump()
    assert register.dump().count(b'{"ca": "ca", "ca_sha256": ') == 3
    assert IssuedRegister.parse(register.dump()) == register
    assert IssuedRegister.parse(IssuedRegister().dump()) == IssuedRegister()


def test_ids_are_lower_case_hexadecimal_and_instants_are_rfc_3339() -> None:
    entry = ALICE.as_json()
    assert (entry["serial"], entry["not_after"]) == ("a1", "2027-11-23T12:00:00Z")


def test_a_recorded_certificate_stays_as_it_is() -> None:
    register = IssuedRegister((ALICE,))
    assert register.with_([replace(ALICE, name="client/bob")]) == register


@pytest.mark.parametrize(
    ("days", "is_kept", "is_valid"), [(0, True, True), (366, True, False), (396, False, False)]
)
def test_an_expired_certificate_is_dropped_after_a_month(days: int, *, is_kept: bool, is_valid: bool) -> None:
    now, register = NOW + timedelta(seconds=days * DAY), IssuedRegister((ALICE,))
    assert bool(register.kept(now).certificates) is is_kept
    assert bool(register.valid(now)) is is_valid


@pytest.mark.parametrize("request_", SPLIT.certificates, ids=lambda request: request.name)
def test_every_planned_certificate_is_known_by_its_path(request_: Any) -> None:
    paths = pair_paths(request_.name)
    assert certificate_name(str(paths.certificate)) == request_.name
    assert certificate_name(str(paths.key)) is None
    assert kind_of(request_.name) is request_.kind


@pytest.mark.parametrize("name", ["ca", "peer-ca", "root-ca", "peer-root-ca"])
def test_the_cas_of_a_rotation_are_known_by_their_paths(name: str) -> None:
    assert certificate_name(str(waiting_paths(name).certificate)) == name
    assert certificate_name(str(retired_paths(name, "0" * 64).certificate)) == name
    assert certificate_name(str(retired_paths(name, "0" * 64).key)) is None
    assert kind_of(name) is CertKind.CA


@pytest.mark.parametrize(
    "path",
    ["crl.pem", "crl.der", "issued.json", "csr/etcd1-server.csr", "members/etcd1/other.pem", ".pem"]
    + ["members/server.pem", "clients/deep/root.pem", "clients/root-key.pem", "other/ca.pem"]
    + ["retired/x-000000000000.pem"],
)  # fmt: skip
def test_another_file_has_no_certificate_of_ours(path: str) -> None:
    assert certificate_name(path) is None


def test_the_owner_of_a_certificate_is_a_client_a_member_or_a_ca() -> None:
    owners = [replace(ALICE, name=name).owner for name in ("client/alice", "etcd1/peer", "ca")]
    assert owners == ["client/alice", "etcd1", "ca"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ("not JSON: empty: there is nothing in it", 1, 1)),
        (b'{\n "etcdboot-issued": 1,\n}', ("not JSON: ", 3, 1)),
        (b'{\n "etcdboot-issued": 1, \xff}', ("not JSON: not UTF-8", 2, 24)),
        (b"[1]", ("not etcdboot's record of issued certificates", 1, 1)),
        (b'{"etcdboot-issued": true}', ("not etcdboot's record of issued certificates", 1, 21)),
        (b'{"etcdboot-issued": 2}', ("version 2 is not known; a newer etcdboot wrote it", 1, 21)),
        (b'{"etcdboot-issued": 1}', ("certificates is not a list", 1, 1)),
        (b'{"etcdboot-issued": 1,\n "certificates": [\n  7]}', ("an entry is not an object", 3, 3)),
        (b"[" * 100_000, ("not JSON: ", 1, 33)),
        (b'{"etcdboot-issued": ' + b"9" * 5000 + b"}", ("not JSON (", 1, 1)),
        (changed(name="alice"), ("name is not the name of a certificate", 7, 12)),
        (changed(name="client/a\nb"), ("name is a name with control characters", 7, 12)),
        (changed(name="client/" + "a" * 300), ("name is not the name of a certificate", 7, 12)),
        (changed(name=None), ("name is not the name of a certificate", 4, 3)),
        (changed(ca="other"), ("ca is none of ca, peer-ca, root-ca, peer-root-ca", 5, 10)),
        (changed(ca=["ca"]), ("ca is none of ca, peer-ca, root-ca, peer-root-ca", 5, 10)),
        (changed(serial=7), ("serial is not a serial number (lower-case hexadecimal digits)", 10, 14)),
        (changed(serial="A1"), ("serial is not a serial number", 10, 14)),
        (changed(sha256="12"), ("sha256 is not a SHA-256 fingerprint", 11, 14)),
        (
            changed(not_after="2027-02-30T12:00:00Z"),
            ("not_after is not an instant such as 2027-11-29T", 8, 17),
        ),
        (changed(not_after="tomorrow"), ("not_after is not an instant such as 2027-11-29T12:00:00Z", 8, 17)),
        (changed(not_before=7), ("not_before is not an instant", 9, 18)),
    ],
    ids=range(22),
)
def test_a_malformed_record_names_the_place(content: bytes, expected: tuple[str, int, int]) -> None:
    message, line, column = problem(content)
    assert message.startswith(expected[0])
    assert (line, column) == expected[1:]
