from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from etcdboot.base.addresses import Url, parse_url
from etcdboot.plan.plan import ClusterPlan, MemberPlan
from etcdboot.workflows.local.listen_addresses import busy, colliding, lives_here, strange
from samples.specs import THREE, planned

PLAN = planned(THREE)
NOBODYS = "http://192.0.2.1:1"  # RFC 5737


def urls(*texts: str) -> tuple[Url, ...]:
    return tuple(map(parse_url, texts))


def member(*listened: str, advertised: str = "http://127.0.0.1:1") -> MemberPlan:
    return replace(
        PLAN.members[1],
        listen_peer_urls=urls(*listened),
        listen_client_urls=urls("http://127.0.0.1:1"),
        initial_advertise_peer_urls=urls(advertised),
    )


def plan(one: MemberPlan) -> ClusterPlan:
    return replace(PLAN, members=(PLAN.members[0], one))


@pytest.mark.parametrize(
    ("one", "here"),
    [
        (member("http://127.0.0.1:2"), True),
        (member(NOBODYS), False),
        (member("http://0.0.0.0:2"), True),
        (member("http://0.0.0.0:2", advertised=NOBODYS), False),
        (member("http://0.0.0.0:2", advertised="http://no-such-host.invalid:1"), False),
        (member(NOBODYS, advertised="http://127.0.0.1:1"), False),
    ],
)
def test_a_member_lives_where_it_listens_or_else_where_others_dial(one: MemberPlan, here: bool) -> None:
    assert lives_here(one) == here


def test_an_address_to_listen_on_must_be_of_this_machine() -> None:
    one = member(NOBODYS)
    (told,) = strange(plan(one), [one], advertised=False)
    assert (told.code, told.path) == ("EB509", "members[1].host") and "192.0.2.1" in told.message
    assert list(strange(plan(one), [], advertised=True)) == []


def test_what_others_dial_may_be_translated_unless_all_are_here() -> None:
    one = member("http://127.0.0.1:2", advertised=NOBODYS)
    assert list(strange(plan(one), [one], advertised=False)) == []
    assert [each.code for each in strange(plan(one), [one], advertised=True)] == ["EB509"]


def test_a_taken_port_is_told_with_the_member_and_a_strange_address_is_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        taken = f"http://127.0.0.1:{holder.getsockname()[1]}"
        one = member(taken, NOBODYS)
        ((name, told),) = busy(plan(one), [one])
    assert (name, told.code, told.path) == ("etcd2", "EB506", "members[1]") and taken in told.message
    assert list(busy(plan(one), [one])) == []


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        ("http://127.0.0.1:2", "http://127.0.0.1:2", ["EB506"]),
        ("http://0.0.0.0:2", "http://127.0.0.1:2", ["EB506"]),
        ("http://[::1]:2", "http://[::]:2", ["EB506"]),
        ("http://127.0.0.1:2", "http://127.0.0.2:2", []),
        ("http://127.0.0.1:2", "http://127.0.0.1:3", []),
    ],
)
def test_members_of_several_machines_may_not_meet_on_one_port_of_this(
    first: str, second: str, codes: list[str]
) -> None:
    one = replace(PLAN.members[0], listen_peer_urls=urls(first), listen_client_urls=())
    other = replace(PLAN.members[1], listen_peer_urls=urls(second), listen_client_urls=())
    both = replace(PLAN, members=(one, other))
    told = list(colliding(both, [one, other]))
    assert [each.code for each in told] == codes
    assert [each.path for each in told] == ["members[1]"] * len(codes)
    assert list(colliding(both, [other])) == []
