from __future__ import annotations

import pytest

from etcdboot.pki.x509.pem_blocks import blocks

PEM = b"-----BEGIN X-----\nAAEC\n-----END X-----\n"


def test_everything_between_marks_is_found_in_its_order() -> None:
    found = blocks(b"subject=x\n" + PEM + b"# and\r\n" + PEM.replace(b"X", b"EC KEY").replace(b"\n", b"\r\n"))
    assert [each.label for each in found] == ["X", "EC KEY"]
    assert [each.der for each in found] == [b"\0\1\2", b"\0\1\2"]
    assert found[0].pem == PEM


def test_the_headers_of_old_keys_are_no_base64() -> None:
    [found] = blocks(PEM.replace(b"AAEC", b"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAEC"))
    assert found.der == b"\0\1\2"
    assert b"Proc-Type" in found.pem


def test_nonsense_between_marks_is_an_empty_block() -> None:
    [found] = blocks(b"-----BEGIN X-----\n!!!\n-----END X-----")
    assert found.der == b""


def test_what_begins_as_der_does_is_one_block_without_a_label() -> None:
    [found] = blocks(b"\x30\x03\x02\x01\x05")
    assert (found.label, found.der, found.pem) == ("", b"\x30\x03\x02\x01\x05", b"")


@pytest.mark.parametrize("content", [b"", b"hello", b"-----BEGIN X-----\nAAEC\n-----END Y-----\n"])
def test_there_is_nothing_else_to_find(content: bytes) -> None:
    assert blocks(content) == ()


def test_the_bytes_are_not_in_the_repr() -> None:
    assert "AAEC" not in repr(blocks(PEM))
