from __future__ import annotations

from datetime import timedelta

import pytest

from etcdboot.pki.store.revocation_register import Register, RegisterProblem, Roll
from etcdboot.pki.x509.crl_entry import Reason, Revoked
from samples.certificates import NOW

BOB = Revoked(7, "client/bob", NOW, NOW + timedelta(days=1), Reason.KEY_COMPROMISE)
ANN = Revoked(1 << 150, "client/ann", NOW, NOW + timedelta(days=9))
REGISTER = Register({"ca": Roll(3, (BOB, ANN)), "peer-ca": Roll(1)})


def test_what_is_written_is_read_back() -> None:
    assert Register.parse(REGISTER.dump()) == REGISTER
    assert Register.parse(Register().dump()) == Register()


def test_equal_registers_are_equal_files() -> None:
    other = Register({"peer-ca": Roll(1), "ca": Roll(3).with_([ANN, BOB])})
    assert other.dump() == REGISTER.dump()


def test_entries_are_sorted_and_stand_once_as_they_first_were() -> None:
    later = Revoked(7, "client/bob", NOW + timedelta(hours=1), BOB.until)
    roll = Roll(3).with_([ANN, BOB]).with_([later])
    assert roll.revoked == (BOB, ANN)


def test_only_what_has_not_expired_still_matters() -> None:
    roll = REGISTER.of("ca")
    assert roll.after(NOW) == (BOB, ANN)
    assert roll.after(NOW + timedelta(days=1)) == (ANN,)


def test_a_ca_that_has_revoked_nothing_has_an_empty_roll() -> None:
    assert Register().of("ca") == Roll()
    assert Register().with_("ca", Roll(1)).of("ca") == Roll(1)


def test_every_serial_is_found() -> None:
    assert REGISTER.serials == {BOB.serial: BOB, ANN.serial: ANN}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b'{"etcdboot-revoked": "one", "authorities": {}}',
        b'{"etcdboot-revoked": 1, "authorities": []}',
        b'{"etcdboot-revoked": 1, "authorities": {"ca": {"number": "1", "revoked": []}}}',
        b'{"etcdboot-revoked": 1, "authorities": {"ca": {"number": 1, "revoked": [{"serial": "x"}]}}}',
        b"[" * 100_000,
    ],
)
def test_anything_else_is_no_register(text: bytes) -> None:
    with pytest.raises(RegisterProblem, match="not a register of etcdboot"):
        Register.parse(text)


def test_a_newer_register_says_so() -> None:
    with pytest.raises(RegisterProblem, match="newer etcdboot"):
        Register.parse(b'{"etcdboot-revoked": 2, "authorities": {}}')
