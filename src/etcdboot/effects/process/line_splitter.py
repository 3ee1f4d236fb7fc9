"""Lines out of chunks of bytes, however long they are."""

from __future__ import annotations

LONGEST = 1 << 20  # bytes; what is longer comes in pieces, so that nothing can fill our memory


class LineSplitter:
    """Takes bytes as they come, gives lines as text without their end."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._rest = bytearray()
        self._longest = longest

    def feed(self, chunk: bytes) -> tuple[str, ...]:
        """The lines that this chunk completes."""
        self._rest += chunk
        *whole, rest = bytes(self._rest).split(b"\n")
        while len(rest) > self._longest:
            whole.append(rest[: self._longest])
            rest = rest[self._longest :]
        self._rest = bytearray(rest)
        return tuple(map(_text, whole))

    def end(self) -> tuple[str, ...]:
        """What is left when nothing more comes."""
        rest, self._rest = bytes(self._rest), bytearray()
        return (_text(rest),) if rest else ()


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").removesuffix("\r")
