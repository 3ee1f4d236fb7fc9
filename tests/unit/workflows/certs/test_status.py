from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

import pytest

from etcdboot.base.errors import ExitCode
from etcdboot.effects.network.ports import free_loopback_ports
from etcdboot.pki.inspection.served_comparison import Served
from etcdboot.pki.inspection.status import State
from etcdboot.pki.store.expiry import parse_within
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.plan import ClusterPlan
from etcdboot.plan.planner import plan as planned
from etcdboot.spec.loader import load
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.certs.rotation.rotate import begin
from etcdboot.workflows.certs.status import Status, status
from samples.certificates import DAY, NOW, plan_of

PLAN = plan_of()


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    issue(PLAN, tmp_path / "pki", now=lambda: NOW)
    return tmp_path / "pki"


def seen(pki: Path, plan: ClusterPlan = PLAN, now: datetime = NOW, within: str = "") -> Status:
    found = status(plan, pki, parse_within(within) if within else None, now=lambda: now)
    json.dumps(found.as_json())
    return found


def states(found: Status) -> dict[str, State]:
    return {row.request.name: row.state for row in found.rows}


def test_all_is_well_after_issuing(pki: Path) -> None:
    found = seen(pki)
    assert set(states(found).values()) == {State.OK}
    assert (found.exit_code, found.diagnostics, found.live) == (ExitCode.OK, (), None)
    assert "live" not in found.as_json()


def test_an_entry_has_the_keys_of_the_contract_and_how_it_stands(pki: Path) -> None:
    entries = seen(pki).as_json()["certificates"]
    assert isinstance(entries, list)
    assert entries[1] | {"sha256": "", "sans": []} == {
        "name": "etcd1/server",
        "path": "members/etcd1/server.pem",
        "ca": "ca",
        "subject": {"CN": "etcd1"},
        "sans": [],
        "usages": ["serverAuth", "clientAuth"],
        "not_before": "2026-11-23T11:55:00Z",
        "not_after": "2027-11-23T12:00:00Z",
        "key": "ecdsa-p256",
        "sha256": "",
        "state": "ok",
        "residual": 365 * 86400,
        "due": False,
        "has_key": True,
        "problems": [],
    }


def test_a_missing_one_is_an_entry_with_nothing_in_it(tmp_path: Path) -> None:
    found = seen(tmp_path / "absent")
    assert found.exit_code is ExitCode.DRIFT
    assert not (tmp_path / "absent").exists()
    entries = found.as_json()["certificates"]
    assert isinstance(entries, list)
    [entry] = [each for each in entries if each["name"] == "client/root"]
    assert [entry[key] for key in ("subject", "sans", "usages", "not_before", "not_after", "key")] == [
        None
    ] * 6
    assert (entry["state"], entry["residual"], entry["has_key"], entry["path"]) == (
        "missing",
        None,
        False,
        "clients/root.pem",
    )
    assert entry["problems"][0]["code"] == "EB340"


def test_it_writes_nothing_and_needs_neither_keys_nor_the_manifest(pki: Path, tmp_path: Path) -> None:
    public = tmp_path / "public"
    shutil.copytree(pki, public, ignore=shutil.ignore_patterns("*-key.pem", ".etcdboot.json"))
    before = sorted((str(each), each.stat().st_mtime_ns) for each in public.rglob("*"))
    found = seen(public)
    assert found.exit_code is ExitCode.OK
    assert not any(row.has_key for row in found.rows)
    assert sorted((str(each), each.stat().st_mtime_ns) for each in public.rglob("*")) == before


def test_what_is_due_is_told_with_its_file(pki: Path) -> None:
    found = seen(pki, now=NOW + timedelta(days=340))
    assert found.exit_code is ExitCode.DRIFT
    assert {each.file for each in found.diagnostics} == {
        str(pki / name) for name in ("members/etcd1/server.pem", "members/etcd1/peer.pem", "clients/root.pem")
    }
    assert seen(pki, now=NOW + timedelta(days=340), within="1d").exit_code is ExitCode.OK
    assert seen(pki, within="100%").exit_code is ExitCode.DRIFT


def test_a_damaged_one_is_refused_and_the_others_are_still_told(pki: Path) -> None:
    (pki / "clients/root.pem").write_text("nonsense")
    found = seen(pki)
    assert found.exit_code is ExitCode.REFUSED
    assert states(found) | {"client/root": State.OK} == dict.fromkeys(states(found), State.OK)
    assert states(found)["client/root"] is State.DAMAGED


def on_loopback() -> ClusterPlan:
    """One member whose ports nobody listens on."""
    client, peer = free_loopback_ports(2)
    text = f"name: x\nmembers: [{{name: a, host: 127.0.0.1, client-port: {client}, peer-port: {peer}}}]\n"
    loaded = load(text, "cluster.yaml")
    assert loaded.spec is not None
    return planned(loaded.spec, layout=HostLayout(PurePosixPath("/")))


def test_members_that_do_not_answer_are_told(tmp_path: Path) -> None:
    plan = on_loopback()
    issue(plan, tmp_path / "pki", now=lambda: NOW)
    found = status(plan, tmp_path / "pki", wire=True, now=lambda: NOW)
    assert found.live is not None
    assert [each.state for each in found.live] == [Served.UNREACHABLE] * 2
    assert [each.code for each in found.diagnostics] == ["EB344", "EB344"]
    assert found.exit_code is ExitCode.DOWN
    live = found.as_json()["live"]
    assert isinstance(live, list) and [each["member"] for each in live] == ["a", "a"]


def test_where_there_is_no_tls_there_is_nothing_to_tell(tmp_path: Path) -> None:
    plan = plan_of(extra="tls: {client: 'off', peer: 'off'}")
    found = status(plan, tmp_path / "pki", wire=True)
    assert (found.rows, found.live, found.exit_code) == ((), (), ExitCode.OK)


LISTED = plan_of(1, certificates="crl: {}")


def test_lists_are_told_and_watched(tmp_path: Path) -> None:
    issue(LISTED, tmp_path / "pki", now=lambda: NOW)
    found = status(LISTED, tmp_path / "pki", now=lambda: NOW)
    assert (found.exit_code, found.diagnostics) == (ExitCode.OK, ())
    assert found.as_json()["lists"] == [
        {
            "ca": "ca",
            "path": "crl.der",
            "state": "ok",
            "number": 1,
            "next_update": "2026-12-23T12:00:00Z",
            "residual": 30 * DAY,
            "revoked": 0,
            "problems": [],
        }
    ]


@pytest.mark.parametrize(
    ("days", "content", "state", "code"),
    [
        (20, None, "due", "EB374"),
        (31, None, "due", "EB374"),
        (0, b"", "damaged", "EB372"),
        (0, b"gone", "missing", "EB370"),
    ],
)
def test_a_list_that_is_due_or_spoilt_is_drift(
    tmp_path: Path, days: int, content: bytes | None, state: str, code: str
) -> None:
    issue(LISTED, tmp_path / "pki", now=lambda: NOW)
    der = tmp_path / "pki/crl.der"
    if content == b"gone":
        der.unlink()
    elif content is not None:
        der.write_bytes(content)
    found = status(LISTED, tmp_path / "pki", now=lambda: NOW + timedelta(days=days))
    assert found.exit_code is ExitCode.DRIFT
    assert [each.state for each in found.lists] == [state]
    assert [(each.code, each.file) for each in found.diagnostics] == [(code, str(der))]
    assert json.loads(json.dumps(found.as_json()))["lists"][0]["problems"][0]["code"] == code


def test_a_rotation_under_way_is_told(tmp_path: Path) -> None:
    issue(LISTED, tmp_path / "pki", now=lambda: NOW)
    begin(LISTED, tmp_path / "pki", now=lambda: NOW)
    found = status(LISTED, tmp_path / "pki", now=lambda: NOW)
    assert found.exit_code is ExitCode.OK
    assert [each.message for each in found.diagnostics] == ["ca is being replaced: step bundle"]
