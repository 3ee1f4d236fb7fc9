from __future__ import annotations

from pathlib import Path

import pytest

from etcdboot.ground.errors import Missing
from etcdboot.workflows.certs.issuing import issue
from etcdboot.workflows.material import material
from samples.certificates import plan_of


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
