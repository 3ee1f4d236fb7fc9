"""Flags that have another place than ``flags``."""

from __future__ import annotations

import pytest

from etcdboot.etcd.flag_table import TABLE
from etcdboot.etcd.reserved_flags import FORBIDDEN, OWNED, RISKY, owner_of, risk_of, why_forbidden


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("name", "members[].name"),
        ("initial-cluster-token", "bootstrap.initial-cluster-token"),
        ("auto-tls", "tls.client: auto"),
        ("peer-trusted-ca-file", "certificates"),
        ("config-file", "render.settings: config"),
    ],
)
def test_names_the_place_that_decides_a_flag(name: str, place: str) -> None:
    assert owner_of(name) == place


@pytest.mark.parametrize(
    "name", ["quota-backend-bytes", "wal-dir", "listen-metrics-urls", "client-crl-file", "pre-vote"]
)
def test_leaves_the_other_flags_to_the_user(name: str) -> None:
    assert owner_of(name) is why_forbidden(name) is risk_of(name) is None


def test_says_why_a_member_cannot_always_start_as_a_new_cluster() -> None:
    reason = why_forbidden("force-new-cluster")
    assert reason is not None
    assert "once by hand" in reason


def test_warns_of_a_flag_that_risks_the_data() -> None:
    assert risk_of("unsafe-no-fsync") is not None


def test_every_name_is_a_flag_and_has_one_verdict() -> None:
    assert set(OWNED) | set(FORBIDDEN) | set(RISKY) <= set(TABLE)
    assert len(OWNED) + len(FORBIDDEN) + len(RISKY) == len({*OWNED, *FORBIDDEN, *RISKY})
