"""Releases: parsing, order, and what each can do."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from etcdboot.etcd import releases
from etcdboot.etcd.releases import (
    MINORS,
    NEWEST,
    NEWEST_PATCH,
    OLDEST,
    Release,
    minor_index,
    newest_patch,
    next_minor_apart,
    parse_release,
)

Predicate = Callable[[Release], bool]


def test_reads_back_what_it_writes() -> None:
    release = parse_release("3.6.14")
    assert release == Release(3, 6, 14)
    assert (str(release), release.minor_name, minor_index(release)) == ("3.6.14", "3.6", 2)


def test_orders_releases_by_number_and_not_by_text() -> None:
    assert parse_release("3.5.9") < parse_release("3.5.10") < parse_release("3.6.0")


def test_takes_a_patch_that_came_out_after_the_table_was_made() -> None:
    assert parse_release("3.6.99") > NEWEST_PATCH["3.6"]
    assert newest_patch(parse_release("3.6.99")) == NEWEST_PATCH["3.6"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3.6",
        "v3.6.14",
        "3.6.14-rc.0",
        "3.06.1",
        "3.6.1 ",
        "3.6.1\n",
        "3.6.1.2",
        "3.6.x",
        "latest",
        "٣.6.1",
    ],
)
def test_refuses_what_is_not_x_y_z_and_says_what_is_known(text: str) -> None:
    with pytest.raises(ValueError, match=r"written X\.Y\.Z.*known are 3\.4\.0 to 3\.7\.1"):
        parse_release(text)


@pytest.mark.parametrize("text", ["2.3.8", "3.3.27", "3.8.0", "4.0.0"])
def test_refuses_a_minor_it_knows_nothing_about(text: str) -> None:
    with pytest.raises(
        ValueError, match=rf"etcd {text} is not known to etcdboot: known are 3\.4\.0 to 3\.7\.1"
    ):
        parse_release(text)


def test_the_ends_of_what_is_known_are_in_order() -> None:
    assert OLDEST < NEWEST
    assert tuple(sorted(MINORS)) == MINORS
    assert all(newest.minor_name == minor for minor, newest in NEWEST_PATCH.items())


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("3.4.45", "3.4.0", True),
        ("3.4.45", "3.5.33", True),
        ("3.5.33", "3.4.45", True),
        ("3.4.45", "3.6.14", False),
        ("3.7.1", "3.5.33", False),
    ],
)
def test_members_run_side_by_side_when_their_minors_are_at_most_one_apart(
    one: str, other: str, may: bool
) -> None:
    assert next_minor_apart(parse_release(one), parse_release(other)) is may


# One row a predicate: the last release on one side of the line, the first on the other. True side first.
LINES: dict[Predicate, tuple[tuple[str, str], ...]] = {
    releases.has_v2_discovery: (("3.6.14", "3.7.0"),),
    releases.has_v3_discovery: (("3.6.0", "3.5.33"),),
    releases.serves_v2_api: (("3.5.33", "3.6.0"),),
    releases.falls_back_to_v2_proxy: (("3.5.33", "3.6.0"),),
    releases.drops_plain_srv_records: (("3.4.45", "3.5.0"),),
    releases.crl_is_der_only: (("3.6.0", "3.5.33"),),
    releases.peer_port_serves_clients: (("3.5.33", "3.6.0"),),
    releases.split_http_bypasses_crl: (("3.5.31", "3.5.32"), ("3.6.12", "3.6.13"), ("3.4.45", "3.7.0")),
    releases.defaults_are_dated: (("3.4.45", "3.5.0"),),
    releases.file_turns_gateway_off: (("3.4.45", "3.5.0"),),
    releases.has_initial_corruption_check: (("3.5.0", "3.4.45"),),
    releases.is_end_of_life: (("3.4.45", "3.5.0"),),
    releases.reads_etcdctl_api_variable: (("3.5.33", "3.6.0"),),
}


@pytest.mark.parametrize(
    ("predicate", "true_at", "false_at"),
    [(predicate, *line) for predicate, lines in LINES.items() for line in lines],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_each_predicate_draws_its_line(predicate: Predicate, true_at: str, false_at: str) -> None:
    assert predicate(parse_release(true_at)) is True
    assert predicate(parse_release(false_at)) is False


def test_every_predicate_has_its_line_shown() -> None:
    public = {
        function
        for name, function in inspect.getmembers(releases, inspect.isfunction)
        if function.__module__ == releases.__name__
        and not name.startswith("_")
        and inspect.signature(function).return_annotation == "bool"
        and len(inspect.signature(function).parameters) == 1
    }
    assert public == set(LINES)
