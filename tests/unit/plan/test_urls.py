"""The table "Derived URLs" of docs/spec.md, a test a row."""

from __future__ import annotations

import pytest

from etcdboot.plan.urls import Addressing, addressing, merged, written_host
from etcdboot.spec.spec import ClientTls, MemberDefaults, MemberSpec, PeerTls, TlsSpec

TLS = TlsSpec()
PLAIN = TlsSpec(ClientTls.OFF, PeerTls.OFF)


def shown(place: Addressing) -> dict[str, list[str]]:
    return {
        "listen-peer": [str(url) for url in place.listen_peer_urls],
        "advertise-peer": [str(url) for url in place.initial_advertise_peer_urls],
        "listen-client": [str(url) for url in place.listen_client_urls],
        "advertise-client": [str(url) for url in place.advertise_client_urls],
    }


ROWS = {
    "an address": (
        MemberSpec(name="a", host="10.0.0.1"), TLS,
        ["https://10.0.0.1:2380"], ["https://10.0.0.1:2380"],
        ["https://10.0.0.1:2379", "https://127.0.0.1:2379"], ["https://10.0.0.1:2379"],
    ),
    "an IPv6 address, which stands in brackets": (
        MemberSpec(name="a", host="fd00::1"), TLS,
        ["https://[fd00::1]:2380"], ["https://[fd00::1]:2380"],
        ["https://[fd00::1]:2379", "https://[::1]:2379"], ["https://[fd00::1]:2379"],
    ),
    "a name alone, which binds everything": (
        MemberSpec(name="a", host="e1.example.com"), TLS,
        ["https://0.0.0.0:2380"], ["https://e1.example.com:2380"],
        ["https://0.0.0.0:2379"], ["https://e1.example.com:2379"],
    ),
    "a name with its address": (
        MemberSpec(name="a", host="e1.example.com", address=("10.0.0.1",)), TLS,
        ["https://10.0.0.1:2380"], ["https://e1.example.com:2380"],
        ["https://10.0.0.1:2379", "https://127.0.0.1:2379"], ["https://e1.example.com:2379"],
    ),
    "addresses of both kinds": (
        MemberSpec(name="a", host="e1", address=("10.0.0.1", "fd00::1")), TLS,
        ["https://10.0.0.1:2380", "https://[fd00::1]:2380"], ["https://e1:2380"],
        ["https://10.0.0.1:2379", "https://[fd00::1]:2379", "https://127.0.0.1:2379"], ["https://e1:2379"],
    ),
    "loopback, which needs no more of it": (
        MemberSpec(name="a", host="127.0.0.1", client_port=1, peer_port=2), PLAIN,
        ["http://127.0.0.1:2"], ["http://127.0.0.1:2"], ["http://127.0.0.1:1"], ["http://127.0.0.1:1"],
    ),
    "another host for each side": (
        MemberSpec(name="a", host="10.0.0.1", peer_host="p1", client_host="c1"), TlsSpec(peer=PeerTls.AUTO),
        ["https://10.0.0.1:2380"], ["https://p1:2380"],
        ["https://10.0.0.1:2379", "https://127.0.0.1:2379"], ["https://c1:2379"],
    ),
    "written lists, which replace the derived ones whole": (
        MemberSpec(
            name="a", host="10.0.0.1", listen_peer_urls=("https://10.0.0.9:1",),
            listen_client_urls=("https://10.0.0.9:2",), initial_advertise_peer_urls=("https://x:3",),
            advertise_client_urls=("https://y:4", "https://z:5"),
        ), TLS,
        ["https://10.0.0.9:1"], ["https://x:3"], ["https://10.0.0.9:2"], ["https://y:4", "https://z:5"],
    ),
    "no host, which a rule complains about": (
        MemberSpec(name="a"), TLS,
        ["https://0.0.0.0:2380"], ["https://host.invalid:2380"],
        ["https://0.0.0.0:2379"], ["https://host.invalid:2379"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_urls_follow_from_what_is_written(row: str) -> None:
    member, tls, *lists = ROWS[row]
    assert isinstance(member, MemberSpec) and isinstance(tls, TlsSpec)
    assert list(shown(addressing(member, tls)).values()) == lists


@pytest.mark.parametrize(
    ("member", "host"),
    [
        (MemberSpec(name="a", host="h", client_host="c"), "h"),
        (MemberSpec(name="a", client_host="c", peer_host="p"), "c"),
        (MemberSpec(name="a", peer_host="p"), "p"),
        (MemberSpec(name="a", address=("10.0.0.1",)), "10.0.0.1"),
        (MemberSpec(name="a", initial_advertise_peer_urls=("http://u:1",)), "u"),
        (MemberSpec(name="a", advertise_client_urls=("http://v:1",)), "v"),
    ],
)
def test_a_host_is_known_by_whichever_key_says_it(member: MemberSpec, host: str) -> None:
    assert str(written_host(member)) == host


def test_defaults_fill_what_a_member_leaves_out_and_add_their_names() -> None:
    defaults = MemberDefaults(client_port=1, peer_port=2, sans=("d",), flags=(("a", "b"),))
    member = merged(MemberSpec(name="a", client_port=9, sans=("m",)), defaults)
    assert (member.client_port, member.peer_port, member.sans, member.flags) == (9, 2, ("d", "m"), ())


@pytest.mark.parametrize(
    ("member", "machine"),
    [
        (MemberSpec(name="a", host="127.0.0.1"), "loopback"),
        (MemberSpec(name="a", host="127.0.0.2"), "loopback"),
        (MemberSpec(name="a", host="e1", address=("10.0.0.1",)), "10.0.0.1"),
        (MemberSpec(name="a", host="e1", address=("0.0.0.0",)), "e1"),
        (MemberSpec(name="a", host="e1", address=("::", "10.0.0.1")), "10.0.0.1"),
        (MemberSpec(name="a", host="e1"), "e1"),
    ],
)
def test_members_of_one_machine_are_told_by_where_they_are(member: MemberSpec, machine: str) -> None:
    assert addressing(member, TLS).machine == machine
