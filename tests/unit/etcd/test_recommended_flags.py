"""What is added unasked, and no more."""

from __future__ import annotations

import pytest

from etcdboot.etcd.flags import flag, known_in, value_problem
from etcdboot.etcd.recommended_flags import baseline
from etcdboot.etcd.releases import Release, parse_release
from etcdboot.etcd.reserved_flags import owner_of, risk_of, why_forbidden
from etcdboot.etcd.settings_forms import expressible

RELEASES = [
    Release(3, minor, patch)
    for minor, last in ((4, 45), (5, 33), (6, 14), (7, 1))
    for patch in range(last + 1)
]


def added(release: str, bootstrap: str = "static") -> dict[str, str]:
    return {row.name: row.value for row in baseline(parse_release(release), bootstrap)}


@pytest.mark.parametrize(
    ("release", "flags"),
    [
        ("3.4.45", {"logger": "zap", "log-outputs": "stderr", "pre-vote": "true"}),
        ("3.5.0", {"experimental-initial-corrupt-check": "true"}),
        ("3.6.14", {"feature-gates": "InitialCorruptCheck=true"}),
        ("3.7.1", {"feature-gates": "InitialCorruptCheck=true"}),
    ],
)
def test_adds_to_each_minor_what_the_design_says(release: str, flags: dict[str, str]) -> None:
    assert added(release) == flags


@pytest.mark.parametrize(("release", "there"), [("3.4.45", True), ("3.5.33", True), ("3.6.14", False)])
def test_one_member_too_many_exits_in_v2_discovery_where_it_would_not_by_itself(
    release: str, there: bool
) -> None:
    assert ("discovery-fallback" in added(release, "discovery-v2")) is there
    assert "discovery-fallback" not in added(release)


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_every_addition_fits_its_release_in_every_form_and_says_why(release: Release) -> None:
    for row in (*baseline(release), *baseline(release, "discovery-v2")):
        facts = flag(row.name)
        assert facts is not None
        assert known_in(row.name, release)
        assert value_problem(row.name, row.value, release) is None
        assert facts.default(release) != row.value, "etcd does so anyway"
        assert row.reason
        assert {expressible(row.name, release, form) for form in ("flags", "env", "config")} == {None}
        assert owner_of(row.name) is why_forbidden(row.name) is risk_of(row.name) is None, (
            "users may override it"
        )
