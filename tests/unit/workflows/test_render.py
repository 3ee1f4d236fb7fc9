from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from etcdboot.base.artifacts import ChangeKind
from etcdboot.base.errors import Drift, ExitCode, Missing, Refused, SpecError, UsageError
from etcdboot.spec.spec import Settings, Target
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.certs.precheck import vouch
from etcdboot.workflows.certs.renew import renew
from etcdboot.workflows.cluster import open_cluster
from etcdboot.workflows.render import Pki, RenderRequest, RenderResult, run

SPEC = """\
name: prod-a
etcd: {version: "3.6.14"}
members:
  - {name: etcd1, host: 10.0.0.1}
  - {name: etcd2, host: 10.0.0.2}
  - {name: etcd3, host: 10.0.0.3}
"""


@pytest.fixture
def request_(tmp_path: Path) -> RenderRequest:
    """What to render: a spec in a folder of its own, with its certificates."""
    spec = tmp_path / "cluster.yaml"
    spec.write_text(SPEC)
    issue(open_cluster(str(spec)).plan, tmp_path / "pki")
    return RenderRequest(str(spec))


def kinds(result: RenderResult) -> set[ChangeKind]:
    return {each.kind for each in result.changes}


def test_writes_everything_and_then_nothing(request_: RenderRequest, tmp_path: Path) -> None:
    first = run(request_)
    assert (kinds(first), first.exit_code) == ({ChangeKind.NEW}, ExitCode.OK)
    assert first.next_lines[-1].endswith("--wait 60s")
    key = tmp_path / "out/etcd1/pki/server-key.pem"
    assert key.read_bytes() == (tmp_path / "pki/members/etcd1/server-key.pem").read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600
    assert not list((tmp_path / "out").rglob("*ca-key*"))
    second = run(request_)
    assert kinds(second) == {ChangeKind.SAME}
    [said] = second.next_lines
    assert said.startswith("nothing changed: ")


def test_names_every_missing_certificate(request_: RenderRequest, tmp_path: Path) -> None:
    (tmp_path / "pki/members/etcd2/peer.pem").unlink()
    (tmp_path / "pki/members/etcd3/server-key.pem").unlink()
    with pytest.raises(Missing) as refusal:
        run(request_)
    assert [each.code for each in refusal.value.diagnostics] == ["EB330", "EB330"]
    assert run(replace(request_, pki=Pki.NONE)).exit_code is ExitCode.OK
    assert run(replace(request_, members=("etcd1",))).exit_code is ExitCode.OK
    assert not (tmp_path / "out/etcd2/pki").exists()


def test_public_needs_no_key_and_leaves_those_there_alone(request_: RenderRequest, tmp_path: Path) -> None:
    run(request_)
    for key in tmp_path.glob("pki/members/*/*-key.pem"):
        key.unlink()
    found = run(replace(request_, pki=Pki.PUBLIC, check=True))
    assert (kinds(found), found.exit_code) == ({ChangeKind.SAME}, ExitCode.OK)
    assert run(replace(request_, pki=Pki.PUBLIC, prune=True)).exit_code is ExitCode.OK
    assert (tmp_path / "out/etcd1/pki/server-key.pem").exists()


def test_hosts_that_must_ask_first_get_the_script_for_it(tmp_path: Path) -> None:
    spec = tmp_path / "cluster.yaml"
    spec.write_text(SPEC.replace("members:", "certificates: {source: csr}\nmembers:"))
    issue(open_cluster(str(spec)).plan, tmp_path / "pki")
    result = run(RenderRequest(str(spec)))
    assert result.exit_code is ExitCode.OK
    assert [(each.code, each.path) for each in result.diagnostics] == [
        ("EB358", f"etcd{number}") for number in (1, 2, 3)
    ]
    assert "make-csr.sh" in result.next_lines[1]
    assert (tmp_path / "out/etcd1/make-csr.sh").stat().st_mode & 0o777 == 0o755
    assert not list((tmp_path / "out").glob("etcd*/pki/*-key.pem"))


def test_check_writes_nothing_and_tells_drift(request_: RenderRequest, tmp_path: Path) -> None:
    found = run(replace(request_, check=True))
    assert (kinds(found), found.exit_code) == ({ChangeKind.NEW}, ExitCode.DRIFT)
    assert not (tmp_path / "out").exists()


def test_a_diff_alone_is_no_drift_and_shows_no_key(request_: RenderRequest, tmp_path: Path) -> None:
    run(request_)
    cluster = open_cluster(request_.file)
    renew(cluster.plan, tmp_path / "pki", ["etcd1/server"])
    found = run(replace(request_, diff=True))
    assert found.exit_code is ExitCode.OK
    assert found.diffs.keys() == {"etcd1/pki/server.pem", "etcd1/pki/server-key.pem"}
    assert found.diffs["etcd1/pki/server-key.pem"] == "etcd1/pki/server-key.pem: key changed\n"
    assert "+sha256: " in found.diffs["etcd1/pki/server.pem"]
    assert not any("PRIVATE" in text or "BEGIN" in text for text in found.diffs.values())
    assert run(replace(request_, diff=True, check=True)).exit_code is ExitCode.DRIFT


def test_an_edited_file_is_refused_by_path_and_kept(request_: RenderRequest, tmp_path: Path) -> None:
    run(request_)
    unit = tmp_path / "out/etcd1/etcd.service"
    unit.write_text("mine")
    found = run(request_)
    assert found.exit_code is ExitCode.REFUSED
    assert [(each.code, each.file) for each in found.diagnostics] == [("EB401", str(unit))]
    assert unit.read_text() == "mine"
    assert run(replace(request_, force=True)).exit_code is ExitCode.OK
    assert unit.read_text() != "mine"


def test_what_is_no_longer_planned_is_named_and_pruned(request_: RenderRequest, tmp_path: Path) -> None:
    run(request_)
    moved = replace(request_, settings=Settings.ENV, targets=(Target.PROCFILE,))
    found = run(moved)
    assert "EB459" in {each.code for each in found.diagnostics}
    assert (tmp_path / "out/etcd1/etcd.service").exists()
    run(replace(moved, prune=True))
    assert not (tmp_path / "out/etcd1/etcd.service").exists()
    assert (tmp_path / "out/Procfile").exists()


def test_one_member_leaves_the_others_alone(request_: RenderRequest, tmp_path: Path) -> None:
    found = run(replace(request_, members=("ETCD2",), prune=True))
    assert {each.artifact.path.parts[0] for each in found.changes} == {"etcd2"}
    run(request_)
    assert kinds(run(replace(request_, members=("etcd2",), prune=True))) == {ChangeKind.SAME}
    assert (tmp_path / "out/etcd1/etcd.conf.yml").exists()


def test_each_client_gets_a_private_folder_of_its_own(request_: RenderRequest, tmp_path: Path) -> None:
    run(request_)
    bundle = tmp_path / "out/clients/root"
    assert {each.name: each.stat().st_mode & 0o777 for each in bundle.iterdir()} == {
        "ca.pem": 0o644,
        "client.pem": 0o644,
        "client-key.pem": 0o600,
        "etcdctl.env": 0o644,
    }
    assert bundle.stat().st_mode & 0o777 == 0o700
    assert (bundle / "client-key.pem").read_bytes() == (tmp_path / "pki/clients/root-key.pem").read_bytes()
    assert (bundle / "ca.pem").read_bytes() == (tmp_path / "pki/ca.pem").read_bytes()


def test_no_byte_of_a_cas_key_is_rendered(request_: RenderRequest, tmp_path: Path) -> None:
    Path(request_.file).write_text(
        SPEC.replace("members:", "certificates: {ca: split, intermediate: true}\nmembers:")
    )
    shutil.rmtree(tmp_path / "pki")
    issue(open_cluster(request_.file).plan, tmp_path / "pki")
    run(request_)
    keys = list((tmp_path / "pki").glob("*ca-key.pem"))
    # Its second line holds the end of the secret number; the public one after it stands in certificates too.
    secret = [key.read_bytes().splitlines()[2] for key in keys]
    files = [each for each in (tmp_path / "out").rglob("*") if each.is_file()]
    assert len(secret) == 4 and len(files) > 30
    assert [each for each in files for line in secret if line in each.read_bytes()] == []


def test_a_client_is_checked_and_pruned_like_a_member(request_: RenderRequest, tmp_path: Path) -> None:
    run(request_)
    (tmp_path / "out/clients/root/client.pem").unlink()
    found = run(replace(request_, check=True))
    assert [(str(each.artifact.path), each.kind) for each in found.changes if each.kind != "same"] == [
        ("clients/root/client.pem", ChangeKind.NEW)
    ]
    run(request_)
    Path(request_.file).write_text(SPEC.replace("members:", "certificates: {clients: []}\nmembers:"))
    assert [each.code for each in run(request_).diagnostics] == ["EB410", *["EB459"] * 4]
    assert [each.code for each in run(replace(request_, prune=True)).diagnostics] == ["EB410"]
    assert not (tmp_path / "out/clients").exists()


def test_a_client_without_a_certificate_of_its_own_is_told_whom_to_trust(
    request_: RenderRequest, tmp_path: Path
) -> None:
    Path(request_.file).write_text(SPEC.replace("members:", "tls: {client: server}\nmembers:"))
    run(request_)
    names = {each.name for each in (tmp_path / "out/clients/root").iterdir()}
    assert names == {"ca.pem", "etcdctl.env"}


def test_clients_follow_the_choice_of_certificates(request_: RenderRequest, tmp_path: Path) -> None:
    bundle = tmp_path / "out/clients/root"
    run(replace(request_, pki=Pki.NONE))
    assert [each.name for each in bundle.iterdir()] == ["etcdctl.env"]
    (tmp_path / "pki/clients/root-key.pem").unlink()
    run(replace(request_, pki=Pki.PUBLIC))
    assert sorted(each.name for each in bundle.iterdir()) == ["ca.pem", "client.pem", "etcdctl.env"]
    with pytest.raises(Missing, match=r"client/root has no clients/root-key\.pem"):
        run(request_)
    assert run(replace(request_, members=("etcd1",))).exit_code is ExitCode.OK


def test_a_client_whose_certificate_does_not_fit_gets_none(request_: RenderRequest, tmp_path: Path) -> None:
    server = tmp_path / "pki/members/etcd1/server"
    for suffix in (".pem", "-key.pem"):
        other = Path(f"{server}{suffix}").read_bytes()
        (tmp_path / f"pki/clients/root{suffix}").write_bytes(other)
    with pytest.raises(Drift, match="client/root names 'etcd1'"):
        run(request_)


def test_an_unknown_member_is_a_wrong_command(request_: RenderRequest) -> None:
    with pytest.raises(UsageError, match="no member etcd9"):
        run(replace(request_, members=("etcd9",)))


def test_a_spec_without_a_release_is_not_rendered(request_: RenderRequest) -> None:
    spec = Path(request_.file)
    spec.write_text(SPEC.replace('etcd: {version: "3.6.14"}\n', ""))
    with pytest.raises(SpecError) as refusal:
        run(request_)
    assert [each.code for each in refusal.value.diagnostics] == ["EB456"]


def test_a_release_over_a_minor_between_is_refused(request_: RenderRequest, tmp_path: Path) -> None:
    spec = Path(request_.file)
    spec.write_text(SPEC.replace("3.6.14", "3.4.45"))
    run(request_)
    assert json.loads((tmp_path / "out/.etcdboot.json").read_text())["releases"]["etcd1"] == "3.4.45"
    spec.write_text(SPEC)
    found = run(request_)
    assert found.exit_code is ExitCode.REFUSED
    assert [each.code for each in found.diagnostics][-3:] == ["EB458"] * 3
    spec.write_text(SPEC.replace("3.6.14", "3.5.33"))
    assert run(request_).exit_code is ExitCode.OK
    spec.write_text(SPEC)
    assert run(request_).exit_code is ExitCode.OK


def test_a_template_of_ones_own_is_used(request_: RenderRequest, tmp_path: Path) -> None:
    own = tmp_path / "own/client"
    own.mkdir(parents=True)
    (own / "etcdctl.env.j2").write_text("# {{ member.name }}\n")
    run(replace(request_, templates=tmp_path / "own"))
    assert (tmp_path / "out/etcd3/etcdctl.env").read_text() == "# etcd3\n"


# --- certificates that must not be handed on


def test_a_damaged_certificate_is_not_handed_on(request_: RenderRequest, tmp_path: Path) -> None:
    (tmp_path / "pki/members/etcd1/server.pem").write_text("garbage")
    with pytest.raises(Refused) as refusal:
        run(request_)
    assert [each.code for each in refusal.value.diagnostics] == ["EB301"]
    assert refusal.value.diagnostics[0].file == str(tmp_path / "pki/members/etcd1/server.pem")
    assert not (tmp_path / "out").exists()
    assert run(replace(request_, members=("etcd2",))).exit_code is ExitCode.OK
    assert run(replace(request_, pki=Pki.NONE)).exit_code is ExitCode.OK


def test_a_key_of_another_pair_is_not_handed_on(request_: RenderRequest, tmp_path: Path) -> None:
    members = tmp_path / "pki/members"
    (members / "etcd1/peer-key.pem").write_bytes((members / "etcd2/peer-key.pem").read_bytes())
    with pytest.raises(Refused) as refusal:
        run(request_)
    assert [each.code for each in refusal.value.diagnostics] == ["EB302"]


def test_a_certificate_for_another_host_is_drift(request_: RenderRequest, tmp_path: Path) -> None:
    Path(request_.file).write_text(SPEC.replace("10.0.0.3", "10.0.0.9"))
    for pki in (Pki.ALL, Pki.PUBLIC):
        with pytest.raises(Drift) as drift:
            run(replace(request_, pki=pki, check=True))
        assert {each.path for each in drift.value.diagnostics if each.code == "EB311"} == {
            "etcd3/server",
            "etcd3/peer",
        }
    issue(open_cluster(request_.file).plan, tmp_path / "pki")
    renew(open_cluster(request_.file).plan, tmp_path / "pki", ("etcd3/server", "etcd3/peer"))
    assert run(request_).exit_code is ExitCode.OK


def test_somebody_elses_certificates_are_handed_on_when_they_fit(
    request_: RenderRequest, tmp_path: Path
) -> None:
    (tmp_path / "pki/.etcdboot.json").unlink()
    assert run(request_).exit_code is ExitCode.OK


def test_a_certificate_that_is_due_is_handed_on_and_named(request_: RenderRequest, tmp_path: Path) -> None:
    Path(request_.file).write_text(f"{SPEC}certificates: {{renew-before: 364d}}\n")
    soon = datetime.now(UTC) + timedelta(days=2)
    found = vouch(open_cluster(request_.file).plan, tmp_path / "pki", now=lambda: soon)
    assert {each.code for each in found} == {"EB320"}


def test_what_is_asked_for_is_judged_as_if_the_spec_said_it(request_: RenderRequest) -> None:
    Path(request_.file).write_text(
        SPEC.replace('"3.6.14"', '"3.6.14", config-dir: "out/{name}"') + "render: {targets: [script]}\n"
    )
    asked = replace(request_, pki=Pki.NONE)
    assert run(asked).exit_code is ExitCode.OK
    with pytest.raises(SpecError) as refusal:
        run(replace(asked, targets=(Target.SYSTEMD,)))
    [found] = refusal.value.diagnostics
    assert (found.code, found.path, found.line) == ("EB244", "etcd.config-dir", 2)
