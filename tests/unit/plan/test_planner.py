from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from etcdboot.etcd.releases import NEWEST, Release
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.planner import cluster_id, member_id, plan
from etcdboot.spec.spec import (
    BootstrapSpec,
    CertificateSource,
    CertificatesSpec,
    ClientTls,
    ClusterState,
    EtcdSpec,
    MemberDefaults,
    MemberSpec,
    PeerTls,
    RenderSpec,
    Settings,
    Target,
    TlsSpec,
)
from samples.specs import RELEASE, ROOT, THREE, one, planned, three

JOINS = ClusterState.EXISTING
LOCAL = tuple(
    MemberSpec(name=f"m{number}", host="127.0.0.1", client_port=number * 10 + 1, peer_port=number * 10)
    for number in (1, 2, 3)
)
FOUNDERS = "etcd1=https://10.0.0.1:2380,etcd2=https://10.0.0.2:2380,etcd3=https://10.0.0.3:2380"


# Vectors measured on real members (docs/etcd/bootstrap.md#ids).
@pytest.mark.parametrize(
    ("urls", "token", "members", "cluster"),
    [
        (["http://localhost:2380"], "etcd-cluster", ["8e9e05c52164694d"], "cdf818194e3a8c32"),
        ([f"http://127.0.0.1:{number}2380" for number in (1, 2, 3)], "etcd-cluster",
         ["ddd67b312462fd7b", "9e737febb6b99eee", "628170c800dbcee"], "73841b4a9097c907"),
        ([f"https://192.168.202.{number}:2380" for number in (128, 129, 130)], "etcd-cluster",
         ["53f55ddd82b07a03", "7f0632cff732bb43", "722cac311179078"], "13f5f87c6e8bdeec"),
    ],
)  # fmt: skip
def test_ids_are_those_of_real_members(urls: list[str], token: str, members: list[str], cluster: str) -> None:
    ids = [member_id([url], token) for url in urls]
    assert [f"{each:x}" for each in ids] == members
    assert f"{cluster_id(ids):x}" == f"{cluster_id(reversed(ids)):x}" == cluster


def test_the_order_of_peer_urls_does_not_change_an_id() -> None:
    assert member_id(["http://b:1", "http://a:1"], "t") == member_id(["http://a:1", "http://b:1"], "t")


def test_the_token_is_the_name_unless_written() -> None:
    assert planned(THREE).token == "prod"
    other = planned(three(bootstrap=BootstrapSpec(initial_cluster_token="t")))
    assert other.token == other.members[0].flag("initial-cluster-token") == "t"
    assert other.predicted_cluster_id != planned(THREE).predicted_cluster_id


def test_every_founder_is_told_all_founders() -> None:
    made = planned(THREE)
    assert {member.initial_cluster for member in made.members} == {FOUNDERS}
    assert made.initial_cluster == FOUNDERS
    assert {member.flag("initial-cluster-state") for member in made.members} == {"new"}


def test_a_joiner_is_told_of_those_before_it_and_the_founders_stay_as_they_are() -> None:
    fourth, fifth = (
        MemberSpec(name=f"etcd{number}", host=f"10.0.0.{number}", initial_cluster_state=JOINS)
        for number in (4, 5)
    )
    made = planned(replace(THREE, members=(*THREE.members, fourth, fifth)))
    assert [member.initial_cluster for member in made.members[:3]] == [FOUNDERS] * 3
    assert made.members[3].initial_cluster == f"{FOUNDERS},etcd4=https://10.0.0.4:2380"
    assert made.members[4].initial_cluster.endswith(
        ",etcd4=https://10.0.0.4:2380,etcd5=https://10.0.0.5:2380"
    )
    assert made.members[4].flag("initial-cluster-state") == "existing"
    assert (made.predicted_cluster_id, made.members[0].predicted_id) == (None, None)


def test_a_release_comes_from_the_member_the_cluster_or_whoever_asks() -> None:
    assert [m.release for m in planned(replace(THREE, etcd=EtcdSpec())).members] == [NEWEST] * 3
    assert plan(one(), layout=HostLayout(ROOT), release=NEWEST).members[0].release == RELEASE
    assert planned(one(version=Release(3, 5, 33))).members[0].release == Release(3, 5, 33)
    defaults = MemberDefaults(version=Release(3, 5, 33))
    assert planned(three(defaults=defaults)).members[2].release == Release(3, 5, 33)


def test_a_member_alone_on_its_host_has_the_usual_places() -> None:
    member = planned(THREE).members[0]
    assert str(member.paths.binary) == "/usr/local/bin/etcd"
    assert str(member.paths.config_dir) == "/etc/etcd"
    assert str(member.paths.data_dir) == member.flag("data-dir") == "/var/lib/etcd"
    assert (member.unit, member.user) == ("etcd.service", "etcd")


def test_members_of_one_host_have_places_of_their_own() -> None:
    members = planned(three(members=LOCAL)).members
    assert [str(each.paths.data_dir) for each in members] == [f"/var/lib/etcd/m{n}" for n in (1, 2, 3)]
    assert [str(each.paths.pki_dir) for each in members] == [f"/etc/etcd/m{n}/pki" for n in (1, 2, 3)]
    assert [each.unit for each in members] == [f"etcd-m{n}.service" for n in (1, 2, 3)]


def test_written_places_win_from_the_widest_to_the_narrowest() -> None:
    spec = three(
        etcd=EtcdSpec(version=RELEASE, binary="/a/etcd", config_dir="conf/{name}", data_dir="/d", user="u"),
        defaults=MemberDefaults(data_dir="/e/{name}"),
        members=(THREE.members[0], replace(THREE.members[1], data_dir="/f", binary="b")),
    )
    first, second = planned(spec).members
    assert (str(first.paths.binary), str(second.paths.binary)) == ("/a/etcd", "/here/b")
    assert (str(first.paths.data_dir), str(second.paths.data_dir)) == ("/e/etcd1", "/f")
    assert (first.paths.config_dir, first.user) == (PurePosixPath("/here/conf/etcd1"), "u")


@pytest.mark.parametrize(
    ("tls", "present", "absent"),
    [
        (TlsSpec(), {"client-cert-auth": "true", "trusted-ca-file": "/etc/etcd/pki/client-ca.pem",
                     "cert-file": "/etc/etcd/pki/server.pem", "peer-key-file": "/etc/etcd/pki/peer-key.pem",
                     "peer-client-cert-auth": "true", "peer-trusted-ca-file": "/etc/etcd/pki/peer-ca.pem"},
         ["auto-tls", "peer-auto-tls"]),
        (TlsSpec(ClientTls.SERVER, PeerTls.AUTO),
         {"cert-file": "/etc/etcd/pki/server.pem", "peer-auto-tls": "true"},
         ["client-cert-auth", "trusted-ca-file", "peer-cert-file", "peer-client-cert-auth"]),
        (TlsSpec(ClientTls.AUTO, PeerTls.OFF), {"auto-tls": "true"},
         ["cert-file", "trusted-ca-file", "peer-auto-tls"]),
        (TlsSpec(ClientTls.OFF), {"peer-cert-file": "/etc/etcd/pki/peer.pem"}, ["cert-file", "auto-tls"]),
    ],
)  # fmt: skip
def test_each_tls_mode_has_its_flags(tls: TlsSpec, present: dict[str, str], absent: list[str]) -> None:
    member = planned(three(tls=tls)).members[0]
    assert {name: member.flag(name) for name in present} == present
    assert [name for name in absent if member.flag(name) is not None] == []


def test_flags_of_the_user_come_after_those_of_the_plan() -> None:
    spec = three(etcd=EtcdSpec(version=RELEASE, flags=(("max-txn-ops", "9"),)))
    flags = [flag.name for flag in planned(spec).members[0].flags]
    assert flags[0] == "name"
    assert flags.index("initial-cluster") < flags.index("max-txn-ops")


def test_endpoints_are_written_or_the_members_own() -> None:
    assert [str(url) for url in planned(THREE).endpoints] == [f"https://10.0.0.{n}:2379" for n in (1, 2, 3)]
    assert [str(url) for url in planned(three(endpoints=("https://lb:1",))).endpoints] == ["https://lb:1"]


def test_how_it_is_rendered_is_handed_on() -> None:
    made = planned(three(render=RenderSpec(Settings.ENV, (Target.SCRIPT,))))
    assert (made.settings, made.targets) == (Settings.ENV, (Target.SCRIPT,))


def test_provided_files_are_told_by_their_own_paths() -> None:
    spec = three(
        defaults=MemberDefaults(
            cert_file="/tls/{name}/server.crt",
            key_file="/tls/{name}/server.key",
            trusted_ca_file="/tls/ca.crt",
            peer_cert_file="/tls/{name}/peer.crt",
            peer_key_file="/tls/{name}/peer.key",
            peer_trusted_ca_file="/tls/peer-ca.crt",
        ),
        members=(THREE.members[0], replace(THREE.members[1], key_file="/run/key")),
        certificates=CertificatesSpec(source=CertificateSource.PROVIDED),
    )
    first, second = planned(spec).members
    assert {each.name: each.value for each in first.flags if each.value.startswith("/tls")} == {
        "cert-file": "/tls/etcd1/server.crt",
        "key-file": "/tls/etcd1/server.key",
        "trusted-ca-file": "/tls/ca.crt",
        "peer-cert-file": "/tls/etcd1/peer.crt",
        "peer-key-file": "/tls/etcd1/peer.key",
        "peer-trusted-ca-file": "/tls/peer-ca.crt",
    }
    assert (second.flag("key-file"), second.files.cert_file) == ("/run/key", "/tls/etcd2/server.crt")
    assert first.certificates == ()


def test_files_of_a_spec_that_does_not_provide_them_are_not_told() -> None:
    spec = three(defaults=MemberDefaults(cert_file="/tls/cert"))
    assert planned(spec).members[0].flag("cert-file") == "/etc/etcd/pki/server.pem"
