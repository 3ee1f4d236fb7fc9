from __future__ import annotations

import pytest

from etcdboot.plan.certificate_request import CertKind
from etcdboot.plan.filename_hints import clue


@pytest.mark.parametrize(
    ("stem", "owner", "kinds", "is_ca"),
    [
        ("server", "", {"server"}, False),
        ("server-csr", "", {"server"}, False),
        ("etcd1-peer", "etcd1", {"peer"}, False),
        ("peer_etcd1", "etcd1", {"peer"}, False),
        ("Etcd1.Server", "Etcd1", {"server"}, False),
        ("client-server", "", {"client", "server"}, False),
        ("member-2", "member-2", set(), False),
        ("etcd", "etcd", set(), False),
        ("observer", "observer", set(), False),
        ("ca", "ca", set(), True),
        ("ca-csr", "ca", set(), True),
        ("etcd-root-ca", "etcd-root-ca", set(), True),
        ("peer-ca-key", "ca", {"peer"}, True),
        ("", "", set(), False),
    ],
)
def test_a_name_tells_owner_and_purpose(stem: str, owner: str, kinds: set[str], is_ca: bool) -> None:
    found = clue(stem)
    assert (found.owner, found.kinds, found.is_ca) == (owner, frozenset(map(CertKind, kinds)), is_ca)
