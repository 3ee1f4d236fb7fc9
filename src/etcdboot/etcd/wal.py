"""Whose a data-dir is: the first records of a write-ahead log name the member and the cluster.

Sources: server/storage/wal/{encoder,decoder,wal}.go, walpb/record.proto and api/etcdserverpb/etcdserver.proto
at v3.6.14; the same under wal/ and etcdserver/etcdserverpb/ at v3.4.23, and in 3.7.1. Each segment begins
with a CRC record that carries the checksum on from the segment before, and the metadata.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from etcdboot.base.fast_dataclasses import dataclass

HEAD: Final = 512  # bytes that hold the two first records, which take 60 or so
_METADATA, _CRC = 1, 4  # wal.go: metadataType, crcType
_VARINT, _BYTES = 0, 2  # protobuf's wire types
_LONGEST_VARINT: Final = 10
_CASTAGNOLI: Final = 0x82F63B78  # the polynomial, its bits reversed: crc32.Castagnoli in Go's hash/crc32

_Field = int | bytes


@dataclass(frozen=True, slots=True)
class WalIdentity:
    """The ids that a member bears for good; its flags cannot change them any more."""

    member_id: int
    cluster_id: int


def identity(head: bytes) -> WalIdentity | None:
    """What the beginning of a ``*.wal`` file says; None when it is cut off, damaged or something else."""
    try:
        checksum, metadata = _records(head)
        data = metadata.get(3)
        if not isinstance(data, bytes) or (checksum.get(1), metadata.get(1)) != (_CRC, _METADATA):
            return None
        if _updated(_number(checksum, 2), data) != _number(metadata, 2):
            return None
        ids = _message(data)
        found = WalIdentity(_number(ids, 1), _number(ids, 2))
    except (IndexError, ValueError):
        return None
    return found if found.member_id and found.cluster_id else None  # etcd refuses an id of 0


def _records(head: bytes) -> tuple[dict[int, _Field], dict[int, _Field]]:
    """The first two frames: length in the low 7 bytes (encoder.go encodeFrameSize), record, padding."""
    first, following = _frame(head, 0)
    second, _ = _frame(head, following)
    return _message(first), _message(second)


def _frame(head: bytes, at: int) -> tuple[bytes, int]:
    """The record at that place, and where the next one is."""
    field = int.from_bytes(head[at : at + 8], "little")
    length, padding = field & (1 << 56) - 1, field >> 56 & 7 if field >> 63 else 0
    begins = at + 8
    record = head[begins : begins + length]
    if not record or len(record) < length:
        raise ValueError("cut off, or a segment that nothing is written to yet")
    return record, begins + length + padding


def _message(data: bytes) -> dict[int, _Field]:
    """A protobuf message of numbers and byte strings, by field number."""
    return dict(_fields(data))


def _fields(data: bytes) -> Iterator[tuple[int, _Field]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        value, at = _varint(data, at)
        if key & 7 == _VARINT:
            yield key >> 3, value
        elif key & 7 == _BYTES and at + value <= len(data):
            yield key >> 3, data[at : at + value]
            at += value
        else:
            raise ValueError("no such field")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number and where it ends; IndexError where the data end before it does."""
    number = 0
    for place in range(_LONGEST_VARINT):
        byte = data[at + place]
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number & (1 << 64) - 1, at + place + 1
    raise ValueError("a number without an end")


def _number(fields: dict[int, _Field], number: int) -> int:
    found = fields.get(number, 0)
    if not isinstance(found, int):
        raise ValueError("not a number")
    return found


def _updated(crc: int, data: bytes) -> int:
    """Go's ``crc32.Update(crc, castagnoli, data)``."""
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (_CASTAGNOLI if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
