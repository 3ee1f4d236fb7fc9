from __future__ import annotations

import pytest

from etcdboot.formats.bind import bare, is_below
from etcdboot.formats.characters import Unsayable


@pytest.mark.parametrize(
    "name", ["a", "etcd1.example.com", "_etcd-server-ssl._tcp.example.com", "A.b", "1.2"]
)
def test_a_name_stays_as_it_is(name: str) -> None:
    assert bare(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "a.", ".a", "a..b", "-a", "a-", "a b", "a;b", 'a"', "a\\032b", "*.a", "é.a", "a\n", "a" * 64],
)
def test_refuses_what_some_reader_takes_for_something_else(name: str) -> None:
    with pytest.raises(Unsayable, match="is not a DNS name"):
        bare(name)


def test_refuses_a_name_that_is_too_long_as_a_whole() -> None:
    assert bare(".".join(["a" * 49] * 5) + ".abc")
    with pytest.raises(Unsayable):
        bare(".".join(["a" * 49] * 5) + ".abcd")


def test_a_zone_holds_itself_and_what_is_below_it_whatever_the_case() -> None:
    assert is_below("Example.com", "example.COM")
    assert is_below("a.b.example.com", "example.com")
    assert not is_below("notexample.com", "example.com")
    assert not is_below("com", "example.com")
