from __future__ import annotations

import stat
from pathlib import Path

import pytest

from etcdboot.base.artifacts import ChangeKind
from etcdboot.base.errors import Drift, Missing, Refused
from etcdboot.workflows.certs.export import Export, export
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.certs.renew import renew
from samples.certificates import plan_of

PLAN = plan_of(2)


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    issue(PLAN, tmp_path / "pki")
    return tmp_path / "pki"


def exported(pki: Path) -> Export:
    return export(PLAN, pki, pki.parent / "ssl", "cfssl")


def test_writes_all_pairs_privately_and_then_only_what_changed(pki: Path) -> None:
    first = exported(pki)
    assert {each.kind for each in first.changes} == {ChangeKind.NEW}
    folder = pki.parent / "ssl"
    assert (folder / "etcd2-peer-key.pem").read_bytes() == (pki / "members/etcd2/peer-key.pem").read_bytes()
    assert stat.S_IMODE((folder / "etcd2-key.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not list(folder.glob("*ca-key*"))
    renew(PLAN, pki, ["client/root"])
    changed = [str(each.artifact.path) for each in exported(pki).changes if each.kind is ChangeKind.UPDATE]
    assert changed == ["root-key.pem", "root.pem"]


def test_a_folder_of_somebody_elses_is_not_written_over(pki: Path) -> None:
    folder = pki.parent / "ssl"
    folder.mkdir()
    (folder / "etcd1.pem").write_text("mine")
    with pytest.raises(Refused, match=r"etcd1\.pem is there already"):
        exported(pki)
    assert [each.name for each in folder.iterdir()] == ["etcd1.pem"]


def test_who_uses_the_folder_already_is_not_locked_out(pki: Path) -> None:
    folder = pki.parent / "ssl"
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "other.pem").write_text("mine")
    exported(pki)
    exported(pki)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert stat.S_IMODE((folder / "etcd1-key.pem").stat().st_mode) == 0o600


def test_what_is_missing_is_named_and_what_does_not_fit_is_not_handed_on(pki: Path) -> None:
    (pki / "clients/root-key.pem").unlink()
    with pytest.raises(Missing, match=r"client/root has no clients/root-key\.pem"):
        exported(pki)
    renew(PLAN, pki, ["client/root"])
    for suffix in (".pem", "-key.pem"):
        (pki / f"members/etcd1/server{suffix}").write_bytes(
            (pki / f"members/etcd2/peer{suffix}").read_bytes()
        )
    with pytest.raises(Drift, match="etcd1/server"):
        exported(pki)
    assert not (pki.parent / "ssl").exists()
