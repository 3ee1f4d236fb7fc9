from __future__ import annotations

import pytest

from etcdboot.etcd.advisories import DANGEROUS, Danger, dangers_of
from etcdboot.etcd.releases import MINORS, NEWEST_PATCH, Release, newest_patch


def fixed_in(danger: Danger) -> Release:
    """The first release of the same minor without it."""
    return Release(danger.last.major, danger.last.minor, danger.last.patch + 1)


@pytest.mark.parametrize("danger", DANGEROUS, ids=lambda danger: f"{danger.first}-{danger.last}")
def test_each_danger_is_told_from_its_first_release_to_its_last(danger: Danger) -> None:
    assert danger in dangers_of(danger.first)
    assert danger in dangers_of(danger.last)
    assert danger not in dangers_of(fixed_in(danger))
    if danger.first.patch:
        assert danger not in dangers_of(
            Release(danger.first.major, danger.first.minor, danger.first.patch - 1)
        )


@pytest.mark.parametrize("danger", DANGEROUS, ids=lambda danger: f"{danger.first}-{danger.last}")
def test_each_danger_lies_in_one_minor_and_is_fixed_in_a_release_there_is(danger: Danger) -> None:
    assert danger.first.minor_name == danger.last.minor_name
    assert danger.first <= danger.last < fixed_in(danger) <= newest_patch(danger.first)
    assert danger.reason
    assert danger.source


@pytest.mark.parametrize("patch", [0, 1, 2])
def test_refuses_the_releases_that_lose_data_in_plain_use(patch: int) -> None:
    assert dangers_of(Release(3, 5, patch))[0].severity == "refuse"


def test_refuses_no_other_release() -> None:
    assert {(d.first, d.last) for d in DANGEROUS if d.severity == "refuse"} == {
        (Release(3, 5, 0), Release(3, 5, 2))
    }


@pytest.mark.parametrize("minor", MINORS)
def test_the_newest_patch_of_every_minor_has_no_known_danger(minor: str) -> None:
    assert dangers_of(NEWEST_PATCH[minor]) == ()


def test_whoever_is_warned_can_look_up_who_says_so() -> None:
    assert {each.source for each in DANGEROUS if "§" in each.source} == set()
