"""Planning: total, and the same story told to every member."""

from __future__ import annotations

from pathlib import PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from etcdboot.base.addresses import Host, Url
from etcdboot.base.diagnostics import Diagnostic
from etcdboot.etcd.flags import known_in, value_problem
from etcdboot.etcd.releases import Release
from etcdboot.plan.certificate_request import CertKind
from etcdboot.plan.paths import HostLayout, Layout, LocalLayout
from etcdboot.plan.plan import ClusterPlan
from etcdboot.plan.planner import plan
from etcdboot.rules import judge
from etcdboot.spec.spec import ClusterSpec, ClusterState
from property.strategies import clusters, releases
from samples.sampling import examples

ROOT = PurePosixPath("/srv/here")
LAYOUTS: tuple[Layout, ...] = (HostLayout(ROOT), LocalLayout(ROOT, PurePosixPath("/usr/bin/etcd")))


def planned(spec: ClusterSpec) -> ClusterPlan:
    return plan(spec, layout=LAYOUTS[0])


@examples(100)
@given(clusters(), releases, st.sampled_from(LAYOUTS))
def test_every_spec_has_a_plan_and_a_verdict(spec: ClusterSpec, release: Release, layout: Layout) -> None:
    made = plan(spec, layout=layout, release=release)
    found = judge(spec, made)
    assert len(made.members) == len(spec.members)
    assert len(set(found)) == len(found)
    assert all(isinstance(each, Diagnostic) and each.path for each in found)


@examples(100)
@given(clusters())
def test_planning_twice_gives_the_same(spec: ClusterSpec) -> None:
    assert planned(spec) == planned(spec)


@examples(100)
@given(clusters())
def test_a_release_is_told_only_flags_that_it_knows_with_values_that_it_takes(spec: ClusterSpec) -> None:
    for member in planned(spec).members:
        assert [flag.name for flag in member.flags if not known_in(flag.name, member.release)] == []
        named = [flag.name for flag in member.flags]
        assert len(named) == len(set(named))
        ours = {"listen-peer-urls", "listen-client-urls"}  # written ones may hold names; EB208 says so
        assert [
            flag
            for flag in member.flags
            if flag.name not in ours and value_problem(flag.name, flag.value, member.release)
        ] == []


@examples(100)
@given(clusters())
def test_every_founder_is_told_the_same_members(spec: ClusterSpec) -> None:
    made = planned(spec)
    founders = {m.initial_cluster for m in made.members if m.state is ClusterState.NEW}
    assert len(founders) <= 1
    for member in made.members:
        own = {f"{member.name}={url}" for url in member.initial_advertise_peer_urls}
        assert own <= set(member.initial_cluster.split(","))


@examples(100)
@given(clusters())
def test_certificates_cover_every_advertised_host(spec: ClusterSpec) -> None:
    made = planned(spec)
    for member in made.members:
        dialled = {
            CertKind.SERVER: member.advertise_client_urls,
            CertKind.PEER: member.initial_advertise_peer_urls,
        }
        for request in member.certificates:
            assert dialable(dialled[request.kind]) <= set(request.sans)
        if CertKind.SERVER in {request.kind for request in member.certificates}:
            server = next(each for each in member.certificates if each.kind is CertKind.SERVER)
            assert dialable(made.endpoints if spec.endpoints else ()) <= set(server.sans)


def dialable(urls: tuple[Url, ...]) -> set[Host]:
    return {url.host for url in urls if not url.host.is_unspecified}


@examples(100)
@given(clusters())
def test_each_ca_stands_before_what_it_signs(spec: ClusterSpec) -> None:
    seen = set()
    for request in planned(spec).certificates:
        seen.add(request.name)
        assert request.ca_name in seen


@examples(100)
@given(clusters())
def test_ids_are_predicted_while_all_are_founders(spec: ClusterSpec) -> None:
    made = planned(spec)
    founded = bool(made.token) and all(member.state is ClusterState.NEW for member in made.members)
    assert (made.predicted_cluster_id is not None) == founded
    assert all((member.predicted_id is not None) == founded for member in made.members)
