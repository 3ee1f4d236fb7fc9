"""One setting, said to each release in its own words."""

from __future__ import annotations

import pytest

from etcdboot.etcd.flag_names import Reason, Spelled, Unspellable, merge_gates, spell
from etcdboot.etcd.releases import parse_release


def spelled(name: str, value: str, release: str) -> Spelled:
    found = spell(name, value, parse_release(release))
    assert isinstance(found, Spelled), found
    return found


def unspellable(name: str, value: str, release: str) -> Unspellable:
    found = spell(name, value, parse_release(release))
    assert isinstance(found, Unspellable), found
    return found


@pytest.mark.parametrize("release", ["3.4.0", "3.5.33", "3.6.14", "3.7.1"])
def test_leaves_a_flag_alone_that_never_changed_its_name(release: str) -> None:
    assert spelled("quota-backend-bytes", "1", release) == Spelled((("quota-backend-bytes", "1"),))


@pytest.mark.parametrize(
    ("name", "value", "release", "told"),
    [
        ("compact-hash-check-time", "2m", "3.5.33", ("experimental-compact-hash-check-time", "2m")),
        ("compact-hash-check-time", "2m", "3.6.0", ("compact-hash-check-time", "2m")),
        (
            "experimental-compact-hash-check-time",
            "2m",
            "3.5.33",
            ("experimental-compact-hash-check-time", "2m"),
        ),
        ("backend-bbolt-freelist-type", "map", "3.4.45", ("experimental-backend-bbolt-freelist-type", "map")),
        ("backend-bbolt-freelist-type", "map", "3.5.0", ("backend-bbolt-freelist-type", "map")),
        (
            "peer-skip-client-san-verification",
            "true",
            "3.4.0",
            ("experimental-peer-skip-client-san-verification", "true"),
        ),
        (
            "feature-gates",
            "InitialCorruptCheck=true",
            "3.5.0",
            ("experimental-initial-corrupt-check", "true"),
        ),
        ("feature-gates", "InitialCorruptCheck=true", "3.7.1", ("feature-gates", "InitialCorruptCheck=true")),
    ],
)
def test_says_it_in_the_planned_release_s_words(
    name: str, value: str, release: str, told: tuple[str, str]
) -> None:
    assert spelled(name, value, release) == Spelled((told,))


def test_feature_gates_become_flags_of_their_own_before_3_6() -> None:
    told = spelled("feature-gates", "CompactHashCheck=true, LeaseCheckpoint=false", "3.5.33")
    assert told.flags == (
        ("experimental-compact-hash-check-enabled", "true"),
        ("experimental-enable-lease-checkpoint", "false"),
    )


@pytest.mark.parametrize(
    ("name", "value", "told", "remark"),
    [
        (
            "experimental-corrupt-check-time",
            "1h",
            ("corrupt-check-time", "1h"),
            "--experimental-corrupt-check-time is deprecated since 3.6.0; written as --corrupt-check-time",
        ),
        (
            "experimental-initial-corrupt-check",
            "true",
            ("feature-gates", "InitialCorruptCheck=true"),
            "--experimental-initial-corrupt-check is deprecated since 3.6.0; "
            "written as --feature-gates=InitialCorruptCheck=true",
        ),
        ("max-snapshots", "5", ("max-snapshots", "5"), "--max-snapshots is deprecated since 3.6.0"),
        (
            "discovery",
            "http://d",
            ("discovery", "http://d"),
            "--discovery is deprecated since 3.6.0; use --discovery-token and --discovery-endpoints",
        ),
    ],
)
def test_remarks_on_a_deprecated_flag_and_prefers_its_new_name(
    name: str, value: str, told: tuple[str, str], remark: str
) -> None:
    assert spelled(name, value, "3.6.14") == Spelled((told,), remark)


def test_a_deprecated_gate_with_a_value_that_is_no_boolean_stays_for_the_value_check() -> None:
    assert spelled("experimental-initial-corrupt-check", "yes", "3.6.14").flags == (
        ("experimental-initial-corrupt-check", "yes"),
    )


def test_says_since_when_a_flag_is_there() -> None:
    found = unspellable("max-learners", "2", "3.5.33")
    assert (found.reason, found.since) == (Reason.NOT_YET, parse_release("3.6.0"))
    assert found.message == "--max-learners exists from 3.6.0; the planned release is 3.5.33"
    assert found.hint == "leave it out, or plan 3.6.0 or newer"


@pytest.mark.parametrize(
    ("name", "value", "release", "since"),
    [
        ("listen-client-http-urls", "", "3.5.7", "3.5.8"),
        ("max-concurrent-streams", "5", "3.4.19", "3.4.20"),
        ("compact-hash-check-time", "1m", "3.5.4", "3.5.5"),
        ("feature-gates", "CompactHashCheck=true", "3.5.4", "3.5.5"),
    ],
)
def test_says_which_patch_brings_a_flag(name: str, value: str, release: str, since: str) -> None:
    found = unspellable(name, value, release)
    assert (found.reason, str(found.since)) == (Reason.LATER_PATCH, since)
    assert found.hint == f"leave it out, or plan {since} or newer"


@pytest.mark.parametrize(
    ("name", "value", "release", "removed", "hint"),
    [
        ("experimental-corrupt-check-time", "1h", "3.7.1", "3.7.0", "use --corrupt-check-time instead"),
        (
            "experimental-compact-hash-check-enabled",
            "false",
            "3.7.1",
            "3.7.0",
            "use --feature-gates=CompactHashCheck=false instead",
        ),
        (
            "discovery",
            "http://d",
            "3.7.0",
            "3.7.0",
            "use --discovery-token and --discovery-endpoints instead",
        ),
        ("debug", "true", "3.5.0", "3.5.0", "use --log-level=debug instead"),
        ("enable-v2", "true", "3.6.0", "3.6.0", "leave it out: nothing took its place"),
    ],
)
def test_says_when_a_flag_went_and_what_took_its_place(
    name: str, value: str, release: str, removed: str, hint: str
) -> None:
    found = unspellable(name, value, release)
    assert found.reason is Reason.REMOVED
    assert found.message == f"--{name} is gone since {removed}; the planned release is {release}"
    assert found.hint == hint


def test_guesses_a_misspelt_flag() -> None:
    found = unspellable("quota-backend-byte", "1", "3.6.14")
    assert found.reason is Reason.UNKNOWN
    assert found.message == "no etcd from 3.4 to 3.7 has --quota-backend-byte"
    assert found.hint == "did you mean --quota-backend-bytes?"


def test_has_no_hint_for_a_flag_like_no_other() -> None:
    assert unspellable("frobnicate", "1", "3.6.14").hint == ""


@pytest.mark.parametrize(
    ("value", "release", "message", "hint"),
    [
        ("Foo=true", "3.6.14", "no etcd from 3.4 to 3.7 has feature gate Foo", ""),
        (
            "compactHashCheck=true",
            "3.5.33",
            "no etcd from 3.4 to 3.7 has feature gate compactHashCheck",
            "did you mean CompactHashCheck?",
        ),
        (
            "SetMemberLocalAddr=true",
            "3.5.33",
            "feature gate SetMemberLocalAddr exists from 3.6.0; the planned release is 3.5.33",
            "leave it out, or plan 3.6.0 or newer",
        ),
        (
            "LeaseCheckpoint=true,FastLeaseKeepAlive=true",
            "3.6.14",
            "feature gate FastLeaseKeepAlive exists from 3.7.0; the planned release is 3.6.14",
            "leave it out, or plan 3.7.0 or newer",
        ),
        (
            "CompactHashCheck",
            "3.5.33",
            "--feature-gates: 'CompactHashCheck' is not GATE=true or GATE=false",
            "",
        ),
    ],
)
def test_says_what_is_wrong_with_a_feature_gate(value: str, release: str, message: str, hint: str) -> None:
    found = unspellable("feature-gates", value, release)
    assert (found.message, found.hint) == (message, hint)


def test_merges_feature_gates_sorted_and_without_repetition() -> None:
    merged = merge_gates(["LeaseCheckpoint=true", "CompactHashCheck=false, LeaseCheckpoint=true", ""])
    assert merged == "CompactHashCheck=false,LeaseCheckpoint=true"
    assert merge_gates([]) == ""


def test_refuses_to_merge_a_feature_gate_with_its_opposite() -> None:
    with pytest.raises(ValueError, match="LeaseCheckpoint is set to both true and false"):
        merge_gates(["LeaseCheckpoint=true", "LeaseCheckpoint=false"])
