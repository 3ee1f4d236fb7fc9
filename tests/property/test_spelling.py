"""Every flag of every release, said to every other one."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from etcdboot.etcd.feature_gates import FEATURE_GATES
from etcdboot.etcd.flag_names import Reason, Spelled, Unspellable, merge_gates, spell
from etcdboot.etcd.flag_table import TABLE
from etcdboot.etcd.flags import flag, known_in, names, value_problem
from etcdboot.etcd.releases import NEWEST, NEWEST_PATCH, Release

releases = st.sampled_from(list(NEWEST_PATCH.values())).flatmap(
    lambda newest: st.builds(Release, st.just(3), st.just(newest.minor), st.integers(0, newest.patch))
)
flag_names = st.sampled_from(sorted(TABLE))
gates = st.dictionaries(st.sampled_from(sorted(FEATURE_GATES["3.7"])), st.booleans(), max_size=4)


def values_of(name: str) -> st.SearchStrategy[str]:
    """A value that suits the flag: its default, or either boolean."""
    facts = flag(name)
    assert facts is not None
    defaults = [text for text in facts.defaults if text is not None]
    return st.sampled_from(["true", "false"] if facts.go_type == "bool" else defaults)


def gates_text(chosen: dict[str, bool]) -> str:
    return ",".join(f"{gate}={str(state).lower()}" for gate, state in chosen.items())


@given(data=st.data(), name=flag_names, release=releases)
def test_what_is_spelled_is_known_to_that_very_release(
    data: st.DataObject, name: str, release: Release
) -> None:
    told = spell(name, data.draw(values_of(name)), release)
    if isinstance(told, Spelled):
        assert all(known_in(each, release) for each, _ in told.flags)
    else:
        assert not known_in(name, release)


@given(data=st.data(), name=flag_names, release=releases)
def test_a_known_flag_is_always_spelled_and_an_unknown_one_has_a_reason(
    data: st.DataObject, name: str, release: Release
) -> None:
    told = spell(name, data.draw(values_of(name)), release)
    assert isinstance(told, Spelled) or told.reason in (Reason.NOT_YET, Reason.LATER_PATCH, Reason.REMOVED)
    if isinstance(told, Unspellable):
        assert (told.since is None) != (told.removed is None)
        assert told.since is None or told.since > release
        assert told.removed is None or told.removed <= release
        assert told.hint


@given(data=st.data(), name=flag_names, release=releases)
def test_spelling_again_changes_nothing(data: st.DataObject, name: str, release: Release) -> None:
    told = spell(name, data.draw(values_of(name)), release)
    assume(isinstance(told, Spelled))
    assert isinstance(told, Spelled)
    for each, value in told.flags:
        again = spell(each, value, release)
        assert isinstance(again, Spelled)
        assert again.flags == ((each, value),)


@given(data=st.data(), name=flag_names, release=releases)
def test_the_release_the_plan_promised_can_say_it(data: st.DataObject, name: str, release: Release) -> None:
    value = data.draw(values_of(name))
    told = spell(name, value, release)
    if isinstance(told, Unspellable) and told.since is not None:
        assert isinstance(spell(name, value, told.since), Spelled)


@given(data=st.data(), name=st.sampled_from(names(NEWEST)), release=releases)
def test_the_newest_name_said_to_an_old_release_comes_back_in_3_6(
    data: st.DataObject, name: str, release: Release
) -> None:
    assume(name != "feature-gates" and release.minor < 6)
    value = data.draw(values_of(name))
    told = spell(name, value, release)
    assume(isinstance(told, Spelled))
    assert isinstance(told, Spelled)
    ((old_name, old_value),) = told.flags
    back = spell(old_name, old_value, Release(3, 6, 14))
    # backend-bbolt-freelist-type had its experimental name in 3.4 alone; 3.6 has forgotten it
    assert isinstance(back, Spelled) or not known_in(old_name, Release(3, 5, 33))
    if isinstance(back, Spelled):
        assert back.flags == ((name, value),)


@given(chosen=gates, release=releases)
def test_gates_said_to_an_old_release_come_back_as_the_same_gates(
    chosen: dict[str, bool], release: Release
) -> None:
    told = spell("feature-gates", gates_text(chosen), release)
    if isinstance(told, Unspellable):
        assert release.minor < 7
        return
    back = [spell(name, value, Release(3, 6, 14)) for name, value in told.flags]
    assume(all(isinstance(each, Spelled) for each in back))  # 3.7's own gates do not come back in 3.6
    merged = merge_gates(value for each in back if isinstance(each, Spelled) for _, value in each.flags)
    assert merged == merge_gates([gates_text(chosen)])


@given(pieces=st.lists(gates, max_size=4))
def test_merging_gates_neither_loses_nor_invents_one(pieces: list[dict[str, bool]]) -> None:
    whole: dict[str, bool] = {}
    for piece in pieces:
        assume(all(whole.get(gate, state) == state for gate, state in piece.items()))
        whole |= piece
    assert merge_gates(map(gates_text, pieces)) == gates_text(dict(sorted(whole.items())))


@given(name=flag_names, value=st.text(max_size=30), release=releases)
def test_no_value_breaks_the_judgement(name: str, value: str, release: Release) -> None:
    problem = value_problem(name, value, release)
    assert problem is None or problem
    spell(name, value, release)
