from __future__ import annotations

import pytest

from etcdboot.formats.characters import Unsayable
from etcdboot.formats.shell import join, quote
from samples.parsers import split_shell as split


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("--name=etcd1", "--name=etcd1"),
        ("https://[::1]:2380", "'https://[::1]:2380'"),
        ("a b", "'a b'"),
        ("", "''"),
        ("it's", "'it'\\''s'"),
        ("$HOME", "'$HOME'"),
        ("~/etcd", "'~/etcd'"),
        ("a=1", "'a=1'"),
        ("then", "'then'"),
        ("l1\nl2", "'l1\nl2'"),
    ],
)
def test_quotes_only_what_a_shell_would_change(word: str, quoted: str) -> None:
    assert quote(word) == quoted


def test_refuses_what_no_argument_can_hold() -> None:
    with pytest.raises(Unsayable, match=r"U\+0000"):
        quote("a\0b")


def test_reads_back_a_line_of_words() -> None:
    assert split(join(("etcd", "it's", "", "a b"))) == ("etcd", "it's", "", "a b")
    assert split("") == ()


@pytest.mark.parametrize("line", ["echo $HOME", 'echo "a"', "a; b", "a > b", "'open"])
def test_reads_nothing_beyond_its_own_quoting(line: str) -> None:
    with pytest.raises(Unsayable):
        split(line)
