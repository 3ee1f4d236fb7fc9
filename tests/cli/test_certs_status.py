"""``certs status``, ``show``, ``verify`` and ``renew --due`` as a user and a monitor meet them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.running import etcdboot, in_json, process
from etcdboot.effects.network.ports import free_loopback_ports

SPEC = """\
name: prod-a
etcd: {{version: "3.6.14"}}
certificates: {{ca: shared}}
members:
  - {{name: etcd1, host: 127.0.0.1, client-port: {}, peer-port: {}}}
"""
STATES = {"etcd1/server", "etcd1/peer", "client/root", "ca"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A member on loopback that does not run, with its certificates."""
    (tmp_path / "cluster.yaml").write_text(SPEC.format(*free_loopback_ports(2)))
    monkeypatch.chdir(tmp_path)
    assert etcdboot("certs", "-q").exit_code == 0
    return tmp_path


def words(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


# --- status


def test_status_is_a_table_with_the_cas_apart_and_a_line_for_monitors(folder: Path) -> None:
    done = etcdboot("certs", "status")
    assert done.exit_code == 0
    lines = words(done.stdout)
    head = ["CERTIFICATE", "STATE", "SUBJECT", "EXPIRES", "RESIDUAL", "CA", "KEY", "NAMES"]
    assert lines[0] == head
    assert [line[:3] for line in lines[1:4]] == [
        ["etcd1/server", "ok", "CN=etcd1"],
        ["etcd1/peer", "ok", "CN=etcd1"],
        ["client/root", "ok", "CN=root"],
    ]
    assert lines[4] == []
    assert (lines[5], lines[6][:2]) == (["AUTHORITY", *head[1:]], ["ca", "ok"])
    assert done.stdout.splitlines()[-1].startswith("4 certificates: 4 ok; etcd1/server ends in 364d")


def test_status_of_what_is_missing(folder: Path) -> None:
    for name in ("root.pem", "root-key.pem"):
        (folder / "pki/clients" / name).unlink()
    done = etcdboot("certs", "status")
    assert done.exit_code == 4
    assert ["client/root", "missing", "-", "-", "-", "ca", "absent", "-"] in words(done.stdout)
    assert "EB340" in done.stderr and "etcdboot certs" in done.stderr


def test_status_in_json_has_an_entry_for_each(folder: Path) -> None:
    (folder / "pki/clients/root.pem").unlink()
    (folder / "pki/clients/root-key.pem").unlink()
    whole = in_json(etcdboot("certs", "status", "-w", "json", "--within", "400d"))
    entries = {each["name"]: each for each in whole["certificates"]}
    assert set(entries) == STATES
    assert (whole["exit"], entries["client/root"]["sha256"], entries["client/root"]["due"]) == (
        4,
        None,
        False,
    )
    assert entries["etcd1/server"]["due"] is True
    assert 364 * 86400 < entries["etcd1/server"]["residual"] <= 365 * 86400
    assert [each["code"] for each in entries["etcd1/server"]["problems"]] == ["EB320"]
    assert "live" not in whole


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 0),
        (["--within", "300d"], 0),
        (["--within", "366d"], 4),
        (["--within", "50%"], 0),
        (["--within", "100%"], 4),
    ],
)
def test_a_timer_can_branch_on_the_exit_code(folder: Path, arguments: list[str], code: int) -> None:
    assert etcdboot("certs", "status", "-q", *arguments).exit_code == code


@pytest.mark.parametrize("within", ["x", "30", "-1d", "200%", "0d"])
def test_a_wrong_within_is_a_wrong_call(folder: Path, within: str) -> None:
    done = etcdboot("certs", "status", f"--within={within}")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "lifetime" in done.stderr


def test_status_live_of_members_that_do_not_run(folder: Path) -> None:
    done = etcdboot("certs", "status", "--live")
    assert done.exit_code == 6
    assert done.stdout.count("unreachable") == 3  # two URLs and the summary
    assert done.stderr.count("EB344") == 2
    live = in_json(etcdboot("certs", "status", "--live", "-w", "json"))["live"]
    assert [set(each) >= {"url", "sha256", "not_after", "state"} for each in live] == [True, True]


def test_status_writes_nothing_and_needs_no_key(folder: Path) -> None:
    shutil.copytree("pki", "public", ignore=shutil.ignore_patterns("*-key.pem", ".etcdboot.json"))
    before = {each: each.stat().st_mtime_ns for each in folder.rglob("*")}
    done = etcdboot("certs", "status", "--pki", "public")
    assert (done.exit_code, done.stdout.count("absent")) == (0, 4)
    assert {each: each.stat().st_mtime_ns for each in folder.rglob("*")} == before


@pytest.mark.parametrize(
    ("spoil", "code", "said"),
    [
        ("echo x >pki/ca.pem", 7, "EB301"),
        ("cp pki/clients/root-key.pem pki/members/etcd1/peer-key.pem", 7, "EB302"),
        ("rm pki/ca.pem", 7, "EB304"),
        ("rm cluster.yaml", 8, "EB003"),
        ("echo 'nam: x' >cluster.yaml", 3, "EB1"),
        ("ln -sf /etc/passwd pki/clients/root.pem", 7, "EB403"),
    ],
)
def test_worse_than_due_has_its_own_exit_code(folder: Path, spoil: str, code: int, said: str) -> None:
    subprocess.run(["sh", "-c", spoil], cwd=folder, check=True)
    done = etcdboot("certs", "status")
    assert done.exit_code == code, done.output
    assert said in done.stderr


def test_status_in_a_table_of_rich(folder: Path) -> None:
    done = etcdboot("certs", "status", "-w", "table", "--live")
    assert "etcd1/server" in done.stdout and "unreachable" in done.stdout and "certificate" in done.stdout


def test_status_without_tls_has_nothing_to_tell(tmp_path: Path) -> None:
    text = SPEC.format(1234, 1235) + "tls: {client: 'off', peer: 'off'}\n"
    (tmp_path / "cluster.yaml").write_text(text)
    done = etcdboot("certs", "status", "--live", "-f", str(tmp_path / "cluster.yaml"))
    assert (done.exit_code, done.stdout) == (0, "no certificates: TLS is off, or left to etcd\n")


# --- show


def test_show_tells_what_is_in_files(folder: Path) -> None:
    done = etcdboot("certs", "show", "pki/members/etcd1/server.pem", "pki/ca-key.pem")
    assert done.exit_code == 0
    assert "pki/members/etcd1/server.pem: one certificate\n  certificate\n" in done.stdout
    assert ["subjectAltName", "localhost,", "127.0.0.1"] in words(done.stdout)
    assert "PRIVATE" not in done.output


def test_show_reads_standard_input_and_needs_no_spec(folder: Path) -> None:
    (folder / "cluster.yaml").unlink()
    chain = (folder / "pki/clients/root.pem").read_bytes() + (folder / "pki/ca.pem").read_bytes()
    done = etcdboot("certs", "show", "-", "-w", "json", stdin=chain)
    [file] = in_json(done)["files"]
    assert (file["file"], file["order"], len(file["objects"])) == ("<stdin>", "chain", 2)


@pytest.mark.parametrize("form", ["simple", "table"])
def test_show_never_prints_a_key(folder: Path, form: str) -> None:
    key = (folder / "pki/ca-key.pem").read_text().splitlines()[1]
    done = etcdboot("certs", "show", "pki/ca-key.pem", "-w", form)
    assert done.exit_code == 0
    assert key not in done.output and "ecdsa-p256" in done.stdout


@pytest.mark.parametrize(("name", "code"), [("absent.pem", 8), ("cluster.yaml", 7), ("pki", 8)])
def test_show_of_what_is_no_such_file(folder: Path, name: str, code: int) -> None:
    done = etcdboot("certs", "show", name, "pki/ca.pem")
    assert done.exit_code == code
    assert name in done.stderr


def test_show_wants_a_file() -> None:
    assert etcdboot("certs", "show").exit_code == 2


# --- verify


def test_verify_of_what_etcdboot_made(folder: Path) -> None:
    assert etcdboot("render", "-q").exit_code == 0
    done = etcdboot("certs", "verify")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.endswith("files: all is well\n")
    assert in_json(etcdboot("certs", "verify", "-w", "json"))["files"] > 20


def test_verify_names_what_is_wrong_and_what_to_do(folder: Path) -> None:
    (folder / "pki/ca-key.pem").chmod(0o644)
    done = etcdboot("certs", "verify")
    assert (done.exit_code, done.stdout) == (4, "10 files: 1 error\n")
    assert "pki/ca-key.pem: error EB345" in done.stderr and "chmod 0600" in done.stderr


def test_verify_of_files(folder: Path) -> None:
    own = [f"pki/members/etcd1/{name}" for name in ("server.pem", "server-key.pem")]
    good = etcdboot("certs", "verify", *own, "pki/ca.pem", "--as", "server", "--host", "127.0.0.1")
    assert (good.exit_code, good.stdout) == (0, "3 files: all is well\n")
    bad = etcdboot("certs", "verify", *own, "pki/ca.pem", "--host", "etcd9.example.com")
    assert (bad.exit_code, bad.stdout) == (4, "3 files: 1 error\n")
    assert etcdboot("certs", "verify", own[0], "pki/clients/root-key.pem", "pki/ca.pem").exit_code == 7


@pytest.mark.parametrize(
    "arguments",
    [
        ["--as", "server"],
        ["--host", "x"],
        ["pki/ca.pem", "--as", "king"],
        ["pki/ca.pem", "--host", "https://x:1"],
    ],
)
def test_verify_asked_wrongly(folder: Path, arguments: list[str]) -> None:
    done = etcdboot("certs", "verify", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")


# --- renew


def test_renew_due_with_nothing_due(folder: Path) -> None:
    done = etcdboot("certs", "renew", "--due")
    assert (done.exit_code, done.stdout, "Next" in done.stderr) == (0, "nothing to renew\n", False)


def test_renew_due_says_who_needs_the_new_files(folder: Path) -> None:
    done = etcdboot("certs", "renew", "--due", "--within", "366d", "--same-key")
    assert done.exit_code == 0
    assert [line[:2] for line in words(done.stdout)] == [
        ["ca", "kept"],
        ["etcd1/server", "renewed"],
        ["etcd1/peer", "renewed"],
        ["client/root", "renewed"],
    ]
    assert "1. write the members' and clients' files again: etcdboot render\n" in done.stderr
    assert "2. copy the files to the host of etcd1 (server, peer): no restart" in done.stderr
    assert "3. give its new files to the client root\n" in done.stderr
    assert "4. see that every member serves them: etcdboot certs status --live\n" in done.stderr


def test_renew_names_only_those_whose_files_are_new(folder: Path) -> None:
    for name, whose in (("etcd1/peer", "members'"), ("client/root", "clients'")):
        done = etcdboot("certs", "renew", name)
        assert f"1. write the {whose} files again: etcdboot render\n" in done.stderr


def test_renew_dry_run_writes_nothing(folder: Path) -> None:
    before = {each: each.stat().st_mtime_ns for each in folder.rglob("*")}
    done = etcdboot("certs", "renew", "--all", "--dry-run", "-w", "json")
    whole = in_json(done)
    assert (whole["renewed"], whole["dry_run"], whole["changes"]) == (
        ["etcd1/server", "etcd1/peer", "client/root"],
        True,
        [],
    )
    assert [(each["member"], each["restart"]) for each in whole["rollout"]] == [
        ("etcd1", False),
        (None, True),
    ]
    assert {each: each.stat().st_mtime_ns for each in folder.rglob("*")} == before
    assert (
        "would renew etcd1/server, etcd1/peer, client/root\n"
        in etcdboot("certs", "renew", "--all", "--dry-run").stdout
    )


@pytest.mark.parametrize(
    "arguments",
    [["--due", "--all"], ["--due", "etcd1/peer"], ["--within", "1d", "--all"], ["--same-key"], ["--dry-run"]],
)
def test_renew_asked_wrongly(folder: Path, arguments: list[str]) -> None:
    done = etcdboot("certs", "renew", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")


def test_renew_the_same_key_that_is_not_there(folder: Path) -> None:
    os.unlink(folder / "pki/clients/root-key.pem")
    done = process(folder, "certs", "renew", "client/root", "--same-key")
    assert (done.returncode, done.stdout) == (7, "")
    assert "EB341" in done.stderr
