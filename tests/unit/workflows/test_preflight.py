from __future__ import annotations

import os
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path, PurePosixPath

import pytest

from etcdboot.base.diagnostics import warning
from etcdboot.base.errors import ExitCode, UsageError
from etcdboot.base.progress import Event
from etcdboot.bootstrap.preflight_report import Preflight
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.plan import ClusterPlan
from etcdboot.plan.planner import plan
from etcdboot.spec.spec import (
    BootstrapMode,
    BootstrapSpec,
    ClientTls,
    ClusterSpec,
    EtcdSpec,
    MemberDefaults,
    MemberSpec,
    PeerTls,
    TlsSpec,
)
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.preflight import Scope, on_this_machine, preflight
from samples.specs import RELEASE
from samples.wal import FIRST, IDENTITY

OFF = TlsSpec(ClientTls.OFF, PeerTls.OFF)
NOW = datetime.now(UTC)


def local(
    folder: Path, *, tls: TlsSpec = OFF, flags: tuple[tuple[str, str], ...] = (), **more: object
) -> ClusterPlan:
    """Two members on loopback with their folders there, and the ports 1 to 4."""
    members = tuple(
        MemberSpec(name=f"etcd{n}", host="127.0.0.1", client_port=2 * n - 1, peer_port=2 * n) for n in (1, 2)
    )
    etcd = EtcdSpec(version=RELEASE, data_dir=f"{folder}/data/{{name}}", config_dir=f"{folder}/etc/{{name}}")
    spec = ClusterSpec("prod", members, etcd=etcd, tls=tls, defaults=MemberDefaults(flags=flags))
    return plan(replace(spec, **more), layout=HostLayout(PurePosixPath(folder)))  # type: ignore[arg-type]


def looked(folder: Path, planned: ClusterPlan, *here: int, **rest: object) -> Preflight:
    members = tuple(planned.members[n - 1] for n in here)
    return preflight(Scope(planned, folder, members, **rest))  # type: ignore[arg-type]


def codes(found: Preflight) -> list[str]:
    return [each.code for each in found.diagnostics if each.code != "EB506"]


def begun(log: Path) -> None:
    log.mkdir(parents=True)
    (log / "0000000000000000-0000000000000000.wal").write_bytes(FIRST)


def test_members_are_named_in_any_case_or_found_by_their_addresses(tmp_path: Path) -> None:
    planned = local(tmp_path)
    assert [each.name for each in on_this_machine(planned)] == ["etcd1", "etcd2"]
    assert [each.name for each in on_this_machine(planned, ("ETCD2",))] == ["etcd2"]
    with pytest.raises(UsageError) as caught:
        on_this_machine(planned, ("etcd1", "x", "y"))
    (told,) = caught.value.diagnostics
    assert told.code == "EB539" and "x, y" in told.message and "etcd1, etcd2" in told.hint


def test_what_is_done_is_said(tmp_path: Path) -> None:
    said: list[Event] = []

    def hear(event: Event) -> None:
        said.append(event)

    preflight(Scope(local(tmp_path), tmp_path, (local(tmp_path).members[0],)), hear)
    assert [each.text for each in said] == ["ports and data of etcd1", "peers: etcd2"]
    preflight(Scope(local(tmp_path), tmp_path, (), alone=True), hear)
    assert said[-1].text == "no member is on this machine"


def test_the_peers_are_those_that_are_not_here(tmp_path: Path) -> None:
    found = looked(tmp_path, local(tmp_path), 1)
    assert [each.member.name for each in found.around.seen] == ["etcd2"]
    assert looked(tmp_path, local(tmp_path), 1, alone=True).around.seen == ()
    assert looked(tmp_path, local(tmp_path), 1, 2).around.seen == ()


def test_a_log_elsewhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "data/etcd1").mkdir(parents=True)
    begun(tmp_path / "logs")
    planned = local(tmp_path, flags=(("wal-dir", f"{tmp_path}/logs"),))
    assert looked(tmp_path, planned, 1).here.cluster_ids == {IDENTITY.cluster_id}


def test_what_more_is_known_of_replaces_what_the_log_tells(tmp_path: Path) -> None:
    begun(tmp_path / "data/etcd1/member/wal")
    assert codes(looked(tmp_path, local(tmp_path), 1, alone=True)) == ["EB532"]
    known = {"etcd1": (warning("EB507", "it was so", "hint"),)}
    assert codes(looked(tmp_path, local(tmp_path), 1, alone=True, explained=known)) == ["EB507"]


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    begun(tmp_path / "data/etcd1/member/wal")
    (tmp_path / "data/etcd2").mkdir()
    (tmp_path / "data/etcd2/proxy").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as holder:
        planned = local(tmp_path)
        port = holder.getsockname()[1]
        url = replace(planned.members[0].listen_peer_urls[0], port=port)
        members = (replace(planned.members[0], listen_peer_urls=(url,)), planned.members[1])
        found = looked(tmp_path, replace(planned, members=members), 1, 2)
    assert f"(pid {os.getpid()})" in found.diagnostics[0].message
    assert set(codes(found)) == {"EB532", "EB534"} | ({"EB537"} if os.geteuid() != 4711 else set())
    assert found.exit_code is ExitCode.REFUSED


def test_the_token_and_dns_are_asked_only_for_founders_that_are_about_to_begin(tmp_path: Path) -> None:
    dead = BootstrapSpec(
        BootstrapMode.DISCOVERY_V2, discovery="http://127.0.0.1:1/v2/keys/_etcd/registry/tok"
    )
    planned = local(tmp_path, bootstrap=dead)
    assert "EB560" in codes(looked(tmp_path, planned, 1))
    assert "EB560" in codes(looked(tmp_path, planned, alone=True))
    begun(tmp_path / "data/etcd1/member/wal")
    assert "EB560" not in codes(looked(tmp_path, planned, 1))
    assert "EB560" in codes(looked(tmp_path, planned, 1, 2))
    not_made = local(tmp_path, bootstrap=replace(dead, discovery=None))
    assert "EB560" not in codes(looked(tmp_path, not_made, 2))


def test_certificates_are_looked_at_as_installed_or_else_as_the_operator_has_them(tmp_path: Path) -> None:
    planned, pki = local(tmp_path, tls=TlsSpec()), tmp_path / "pki"
    issue(planned, pki, now=partial(datetime.fromtimestamp, NOW.timestamp() + 7200, UTC))
    here = looked(tmp_path, planned, 1, pki=pki)
    names = [each.name for each in here.certificates]
    assert names == ["ca", "peer-ca", "etcd1/server", "etcd1/peer"]
    assert [each.code for each in here.diagnostics if each.file] == ["EB548"] * 4
    desk = looked(tmp_path, planned, alone=True, pki=pki)
    assert len(desk.certificates) == len(planned.certificates)

    installed = tmp_path / "etc/etcd1/pki"
    issue(planned, tmp_path / "good")
    installed.mkdir(parents=True)
    (installed / "peer.pem").write_bytes((tmp_path / "good/members/etcd1/peer.pem").read_bytes())
    (installed / "peer-ca.pem").write_bytes((tmp_path / "good/ca.pem").read_bytes())
    here = looked(tmp_path, planned, 1, pki=pki)
    assert [each.name for each in here.certificates] == ["ca", "etcd1/peer"]
    assert all(each.not_before < NOW + timedelta(hours=1) for each in here.certificates)
    assert [each for each in here.diagnostics if each.file] == []
    assert looked(tmp_path, planned, 1, pki=None).certificates == ()


def test_on_a_members_host_the_files_that_are_installed_do(tmp_path: Path) -> None:
    secured = BootstrapSpec(
        BootstrapMode.DISCOVERY_V3,
        discovery_token="tok",
        discovery_endpoints=("https://127.0.0.1:1",),
        discovery_cacert="elsewhere/ca.pem",
    )
    planned = local(tmp_path, bootstrap=secured)
    assert "EB603" in codes(looked(tmp_path, planned, 1))
    issue(local(tmp_path, tls=TlsSpec()), tmp_path / "pki")
    installed = tmp_path / "etc/etcd1/pki"
    installed.mkdir(parents=True)
    (installed / "discovery-ca.pem").write_bytes((tmp_path / "pki/ca.pem").read_bytes())
    assert "EB560" in codes(looked(tmp_path, planned, 1))
    assert "EB603" in codes(looked(tmp_path, planned, 2))
