"""The record of issued certificates as a user meets it: ``certs status --all``, ``revoke``, the warnings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.running import process as etcdboot

SPEC = """\
name: prod-a
etcd: {version: "3.6.14"}
certificates: {crl: {}, ca: split, clients: [root, alice]}
members:
  - {name: etcd1, host: 127.0.0.1, client-port: 1, peer-port: 2}
"""
LEFT = "client/alice is no longer in the spec; its certificate opens the client port until 2"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cluster.yaml").write_text(SPEC)
    assert etcdboot(tmp_path, "certs", "-q").returncode == 0
    assert etcdboot(tmp_path, "render", "-q").returncode == 0
    return tmp_path


def leave(folder: Path) -> None:
    """Take alice out of the spec and out of both folders."""
    (folder / "cluster.yaml").write_text(SPEC.replace(", alice", ""))
    for path in folder.glob("pki/clients/alice*"):
        path.unlink()


def issued(folder: Path) -> list[dict[str, str]]:
    done = etcdboot(folder, "certs", "status", "--all", "-w", "json")
    found: list[dict[str, str]] = json.loads(done.stdout)["issued"]
    return found


def test_pruning_a_client_says_until_when_its_certificate_is_valid(folder: Path) -> None:
    leave(folder)
    done = etcdboot(folder, "render", "--prune")
    assert done.returncode == 0
    assert not (folder / "out/clients/alice").exists()
    assert f"warning EB410: {LEFT}" in done.stderr
    assert "hint: revoke it with: etcdboot certs revoke client/alice" in done.stderr
    assert [path for path in folder.glob("out/**/*") if "issued" in path.name] == []


@pytest.mark.parametrize("command", [["certs"], ["certs", "status"], ["render"]])
def test_every_command_warns_until_it_is_revoked(folder: Path, command: list[str]) -> None:
    leave(folder)
    done = etcdboot(folder, *command)
    assert done.stderr.count(f"issued.json: warning EB410: {LEFT}") == 1
    assert etcdboot(folder, "certs", "revoke", "client/alice").returncode == 0
    assert "EB410" not in etcdboot(folder, *command).stderr


def test_a_name_that_left_is_revoked_with_all_its_certificates(folder: Path) -> None:
    etcdboot(folder, "certs", "renew", "client/alice", "-q")
    leave(folder)
    done = etcdboot(folder, "certs", "revoke", "client/alice", "--reason", "privilege-withdrawn")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.partition(", serial ")[0] for line in lines[:2]] == ["revoked client/alice"] * 2
    assert lines[2] == "client/alice: 2 certificates revoked"
    assert lines[3].endswith("2 revoked")


def test_status_lists_everything_that_is_valid(folder: Path) -> None:
    etcdboot(folder, "certs", "renew", "client/root", "-q")
    etcdboot(folder, "certs", "revoke", "client/alice", "-q")
    listed = etcdboot(folder, "certs", "status", "--all").stdout
    rows = [line.split() for line in listed[listed.index("ISSUED") :].split("\n\n")[0].splitlines()]
    assert rows[0] == ["ISSUED", "SERIAL", "CA", "FROM", "EXPIRES", "STATE"]
    assert [(row[0], row[-1]) for row in rows[1:]] == [
        ("ca", "current"),
        ("client/alice", "revoked"),
        ("client/root", "replaced"),
        ("client/root", "current"),
        ("etcd1/peer", "current"),
        ("etcd1/server", "current"),
        ("peer-ca", "current"),
    ]
    assert "ISSUED" not in etcdboot(folder, "certs", "status").stdout
    assert "client/alice" in etcdboot(folder, "certs", "status", "--all", "-w", "table").stdout


def test_the_list_is_json_too(folder: Path) -> None:
    entry = next(each for each in issued(folder) if each["name"] == "etcd1/peer")
    shown = json.loads(etcdboot(folder, "certs", "-w", "json").stdout)["certificates"]
    same = next(each for each in shown if each["name"] == "etcd1/peer")
    keys = ("name", "ca", "not_before", "not_after", "sha256")
    assert {key: entry[key] for key in keys} == {key: same[key] for key in keys}
    assert entry["state"] == "current"
    assert int(entry["serial"], 16) > 0
    assert "issued" not in json.loads(etcdboot(folder, "certs", "status", "-w", "json").stdout)


def test_one_certificate_is_revoked_by_its_serial_number(folder: Path) -> None:
    etcdboot(folder, "certs", "renew", "client/root", "-q")
    old = next(each for each in issued(folder) if each["state"] == "replaced")
    digits = old["serial"].upper().rjust(40, "0")
    written = ":".join(digits[place : place + 2] for place in range(0, 40, 2))
    done = etcdboot(folder, "certs", "revoke", "--serial", written)
    assert done.stdout.startswith(f"revoked client/root, serial {old['serial']}, ")
    assert sorted(each["state"] for each in issued(folder) if each["name"] == "client/root") == [
        "current",
        "revoked",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--serial", "xyz"], 2, "'xyz' is not a number in hexadecimal digits"),
        (["--serial", "7"], 2, "EB308: no valid certificate with the serial number 7 is recorded"),
        (["client/bob"], 2, "EB308"),
        ([], 2, "NAME|FILE"),
    ],
)
def test_a_wrong_call_says_so(folder: Path, arguments: list[str], code: int, text: str) -> None:
    done = etcdboot(folder, "certs", "revoke", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert text in done.stderr


@pytest.mark.parametrize("command", [["certs"], ["certs", "status", "--all"], ["render"]])
def test_a_damaged_record_is_refused_with_line_and_column(folder: Path, command: list[str]) -> None:
    (folder / "pki/issued.json").write_text('{\n "etcdboot-issued": 1,\n "certificates": {}\n}')
    done = etcdboot(folder, *command)
    assert done.returncode == 7
    assert "pki/issued.json:3:18: error EB411: " in done.stderr
    (folder / "pki/issued.json").unlink()
    done = etcdboot(folder, "certs")
    assert done.returncode == 0
    assert "pki/issued.json: warning EB412: " in done.stderr
