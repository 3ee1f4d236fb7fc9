"""Characters that a syntax cannot hold, and how to refuse them."""

from __future__ import annotations

import re

# Code points without meaning in any text: halves of UTF-16 pairs, and Unicode's noncharacters (which systemd
# takes for broken UTF-8: systemd.exec(5), EnvironmentFile=).
_NEVER = "\0\ud800-\udfff\ufdd0-\ufdef" + "".join(
    f"{chr(p * 0x10000 + 0xFFFE)}-{chr(p * 0x10000 + 0xFFFF)}" for p in range(17)
)

NEVER = re.compile(f"[{_NEVER}]")
CONTROLS = re.compile(f"[{_NEVER}\x01-\x1f\x7f]")
CONTROLS_BUT_TAB = re.compile(f"[{_NEVER}\x01-\x08\x0a-\x1f\x7f]")
# All that some reader takes for the end of a line: Python's str.splitlines() has the longest list.
CONTROLS_AND_LINE_ENDS = re.compile(f"[{_NEVER}\x01-\x1f\x7f\x85\u2028\u2029]")


class Unsayable(ValueError):
    """A value that the syntax has no way to say."""


def refuse(text: str, unwanted: re.Pattern[str], where: str) -> None:
    """Raise Unsayable if the text holds an unwanted character; ``where`` names the syntax for the user."""
    found = unwanted.search(text)
    if found:
        raise Unsayable(f"{where} cannot hold the character U+{ord(found[0]):04X}")
