from __future__ import annotations

import pytest

from etcdboot.formats import bind
from etcdboot.formats.bind import Record
from etcdboot.formats.characters import Unsayable
from samples import parsers

SRV = Record("_x._tcp.example.com", 300, "SRV", ("0", "100", "2380", "a.example.com."))


def test_a_record_is_absolute_and_carries_its_own_ttl_and_class() -> None:
    assert bind.line(SRV) == "_x._tcp.example.com. 300 IN SRV 0 100 2380 a.example.com."


def test_reads_back_what_it_wrote_with_comments_between() -> None:
    address = Record("a.example.com", 0, "AAAA", ("fd00::1",))
    text = f"{bind.comment('x; y')}\n\n{bind.line(SRV)}\n{bind.line(address)}\n"
    assert parsers.parse_zone(text) == (SRV, address)


@pytest.mark.parametrize(
    "record",
    [
        Record("a b", 1, "A", ("10.0.0.1",)),
        Record("a", 1, "a", ("10.0.0.1",)),
        Record("a", 1, "A", ("10.0.0.1 10.0.0.2",)),
        Record("a", 1, "A", ("10.0.0.1;",)),
        Record("a", 1, "AAAA", ("fe80::1%eth0",)),
        Record("a", 1, "SRV", ("0", "0", "1", "relative")),
        Record("a", 1, "SRV", ("-1",)),
        Record("a", -1, "A", ("10.0.0.1",)),
        Record("a", 2**31, "A", ("10.0.0.1",)),
    ],
)
def test_refuses_what_would_be_read_as_something_else(record: Record) -> None:
    with pytest.raises(Unsayable):
        bind.line(record)


@pytest.mark.parametrize(
    "line", ["$TTL 3", "a 1 IN A 10.0.0.1", "a. IN A 10.0.0.1", "a. 1 IN A (10.0.0.1)", " "]
)
def test_reads_nothing_beyond_its_own_form(line: str) -> None:
    with pytest.raises(Unsayable):
        parsers.parse_zone(f"; head\n{line}\n")


def test_a_comment_stays_in_its_line() -> None:
    with pytest.raises(Unsayable, match="a comment in a zone file cannot hold"):
        bind.comment("a\nb")
