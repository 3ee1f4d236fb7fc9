from __future__ import annotations

import os
import socket

import pytest

from etcdboot.base.addresses import parse_host, parse_url
from etcdboot.base.errors import Missing
from etcdboot.effects.network.ports import free_loopback_ports, is_of_this_machine, occupied
from lab.peers.fixtures import absent


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost"])
def test_loopback_is_of_this_machine(host: str) -> None:
    assert is_of_this_machine(parse_host(host))


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])  # RFC 5737, RFC 3849: for documents only
def test_an_address_elsewhere_is_not(host: str) -> None:
    assert not is_of_this_machine(parse_host(host))


def test_a_name_that_leads_nowhere_is_not() -> None:
    assert not is_of_this_machine(parse_host("no-such-host.invalid"))


def test_free_ports_are_free_and_different() -> None:
    ports = free_loopback_ports(20)
    assert len(set(ports)) == 20
    assert occupied(parse_url(f"http://127.0.0.1:{port}") for port in ports) == ()


def test_more_ports_than_there_are_is_an_error() -> None:
    with pytest.raises(Missing, match="no 40000 free ports") as lacking:
        free_loopback_ports(40000)
    assert lacking.value.diagnostics[0].code == "EB506"


def test_a_port_that_is_listened_on_is_told_with_its_holder() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        url = parse_url(f"http://127.0.0.1:{holder.getsockname()[1]}")
        (found,) = occupied([url])
    assert found.url == url
    assert f"port {url.port} is taken by " in found.why and f"(pid {os.getpid()})" in found.why


def test_a_port_taken_on_all_addresses_is_taken_on_each() -> None:
    with socket.create_server(("0.0.0.0", 0)) as holder:
        port = holder.getsockname()[1]
        for host in ("127.0.0.1", "localhost", "0.0.0.0"):
            assert occupied([parse_url(f"http://{host}:{port}")])


def test_ipv6_is_looked_at_too() -> None:
    if not is_of_this_machine(parse_host("::1")):
        absent("IPv6 on loopback")
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as holder:
        port = holder.getsockname()[1]
        assert occupied([parse_url(f"http://[::1]:{port}")])
        assert not occupied([parse_url(f"http://127.0.0.1:{port}")])


def test_an_address_elsewhere_cannot_be_listened_on() -> None:
    (found,) = occupied([parse_url("http://192.0.2.1:2379")])
    assert "192.0.2.1 port 2379: cannot assign requested address" in found.why
