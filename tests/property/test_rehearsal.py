"""Any spec, rehearsed: it stays on this machine, below one folder, and is otherwise the same."""

from __future__ import annotations

from pathlib import PurePosixPath

from hypothesis import given

from etcdboot.etcd.releases import NEWEST
from etcdboot.plan.local_adaptation import OTHER_HOSTS, fit_release, ports_needed, rehearse
from etcdboot.plan.paths import LocalLayout
from etcdboot.plan.plan import ClusterPlan
from etcdboot.plan.planner import plan
from etcdboot.spec.spec import ClusterSpec, ClusterState
from property.strategies import clusters

ROOT = PurePosixPath("/state")


def rehearsed(spec: ClusterSpec) -> ClusterPlan:
    ports = tuple(range(20000, 20000 + ports_needed(spec)))
    fitted, _ = fit_release(rehearse(spec, ports).spec, NEWEST)
    return plan(fitted, layout=LocalLayout(ROOT, PurePosixPath("/bin/etcd")))


@given(clusters())
def test_every_url_is_on_loopback_with_a_port_of_its_own(spec: ClusterSpec) -> None:
    planned = rehearsed(spec)
    listened = [url for each in planned.members for url in (*each.listen_peer_urls, *each.listen_client_urls)]
    advertised = [
        url
        for each in planned.members
        for url in (*each.initial_advertise_peer_urls, *each.advertise_client_urls)
    ]
    assert {url.host.text for url in (*listened, *advertised, *planned.endpoints)} <= {"127.0.0.1"}
    assert len({url.port for url in listened}) == len(listened) == 2 * len(spec.members)
    assert set(advertised) == set(listened)


@given(clusters())
def test_every_path_is_below_one_folder(spec: ClusterSpec) -> None:
    planned = rehearsed(spec)
    for member in planned.members:
        assert ROOT in member.paths.data_dir.parents and ROOT in member.paths.config_dir.parents
        assert not {flag.name for flag in member.flags} & set(OTHER_HOSTS)


@given(clusters())
def test_members_and_tls_stay_and_all_are_founders(spec: ClusterSpec) -> None:
    planned = rehearsed(spec)
    assert [each.name for each in planned.members] == [each.name for each in spec.members]
    assert (planned.client_tls, planned.peer_tls) == (spec.tls.client, spec.tls.peer)
    assert planned.settings == spec.render.settings
    assert all(each.state is ClusterState.NEW for each in planned.members)
