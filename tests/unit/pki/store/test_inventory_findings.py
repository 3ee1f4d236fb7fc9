from __future__ import annotations

from dataclasses import replace

import pytest

from etcdboot.base.diagnostics import Severity, error
from etcdboot.pki.store import inventory
from etcdboot.pki.store.inventory import Found
from samples.certificates import AUTHORITY, CLIENT, SERVER, facts_of

PEM = b"-----BEGIN"


@pytest.mark.parametrize(
    ("certificate", "key", "said"),
    [
        (PEM, None, "members/etcd1/server-key.pem is missing beside members/etcd1/server.pem"),
        (None, PEM, "members/etcd1/server.pem is missing beside members/etcd1/server-key.pem"),
    ],
)
def test_half_a_pair_is_told_by_its_files(certificate: bytes | None, key: bytes | None, said: str) -> None:
    [told] = inventory.half(Found(SERVER, certificate, key))
    assert (told.code, told.message) == ("EB310", said)
    assert list(inventory.half(Found(AUTHORITY, certificate, key))) == []
    assert list(inventory.half(Found(SERVER, PEM, None, keyless=True))) == []


def test_a_key_whose_request_waits_is_no_half_pair() -> None:
    [told] = inventory.half(Found(SERVER, None, PEM, asked=PEM))
    assert (told.code, told.severity) == ("EB358", Severity.NOTE)


def test_only_the_serial_number_that_was_revoked_is_told() -> None:
    facts = facts_of(CLIENT)
    found = Found(CLIENT, PEM, PEM, revoked={facts.serial})
    assert [each.code for each in inventory.revoked(found, facts)] == ["EB377"]
    assert list(inventory.revoked(found, replace(facts, serial=facts.serial + 1))) == []


def test_what_is_for_others_to_decide_becomes_one_note_and_the_rest_stays() -> None:
    theirs = (error("EB316", "etcd1/server names X", "h"), error("EB315", "etcd1/server is long", "h"))
    kept, told = inventory.of_others(
        SERVER, (*theirs, error("EB311", "etcd1/server does not certify y", "h"))
    )
    assert (kept.code, "certs csr etcd1/server" in kept.hint) == ("EB311", True)
    assert (told.code, told.severity) == ("EB392", Severity.NOTE)
    assert told.message == "etcd1/server was made by others: it names X; it is long"
    assert inventory.of_others(SERVER, ()) == ()
