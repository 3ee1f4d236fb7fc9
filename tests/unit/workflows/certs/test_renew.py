from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from etcdboot.base.errors import ExitCode, Refused
from etcdboot.base.progress import Event
from etcdboot.pki.store.expiry import parse_within
from etcdboot.pki.x509.certificate import public_key_of, read
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.certs.renew import Renewal, renew
from samples.certificates import NOW, plan_of

PLAN = plan_of(2)
LEAVES = ("etcd1/server", "etcd1/peer", "etcd2/server", "etcd2/peer", "client/root")


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    issue(PLAN, tmp_path / "pki", now=lambda: NOW)
    return tmp_path / "pki"


def contents(pki: Path) -> dict[str, bytes]:
    return {str(each.relative_to(pki)): each.read_bytes() for each in pki.rglob("*") if each.is_file()}


def due(pki: Path, days: float, within: str = "", now: datetime = NOW) -> Renewal:
    moment = now + timedelta(days=days)
    return renew(PLAN, pki, due=True, within=parse_within(within) if within else None, now=lambda: moment)


def test_nothing_is_renewed_while_nothing_is_due(pki: Path) -> None:
    before = contents(pki)
    done = due(pki, 334)
    assert (done.names, done.rollout, done.exit_code, done.diagnostics) == ((), (), ExitCode.OK, ())
    assert contents(pki) == before


def test_what_is_due_is_renewed_and_nothing_else(pki: Path) -> None:
    renew(PLAN, pki, ["etcd1/server"], now=lambda: NOW + timedelta(days=100))
    before = contents(pki)
    done = due(pki, 340)
    assert done.names == LEAVES[1:]
    assert contents(pki)["members/etcd1/server.pem"] == before["members/etcd1/server.pem"]
    assert contents(pki)["ca.pem"] == before["ca.pem"]
    assert due(pki, 341).names == ()


def test_within_is_another_measure(pki: Path) -> None:
    assert due(pki, 340, "10d").names == ()
    assert due(pki, 340, "50%").names == LEAVES


def test_what_has_ended_is_due_as_well(pki: Path) -> None:
    assert due(pki, 400).names == LEAVES


def test_a_ca_that_is_due_is_told_and_left(tmp_path: Path) -> None:
    plan = plan_of(certificates="ca-lifetime: 365d, lifetime: 20d")
    late = NOW + timedelta(days=340)
    issue(plan, tmp_path, now=lambda: NOW)
    renew(plan, tmp_path, everything=True, now=lambda: late)
    before = contents(tmp_path)
    done = renew(plan, tmp_path, due=True, now=lambda: late)
    assert [(each.code, each.file) for each in done.diagnostics] == [("EB320", str(tmp_path / "ca.pem"))]
    assert (done.names, done.exit_code) == ((), ExitCode.OK)
    assert contents(tmp_path) == before


def test_a_damaged_one_does_not_keep_the_others_from_being_renewed(pki: Path) -> None:
    (pki / "clients/root.pem").write_text("nonsense")
    done = due(pki, 340)
    assert done.names == LEAVES[:4]
    assert [(each.code, each.file) for each in done.diagnostics] == [("EB301", str(pki / "clients/root.pem"))]
    assert done.exit_code is ExitCode.DRIFT


def test_the_same_key_gets_a_new_certificate(pki: Path) -> None:
    before = contents(pki)
    heard: list[Event] = []

    def hear(event: Event) -> None:
        heard.append(event)

    done = renew(PLAN, pki, ["etcd1/server"], same_key=True, now=lambda: NOW, reporter=hear)
    after = contents(pki)
    assert after["members/etcd1/server-key.pem"] == before["members/etcd1/server-key.pem"]
    assert after["members/etcd1/server.pem"] != before["members/etcd1/server.pem"]
    facts = read(after["members/etcd1/server.pem"], after["ca.pem"])
    assert facts.signed and facts.public_key == public_key_of(before["members/etcd1/server-key.pem"])
    assert (done.exit_code, [(each.done, each.total) for each in heard]) == (ExitCode.OK, [(1, 1)])


def test_without_it_the_key_is_new(pki: Path) -> None:
    before = contents(pki)
    renew(PLAN, pki, ["etcd1/server"], now=lambda: NOW)
    assert contents(pki)["members/etcd1/server-key.pem"] != before["members/etcd1/server-key.pem"]


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_key_that_is_not_there_cannot_be_kept(pki: Path, dry_run: bool) -> None:
    (pki / "clients/root-key.pem").unlink()
    before = contents(pki)
    with pytest.raises(Refused) as caught:
        renew(PLAN, pki, everything=True, same_key=True, dry_run=dry_run, now=lambda: NOW)
    assert [(each.code, each.file) for each in caught.value.diagnostics] == [
        ("EB341", str(pki / "clients/root-key.pem"))
    ]
    assert contents(pki) == before


def test_a_dry_run_tells_all_and_writes_nothing(pki: Path) -> None:
    before = contents(pki)
    done = renew(PLAN, pki, everything=True, dry_run=True, now=lambda: NOW)
    assert (done.names, done.changes, done.dry_run) == (LEAVES, (), True)
    assert [(step.name, step.restart) for step in done.rollout][:2] == [("etcd1", False), ("etcd2", False)]
    assert contents(pki) == before


def test_a_dry_run_is_refused_as_the_run_would_be(pki: Path) -> None:
    (pki / "ca-key.pem").unlink()
    with pytest.raises(Refused) as caught:
        renew(PLAN, pki, everything=True, dry_run=True, now=lambda: NOW)
    assert [each.code for each in caught.value.diagnostics] == ["EB303"]


def test_a_dry_run_makes_no_folder(tmp_path: Path) -> None:
    done = renew(PLAN, tmp_path / "absent", due=True, dry_run=True, now=lambda: NOW)
    assert done.names == ()
    assert not (tmp_path / "absent").exists()


def test_who_needs_the_new_files_is_told(pki: Path) -> None:
    done = renew(PLAN, pki, ["etcd2/peer", "client/root"], now=lambda: NOW)
    assert [(step.name, step.files, step.restart) for step in done.rollout] == [
        ("etcd2", ("pki/peer.pem", "pki/peer-key.pem"), False),
        ("root", ("client.pem", "client-key.pem"), True),
    ]
