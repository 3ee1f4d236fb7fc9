from __future__ import annotations

from dataclasses import replace

import pytest

from etcdboot.plan.certificate_request import USAGES, CertKind, pair_paths
from samples.certificates import AUTHORITY, SERVER


@pytest.mark.parametrize(
    ("name", "certificate", "key"),
    [
        ("ca", "ca.pem", "ca-key.pem"),
        ("peer-ca", "peer-ca.pem", "peer-ca-key.pem"),
        ("etcd1/server", "members/etcd1/server.pem", "members/etcd1/server-key.pem"),
        ("etcd.1/peer", "members/etcd.1/peer.pem", "members/etcd.1/peer-key.pem"),
        ("client/root", "clients/root.pem", "clients/root-key.pem"),
        ("client/a.b", "clients/a.b.pem", "clients/a.b-key.pem"),
    ],
)
def test_a_pair_has_the_files_of_the_tutorials(name: str, certificate: str, key: str) -> None:
    paths = pair_paths(name)
    assert (str(paths.certificate), str(paths.key)) == (certificate, key)


def test_every_kind_has_its_usages() -> None:
    assert set(USAGES) == set(CertKind)


def test_a_chain_leads_from_a_leaf_to_its_root_without_either() -> None:
    under_a_root = replace(SERVER, above=("root-ca",))
    assert (under_a_root.chain, under_a_root.root) == (("ca",), "root-ca")
    assert (SERVER.chain, SERVER.root, SERVER.is_root) == ((), "ca", False)
    assert (AUTHORITY.chain, AUTHORITY.root, AUTHORITY.is_root) == ((), "ca", True)
    intermediate = replace(AUTHORITY, ca_name="root-ca")
    assert (intermediate.chain, intermediate.root, intermediate.is_root) == ((), "root-ca", False)
