from __future__ import annotations

import os
import socket
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from etcdboot.base.addresses import Host, HostKind, Url, parse_url
from etcdboot.base.errors import Refused
from etcdboot.base.progress import silent
from etcdboot.effects.etcd.binary import EtcdBinary
from etcdboot.effects.files.filesystem import Disk
from etcdboot.plan import member_identity
from etcdboot.plan.paths import MemberPaths
from etcdboot.spec.loader import SourceMap, load
from etcdboot.workflows.local.prepare import Draft, decide
from samples.plans import small_plan
from samples.wal import FIRST, IDENTITY


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def draft(state: Path, *listened: Url, advertised: str = "http://127.0.0.1:1") -> Draft:
    """One member that listens there, with its folders below the state folder."""
    planned = small_plan(names=("etcd1",))
    home = PurePosixPath(state, "members/etcd1")
    member = replace(
        planned.members[0],
        listen_peer_urls=listened,
        listen_client_urls=(),
        initial_advertise_peer_urls=(parse_url(advertised),),
        paths=MemberPaths(home / "etcd", home / "config", home / "data"),
    )
    etcd = EtcdBinary(Path("/opt/etcd"), member.release, None)
    return Draft(replace(planned, members=(member,)), Path(), etcd, (), (), SourceMap("cluster.yaml"))


def begun(state: Path) -> None:
    log = state / "members/etcd1/data/member/wal"
    log.mkdir(parents=True)
    (log / "0000000000000000-0000000000000000.wal").write_bytes(FIRST)


def refused(draft: Draft, state: Path) -> list[str]:
    with pytest.raises(Refused) as caught:
        draft.cleared(state, silent)
    assert all(each.file for each in caught.value.diagnostics)
    return [each.code for each in caught.value.diagnostics]


def test_where_nothing_stands_in_the_way_all_is_clear(state: Path) -> None:
    assert draft(state).cleared(state, silent) == draft(state)
    assert not state.exists()


def test_a_port_that_a_member_needs_and_somebody_holds_is_refused(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        taken = parse_url(f"http://127.0.0.1:{holder.getsockname()[1]}")
        with pytest.raises(Refused, match=f"etcd1 cannot listen on {taken}") as refusal:
            draft(state, taken).cleared(state, silent)
    (told,) = refusal.value.diagnostics
    assert told.code == "EB506" and f"(pid {os.getpid()})" in told.message
    draft(state, taken).cleared(state, silent)


@pytest.mark.parametrize("advertised", ["http://127.0.0.1:1", "http://192.0.2.7:1"])
def test_an_address_of_another_machine_is_refused_once(state: Path, advertised: str) -> None:
    strange = Url("http", Host("192.0.2.1", HostKind.IPV4), 1)
    found = refused(draft(state, strange, advertised=advertised), state)
    assert found.count("EB509") == 1


def test_what_others_dial_must_be_here_too(state: Path) -> None:
    assert refused(draft(state, advertised="http://192.0.2.1:1"), state) == ["EB509"]


def test_data_that_nobody_has_written_down_are_refused_and_not_judged_twice(state: Path) -> None:
    begun(state)
    assert refused(draft(state), state) == ["EB507"]


def test_data_in_which_the_log_is_anothers_are_refused(state: Path) -> None:
    begun(state)
    planned = draft(state).plan
    known = member_identity.identity_of(planned, planned.members[0])
    with Disk(state) as disk:
        disk.write(PurePosixPath("members/etcd1/identity.json"), known.dump(), 0o600)
    other = replace(draft(state), plan=replace(planned, predicted_cluster_id=1))
    assert refused(other, state) == ["EB532"]
    same = replace(planned, predicted_cluster_id=IDENTITY.cluster_id)
    assert replace(draft(state), plan=same).cleared(state, silent).warnings == ()


def test_what_is_worth_saying_is_added(state: Path) -> None:
    (state / "members/etcd1/data/junk").mkdir(parents=True)
    (told,) = draft(state).cleared(state, silent).warnings
    assert told.code == "EB535"


CSR = """\
name: t
etcd: {version: "3.6.14"}
certificates: {source: csr}
members: [{name: etcd1, host: 127.0.0.1}]
"""


def test_members_whose_keys_are_on_their_hosts_run_here_only_with_throw_away_ones(tmp_path: Path) -> None:
    etcd = tmp_path / "etcd"
    etcd.write_text("#!/bin/sh\necho etcd Version: 3.6.14\n")
    etcd.chmod(0o755)
    loaded, state = load(CSR, "cluster.yaml"), tmp_path / "state"
    with pytest.raises(Refused) as caught:
        decide(loaded, etcd, state, folder=tmp_path, pki=tmp_path / "pki", local=False)
    [told] = caught.value.diagnostics
    assert (told.code, told.file, told.line) == ("EB337", "cluster.yaml", 3)
    for local, private in ((True, True), (False, True)):
        found = decide(
            loaded, etcd, state, folder=tmp_path, pki=tmp_path / "pki", local=local, private=private
        )
        assert {str(each.source) for each in found.plan.certificates} == {"issued"}
        assert found.dropped == ("certificates are issued here, by a throw-away CA",)
