"""Whatever was revoked: the register says it, the list tells it, and both are read back."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from etcdboot.effects.random_source import new_key
from etcdboot.pki.store.revocation_register import Register, Roll
from etcdboot.pki.store.rotation_state import Rotation, Rotations, Step
from etcdboot.pki.x509 import crl
from etcdboot.pki.x509.crl_entry import Reason, Revoked
from etcdboot.pki.x509.signing import Authority, Pair, issue
from samples.certificates import AUTHORITY, NOW

MADE: Pair = issue(AUTHORITY, new_key(AUTHORITY.key), None, now=NOW, serial=1)
MOMENTS = st.integers(-2_000_000_000, 20_000_000_000).map(lambda each: NOW + timedelta(seconds=each))
ENTRIES = st.builds(
    Revoked,
    serial=st.integers(1, (1 << 159) - 1),
    name=st.text(min_size=1, max_size=80),
    when=MOMENTS,
    until=MOMENTS,
    reason=st.sampled_from(Reason),
)
ROLLS = st.builds(
    lambda number, entries: Roll(number).with_(entries),
    st.integers(0, 1 << 100),
    st.lists(ENTRIES, max_size=8),
)


@given(st.dictionaries(st.sampled_from(["ca", "peer-ca"]), ROLLS))
def test_a_register_is_read_back(rolls: dict[str, Roll]) -> None:
    register = Register(rolls)
    assert Register.parse(register.dump()) == register
    assert Register.parse(register.dump()).dump() == register.dump()


@given(ROLLS, st.integers(1, (1 << 150) - 1), st.integers(1, 40 * 365 * 86400))
def test_a_list_tells_of_all_that_still_matter_and_of_nobody_else(
    roll: Roll, number: int, lifetime: int
) -> None:
    made = crl.make(Authority.load(MADE), roll.after(NOW), number=number, now=NOW, lifetime=lifetime)
    facts = crl.read(made, MADE.certificate)
    assert facts.serials == {each.serial for each in roll.revoked if each.until > NOW}
    assert (facts.number, facts.next_update, facts.signed) == (
        number,
        NOW + timedelta(seconds=lifetime),
        True,
    )
    assert crl.read(crl.as_pem(made), MADE.certificate).serials == facts.serials


@given(
    st.dictionaries(
        st.sampled_from(["ca", "peer-ca", "root-ca"]),
        st.builds(
            Rotation,
            step=st.sampled_from(Step),
            old=st.text(max_size=64),
            new=st.text(max_size=64),
            files=st.lists(st.text(max_size=40), max_size=4).map(tuple),
        ),
    )
)
def test_the_state_of_rotations_is_read_back(under_way: dict[str, Rotation]) -> None:
    assert Rotations.parse(Rotations(under_way).dump()) == Rotations(under_way)
