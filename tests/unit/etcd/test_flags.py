"""The typed view of the flag table."""

from __future__ import annotations

import pytest

from etcdboot.etcd.flags import (
    FEATURE_GATES,
    ValueKind,
    env_name,
    file_value,
    flag,
    known_in,
    names,
    nearest,
    value_problem,
    yaml_key,
)
from etcdboot.etcd.releases import MINORS, NEWEST_PATCH, Release, parse_release

NEWEST = list(NEWEST_PATCH.values())


def at(text: str) -> Release:
    return parse_release(text)


def test_knows_a_flag_with_its_kind_its_group_and_its_defaults() -> None:
    facts = flag("snapshot-count")
    assert facts is not None
    assert (facts.kind, facts.group) == (ValueKind.INTEGER, "Member")
    assert [facts.default(release) for release in NEWEST] == ["100000", "100000", "10000", "10000"]


def test_knows_nothing_of_a_flag_that_no_release_has() -> None:
    assert flag("frobnicate") is None
    assert not known_in("frobnicate", at("3.6.14"))
    assert yaml_key("frobnicate", at("3.6.14")) is None


@pytest.mark.parametrize(
    ("name", "without", "having"),
    [
        ("max-learners", "3.5.33", "3.6.0"),
        ("max-concurrent-streams", "3.4.19", "3.4.20"),
        ("max-concurrent-streams", "3.5.4", "3.5.5"),  # a hole: 3.4.20 has it, 3.5.0 has not
        ("enable-v2", "3.6.0", "3.5.33"),
        ("discovery", "3.7.0", "3.6.14"),
    ],
)
def test_knows_the_very_patch_that_has_a_flag(name: str, without: str, having: str) -> None:
    assert not known_in(name, at(without))
    assert known_in(name, at(having))
    assert name in names(at(having))
    assert name not in names(at(without))


@pytest.mark.parametrize(
    ("release", "count"),
    # docs/etcd/flags-and-config-file.md#flag-table
    [("3.4.45", 90), ("3.5.33", 112), ("3.6.14", 138), ("3.7.1", 113)],
)
def test_a_release_has_as_many_flags_as_its_source(release: str, count: int) -> None:
    listed = names(at(release))
    assert len(listed) == count
    assert list(listed) == sorted(listed)


def test_names_since_when_a_flag_is_there() -> None:
    facts = flag("listen-client-http-urls")
    assert facts is not None
    assert facts.since(at("3.4.1")) == at("3.4.25")
    assert facts.since(at("3.5.1")) == at("3.5.8")
    removed = flag("enable-v2")
    assert removed is not None
    assert removed.since(at("3.6.1")) is None


def test_a_flag_is_deprecated_only_where_it_still_is() -> None:
    facts = flag("experimental-corrupt-check-time")
    assert facts is not None
    assert [facts.deprecated_in(release) for release in NEWEST] == [False, False, True, False]


def test_spells_the_environment_variable() -> None:
    assert env_name("initial-advertise-peer-urls") == "ETCD_INITIAL_ADVERTISE_PEER_URLS"


@pytest.mark.parametrize(
    ("name", "release", "key"),
    [
        ("data-dir", "3.4.0", ("data-dir",)),
        ("cert-file", "3.5.1", ("client-transport-security", "cert-file")),
        ("peer-cert-allowed-cn", "3.4.45", None),
        ("peer-cert-allowed-cn", "3.5.13", None),
        ("peer-cert-allowed-cn", "3.5.14", ("peer-transport-security", "allowed-cn")),
        ("discovery-password", "3.6.0", ("discovery-config", "client", "auth", "password")),
        ("experimental-snapshot-catchup-entries", "3.5.14", ("experimental-snapshot-catch-up-entries",)),
        ("discovery-fallback", "3.5.33", ("discovery-fallback",)),
        ("discovery-fallback", "3.6.14", None),
        ("raft-read-timeout", "3.7.1", None),
        ("client-crl-file", "3.4.0", ("ClientTLSInfo", "CRLFile")),
        ("peer-crl-file", "3.7.1", ("PeerTLSInfo", "CRLFile")),
        ("self-signed-cert-validity", "3.5.0", None),
        ("self-signed-cert-validity", "3.5.1", ("self-signed-cert-validity",)),
    ],
)
def test_finds_the_place_in_the_configuration_file(
    name: str, release: str, key: tuple[str, ...] | None
) -> None:
    assert yaml_key(name, at(release)) == key


@pytest.mark.parametrize(
    ("name", "value", "release", "typed"),
    [
        ("pre-vote", "true", "3.5.1", True),
        ("pre-vote", "false", "3.5.1", False),
        ("quota-backend-bytes", "8589934592", "3.5.1", 8589934592),
        ("grpc-keepalive-min-time", "1m30s", "3.5.1", 90_000_000_000),
        ("heartbeat-interval", "250", "3.5.1", 250),
        ("auto-compaction-retention", "1h", "3.5.1", "1h"),
        ("auto-compaction-retention", "1", "3.5.1", "1"),
        ("log-outputs", "stderr,/var/log/etcd.log", "3.5.1", ("stderr", "/var/log/etcd.log")),
        ("cipher-suites", "", "3.5.1", ()),
        ("host-whitelist", "a,b", "3.5.1", "a,b"),
        ("listen-metrics-urls", "http://127.0.0.1:1,http://127.0.0.1:2", "3.5.1", None),
        ("peer-cert-allowed-cn", "etcd1", "3.5.14", "etcd1"),
        ("peer-cert-allowed-cn", "etcd1,etcd2", "3.5.15", ("etcd1", "etcd2")),
        ("feature-gates", "CompactHashCheck=true", "3.6.0", "CompactHashCheck=true"),
    ],
)
def test_types_a_value_as_the_configuration_file_wants_it(
    name: str, value: str, release: str, typed: bool | int | str | tuple[str, ...] | None
) -> None:
    assert file_value(name, value, at(release)) == (value if typed is None else typed)


def test_types_no_value_of_a_flag_that_no_release_has() -> None:
    with pytest.raises(KeyError):
        file_value("frobnicate", "1", at("3.6.14"))


@pytest.mark.parametrize("release", NEWEST, ids=str)
def test_every_default_can_be_written_out(release: Release) -> None:
    not_when_said_aloud = {"v2-deprecation", "cipher-suites"}  # empty by default, refused when given empty
    for name in set(names(release)) - not_when_said_aloud:
        facts = flag(name)
        assert facts is not None
        default = facts.default(release)
        assert default is not None
        assert value_problem(name, default, release) is None, name
        if facts.file_type:
            file_value(name, default, release)


def test_a_flag_that_the_release_lacks_takes_no_value() -> None:
    assert value_problem("max-learners", "1", at("3.5.33")) == "etcd 3.5.33 has no such flag"
    assert value_problem("max-learners", "1", at("3.6.0")) is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("snapshot-cout", "snapshot-count"),
        ("--snapshot_count", "snapshot-count"),
        ("ETCD_SNAPSHOT_COUNT", "snapshot-count"),
        ("quota-backend-byte", "quota-backend-bytes"),
        ("frobnicate", None),
    ],
)
def test_guesses_what_a_misspelt_flag_should_be(written: str, meant: str | None) -> None:
    assert nearest(written, at("3.6.14")) == meant


def test_guesses_nothing_that_the_release_lacks() -> None:
    assert nearest("max-learner", at("3.6.14")) == "max-learners"
    assert nearest("max-learner", at("3.5.33")) != "max-learners"


def test_lists_the_feature_gates_of_each_minor() -> None:
    assert tuple(FEATURE_GATES) == MINORS
    assert FEATURE_GATES["3.5"] == {}
    assert FEATURE_GATES["3.6"]["TxnModeWriteWithSharedBuffer"] is True
    assert set(FEATURE_GATES["3.7"]) - set(FEATURE_GATES["3.6"]) == {"FastLeaseKeepAlive", "PriorityRequest"}
