"""``up`` and its companions as a user meets them, before any real member is started."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from etcdboot.effects.network.ports import free_loopback_ports

SPEC = """\
name: t
tls: {client: mutual, peer: mutual}
members:
  - {name: etcd1, host: HOST, client-port: CLIENT, peer-port: PEER}
"""
SOURCE = Path(__file__).resolve().parents[2] / "src"
Run = subprocess.CompletedProcess[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a spec, and an etcd that says its release and nothing else."""
    write_spec(tmp_path)
    etcd = tmp_path / "etcd"
    etcd.write_text('#!/bin/sh\n[ "$1" = --version ] && echo etcd Version: 3.5.33 && exit\nexit 9\n')
    etcd.chmod(0o755)
    (tmp_path / "tmp").mkdir()
    return tmp_path


def write_spec(folder: Path, host: str = "127.0.0.1", more: str = "") -> None:
    client, peer = free_loopback_ports(2)
    text = SPEC.replace("HOST", host).replace("CLIENT", str(client)).replace("PEER", str(peer))
    (folder / "cluster.yaml").write_text(text + more)


def etcdboot(folder: Path, *arguments: str, **extra: str) -> Run:
    environment = {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(SOURCE),
        "TMPDIR": str(folder / "tmp"),
        "ETCDBOOT_ETCD": str(folder / "etcd"),
        **extra,
    }
    return subprocess.run(
        [sys.executable, "-m", "etcdboot", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", ["up", "down", "ps", "stop", "start", "env"])
def test_help_has_an_example(folder: Path, command: str) -> None:
    done = etcdboot(folder, command, "--help")
    assert done.returncode == 0
    assert "Example" in done.stdout and f"etcdboot {command}" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("up", "--wait", "soon"),
        ("up", "--wait", "-1s"),
        ("up", "extra"),
        ("up", "--once", "--pki", "p"),
        ("up", "--local", "--state", "s"),
        ("stop",),
        ("start", "a", "b"),
    ],
)
def test_a_wrong_command_line_is_a_usage_error(folder: Path, words: tuple[str, ...]) -> None:
    done = etcdboot(folder, *words)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr


def test_a_spec_that_is_named_must_be_there(folder: Path) -> None:
    done = etcdboot(folder, "up", "-f", "absent.yaml")
    assert done.returncode == 8 and "absent.yaml" in done.stderr


def test_a_wrong_spec_is_told_with_its_place(folder: Path) -> None:
    (folder / "cluster.yaml").write_text("name: t\nmembers:\n  - {name: e1, hots: 127.0.0.1}\n")
    done = etcdboot(folder, "up", "--once")
    assert done.returncode == 3 and "cluster.yaml:3:" in done.stderr


def test_errors_come_as_json_when_that_is_asked_for(folder: Path) -> None:
    write_spec(folder, "192.0.2.1")  # RFC 5737: nobody's
    done = etcdboot(folder, "up", "-w", "json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["exit"], told["ok"]) == (7, 7, False)
    (found,) = told["diagnostics"]
    assert found["code"] == "EB509" and "--local" in found["hint"] and found["line"] == 4


def test_a_refusal_leaves_nothing_behind(folder: Path) -> None:
    write_spec(folder, "192.0.2.1")
    before = sorted(folder.rglob("*"))
    assert etcdboot(folder, "up").returncode == 7
    assert etcdboot(folder, "up", "--once").returncode == 7
    assert sorted(folder.rglob("*")) == before


def test_no_etcd_anywhere_is_missing_and_names_the_remedy(folder: Path) -> None:
    done = etcdboot(folder, "up", ETCDBOOT_ETCD=str(folder / "absent"))
    assert done.returncode == 8 and "etcdboot[local]" in done.stderr


def test_certificates_that_no_longer_fit_are_drift(folder: Path) -> None:
    assert etcdboot(folder, "certs", "-q").returncode == 0
    text = (folder / "cluster.yaml").read_text()
    (folder / "cluster.yaml").write_text(text + "certificates: {sans: [etcd.example.com]}\n")
    done = etcdboot(folder, "up")
    assert done.returncode == 4, done.stderr
    assert "etcd.example.com" in done.stderr


def test_a_symlink_in_place_of_the_state_folder_is_refused(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    (folder / ".etcdboot").symlink_to(folder / "elsewhere")
    done = etcdboot(folder, "up")
    assert done.returncode == 7 and "EB403" in done.stderr
    assert list((folder / "elsewhere").iterdir()) == []


def test_what_a_member_says_before_it_ends_is_told(folder: Path) -> None:
    done = etcdboot(folder, "up")
    assert done.returncode == 6, done.stderr
    assert "etcd1: ended on its own: exit code 9" in done.stderr
    key = folder / ".etcdboot/members/etcd1/config/pki/server-key.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_spec_may_come_by_standard_input(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "etcdboot", "up", "--once", "-f", "-"],
        cwd=folder,
        env={"PATH": os.defpath, "PYTHONPATH": str(SOURCE), "ETCDBOOT_ETCD": str(folder / "etcd")},
        input=(folder / "cluster.yaml").read_text(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 6, done.stderr


def test_flags_that_lead_elsewhere_are_left_out_and_told_of(folder: Path) -> None:
    write_spec(folder, more="etcd: {flags: {wal-dir: /var/lib/etcd-wal}}\n")
    done = etcdboot(folder, "up", "--once")
    assert "wal-dir is left out" in done.stderr
