from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from etcdboot.base.diagnostics import Severity
from etcdboot.bootstrap.discovery_checks import Standing, objections, standing
from etcdboot.observations.discovery_registry import Registration, Registry
from etcdboot.plan.plan import MemberPlan
from etcdboot.spec.spec import BootstrapMode, BootstrapSpec, ClusterState, MemberSpec
from samples.specs import THREE, planned, three

V2, V3 = BootstrapMode.DISCOVERY_V2, BootstrapMode.DISCOVERY_V3
BOOTSTRAPS = {
    V2: BootstrapSpec(V2, discovery="http://10.0.0.9:2379/v2/keys/_etcd/registry/tok"),
    V3: BootstrapSpec(V3, discovery_token="tok", discovery_endpoints=("10.0.0.9:2379",)),
}
BOTH = pytest.mark.parametrize("mode", [V2, V3])
ALL = {"etcd1", "etcd2", "etcd3"}


def founders(mode: BootstrapMode = V2) -> tuple[MemberPlan, ...]:
    return planned(three(bootstrap=BOOTSTRAPS[mode])).founders


def entry(mode: BootstrapMode, number: int) -> Registration:
    """A founder's entry as etcd writes it."""
    member = founders(mode)[number - 1]
    urls = tuple(map(str, member.initial_advertise_peer_urls))
    return Registration(f"{member.predicted_id:x}", member.name, urls, number)


def found(mode: BootstrapMode, *registered: Registration, size: str | None = "3") -> Registry:
    return Registry(mode, planned(three(bootstrap=BOOTSTRAPS[mode])).token, size, registered)


def stand(mode: BootstrapMode, *registered: Registration, size: str | None = "3") -> Standing:
    return standing(found(mode, *registered, size=size), founders(mode))


def objected(
    mode: BootstrapMode,
    *registered: Registration,
    size: str | None = "3",
    fresh: set[str] = ALL,
    begun: Sequence[str] = (),
) -> list[str]:
    """The codes of what is said against starting."""
    wrong = objections(found(mode, *registered, size=size), founders(mode), fresh, begun)
    assert all(each.hint for each in wrong)
    return [each.code for each in wrong]


def codes(seen: Standing) -> list[str]:
    return [each.code for each in seen.diagnostics]


STRANGER = Registration("77", "other", ("http://10.9.9.9:2380",), 9)


@BOTH
def test_three_founders_who_are_all_there_are_complete(mode: BootstrapMode) -> None:
    seen = stand(mode, *(entry(mode, number) for number in (2, 1, 3)))
    assert seen.complete
    assert seen.is_good
    assert (seen.missing, seen.surplus, seen.duplicates, seen.diagnostics) == ((), (), (), ())


@BOTH
def test_who_is_missing_is_named(mode: BootstrapMode) -> None:
    seen = stand(mode, entry(mode, 2))
    assert seen.missing == ("etcd1", "etcd3")
    assert not seen.complete
    assert codes(seen) == ["EB569"]


def test_json_has_the_keys_of_the_contract() -> None:
    body = stand(V2, entry(V2, 1), STRANGER).as_json()
    assert body["size"] == 3
    assert body["missing"] == ["etcd2", "etcd3"]
    assert body["complete"] is False
    assert body["surplus"] == [{"name": "other", "id": "77", "peer_urls": ["http://10.9.9.9:2380"]}]
    assert body["registered"] == [entry(V2, 1).as_json(), STRANGER.as_json()]


def test_a_member_that_joins_later_is_not_waited_for() -> None:
    later = MemberSpec(name="etcd4", host="10.0.0.4", initial_cluster_state=ClusterState.EXISTING)
    plan = planned(three(bootstrap=BOOTSTRAPS[V3], members=(*THREE.members, later)))
    entries = tuple(
        Registration(str(number), each.name, tuple(map(str, each.initial_advertise_peer_urls)), number)
        for number, each in enumerate(plan.founders)
    )
    assert standing(Registry(V3, "tok", "3", entries), plan.founders).is_good


@BOTH
@pytest.mark.parametrize(
    ("size", "code"), [(None, "EB550"), ("abc", "EB551"), ("0", "EB551"), ("4", "EB552"), ("2", "EB553")]
)
def test_a_size_that_founds_no_such_cluster_is_refused(
    mode: BootstrapMode, size: str | None, code: str
) -> None:
    assert objected(mode, size=size) == [code]
    assert code in codes(stand(mode, size=size))
    assert not stand(mode, size=size).is_good


def test_one_and_many_are_told_apart() -> None:
    one = founders(V2)[:1]
    [many_places] = standing(found(V2, entry(V2, 1), size="3"), one).diagnostics
    [one_place] = [each for each in stand(V2, size="1").diagnostics if each.code == "EB553"]
    assert many_places.message.startswith("the token is for 3 members, and the spec has 1 founder: ")
    assert one_place.message.startswith("the token is for 1 member, and the spec has 3 founders: ")


def test_a_size_of_any_length_is_told_in_short() -> None:
    [wrong] = standing(found(V3, entry(V3, 1), size="x\x1b" * 9_999), founders(V3)[:1]).diagnostics
    assert wrong.code == "EB551"
    assert len(wrong.message) < 200
    assert wrong.message.isprintable()


@BOTH
def test_a_fresh_token_is_safe(mode: BootstrapMode) -> None:
    assert objected(mode) == []


@BOTH
def test_a_token_that_some_have_registered_with_is_safe_for_the_others(mode: BootstrapMode) -> None:
    assert objected(mode, entry(mode, 1), fresh={"etcd2", "etcd3"}) == []


@BOTH
def test_members_with_data_need_no_token(mode: BootstrapMode) -> None:
    assert objected(mode, STRANGER, size=None, fresh=set(), begun=sorted(ALL)) == []


@BOTH
def test_another_clusters_token_is_refused(mode: BootstrapMode) -> None:
    assert objected(mode, STRANGER) == ["EB554"]
    seen = stand(mode, STRANGER)
    assert seen.surplus == (STRANGER,)
    assert not seen.is_good


@BOTH
def test_a_latecomer_is_surplus_and_the_cluster_complete(mode: BootstrapMode) -> None:
    seen = stand(mode, *(entry(mode, number) for number in (1, 2, 3)), STRANGER)
    assert seen.complete
    assert not seen.is_good
    assert seen.surplus == (STRANGER,)
    assert codes(seen) == ["EB558"]


@BOTH
def test_a_founder_that_came_too_late_is_missing(mode: BootstrapMode) -> None:
    seen = stand(mode, STRANGER, entry(mode, 1), entry(mode, 2), entry(mode, 3))
    assert seen.missing == ("etcd3",)
    assert seen.surplus == (STRANGER, entry(mode, 3))
    assert codes(seen) == ["EB554", "EB558", "EB569"]


@BOTH
@pytest.mark.parametrize(
    "changed",
    [
        Registration("77", "etcd1", ("http://10.7.7.7:2380",)),
        Registration("77", "renamed", ("https://10.0.0.1:2380",)),
        Registration("77", "etcd1,etcd2", ("https://10.0.0.1:2380", "https://10.0.0.2:2380")),
    ],
)
def test_an_entry_that_is_only_like_a_founder_is_a_duplicate(
    mode: BootstrapMode, changed: Registration
) -> None:
    assert objected(mode, changed) == ["EB557"]
    seen = stand(mode, changed)
    assert seen.duplicates == (changed,)
    assert "etcd1" in seen.missing
    assert not seen.surplus


def test_a_founders_id_with_other_urls_is_a_duplicate() -> None:
    forged = replace(entry(V3, 1), name="x", peer_urls=("http://10.7.7.7:2380",))
    assert objected(V3, forged) == ["EB557"]


def test_a_founder_that_is_there_twice_is_a_duplicate_of_itself() -> None:
    again = replace(entry(V2, 1), id="77", since=5)
    seen = stand(V2, entry(V2, 1), again)
    assert seen.duplicates == (again,)
    assert codes(seen) == ["EB557", "EB559", "EB569"]


def test_one_member_with_another_spelling_of_the_url_is_refused() -> None:
    odd = replace(entry(V2, 1), id="77")
    assert objected(V2, odd, entry(V2, 2), fresh={"etcd3"}) == ["EB559"]


def test_all_members_with_another_spelling_make_a_cluster() -> None:
    odd = [replace(entry(V2, number), id=f"7{number}") for number in (1, 2, 3)]
    seen = stand(V2, *odd)
    assert seen.is_good
    assert [(each.code, each.severity) for each in seen.diagnostics] == [("EB559", Severity.WARNING)]


def test_v2_lets_nobody_register_twice() -> None:
    assert objected(V2, entry(V2, 1)) == ["EB555"]


def test_v3_lets_a_member_register_again_while_all_still_wait() -> None:
    assert objected(V3, entry(V3, 1)) == []


@BOTH
def test_a_full_token_is_used_when_a_founder_comes_without_data(mode: BootstrapMode) -> None:
    entries = tuple(entry(mode, number) for number in (1, 2, 3))
    assert objected(mode, *entries, fresh={"etcd2"}, begun=["etcd1", "etcd3"]) == ["EB555"]
    [wrong] = objections(found(mode, *entries), founders(mode), ALL, ())
    assert wrong.code == "EB555"
    assert "registered before, and without data here: etcd1, etcd2, etcd3; etcd then " in wrong.message


def test_a_lost_member_of_a_running_cluster_is_told_to_join() -> None:
    entries = tuple(entry(V3, number) for number in (1, 2, 3))
    [wrong] = objections(found(V3, *entries), founders(V3), {"etcd2"}, {"etcd1", "etcd3"})
    assert wrong.hint.startswith("remove etcd2 and add it again (initial-cluster-state: existing)")
    assert "panics" in wrong.message
    assert wrong.path == "bootstrap.discovery-token"


@BOTH
def test_members_with_data_of_another_token_are_waited_for_in_vain(mode: BootstrapMode) -> None:
    assert objected(mode, fresh={"etcd2"}, begun=["etcd1", "etcd3"]) == ["EB556"]


def test_a_warning_is_no_objection() -> None:
    odd = [replace(entry(V3, number), id=f"7{number}") for number in (1, 2)]
    assert objected(V3, *odd, fresh={"etcd3"}) == []
