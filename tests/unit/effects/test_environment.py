from __future__ import annotations

from etcdboot.effects.environment import without_etcd
from etcdboot.effects.passphrase import VARIABLE


def test_no_child_hears_the_passphrase() -> None:
    assert without_etcd({VARIABLE: "secret", "ETCDBOOT_ETCD": "/bin/etcd"}) == {"ETCDBOOT_ETCD": "/bin/etcd"}


def test_etcds_variables_go_and_all_others_stay() -> None:
    given = {"ETCD_NAME": "a", "ETCDCTL_API": "3", "PATH": "/bin", "MY_ETCD_NAME": "b", "ETCD": "c"}
    assert without_etcd(given) == {"ETCDCTL_API": "3", "PATH": "/bin", "MY_ETCD_NAME": "b", "ETCD": "c"}
