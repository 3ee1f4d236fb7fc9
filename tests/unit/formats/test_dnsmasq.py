from __future__ import annotations

import pytest

from etcdboot.formats import dnsmasq
from etcdboot.formats.characters import Unsayable
from samples import parsers


def test_a_line_is_an_option_with_its_fields() -> None:
    line = dnsmasq.line("srv-host", "_x._tcp.example.com", "a.example.com", "2380")
    assert line == "srv-host=_x._tcp.example.com,a.example.com,2380"


def test_reads_back_what_it_wrote_with_comments_between() -> None:
    lines = (dnsmasq.line("local", "/a/"), dnsmasq.line("host-record", "a", "::1"))
    text = "\n".join((dnsmasq.comment("x, y"), "", *lines, ""))
    assert parsers.parse_dnsmasq(text) == (("local", ("/a/",)), ("host-record", ("a", "::1")))


@pytest.mark.parametrize("field", ["", "a,b", 'a"b', "a\\b", "a b", "a #b", "a\nb", "é"])
def test_refuses_a_field_in_which_dnsmasq_sees_more(field: str) -> None:
    with pytest.raises(Unsayable, match="not a plain field"):
        dnsmasq.line("host-record", field)


@pytest.mark.parametrize("option", ["", "a b", "a=b", "-a", "A"])
def test_refuses_an_option_that_is_none(option: str) -> None:
    with pytest.raises(Unsayable, match="not an option"):
        dnsmasq.line(option)


@pytest.mark.parametrize("line", ["no-resolv", "a=b, c", "=b", " a=b", "a="])
def test_reads_nothing_beyond_its_own_form(line: str) -> None:
    with pytest.raises(Unsayable):
        parsers.parse_dnsmasq(f"# head\n{line}\n")


def test_a_comment_stays_in_its_line() -> None:
    with pytest.raises(Unsayable, match="cannot hold"):
        dnsmasq.comment("a\rb")
