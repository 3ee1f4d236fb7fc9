from __future__ import annotations

from pathlib import Path

import pytest

from etcdboot.base.errors import Missing
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.certs.sign import sign
from etcdboot.workflows.host_files import bundles, material
from samples.certificates import plan_of
from samples.requests import ec_key, request_of
from samples.requests import name as x509_name


def test_each_member_gets_the_bytes_of_its_own_pairs(tmp_path: Path) -> None:
    plan = plan_of(2)
    issue(plan, tmp_path)
    found = material(plan, tmp_path)
    files = {str(each.path): each for each in found.of("etcd2")}
    assert files["pki/server-key.pem"].content == (tmp_path / "members/etcd2/server-key.pem").read_bytes()
    assert files["pki/peer-ca.pem"].content == (tmp_path / "ca.pem").read_bytes()
    assert set(found.members) == {"etcd1", "etcd2"}


def test_what_is_missing_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(Missing) as caught:
        material(plan_of(), tmp_path / "pki")
    assert [each.path for each in caught.value.diagnostics] == [
        "ca.pem",
        "members/etcd1/server.pem",
        "members/etcd1/server-key.pem",
        "members/etcd1/peer.pem",
        "members/etcd1/peer-key.pem",
    ]
    assert {each.code for each in caught.value.diagnostics} == {"EB330"}
    assert not (tmp_path / "pki").exists()


def test_the_public_part_needs_no_key(tmp_path: Path) -> None:
    plan = plan_of()
    issue(plan, tmp_path)
    for key in tmp_path.rglob("*-key.pem"):
        key.unlink()
    with pytest.raises(Missing):
        material(plan, tmp_path)
    assert not any(each.secret for each in material(plan, tmp_path, public=True).of("etcd1"))


def test_without_tls_there_is_nothing_to_read(tmp_path: Path) -> None:
    plan = plan_of(extra="tls: {client: 'off', peer: 'off'}")
    assert material(plan, tmp_path / "pki").of("etcd1") == ()


def signed(plan: ClusterPlan, pki: Path, name: str, common_name: str) -> None:
    """The certificate for a request that came from where the key is."""
    request = pki.parent / "one.csr"
    request.write_bytes(request_of(ec_key(), x509_name(common_name)))
    sign(plan, pki, [str(request)], as_name=name)


def test_a_host_that_has_not_asked_yet_gets_what_there_is(tmp_path: Path) -> None:
    plan, pki = plan_of(certificates="source: csr"), tmp_path / "pki"
    issue(plan, pki)
    assert [each.path.name for each in material(plan, pki).of("etcd1")] == ["client-ca.pem", "peer-ca.pem"]
    signed(plan, pki, "etcd1/server", "etcd1")
    names = [each.path.name for each in material(plan, pki).of("etcd1")]
    assert names == ["client-ca.pem", "server.pem", "peer-ca.pem"]


def test_a_key_that_was_never_here_is_not_missed(tmp_path: Path) -> None:
    plan, pki = plan_of(certificates="clients: [root, alice]"), tmp_path / "pki"
    signed(plan, pki, "client/alice", "alice")
    issue(plan, pki)
    found = bundles(plan, pki)
    assert [each.path.name for each in found["alice"]] == ["ca.pem", "client.pem"]
    assert len(found["root"]) == 3
    (pki / "clients/root-key.pem").unlink()
    with pytest.raises(Missing):
        bundles(plan, pki)
