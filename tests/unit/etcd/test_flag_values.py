"""What etcd takes as a value; each text was tried on etcd (docs/etcd/flags-and-config-file.md#validation)."""

from __future__ import annotations

import pytest

from etcdboot.etcd.flag_values import LATER_WORDS, WORDS, in_file, words_of
from etcdboot.etcd.flags import value_problem
from etcdboot.etcd.releases import parse_release

TAKEN = [
    ("max-txn-ops", "128", "3.5.1"),
    ("backend-batch-limit", "-5", "3.5.1"),
    ("quota-backend-bytes", "-1", "3.5.1"),
    ("max-concurrent-streams", "4294967295", "3.5.5"),
    ("pre-vote", "true", "3.5.1"),
    ("grpc-keepalive-interval", "2h", "3.5.1"),
    ("grpc-keepalive-interval", "0", "3.5.1"),
    ("heartbeat-interval", "1", "3.5.1"),
    ("election-timeout", "50000", "3.5.1"),
    ("host-whitelist", "", "3.5.1"),
    ("peer-cert-allowed-cn", "", "3.5.15"),
    ("cipher-suites", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "3.5.1"),
    ("log-outputs", "stderr,/var/log/etcd.log", "3.5.1"),
    ("cors", "*", "3.5.1"),
    ("cors", "http://a:1,http://b:2", "3.5.1"),
    ("listen-metrics-urls", "", "3.5.1"),
    ("listen-metrics-urls", "http://127.0.0.1:2381, http://localhost:2382", "3.5.1"),
    ("listen-metrics-urls", "http://[::1]:2381", "3.5.1"),
    ("advertise-client-urls", "https://etcd1.example.com:2379", "3.5.1"),
    ("initial-cluster-state", "existing", "3.5.1"),
    ("discovery-fallback", "proxy", "3.5.33"),
    ("auto-compaction-mode", "revision", "3.5.1"),
    ("auto-compaction-retention", "10", "3.5.1"),
    ("auto-compaction-retention", "1h30m", "3.5.1"),
    ("auto-compaction-retention", "-1h", "3.5.1"),
    ("auth-token", "simple", "3.5.1"),
    ("auth-token", "jwt,pub-key=/p,priv-key=/k,sign-method=RS512,ttl=10m", "3.5.1"),
    ("logger", "capnslog", "3.4.45"),
    ("log-level", "WARN", "3.5.33"),
    ("log-level", "", "3.5.33"),
    ("log-level", "warning", "3.7.1"),
    ("v2-deprecation", "not-yet", "3.5.1"),
    ("v2-deprecation", "write-only-skip-check", "3.5.32"),
    ("tls-min-version", "TLS1.3", "3.5.8"),
    ("metrics", "foo", "3.5.33"),
    ("feature-gates", "CompactHashCheck=true, LeaseCheckpoint=false", "3.6.14"),
    ("feature-gates", "LeaseCheckpoint=true,LeaseCheckpointPersist=true", "3.6.14"),
    ("feature-gates", "AllAlpha=true,LeaseCheckpointPersist=true", "3.6.14"),
    ("feature-gates", "PriorityRequest=true", "3.7.1"),
    ("feature-gates", "", "3.7.1"),
    ("wal-dir", "/var/lib/etcd wal", "3.5.1"),
]

REFUSED = [
    ("max-txn-ops", "-1", "3.5.1", "-1 is not between 0 and"),
    ("max-txn-ops", "1e3", "3.5.1", "'1e3' is not a whole number"),
    ("max-txn-ops", "", "3.5.1", "'' is not a whole number"),
    ("max-txn-ops", "0x10", "3.5.1", "not a whole number"),
    ("max-txn-ops", "010", "3.5.1", "not a whole number"),
    ("max-txn-ops", "٣", "3.5.1", "not a whole number"),
    ("quota-backend-bytes", "8GiB", "3.5.1", "'8GiB' is not a whole number"),
    ("quota-backend-bytes", "9223372036854775808", "3.5.1", "is not between"),
    ("max-concurrent-streams", "4294967296", "3.5.5", "is not between 0 and 4294967295"),
    ("pre-vote", "yes", "3.5.1", "'yes' is neither true nor false"),
    ("pre-vote", "True", "3.5.1", "neither true nor false"),
    ("grpc-keepalive-interval", "5", "3.5.1", "is not a duration"),
    ("grpc-keepalive-interval", "1d", "3.5.1", "is not a duration"),
    ("heartbeat-interval", "100ms", "3.5.1", "'100ms' is not a whole number of milliseconds, as in 100"),
    ("heartbeat-interval", "1us", "3.5.1", "'1us' is not a whole number of milliseconds"),
    ("heartbeat-interval", "soon", "3.5.1", "'soon' is not a whole number of milliseconds"),
    ("heartbeat-interval", "0", "3.5.1", "0 is not between 1 and 50000"),
    ("election-timeout", "50001", "3.5.1", "50001 is not between 1 and 50000"),
    ("cipher-suites", "A, B", "3.5.1", "blanks around its commas"),
    ("cipher-suites", "A,,B", "3.5.1", "an empty entry"),
    ("log-outputs", "", "3.5.1", "an empty list stops etcd; leave log-outputs out"),
    ("cipher-suites", "", "3.5.1", "an empty list stops etcd"),
    ("log-level", "", "3.4.45", "'' is none of debug"),
    ("log-outputs", "stderr,default", "3.5.1", "'default' cannot stand beside other log outputs"),
    ("cors", "", "3.5.1", "is not a URL"),
    ("cors", "http://a", "3.5.1", "has no port"),
    ("listen-metrics-urls", "http://etcd1.example.com:2381", "3.5.1", "an IP address or localhost is wanted"),
    ("listen-metrics-urls", "http://127.0.0.1:2381,", "3.5.1", "is not a URL"),
    ("advertise-client-urls", "https://10.0.0.1:2379/", "3.5.1", "has no path"),
    ("initial-cluster-state", "exist", "3.5.1", "'exist' is none of new, existing"),
    ("discovery-fallback", "proxy", "3.6.14", "'proxy' is none of exit"),
    ("auto-compaction-mode", "foo", "3.5.1", "'foo' is none of periodic, revision"),
    ("auto-compaction-retention", "1d", "3.5.1", "is not a duration"),
    ("auto-compaction-retention", "-1", "3.5.1", "is not a duration"),
    ("auto-compaction-retention", "", "3.5.1", "is not a duration"),
    ("auth-token", "foo", "3.5.1", "'foo' is neither simple nor jwt"),
    ("auth-token", "jwt", "3.5.1", "neither simple nor jwt,sign-method="),
    ("logger", "capnslog", "3.5.0", "'capnslog' is none of zap"),
    ("log-level", "trace", "3.5.33", "'trace' is none of debug, info"),
    ("log-level", "warning", "3.6.14", "'warning' is none of"),
    ("v2-deprecation", "write-only-skip-check", "3.5.31", "is none of write-only"),
    ("v2-deprecation", "not-yet", "3.6.14", "'not-yet' is none of"),
    ("v2-deprecation", "", "3.5.1", "'' is none of"),
    ("log-format", "xml", "3.6.14", "'xml' is none of json, console"),
    ("tls-min-version", "TLS1.1", "3.5.8", "'TLS1.1' is none of TLS1.2, TLS1.3"),
    ("feature-gates", "Foo=true", "3.6.14", "etcd 3.6.14 has no feature gate Foo; it has AllAlpha"),
    ("feature-gates", "PriorityRequest=true", "3.6.14", "has no feature gate PriorityRequest"),
    ("feature-gates", "CompactHashCheck", "3.6.14", "is not GATE=true or GATE=false"),
    ("feature-gates", "CompactHashCheck=1", "3.6.14", "is not GATE=true or GATE=false"),
    ("feature-gates", "LeaseCheckpointPersist=true", "3.6.14", "needs LeaseCheckpoint=true"),
    ("wal-dir", "/var/lib\n/etcd", "3.5.1", "a value is one line"),
    ("wal-dir", "/var/lib\0", "3.5.1", "a value is one line"),
]


@pytest.mark.parametrize(("name", "value", "release"), TAKEN)
def test_takes(name: str, value: str, release: str) -> None:
    assert value_problem(name, value, parse_release(release)) is None


@pytest.mark.parametrize(("name", "value", "release", "why"), REFUSED)
def test_refuses_and_says_why(name: str, value: str, release: str, why: str) -> None:
    problem = value_problem(name, value, parse_release(release))
    assert problem is not None
    assert why in problem


def test_knows_no_words_for_a_flag_of_free_text() -> None:
    assert words_of("wal-dir", parse_release("3.5.1")) == ()


@pytest.mark.parametrize("name", WORDS)
def test_words_are_listed_exactly_where_the_flag_is(name: str) -> None:
    from etcdboot.etcd.flags import flag

    facts = flag(name)
    assert facts is not None
    assert [bool(words) for words in WORDS[name]] == [first is not None for first in facts.first_patches]


def test_later_words_belong_to_flags_with_words() -> None:
    assert {name for name, _ in LATER_WORDS} <= set(WORDS)


@pytest.mark.parametrize(
    ("file_type", "value"), [("boolean", "yes"), ("integer", "x"), ("nanoseconds", "1d")]
)
def test_types_no_value_that_is_none(file_type: str, value: str) -> None:
    with pytest.raises(ValueError, match=value):
        in_file(file_type, value)
