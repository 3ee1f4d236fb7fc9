from __future__ import annotations

import pytest

from etcdboot.render.etcdctl_env import etcdctl_variables
from etcdboot.spec.spec import ClientTls
from samples.plans import small_plan


def variables(client: ClientTls, release: str = "3.6.14") -> dict[str, str]:
    plan = small_plan(client=client, release=release)
    return dict(etcdctl_variables(plan, plan.members[0]))


def test_mutual_tls_shows_the_server_pair() -> None:
    assert variables(ClientTls.MUTUAL) == {
        "ETCDCTL_ENDPOINTS": "https://10.0.0.1:2379,https://10.0.0.2:2379",
        "ETCDCTL_CACERT": "/etc/etcd/pki/client-ca.pem",
        "ETCDCTL_CERT": "/etc/etcd/pki/server.pem",
        "ETCDCTL_KEY": "/etc/etcd/pki/server-key.pem",
    }


@pytest.mark.parametrize(
    ("client", "further"),
    [
        (ClientTls.SERVER, {"ETCDCTL_CACERT"}),
        (ClientTls.AUTO, {"ETCDCTL_INSECURE_SKIP_TLS_VERIFY", "ETCDCTL_INSECURE_TRANSPORT"}),
        (ClientTls.OFF, set[str]()),
    ],
)
def test_other_modes_show_nobody(client: ClientTls, further: set[str]) -> None:
    assert variables(client).keys() == {"ETCDCTL_ENDPOINTS"} | further


def test_the_api_is_named_only_to_those_who_read_it() -> None:
    assert variables(ClientTls.OFF, "3.5.33")["ETCDCTL_API"] == "3"
    assert "ETCDCTL_API" not in variables(ClientTls.OFF, "3.6.14")
