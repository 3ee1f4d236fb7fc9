from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from etcdboot.effects.process.process import LineSplitter


def split(chunks: list[bytes], longest: int = 1000) -> list[str]:
    splitter = LineSplitter(longest)
    lines = [line for chunk in chunks for line in splitter.feed(chunk)]
    return lines + list(splitter.end())


@given(st.lists(st.text(alphabet="ab é\t", max_size=20)), st.integers(1, 7))
def test_lines_come_out_as_they_went_in_wherever_the_chunks_are_cut(lines: list[str], size: int) -> None:
    whole = "".join(f"{line}\n" for line in lines).encode()
    assert split([whole[place : place + size] for place in range(0, len(whole), size)]) == lines


def test_an_endless_line_comes_in_pieces() -> None:
    assert split([b"a" * 25], longest=10) == ["a" * 10, "a" * 10, "a" * 5]


def test_what_is_no_utf_8_is_replaced() -> None:
    assert split([b"\xff\n"]) == ["�"]


def test_a_last_line_needs_no_end() -> None:
    assert split([b"a\nb"]) == ["a", "b"]
