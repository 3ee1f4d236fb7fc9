"""Our judgement of values against etcd's own, on every release whose binary is there.

A value that etcd's flag parser judges is tried with ``--version``. The others are tried in a start that must
fail a little later, at a name that is not in the initial cluster: whoever gets that far has taken the value.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from etcdboot.etcd.feature_gates import FEATURE_GATES
from etcdboot.etcd.flag_values import LATER_WORDS, WORDS
from etcdboot.etcd.flags import known_in, value_problem
from etcdboot.etcd.releases import parse_release
from lab.peers.fixtures import ETCD_RELEASES, require_peer

BOGUS = "bogus"
# Judged by etcd's parser or its validation; etcd's answer is asked, never assumed.
VALUES = {
    "heartbeat-interval": ("0", "1", "200", "100ms", "-1", "1.5"),
    "election-timeout": ("1000", "50000", "50001", "0", "1s"),
    "max-txn-ops": ("0", "128", "-1", "18446744073709551615", "18446744073709551616", ""),
    "max-concurrent-streams": ("4294967295", "4294967296"),
    "quota-backend-bytes": ("-1", "8589934592", "8GiB", "9223372036854775808"),
    "backend-batch-limit": ("-5", "1e3"),
    "pre-vote": ("true", "false", "yes", ""),
    "grpc-keepalive-interval": ("2h", "0", "-1s", "1.5h", "5", "1d", "s", ""),
    "auto-compaction-retention": ("0", "10", "1h30m", "-1", "1d", "1h 30m"),  # -1h: a race
    "auth-token": ("simple",),
    "cors": ("*", "http://a:1,http://b:2", "http://a", ""),
    "listen-metrics-urls": ("", "http://127.0.0.1:1,", "http://127.0.0.1", "ftp://127.0.0.1:1"),
    "listen-client-urls": ("http://etcd.invalid:1",),
    "log-outputs": ("stderr", "stderr,stdout", "stderr,default", ""),
    "cipher-suites": ("", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    "feature-gates": (
        "LeaseCheckpointPersist=true",
        "LeaseCheckpoint=true, LeaseCheckpointPersist=true",
        "AllAlpha=true",
        "CompactHashCheck",
        "Foo=true",
        *(f"{gate}={str(state).lower()}" for gate, state in FEATURE_GATES["3.7"].items()),
    ),
}
for _name, _by_minor in WORDS.items():
    _later = (word for flag_name, word in LATER_WORDS if flag_name == _name)
    VALUES[_name] = tuple(dict.fromkeys((*(word for words in _by_minor for word in words), *_later, BOGUS)))


def takes(etcd: Path, name: str, value: str, scratch: Path) -> bool:
    """Whether the binary takes ``--name=value``."""
    parsed = subprocess.run(
        [etcd, f"--{name}={value}", "--version"], capture_output=True, timeout=30, check=False
    )
    if parsed.returncode or name == "proxy":
        return parsed.returncode == 0
    settings = {
        "--name": "etcd1",
        "--data-dir": str(scratch),
        "--listen-peer-urls": "http://127.0.0.1:0",
        "--listen-client-urls": "http://127.0.0.1:0",
        "--advertise-client-urls": "http://127.0.0.1:2379",
        "--initial-cluster": "etcd2=http://127.0.0.1:2380",
        "--election-timeout": "2000",
        "--logger": "zap",  # what our baseline makes of 3.4
        f"--{name}": value,
    }
    argv = [str(etcd), *(f"{key}={text}" for key, text in settings.items())]
    started = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False, cwd=scratch)
    assert started.returncode, "the start was to fail"
    return "couldn't find local name" in started.stdout + started.stderr


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(VALUES))
@pytest.mark.parametrize("release_name", ETCD_RELEASES)
def test_we_take_a_value_exactly_when_etcd_does(release_name: str, name: str, tmp_path: Path) -> None:
    release = parse_release(release_name)
    if not known_in(name, release):
        assert value_problem(name, VALUES[name][0], release) is not None
        return
    etcd = require_peer("etcd", release_name)
    etcds = {value: takes(etcd, name, value, tmp_path) for value in VALUES[name]}
    ours = {value: value_problem(name, value, release) is None for value in VALUES[name]}
    assert ours == etcds
