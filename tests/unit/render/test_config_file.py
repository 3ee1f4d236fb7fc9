from __future__ import annotations

from dataclasses import replace

import pytest

from etcdboot.etcd.releases import parse_release
from etcdboot.plan.plan import Flag
from etcdboot.render.config_file import config
from etcdboot.spec.spec import ClientTls
from samples.plans import small_plan


@pytest.mark.parametrize(
    ("flag", "key", "value"),
    [
        (Flag("grpc-keepalive-min-time", "5s"), "grpc-keepalive-min-time", 5_000_000_000),
        (Flag("heartbeat-interval", "100"), "heartbeat-interval", 100),
        (Flag("log-outputs", "stderr,/var/log/etcd.log"), "log-outputs", ("stderr", "/var/log/etcd.log")),
        (Flag("cors", "https://a:1,https://b:1"), "cors", "https://a:1,https://b:1"),
        (Flag("pre-vote", "false"), "pre-vote", False),
    ],
)
def test_types_a_flag_as_the_file_wants_it(flag: Flag, key: str, value: object) -> None:
    assert config(small_plan(flags=(flag,)).members[0])[key] == value


def test_tls_flags_go_to_their_sections_under_other_names() -> None:
    body = config(small_plan().members[0])
    assert body["peer-transport-security"] == {
        "cert-file": "/etc/etcd/pki/peer.pem",
        "key-file": "/etc/etcd/pki/peer-key.pem",
        "client-cert-auth": True,
        "trusted-ca-file": "/etc/etcd/pki/peer-ca.pem",
    }
    assert list(body)[-2:] == ["client-transport-security", "peer-transport-security"]


def test_a_cluster_without_tls_has_no_empty_section() -> None:
    assert not [key for key in config(small_plan(client=ClientTls.OFF).members[0]) if "transport" in key]


def test_a_retention_never_comes_without_its_mode() -> None:
    lone = config(small_plan(flags=(Flag("auto-compaction-retention", "1"),)).members[0])
    assert (lone["auto-compaction-retention"], lone["auto-compaction-mode"]) == ("1", "periodic")
    both = (Flag("auto-compaction-retention", "1000"), Flag("auto-compaction-mode", "revision"))
    assert config(small_plan(flags=both).members[0])["auto-compaction-mode"] == "revision"
    assert "auto-compaction-mode" not in config(small_plan().members[0])


@pytest.mark.parametrize(("release", "said"), [("3.4.45", True), ("3.5.33", None), ("3.7.1", None)])
def test_a_file_for_3_4_leaves_the_gateway_on_as_flags_do(release: str, said: bool | None) -> None:
    member = replace(small_plan().members[0], release=parse_release(release), flags=(Flag("name", "etcd1"),))
    assert config(member).get("enable-grpc-gateway") is said
    off = replace(member, flags=(Flag("enable-grpc-gateway", "false"),))
    assert config(off)["enable-grpc-gateway"] is False
