from __future__ import annotations

import pytest

from etcdboot.formats import env_file
from etcdboot.formats.characters import Unsayable
from samples import parsers


def test_escapes_the_four_characters_that_both_readers_unescape() -> None:
    assert env_file.line("ETCD_NAME", 'a"b\\c`d$e') == 'ETCD_NAME="a\\"b\\\\c\\`d\\$e"'


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "\x07", "\x7f", "a\0b"])
def test_refuses_what_the_readers_take_differently(value: str) -> None:
    with pytest.raises(Unsayable, match="an environment file cannot hold"):
        env_file.quote(value)


@pytest.mark.parametrize("name", ["", "1A", "A B", "A-B", "A=B", "É"])
def test_refuses_a_name_that_is_none(name: str) -> None:
    with pytest.raises(Unsayable, match="not the name of an environment variable"):
        env_file.line(name, "x")


def test_reads_back_what_it_wrote_with_comments_between() -> None:
    text = "# a comment; with = and $\n\n" + env_file.dump([("B", "2"), ("A", "x y # z")])
    assert parsers.parse_environment_file(text) == {"B": "2", "A": "x y # z"}


@pytest.mark.parametrize("line", ["A=b", "A='b'", 'export A="b"', 'A="$HOME"', 'A="b" # c', 'A="b'])
def test_reads_nothing_beyond_its_own_form(line: str) -> None:
    with pytest.raises(Unsayable, match='line 2 is not KEY="value"'):
        parsers.parse_environment_file(f"# head\n{line}\n")
