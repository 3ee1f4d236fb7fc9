"""A warning for each file with a secret that other users can read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.running import GOOD, etcdboot, in_json
from etcdboot.effects.exposed_secrets import drained, note
from samples.foreign import made

CLOSED, OPEN = 0o600, 0o644


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cluster.yaml").write_text(GOOD)
    (tmp_path / "pass").write_text("correct horse\n")
    pair = made("root")
    (tmp_path / "c.pem").write_bytes(pair.pem)
    (tmp_path / "c-key.pem").write_bytes(pair.key_pem)
    return tmp_path


def warned(folder: Path, *words: str) -> list[tuple[str, str]]:
    """The files that are warned of, and the remedy."""
    whole = in_json(etcdboot(*(word.replace("DIR", str(folder)) for word in words), "-w", "json"))
    found = [each for each in whole["diagnostics"] if each["code"] == "EB424"]
    assert {each["severity"] for each in found} <= {"warning"}
    return [(Path(each["path"]).name, each["hint"]) for each in found]


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("pass", "certs --encrypt-ca-key --ca-passphrase-file DIR/pass -f DIR/cluster.yaml"),
        ("c-key.pem", "verify --endpoints https://127.0.0.1:9 "
            "--cacert DIR/c.pem --cert DIR/c.pem --key DIR/c-key.pem"),
        ("c-key.pem", "certs adopt DIR/c.pem DIR/c-key.pem -f DIR/cluster.yaml"),
        ("c-key.pem", "certs verify DIR/c.pem DIR/c-key.pem"),
        ("c-key.pem", "certs show DIR/c-key.pem"),
        ("pass", "discovery new --mode discovery-v3 --size 1 "
            "--at http://127.0.0.1:9 --user u --password-file DIR/pass"),
    ],
)  # fmt: skip
def test_a_secret_file_that_others_can_read_is_warned_of(folder: Path, secret: str, words: str) -> None:
    for mode, wanted in ((CLOSED, []), (OPEN, [(secret, f"chmod 600 {folder / secret}")])):
        (folder / "pass").chmod(CLOSED)
        (folder / "c-key.pem").chmod(CLOSED)
        (folder / secret).chmod(mode)
        assert warned(folder, *words.split()) == wanted


@pytest.mark.parametrize(("mode", "code"), [(CLOSED, 0), (OPEN, 3)])
def test_a_strict_check_fails_where_others_can_read_a_secret(tmp_path: Path, mode: int, code: int) -> None:
    """Every command reads the spec, so a key that somebody keeps in a comment there will do."""
    spec = tmp_path / "cluster.yaml"
    spec.write_text(GOOD + "".join(f"# {line}\n" for line in made("root").key_pem.decode().splitlines()))
    spec.chmod(mode)
    done = etcdboot("check", "--strict", "-f", str(spec))
    assert (done.exit_code, "EB424" in done.stderr) == (code, code == 3), done.stderr
    assert bool(done.stdout) == (code == 0)
    assert etcdboot("check", "-f", str(spec)).exit_code == 0


def test_it_is_reported_once_and_not_by_the_next_run(folder: Path) -> None:
    (folder / "c-key.pem").chmod(OPEN)
    key = str(folder / "c-key.pem")
    done = etcdboot("certs", "show", key, key)
    assert done.stderr.count("EB424") == 1
    assert "EB424" not in etcdboot("certs", "show", str(folder / "c.pem")).stderr


@pytest.mark.parametrize(
    ("mode", "owner", "is_noted"),
    [
        (0o600, 1000, False), (0o640, 1000, True), (0o604, 1000, True), (0o644, 1000, True),
        (0o600, 0, False), (0o640, 0, False), (0o604, 0, True), (0o400, 1000, False), (0o622, 1000, False),
    ],
)  # fmt: skip
def test_the_mode_and_the_owner_decide(tmp_path: Path, mode: int, owner: int, is_noted: bool) -> None:
    drained()
    note(tmp_path / "a file", os.stat_result((0o100000 | mode, 0, 0, 1, owner, 0, 1, 0, 0, 0)), "a password")
    assert [each.hint for each in drained()] == [f"chmod 600 '{tmp_path}/a file'"] * is_noted


def test_a_pipe_is_the_caller_s_own(tmp_path: Path) -> None:
    drained()
    note(tmp_path, os.stat_result((0o010644, 0, 0, 1, 1000, 0, 1, 0, 0, 0)), "a password")
    assert drained() == ()
