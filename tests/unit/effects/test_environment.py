from __future__ import annotations

from etcdboot.effects.environment import without_etcd


def test_etcds_variables_go_and_all_others_stay() -> None:
    given = {"ETCD_NAME": "a", "ETCDCTL_API": "3", "PATH": "/bin", "MY_ETCD_NAME": "b", "ETCD": "c"}
    assert without_etcd(given) == {"ETCDCTL_API": "3", "PATH": "/bin", "MY_ETCD_NAME": "b", "ETCD": "c"}
