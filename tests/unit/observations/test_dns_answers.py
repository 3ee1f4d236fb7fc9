from __future__ import annotations

import pytest

from etcdboot.base.addresses import parse_host
from etcdboot.observations.dns_answers import (
    Answer,
    Ending,
    NameServer,
    Question,
    RecordType,
    Service,
    address_type,
    parse_server,
    system_servers,
)

SERVERS = {
    "10.0.0.1": ("10.0.0.1", 53),
    "10.0.0.1:5353": ("10.0.0.1", 5353),
    "[fd00::1]:5353": ("fd00::1", 5353),
    "[fd00::1]": ("fd00::1", 53),
    "fd00::1": ("fd00::1", 53),
}


@pytest.mark.parametrize("text", SERVERS)
def test_a_name_server_is_an_address_with_or_without_a_port(text: str) -> None:
    address, port = SERVERS[text]
    assert parse_server(text) == NameServer(parse_host(address), port)


def test_a_name_server_is_shown_as_it_may_be_written() -> None:
    assert str(parse_server("fd00::1")) == "[fd00::1]:53"
    assert parse_server(str(parse_server("10.0.0.1"))) == parse_server("10.0.0.1")


@pytest.mark.parametrize(
    "text", ["", "ns.example.com", "10.0.0.1:0", "10.0.0.1:65536", "[fd00::1", "10.0.0.1:x", "fe80::1%eth0"]
)
def test_refuses_what_is_no_address_of_a_name_server(text: str) -> None:
    with pytest.raises(ValueError, match=r"write IP, IP:PORT or \[IPv6\]:PORT"):
        parse_server(text)


def test_the_system_s_servers_are_the_first_three_of_resolv_conf() -> None:
    text = "# nameserver 1.1.1.1\nsearch example.com\nnameserver\n" + "".join(
        f"nameserver {each}\n" for each in ("fe80::1%eth0", "10.0.0.1", "fd00::1", "10.0.0.2", "10.0.0.3")
    )
    assert list(map(str, system_servers(text))) == ["10.0.0.1:53", "[fd00::1]:53", "10.0.0.2:53"]


def test_without_a_server_in_resolv_conf_it_is_this_machine() -> None:
    assert list(map(str, system_servers("options ndots:1\n"))) == ["127.0.0.1:53", "[::1]:53"]


def test_an_answer_says_how_it_ended() -> None:
    question = Question("a", RecordType.A)
    assert (
        Answer(question, Ending.TIMEOUT, detail="10.0.0.1:53, 2 s").reason
        == "no answer in time: 10.0.0.1:53, 2 s"
    )
    assert Answer(question, Ending.NO_NAME).reason == "no such name (NXDOMAIN)"


def test_a_service_without_a_target_is_shown_as_dns_has_it() -> None:
    assert (str(Service("a", 1)), str(Service("", 0))) == ("a:1", ".:0")


def test_an_address_has_the_record_of_its_family() -> None:
    assert address_type(parse_host("10.0.0.1")) is RecordType.A
    assert address_type(parse_host("fd00::1")) is RecordType.AAAA
