from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from etcdboot.base.addresses import parse_host
from etcdboot.base.errors import ExitCode, Missing
from etcdboot.effects.clock import now
from etcdboot.plan.certificate_request import CertKind
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.certs.renew import renew
from etcdboot.workflows.certs.verify import Verified, verify, verify_files
from etcdboot.workflows.cluster import open_cluster
from etcdboot.workflows.render import RenderRequest, run
from samples.certificates import NOW

SPEC = """\
name: x
etcd: {version: "3.6.14"}
members:
  - {name: etcd1, host: 192.168.202.1}
  - {name: etcd2, host: 192.168.202.2}
  - {name: etcd3, host: 192.168.202.3}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A spec with its certificates and its rendered trees."""
    (tmp_path / "cluster.yaml").write_text(SPEC)
    issue(open_cluster(str(tmp_path / "cluster.yaml")).plan, tmp_path / "pki")
    run(RenderRequest(file=str(tmp_path / "cluster.yaml")))
    return tmp_path


def judged(folder: Path, **other: timedelta) -> Verified:
    plan = open_cluster(str(folder / "cluster.yaml")).plan
    found = verify(plan, folder / "pki", folder / "out", now=lambda: now() + other.get("later", timedelta()))
    json.dumps(found.as_json())
    assert all(each.hint and each.file.startswith(str(folder)) for each in found.findings)
    return found


def codes(found: Verified) -> list[str]:
    return [each.code for each in found.findings]


def test_what_etcdboot_made_is_well(folder: Path) -> None:
    found = judged(folder)
    assert (found.findings, found.exit_code) == ((), ExitCode.OK)
    assert found.files > 30
    assert len(found.rows) == 9


def test_without_out_only_pki_is_judged(folder: Path) -> None:
    shutil.rmtree(folder / "out")
    assert judged(folder).findings == ()


def spoil_key(folder: Path) -> None:
    (folder / "pki/members/etcd1/server-key.pem").chmod(0o640)


def spoil_folder(folder: Path) -> None:
    (folder / "pki/members/etcd1").chmod(0o755)


def spoil_root(folder: Path) -> None:
    (folder / "pki").chmod(0o755)


def spoil_copy_mode(folder: Path) -> None:
    (folder / "out/etcd2/pki/peer-key.pem").chmod(0o644)


def stray_key(folder: Path) -> None:
    shutil.copy(folder / "pki/clients/root-key.pem", folder / "pki/old-key.pem")


def stray_key_in_out(folder: Path) -> None:
    shutil.copy(folder / "pki/clients/root-key.pem", folder / "out/etcd1/pki/old-key.pem")


def leaked_ca_key(folder: Path) -> None:
    shutil.copy(folder / "pki/ca-key.pem", folder / "out/etcd1/pki/anything.pem")


def other_key(folder: Path) -> None:
    shutil.copy(folder / "pki/clients/root-key.pem", folder / "pki/members/etcd1/peer-key.pem")


def other_key_in_out(folder: Path) -> None:
    shutil.copy(folder / "pki/clients/root-key.pem", folder / "out/etcd1/pki/peer-key.pem")


def damage(folder: Path) -> None:
    (folder / "pki/clients/root.pem").write_text("nonsense")


def lose(folder: Path) -> None:
    (folder / "pki/clients/root.pem").unlink()
    (folder / "pki/clients/root-key.pem").unlink()


def lag(folder: Path) -> None:
    renew(open_cluster(str(folder / "cluster.yaml")).plan, folder / "pki", ["etcd3/server"])


@pytest.mark.parametrize(
    ("spoil", "found", "code"),
    [
        (spoil_key, {"EB345"}, ExitCode.DRIFT),
        (spoil_folder, {"EB345"}, ExitCode.DRIFT),
        (spoil_root, {"EB345"}, ExitCode.DRIFT),
        (spoil_copy_mode, {"EB345"}, ExitCode.DRIFT),
        (stray_key, {"EB346"}, ExitCode.DRIFT),
        (stray_key_in_out, {"EB346"}, ExitCode.DRIFT),
        (leaked_ca_key, {"EB347"}, ExitCode.REFUSED),
        (other_key, {"EB302", "EB309", "EB349"}, ExitCode.REFUSED),
        (other_key_in_out, {"EB302", "EB349"}, ExitCode.REFUSED),
        (damage, {"EB301", "EB309", "EB349"}, ExitCode.REFUSED),
        (lose, {"EB340"}, ExitCode.DRIFT),
        (lag, {"EB349"}, ExitCode.DRIFT),
    ],
)
def test_what_is_wrong_is_found_and_told_by_its_weight(
    folder: Path, spoil: Callable[[Path], None], found: set[str], code: ExitCode
) -> None:
    spoil(folder)
    seen = judged(folder)
    assert set(codes(seen)) <= found
    assert set(codes(seen)) >= found - {"EB309"}
    assert seen.exit_code is code


def test_a_stray_file_is_a_warning_only(folder: Path) -> None:
    (folder / "pki/notes").write_text("")
    (folder / "out/etcd1/pki/notes").write_text("")
    (folder / "out/etcd1/notes").write_text("")  # render --check's matter
    seen = judged(folder)
    assert (codes(seen), seen.exit_code) == (["EB346", "EB346"], ExitCode.OK)


def test_the_key_of_a_removed_client_is_noted_by_name(folder: Path) -> None:
    spec = (folder / "cluster.yaml").read_text()
    (folder / "cluster.yaml").write_text(f"{spec}certificates: {{clients: [root, 'team:app']}}\n")
    issue(open_cluster(str(folder / "cluster.yaml")).plan, folder / "pki")
    run(RenderRequest(file=str(folder / "cluster.yaml")))
    assert judged(folder).findings == ()
    (folder / "cluster.yaml").write_text(spec)
    seen = judged(folder)
    [found] = [each for each in seen.findings if each.code == "EB324"]
    assert found.message.endswith("is the key of client/team:app, which the spec no longer has")
    assert "etcdboot certs revoke client/team:app; then remove clients/team" in found.hint
    assert (str(found.severity), seen.exit_code) == ("note", ExitCode.OK)


def test_what_is_due_is_a_warning_only(folder: Path) -> None:
    seen = judged(folder, later=timedelta(days=340))
    assert (set(codes(seen)), seen.exit_code) == ({"EB320"}, ExitCode.OK)


def test_what_the_spec_no_longer_names_is_not_taken_for_a_stray(folder: Path) -> None:
    text = SPEC.replace("  - {name: etcd3, host: 192.168.202.3}\n", "")
    (folder / "cluster.yaml").write_text(text)
    found = [each for each in judged(folder).findings if each.path.startswith("members/etcd3")]
    assert {each.code for each in found} == {"EB324"}


def files(folder: Path, *names: str, role: CertKind | None = None, host: str = "") -> Verified:
    paths = [str(folder / "pki" / name) for name in names]
    return verify_files(paths, role, parse_host(host) if host else None)


def test_files_are_judged_against_one_another(folder: Path) -> None:
    own = ("members/etcd1/server.pem", "members/etcd1/server-key.pem", "ca.pem")
    good = files(folder, *own, role=CertKind.SERVER, host="192.168.202.1")
    assert (good.findings, good.exit_code, good.files) == ((), ExitCode.OK, 3)
    other = files(folder, *own, role=CertKind.SERVER, host="192.168.202.2")
    assert (codes(other), other.exit_code) == (["EB311"], ExitCode.DRIFT)
    wrong = files(folder, "members/etcd1/server.pem", "clients/root-key.pem", "ca.pem")
    assert (codes(wrong), wrong.exit_code) == (["EB302"], ExitCode.REFUSED)


def test_a_named_key_that_others_can_read_is_warned_of(folder: Path) -> None:
    (folder / "pki/ca-key.pem").chmod(0o644)
    assert codes(files(folder, "ca.pem", "ca-key.pem")) == ["EB345"]


@pytest.mark.parametrize("content", ["", "hello"])
def test_a_file_that_is_no_use_is_refused(folder: Path, content: str) -> None:
    (folder / "pki/x").write_text(content)
    found = files(folder, "x", "ca.pem")
    assert (codes(found), found.exit_code) == (["EB343"], ExitCode.REFUSED)


def test_a_damaged_file_is_refused_and_one_that_is_not_there_missing(folder: Path) -> None:
    broken = (folder / "pki/ca.pem").read_text().replace("MII", "MIX", 1)
    (folder / "pki/x").write_text(broken)
    assert codes(files(folder, "x")) == ["EB343"]
    with pytest.raises(Missing):
        files(folder, "absent")


def test_the_time_is_whatever_it_is(folder: Path) -> None:
    found = verify_files([str(folder / "pki/ca.pem")], now=lambda: NOW + timedelta(days=36500))
    assert codes(found) == ["EB305"]
