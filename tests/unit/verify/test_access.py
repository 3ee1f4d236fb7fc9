from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from etcdboot.base.errors import UsageError
from etcdboot.plan.certificate_request import pair_paths
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.plan import ClusterPlan
from etcdboot.plan.planner import plan
from etcdboot.spec.loader import load
from etcdboot.verify.access import planned_access


def plan_with(*lines: str, tls: str = "mutual") -> ClusterPlan:
    text = [
        "name: prod",
        'etcd: {version: "3.6.14"}',
        f'tls: {{client: "{tls}"}}',
        "members:",
        "  - {name: a, host: 10.0.0.1}",
        *lines,
    ]
    spec = load("\n".join(text), "cluster.yaml").spec
    assert spec is not None
    return plan(spec, layout=HostLayout(PurePosixPath("/")))


def test_every_client_url_and_every_endpoint_is_asked_once() -> None:
    two = "    advertise-client-urls: [https://10.0.0.2:2379, https://b.example.com:2379]"
    planned = plan_with(
        "  - name: b",
        "    host: 10.0.0.2",
        two,
        "endpoints: [https://etcd.example.com:2379, https://10.0.0.1:2379]",
    )
    assert [str(each) for each in planned_access(planned, None).endpoints] == [
        "https://10.0.0.1:2379",
        "https://10.0.0.2:2379",
        "https://b.example.com:2379",
        "https://etcd.example.com:2379",
    ]


def test_mutual_tls_shows_the_first_client_certificate() -> None:
    access = planned_access(plan_with("certificates: {clients: [ops, root]}"), None)
    assert access.ca == PurePosixPath("ca.pem")
    assert access.pair is not None
    assert access.pair.key == PurePosixPath("clients/ops-key.pem")


def test_another_client_is_taken_by_name_whatever_its_case() -> None:
    access = planned_access(plan_with("certificates: {clients: [ops, root]}"), "ROOT")
    assert access.pair is not None
    assert access.pair.certificate == PurePosixPath("clients/root.pem")


def test_an_unknown_client_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(UsageError) as caught:
        planned_access(plan_with("certificates: {clients: [ops, root]}"), "nobody")
    [each] = caught.value.diagnostics
    assert (each.code, each.hint) == ("EB605", "certificates.clients holds: ops, root")


def test_server_tls_wants_the_ca_and_shows_no_certificate() -> None:
    access = planned_access(plan_with(tls="server"), None)
    assert (access.ca, access.pair) == (PurePosixPath("ca.pem"), None)


@pytest.mark.parametrize("tls", ["auto", "off"])
def test_where_no_ca_signs_no_file_is_wanted(tls: str) -> None:
    access = planned_access(plan_with(tls=tls), None)
    assert (access.ca, access.pair) == (None, None)


def test_mutual_tls_without_clients_has_no_certificate_to_show() -> None:
    assert planned_access(plan_with("certificates: {clients: []}"), None).pair is None


@pytest.mark.parametrize("source", ["issued", "csr", "provided"])
def test_whoever_makes_them_verify_wants_a_root_to_trust_and_a_client_to_be(source: str) -> None:
    asked = planned_access(plan_with(f"certificates: {{source: {source}}}"), None)
    assert asked.ca == PurePosixPath("ca.pem")
    assert asked.pair == pair_paths("client/root")
    below_a_root = plan_with(f"certificates: {{source: {source}, intermediate: true}}")
    assert planned_access(below_a_root, None).ca == PurePosixPath("root-ca.pem")
