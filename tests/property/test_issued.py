"""Whatever was issued is read back; a damaged record is refused with a place."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from etcdboot.pki.store.issued_register import AUTHORITIES, Issued, IssuedProblem, IssuedRegister
from samples.certificates import NOW

MOMENTS = st.integers(-2_000_000_000, 20_000_000_000).map(lambda seconds: NOW + timedelta(seconds=seconds))
FINGERPRINTS = st.text("0123456789abcdef", min_size=64, max_size=64)
OWNERS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=63)
NAMES = st.one_of(
    st.sampled_from(AUTHORITIES),
    OWNERS.map("client/{}".format),
    OWNERS.filter(lambda owner: "/" not in owner and owner != "client").map("{}/peer".format),
)
ISSUED = st.builds(
    Issued,
    name=NAMES,
    ca=st.sampled_from(AUTHORITIES),
    ca_sha256=FINGERPRINTS,
    serial=st.integers(1, (1 << 160) - 1),
    not_before=MOMENTS,
    not_after=MOMENTS,
    sha256=FINGERPRINTS,
)


@given(st.lists(ISSUED, max_size=8))
def test_a_record_is_read_back(certificates: list[Issued]) -> None:
    register = IssuedRegister().with_(certificates)
    assert IssuedRegister.parse(register.dump()) == register
    assert IssuedRegister().with_(reversed(register.certificates)).dump() == register.dump()


@given(st.lists(ISSUED, min_size=1, max_size=3), st.data())
def test_a_damaged_record_is_refused_with_a_place(certificates: list[Issued], data: st.DataObject) -> None:
    content = IssuedRegister().with_(certificates).dump()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(start + 80, len(content))))
    damaged = content[:start] + data.draw(st.binary(max_size=8)) + content[end:]
    try:
        IssuedRegister.parse(damaged)
    except IssuedProblem as problem:
        lines = damaged.count(b"\n") + 1
        assert 1 <= problem.mark.line <= lines
        assert problem.mark.column >= 1
