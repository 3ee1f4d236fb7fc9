from __future__ import annotations

from dataclasses import replace

import pytest

from etcdboot.etcd.releases import Release
from etcdboot.plan.bootstrap_flags import Secrets, cluster_token, token_key
from etcdboot.plan.local_adaptation import ports_needed, rehearse
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.plan import ClusterPlan
from etcdboot.plan.planner import member_id, plan
from etcdboot.spec.spec import BootstrapMode, BootstrapSpec, ClusterState, EtcdSpec, MemberSpec
from samples.specs import ROOT, THREE, planned, three

URL = "http://10.9.9.9:2379/v2/keys/discovery/t"
V2 = BootstrapSpec(BootstrapMode.DISCOVERY_V2, discovery=URL, discovery_proxy="http://10.9.9.8:3128")
V3 = BootstrapSpec(BootstrapMode.DISCOVERY_V3, discovery_token="t", discovery_endpoints=("a:1", "b:1"))
DNS = BootstrapSpec(BootstrapMode.DNS, discovery_srv="example.com", discovery_srv_name="blue")
WHERE = ("initial-cluster", "initial-cluster-state", "initial-cluster-token")


def found(made: ClusterPlan, index: int = 0) -> dict[str, str]:
    """What a member is told of how to find the others."""
    flags = made.members[index].flags
    return {each.name: each.value for each in flags if each.name in WHERE or "discovery" in each.name}


def test_a_v2_founder_is_told_the_url_alone() -> None:
    assert found(planned(three(bootstrap=V2))) == {
        "discovery": URL,
        "discovery-proxy": "http://10.9.9.8:3128",
        "initial-cluster-state": "new",
    }


@pytest.mark.parametrize(
    ("minor", "fallback"), [((3, 4, 45), "exit"), ((3, 5, 33), "exit"), ((3, 6, 14), None)]
)
def test_a_member_too_many_exits_where_it_would_become_a_proxy(
    minor: tuple[int, int, int], fallback: str | None
) -> None:
    made = planned(three(bootstrap=V2, etcd=EtcdSpec(version=Release(*minor))))
    assert found(made).get("discovery-fallback") == fallback


def test_a_v3_founder_is_told_token_and_endpoints() -> None:
    assert found(planned(three(bootstrap=V3))) == {
        "discovery-token": "t",
        "discovery-endpoints": "a:1,b:1",
        "initial-cluster-state": "new",
    }


def test_discovery_files_are_copied_to_each_founder_and_named_there() -> None:
    written = replace(V3, discovery_cacert="d/ca.pem", discovery_cert="d/c.pem", discovery_key="d/k.pem")
    made = planned(three(bootstrap=written))
    carried = made.members[0].carried
    assert [(each.name, each.source, each.key, each.secret) for each in carried] == [
        ("discovery-ca.pem", "d/ca.pem", "discovery-cacert", False),
        ("discovery-cert.pem", "d/c.pem", "discovery-cert", False),
        ("discovery-key.pem", "d/k.pem", "discovery-key", True),
    ]
    told = found(made)
    folder = made.members[0].paths.pki_dir
    assert {told[each.key] for each in carried} == {str(folder / each.name) for each in carried}
    assert told["discovery-insecure-transport"] == "false"


def test_the_scheme_of_an_endpoint_decides_whether_it_is_spoken_to_in_the_clear() -> None:
    written = replace(V3, discovery_cacert="ca.pem", discovery_endpoints=("https://a:1",))
    assert "discovery-insecure-transport" not in found(planned(three(bootstrap=written)))


def test_a_password_is_secret_and_comes_from_outside_the_spec() -> None:
    written = replace(V3, discovery_user="u", discovery_password_file="pw")
    spec = three(bootstrap=written)
    made = plan(spec, layout=HostLayout(ROOT), secrets=Secrets("s3cret"))
    password = next(each for each in made.members[0].flags if each.name == "discovery-password")
    assert (password.secret, password.value) == (True, "s3cret")
    assert "s3cret" not in repr(made)
    assert found(planned(spec))["discovery-password"] == ""


def test_a_dns_founder_is_told_the_domain_and_the_token_that_enters_its_id() -> None:
    assert found(planned(three(bootstrap=DNS))) == {
        "discovery-srv": "example.com",
        "discovery-srv-name": "blue",
        "initial-cluster-state": "new",
        "initial-cluster-token": "prod",
    }


@pytest.mark.parametrize("written", [V2, V3, DNS])
def test_a_joiner_is_told_statically_in_every_mode(written: BootstrapSpec) -> None:
    joiner = MemberSpec(name="etcd4", host="10.0.0.4", initial_cluster_state=ClusterState.EXISTING)
    made = planned(three(members=(*THREE.members, joiner), bootstrap=written))
    told = found(made, 3)
    assert set(told) == set(WHERE)
    assert told["initial-cluster-state"] == "existing"
    assert told["initial-cluster"].count("=") == 4
    assert made.members[3].carried == ()
    assert [each.name for each in made.founders] == ["etcd1", "etcd2", "etcd3"]
    assert made.predicted_cluster_id is None


@pytest.mark.parametrize(
    ("written", "token"),
    [
        (BootstrapSpec(initial_cluster_token="x"), "x"),
        (BootstrapSpec(), "prod"),
        (V2, URL),
        (V3, "t"),
        (DNS, "prod"),
    ],
)
def test_the_token_that_enters_the_ids_is_the_modes_own(written: BootstrapSpec, token: str) -> None:
    spec = three(bootstrap=written)
    made = planned(spec)
    assert cluster_token(spec) == made.token == token
    assert made.members[0].predicted_id == member_id(["https://10.0.0.1:2380"], token)


@pytest.mark.parametrize(
    ("mode", "key"),
    [
        (BootstrapMode.STATIC, None),
        (BootstrapMode.DNS, None),
        (BootstrapMode.DISCOVERY_V2, "discovery"),
        (BootstrapMode.DISCOVERY_V3, "discovery-token"),
    ],
)
def test_without_its_token_a_mode_predicts_nothing(mode: BootstrapMode, key: str | None) -> None:
    assert token_key(mode) == key
    made = planned(three(bootstrap=BootstrapSpec(mode)))
    assert (made.predicted_cluster_id is None) == (key is not None)
    assert key is None or key not in found(made)


def test_a_release_is_not_told_of_a_mode_that_it_does_not_have() -> None:
    newest = planned(three(bootstrap=V2, etcd=EtcdSpec(version=Release(3, 7, 1))))
    assert found(newest) == {"initial-cluster-state": "new"}


def test_a_rehearsal_uses_up_no_token() -> None:
    spec = three(bootstrap=V3)
    adapted = rehearse(spec, tuple(range(20000, 20000 + ports_needed(spec))))
    assert adapted.spec.bootstrap == BootstrapSpec()
    assert "bootstrap is static here, not discovery-v3" in adapted.dropped


def test_the_domain_is_certified_in_mode_dns_alone() -> None:
    for written, certified in ((DNS, True), (V3, False)):
        for request in planned(three(bootstrap=written)).members[0].certificates:
            assert ("example.com" in {each.text for each in request.sans}) == certified
