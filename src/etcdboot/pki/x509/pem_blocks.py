"""A file of certificates, keys and the like, taken apart: what is in it, one thing after the other."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator

from etcdboot.base.fast_dataclasses import dataclass, field

# RFC 7468 section 2; what stands outside the marks is explanation. Keys of old may have RFC 1421 headers.
_BLOCK = re.compile(
    rb"-----BEGIN (?P<label>[A-Z0-9 ]+)-----\s(?P<body>.*?)-----END (?P=label)-----", re.DOTALL
)
_HEADER = re.compile(rb"^[A-Za-z-]+: .*\n?", re.MULTILINE)
_DER_SEQUENCE = b"\x30"  # what every certificate, request, list and key begins with in DER


@dataclass(frozen=True, slots=True)
class Block:
    """One thing in a file: its PEM label (``""`` for a file in DER), and its bytes in DER.

    ``pem`` is the block as it stands in the file, marks and headers included; empty for DER. ``der`` is empty
    when the text between the marks is no base64.
    """

    label: str
    der: bytes = field(repr=False)
    pem: bytes = field(default=b"", repr=False)


def blocks(content: bytes) -> tuple[Block, ...]:
    """What is in a file, in its order; nothing where it holds neither PEM nor DER."""
    found = tuple(_pem(content))
    if found or not content.startswith(_DER_SEQUENCE):
        return found
    return (Block("", content),)


def _pem(content: bytes) -> Iterator[Block]:
    for each in _BLOCK.finditer(content):
        yield Block(each["label"].decode(), _decoded(each["body"]), each[0] + b"\n")


def _decoded(body: bytes) -> bytes:
    try:
        return b64decode(b"".join(_HEADER.sub(b"", body).split()), validate=True)
    except Error:
        return b""
