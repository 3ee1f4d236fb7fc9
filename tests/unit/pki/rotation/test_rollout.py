from __future__ import annotations

from etcdboot.pki.rotation.rollout import rollout
from samples.certificates import plan_of

PLAN = plan_of(2)


def test_a_new_pair_needs_no_restart() -> None:
    [step] = rollout(PLAN, {"etcd2/server"})
    assert (step.name, step.is_member, step.restart) == ("etcd2", True, False)
    assert step.files == ("pki/server.pem", "pki/server-key.pem")
    assert step.as_json() == {
        "member": "etcd2",
        "client": None,
        "files": ["pki/server.pem", "pki/server-key.pem"],
        "restart": False,
    }


def test_a_new_ca_needs_a_restart_of_every_member_and_of_every_client() -> None:
    steps = rollout(PLAN, {"ca"})
    assert [(step.name, step.is_member, step.restart) for step in steps] == [
        ("etcd1", True, True),
        ("etcd2", True, True),
        ("root", False, True),
    ]
    assert steps[0].files == ("pki/client-ca.pem", "pki/peer-ca.pem")
    assert steps[2].as_json() == {"client": "root", "member": None, "files": ["ca.pem"], "restart": True}


def test_a_ca_of_its_own_for_peers_is_no_matter_of_clients() -> None:
    steps = rollout(plan_of(1, certificates="ca: split"), {"peer-ca"})
    assert [(step.name, step.files) for step in steps] == [("etcd1", ("pki/peer-ca.pem",))]


def test_a_new_intermediate_needs_none_for_only_the_root_is_in_the_bundles() -> None:
    plan = plan_of(1, certificates="intermediate: true")
    assert rollout(plan, {"ca"}) == ()
    assert [step.restart for step in rollout(plan, {"root-ca"})] == [True, True]


def test_nothing_new_asks_nothing_of_anybody() -> None:
    assert rollout(PLAN, ()) == ()
