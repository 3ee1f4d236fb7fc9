"""``etcdboot render`` as a user meets it: exit codes, stdout, stderr."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.running import ENVIRONMENT
from cli.running import process as etcdboot

SPEC = """\
name: prod-a
etcd: {version: "3.6.14"}
tls: {client: "off", peer: "off"}
members:
  - {name: etcd1, host: 10.0.0.1}
  - {name: etcd2, host: 10.0.0.2}
  - {name: etcd3, host: 10.0.0.3}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cluster.yaml").write_text(SPEC)
    return tmp_path


def test_says_what_it_wrote_and_what_comes_next(folder: Path) -> None:
    done = etcdboot(folder, "render")
    assert done.returncode == 0, done.stderr
    assert "new     out/etcd1/etcd.conf.yml\n" in done.stdout
    assert done.stdout.endswith("12 files in out: 12 new\n")
    title = "\nNext:\n  1. copy each member's folder to its host:\n"
    assert f"{title}       scp -r out/etcd1 root@10.0.0.1:\n       scp -r " in done.stderr
    assert etcdboot(folder, "render", "-q").stderr == ""


def test_after_a_change_a_running_cluster_is_not_restarted_at_once(folder: Path) -> None:
    etcdboot(folder, "render")
    assert "1. nothing changed: " in etcdboot(folder, "render").stderr
    with (folder / "cluster.yaml").open("a") as spec:
        spec.write("defaults: {flags: {snapshot-count: 50000}}\n")
    steps = etcdboot(folder, "render").stderr.partition("Next:\n")[2]
    running, first = steps.split("  2. first start: ", 1)
    assert running.startswith("  1. running cluster: restart one member after the other")
    assert running.count("etcdboot verify --wait 60s") == running.count("systemctl restart") == 3
    assert "systemctl enable --now" in first


def test_check_and_diff_go_together_and_write_nothing(folder: Path) -> None:
    done = etcdboot(folder, "render", "--check", "--diff", "--target", "procfile", "--settings", "flags")
    assert done.returncode == 4
    assert done.stdout.startswith("--- /dev/null\n+++ b/Procfile\n")
    assert not (folder / "out").exists()


def test_json_is_one_object_with_the_promised_keys(folder: Path) -> None:
    body = json.loads(etcdboot(folder, "render", "-w", "json", "--diff").stdout)
    assert (body["ok"], body["exit"], body["diagnostics"]) == (True, 0, [])
    wanted = {"path", "kind", "mode", "secret", "host_path", "host_mode", "owner", "group", "diff"}
    assert all(each.keys() == wanted for each in body["changes"])
    unit = next(each for each in body["changes"] if each["path"] == "etcd1/etcd.service")
    assert (unit["kind"], unit["mode"], unit["host_path"]) == ("new", "0644", "/etc/etcd/etcd.service")
    assert (unit["host_mode"], unit["owner"], unit["group"]) == ("0644", "root", "root")


def test_a_refusal_in_json_still_lists_the_changes(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out/Procfile").write_text("not yours")
    done = etcdboot(folder, "render", "--target", "procfile", "-w", "json")
    body = json.loads(done.stdout)
    assert (done.returncode, body["exit"]) == (7, 7)
    errors = [each["code"] for each in body["diagnostics"] if each["severity"] == "error"]
    assert errors == ["EB402"]
    assert {each["kind"] for each in body["changes"]} == {"new", "foreign"}
    assert (folder / "out/Procfile").read_text() == "not yours"


def test_certificates_come_first(folder: Path) -> None:
    (folder / "cluster.yaml").write_text(SPEC.replace('tls: {client: "off", peer: "off"}\n', ""))
    done = etcdboot(folder, "render")
    assert done.returncode == 8
    assert "pki/members/etcd1/server.pem: error EB330" in done.stderr
    assert "etcdboot certs" in done.stderr
    assert etcdboot(folder, "render", "--pki", "none").returncode == 0


def test_explains_what_it_adds(folder: Path) -> None:
    done = etcdboot(folder, "render", "--explain")
    assert "etcd1: feature-gates=InitialCorruptCheck=true: " in done.stdout
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--target", "compose"), 2, "procfile"),
        (("--member", "etcd9"), 2, "EB457"),
        (("--templates", "nowhere"), 8, "EB454"),
        (("-f", "nowhere.yaml"), 8, "EB003"),
    ],
)
def test_a_wrong_command_says_why(folder: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = etcdboot(folder, "render", *arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_help_has_an_example(folder: Path) -> None:
    assert "etcdboot render --check --diff" in etcdboot(folder, "render", "--help").stdout


def test_rendering_needs_no_cryptography(folder: Path) -> None:
    code = (
        "import sys; from etcdboot.cli import program\n"
        "try: program(['render', '-q'])\n"
        "except SystemExit: print([each for each in ('cryptography', 'grpc', 'rich') if each in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
