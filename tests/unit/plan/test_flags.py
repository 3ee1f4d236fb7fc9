from __future__ import annotations

import pytest

from etcdboot.etcd.releases import NEWEST_PATCH, Release
from etcdboot.plan.flags import further_flags, misfits, scopes
from etcdboot.spec.spec import ClusterSpec, EtcdSpec, FlagValues, MemberDefaults, MemberSpec
from samples.specs import THREE, three

R34, R35, R36, R37 = NEWEST_PATCH.values()
CHECK = "feature-gates", "InitialCorruptCheck=true"


def written(
    etcd: FlagValues = (), defaults: FlagValues = (), member: FlagValues = (), release: Release = R36
) -> ClusterSpec:
    return three(
        etcd=EtcdSpec(version=release, flags=etcd),
        defaults=MemberDefaults(flags=defaults),
        members=(MemberSpec(name="a", host="10.0.0.1", flags=member),),
    )


def told(spec: ClusterSpec, release: Release = R36) -> dict[str, str]:
    return dict(further_flags(spec, 0, release))


@pytest.mark.parametrize(
    ("release", "flags"),
    [
        (R34, {"logger": "zap", "log-outputs": "stderr", "pre-vote": "true"}),
        (R35, {"experimental-initial-corrupt-check": "true"}),
        (R36, {"feature-gates": "InitialCorruptCheck=true"}),
        (R37, {"feature-gates": "InitialCorruptCheck=true"}),
    ],
)
def test_unasked_there_is_only_the_baseline(release: Release, flags: dict[str, str]) -> None:
    assert told(THREE, release) == flags


def test_the_narrowest_scope_wins_by_name() -> None:
    spec = written(
        (("max-txn-ops", "1"), ("snapshot-count", "1")), (("max-txn-ops", "2"),), (("max-txn-ops", "3"),)
    )
    assert told(spec) == {"max-txn-ops": "3", "snapshot-count": "1"} | dict([CHECK])
    assert [path for path, _ in scopes(spec, 0)] == ["etcd.flags", "defaults.flags", "members[0].flags"]


def test_null_takes_away_what_a_wider_scope_set() -> None:
    assert told(written((("max-txn-ops", "1"),), member=(("max-txn-ops", None),))) == dict([CHECK])


@pytest.mark.parametrize(
    ("name", "release"),
    [
        ("feature-gates", R36),
        ("experimental-initial-corrupt-check", R36),
        ("experimental-initial-corrupt-check", R35),
        ("logger", R34),
    ],
)
def test_null_takes_a_flag_of_ours_away_by_any_of_its_names(name: str, release: Release) -> None:
    assert name not in told(written(((name, None),)), release)
    assert len(told(written(((name, None),)), release)) == len(told(written(), release)) - 1


def test_feature_gates_count_one_by_one() -> None:
    spec = written(
        (("feature-gates", "CompactHashCheck=true"),),
        member=(("feature-gates", "InitialCorruptCheck=false"),),
    )
    assert told(spec) == {"feature-gates": "CompactHashCheck=true,InitialCorruptCheck=false"}


def test_an_old_name_is_told_by_its_new_one() -> None:
    spec = written((("experimental-compact-hash-check-enabled", "true"),))
    assert told(spec)["feature-gates"] == "CompactHashCheck=true,InitialCorruptCheck=true"


def test_what_cannot_be_told_is_left_out() -> None:
    assert told(written((("name", "x"), ("nonsense", "1"), ("snapshot-count", "many")))) == dict([CHECK])


@pytest.mark.parametrize(
    ("flags", "codes"),
    [
        ((("max-txn-ops", "1"),), []),
        ((("max-txn-ops", None),), []),
        ((("nonsense", None),), ["EB215"]),
        ((("name", None),), ["EB213"]),
        ((("version", "true"),), ["EB214"]),
        ((("snapshot-count", "x"),), ["EB216"]),
        ((("feature-gates", "A"),), ["EB215"]),
        ((("feature-gates", None),), []),
        ((("unsafe-no-fsync", "true"),), ["EB219"]),
        ((("unsafe-no-fsync", "false"),), []),
        ((("unsafe-no-fsync", None),), []),
        ((("experimental-corrupt-check-time", "1h"),), ["EB218"]),
        ((("experimental-corrupt-check-time", "1h"), ("corrupt-check-time", "1h")), ["EB218", "EB217"]),
        ((("experimental-compact-hash-check-enabled", "true"), ("feature-gates", "CompactHashCheck=true")),
         ["EB218", "EB217"]),
    ],
)  # fmt: skip
def test_a_misfit_has_its_code(flags: FlagValues, codes: list[str]) -> None:
    assert [each.code for each in misfits(written(flags), 0, R36)] == codes


def test_a_misfit_is_blamed_where_it_is_written() -> None:
    (found,) = misfits(written(member=(("name", "x"),)), 0, R36)
    assert (found.path, found.hint, found.stops) == ("members[0].flags.name", "use members[].name", True)


def test_one_setting_in_two_scopes_is_an_override_and_no_double() -> None:
    spec = written((("experimental-corrupt-check-time", "1h"),), member=(("corrupt-check-time", "2h"),))
    assert [each.code for each in misfits(spec, 0, R36)] == ["EB218"]
    assert told(spec)["corrupt-check-time"] == "2h"
