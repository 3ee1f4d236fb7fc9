from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etcdboot.etcd.wal import identity
from samples.wal import CHECKSUM as CRC
from samples.wal import FIRST as HEAD
from samples.wal import IDENTITY as WRITTEN
from samples.wal import METADATA

NEEDED = len(CRC + METADATA) - 2  # the padding is not looked at


def test_real_segments_tell_who_wrote_them() -> None:
    assert identity(HEAD) == WRITTEN


def test_a_later_segment_carries_the_checksum_on() -> None:
    # 0000000000000001-0000000000000033.wal of the same member, 3.6.14, after 64 MB.
    carried = bytes.fromhex("0800000000000000080410c5d9e7b707")
    checked = METADATA.replace(bytes.fromhex("f1cd81ce01"), bytes.fromhex("e5a4e9c508"))
    assert identity(carried + checked) == WRITTEN
    assert identity(carried + METADATA) is None
    assert identity(CRC + checked) is None


def test_a_head_that_is_cut_off_tells_nothing() -> None:
    assert [at for at in range(len(HEAD) + 1) if identity(HEAD[:at])] == list(range(NEEDED, len(HEAD) + 1))


def test_a_segment_that_is_only_preallocated_tells_nothing() -> None:
    assert identity(bytes(512)) is None
    assert identity(CRC + bytes(496)) is None


@pytest.mark.parametrize("at", range(NEEDED))
def test_no_flipped_bit_goes_unnoticed_but_in_the_padding(at: int) -> None:
    found = {identity(HEAD[:at] + bytes([HEAD[at] ^ 1 << bit]) + HEAD[at + 1 :]) for bit in range(8)}
    if 12 <= at < 16 or at == 23:  # the first record's padding; how much the second's is
        assert found == {WRITTEN}
    else:
        assert found <= {None, WRITTEN}
        assert None in found


@pytest.mark.parametrize(
    "metadata",
    [
        "0801 10f1cd81ce01 1a14 089ed6dd8feb9180e46310c482ada8caa6f99701 25",  # a field of another kind
        "0801 10f1cd81ce01 1a7f 089ed6dd8feb9180e46310c482ada8caa6f99701",  # data beyond the end
        "0a0100 10f1cd81ce01",  # a type that is no number
        "0801 1201ff",  # a checksum that is no number
        "0801 1000 1808",  # data that are a number
        "0801 10ffffffffffffffffffffff01",  # a number without an end
        "0801 1000",  # no data: nobody
    ],
)
def test_other_records_tell_nothing(metadata: str) -> None:
    record = bytes.fromhex(metadata)
    found = identity(CRC + len(record).to_bytes(8, "little") + record)
    assert found is None


@given(st.binary(max_size=200))
def test_garbage_tells_nothing(garbage: bytes) -> None:
    assert identity(garbage) is None
    assert identity(CRC + garbage) is None
