"""``etcdboot certs`` as a user meets it: exit codes, stdout, stderr."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.running import ENVIRONMENT
from cli.running import process as etcdboot

SPEC = """\
name: prod-a
etcd: {version: "3.6.14"}
members:
  - {name: etcd1, host: 192.168.202.128}
  - {name: etcd2, host: e2.example.com, address: 192.168.202.129}
  - {name: etcd3, host: "2001:db8::3"}
"""
ALL = [
    "ca",
    "peer-ca",
    "etcd1/server",
    "etcd1/peer",
    "etcd2/server",
    "etcd2/peer",
    "etcd3/server",
    "etcd3/peer",
    "client/root",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cluster.yaml").write_text(SPEC)
    return tmp_path


@pytest.fixture
def issued(folder: Path) -> Path:
    assert etcdboot(folder, "certs", "-q").returncode == 0
    return folder


def test_lists_what_it_made_and_says_what_comes_next(folder: Path) -> None:
    done = etcdboot(folder, "certs")
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[:2] for line in lines] == [[name, "new"] for name in ALL]
    assert lines[6][4:] == ["localhost,", "2001:db8::3,", "::1"]
    assert "[9/9] made the client root certificate\n" in done.stderr
    assert "1. write each member's files: etcdboot render" in done.stderr


def test_the_second_run_keeps_all_and_has_nothing_to_add(issued: Path) -> None:
    done = etcdboot(issued, "certs", "issue")
    assert done.returncode == 0
    assert {line.split()[1] for line in done.stdout.splitlines()} == {"kept"}
    assert done.stderr == ""


@pytest.mark.parametrize("form", ["simple", "table"])
def test_the_lists_that_it_wrote_are_among_the_files(issued: Path, form: str) -> None:
    text = (issued / "cluster.yaml").read_text()
    assert "certificates:" not in text
    (issued / "cluster.yaml").write_text(f"{text}certificates: {{ca: split, crl: {{}}}}\n")
    done = etcdboot(issued, "certs", "-w", form)
    assert done.returncode == 0, done.stderr
    lines = [line.replace("│", " ").split() for line in done.stdout.splitlines()]
    files = [line[:2] for line in lines if line and line[0].startswith(("crl.", "peer-crl."))]
    assert sorted(files) == [
        [f"{stem}.{end}", "new"] for stem in ("crl", "peer-crl") for end in ("der", "pem")
    ]
    assert "1. write each member's files: etcdboot render" in done.stderr
    assert "crl" not in etcdboot(issued, "certs").stdout


def test_an_encrypted_ca_key_is_asked_for_only_to_sign_and_never_shown(folder: Path) -> None:
    (folder / "pw").write_text("correct horse\n")
    given = ("--ca-passphrase-file", "pw")
    made = etcdboot(folder, "certs", "--encrypt-ca-key", *given)
    assert made.returncode == 0, made.stderr
    assert (folder / "pki" / "ca-key.pem").read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert etcdboot(folder, "certs").returncode == 0
    without = etcdboot(folder, "certs", "renew", "client/root")
    assert (without.returncode, "EB334" in without.stderr) == (7, True)
    (folder / "wrong").write_text("incorrect horse\n")
    wrong = etcdboot(folder, "certs", "renew", "client/root", "--ca-passphrase-file", "wrong")
    assert (wrong.returncode, "EB335" in wrong.stderr) == (7, True)
    good = etcdboot(folder, "certs", "renew", "client/root", *given, "-w", "json")
    assert good.returncode == 0
    rendered = etcdboot(folder, "render", "--diff")
    for done in (made, without, wrong, good, rendered):
        assert "correct horse" not in done.stdout + done.stderr
        assert "PRIVATE" not in done.stdout


def test_a_passphrase_cannot_be_given_on_the_command_line(folder: Path) -> None:
    for option in ("--ca-passphrase", "--passphrase"):
        assert etcdboot(folder, "certs", option, "x").returncode == 2


def test_quiet_says_nothing_but_the_list(folder: Path) -> None:
    done = etcdboot(folder, "certs", "-q")
    assert (len(done.stdout.splitlines()), done.stderr) == (len(ALL), "")


def test_json_is_one_object_with_the_promised_keys(folder: Path) -> None:
    done = etcdboot(folder, "certs", "-w", "json", "-q")
    told = json.loads(done.stdout)
    assert (told["ok"], told["exit"], told["diagnostics"]) == (True, 0, [])
    assert [each["name"] for each in told["certificates"]] == ALL
    assert set(told["certificates"][1]) == {
        *("name", "path", "ca", "subject", "sans", "usages", "not_before", "not_after", "key", "sha256"),
    }
    assert {each["kind"] for each in told["changes"]} == {"new"}
    assert "PRIVATE" not in done.stdout


def test_the_table_shows_key_and_signer(issued: Path) -> None:
    done = etcdboot(issued, "certs", "-w", "table")
    assert done.returncode == 0
    assert "ecdsa-p256" in done.stdout
    assert "signed by" in done.stdout


def test_a_spec_from_standard_input_and_a_pki_elsewhere(folder: Path) -> None:
    done = etcdboot(folder, "certs", "-f", "-", "--pki", "elsewhere/keys", stdin=SPEC)
    assert done.returncode == 0, done.stderr
    assert (folder / "elsewhere/keys/ca.pem").exists()
    assert not (folder / "pki").exists()


def test_renews_one_pair(issued: Path) -> None:
    done = etcdboot(issued, "certs", "renew", "etcd1/server")
    assert done.returncode == 0
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["ca", "kept"],
        ["etcd1/server", "renewed"],
    ]
    assert "etcdboot render" in done.stderr


def test_renews_all(issued: Path) -> None:
    done = etcdboot(issued, "certs", "renew", "--all", "-q")
    assert [line.split()[1] for line in done.stdout.splitlines()] == ["kept"] * 2 + ["renewed"] * 7


def test_what_no_longer_fits_is_drift(issued: Path) -> None:
    (issued / "cluster.yaml").write_text(SPEC + "certificates: {sans: [etcd.example.com]}\n")
    done = etcdboot(issued, "certs")
    assert done.returncode == 4
    assert "members/etcd2/server.pem: error EB311: etcd2/server does not certify" in done.stderr
    assert "hint: make it anew with: etcdboot certs renew etcd2/server" in done.stderr


def test_a_pair_changed_by_hand_is_listed_as_edited(issued: Path) -> None:
    certificate = issued / "pki/clients/root.pem"
    certificate.write_text("# mine\n" + certificate.read_text())
    done = etcdboot(issued, "certs")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].split()[:2] == ["client/root", "edited"]
    assert "warning EB309" in done.stderr


def test_a_cluster_without_tls_has_none(folder: Path) -> None:
    (folder / "cluster.yaml").write_text(SPEC + 'tls: {client: "off", peer: "off"}\n')
    done = etcdboot(folder, "certs")
    assert done.returncode == 0
    assert done.stdout == "no certificates: TLS is off, or left to etcd\n"
    assert not (folder / "pki").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["renew"], 2, "EB308"),
        (["renew", "etcd1"], 2, "did you mean etcd1/server and etcd1/peer?"),
        (["renew", "../etc/passwd"], 2, "EB308"),
        (["renew", "ca"], 7, "EB307"),
        (["renew", "--all", "etcd1/peer"], 2, "or --due"),
        (["renwe"], 2, "No such command"),
        (["-f", "absent.yaml"], 8, "EB003"),
        (["--pki", "cluster.yaml"], 7, "EB404"),
        (["--pki", "/proc/no/pki"], 8, "EB408"),
        (["-w", "xml"], 2, "xml"),
    ],
)
def test_a_wrong_call_says_so_and_writes_nothing(
    folder: Path, arguments: list[str], code: int, text: str
) -> None:
    done = etcdboot(folder, "certs", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert [each.name for each in folder.iterdir()] == ["cluster.yaml"]


@pytest.mark.parametrize("path", ["ca.pem", "ca-key.pem", "members/etcd1/peer.pem", "clients/root-key.pem"])
def test_a_damaged_file_is_named_with_the_way_out(issued: Path, path: str) -> None:
    (issued / "pki" / path).write_bytes(b"\x00\xff")
    done = etcdboot(issued, "certs")
    assert done.returncode == 7
    assert f"pki/{path}: error EB301: {path} cannot be read" in done.stderr
    assert "hint: " in done.stderr


def test_a_failure_is_json_too(issued: Path) -> None:
    (issued / "pki/ca-key.pem").unlink()
    done = etcdboot(issued, "certs", "renew", "etcd1/server", "-w", "json", "-q")
    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"], told["exit"]) == (7, False, 7)
    [problem] = told["diagnostics"]
    assert (problem["code"], problem["path"]) == ("EB303", "ca-key.pem")


def test_an_interrupted_run_leaves_nothing_behind_and_ends_soon(folder: Path) -> None:
    hosts = "".join(f"  - {{name: m{n}, host: 10.0.0.{n}}}\n" for n in range(1, 21))
    (folder / "cluster.yaml").write_text(
        f'name: big\netcd: {{version: "3.6.14"}}\ncertificates: {{key: rsa-4096}}\nmembers:\n{hosts}'
    )
    argv = [sys.executable, "-m", "etcdboot", "certs"]
    with subprocess.Popen(argv, cwd=folder, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        assert "made the big CA" in next(line for line in running.stderr if line.startswith("[1/"))
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=60) == 130
        assert "Traceback" not in running.stderr.read()
    assert [each.name for each in folder.iterdir()] == ["cluster.yaml"]


def test_a_foreign_file_is_left_alone(folder: Path) -> None:
    (folder / "pki").mkdir()
    (folder / "pki/ca.pem").write_text("theirs")
    done = etcdboot(folder, "certs")
    assert done.returncode == 7
    assert "EB402" in done.stderr
    assert [each.name for each in (folder / "pki").iterdir()] == ["ca.pem"]


@pytest.mark.parametrize("arguments", [["--help"], ["issue", "--help"], ["renew", "-h"]])
def test_help_has_an_example_and_loads_no_cryptography(folder: Path, arguments: list[str]) -> None:
    script = (
        "import sys\n"
        "from etcdboot.cli import program\n"
        f"try: program.main(['certs', *{arguments!r}], prog_name='etcdboot')\n"
        "finally: print({'cryptography', 'grpc', 'rich', 'yaml'} & set(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "etcdboot certs" in done.stdout.partition("Example")[2]
    assert done.stderr == "set()\n"
