from __future__ import annotations

from dataclasses import replace

import pytest

from etcdboot.plan.plan import Flag
from etcdboot.spec.spec import MemberSpec
from samples.specs import THREE, one, planned


def test_a_secret_never_shows() -> None:
    assert repr(Flag("discovery-password", "hunter2", secret=True)) == "Flag('discovery-password', ***)"
    assert repr(Flag("name", "a")) == "Flag('name', 'a')"


@pytest.mark.parametrize(("count", "quorum"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)])
def test_a_quorum_is_more_than_half(count: int, quorum: int) -> None:
    members = tuple(MemberSpec(name=f"m{at}", host=f"10.0.0.{at}") for at in range(1, count + 1))
    assert planned(replace(THREE, members=members)).quorum == quorum


def test_a_member_is_found_without_regard_to_case() -> None:
    made = planned(THREE)
    assert made.member("ETCD2") is made.members[1]
    assert made.member("etcd9") is None


def test_a_flag_that_is_not_told_is_none() -> None:
    member = planned(one()).members[0]
    assert (member.flag("name"), member.flag("nonsense")) == ("etcd1", None)


def test_a_plan_without_members_has_no_initial_cluster() -> None:
    assert planned(replace(THREE, members=())).initial_cluster == ""
