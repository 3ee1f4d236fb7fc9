from __future__ import annotations

from etcdboot.effects.passphrase import VARIABLE
from etcdboot.effects.process.environment import for_background, for_others

GIVEN = {
    "ETCD_NAME": "a",
    "ETCDCTL_PASSWORD": "b",
    VARIABLE: "c",
    "ETCDBOOT_ETCD": "/bin/etcd",
    "PATH": "/bin",
    "VAULT_TOKEN": "d",
    "MY_ETCD_NAME": "e",
    "ETCD": "f",
}


def test_others_get_no_variable_of_etcd_etcdctl_or_etcdboot() -> None:
    assert set(for_others(GIVEN)) == {"PATH", "VAULT_TOKEN", "MY_ETCD_NAME", "ETCD"}


def test_an_etcdboot_in_the_background_gets_its_own_variables_but_no_secret() -> None:
    assert set(for_background(GIVEN)) == {"ETCDBOOT_ETCD", "PATH", "VAULT_TOKEN", "MY_ETCD_NAME", "ETCD"}
