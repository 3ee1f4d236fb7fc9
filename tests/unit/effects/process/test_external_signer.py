from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from etcdboot.effects.process.external_signer import Answer, ask


def run(folder: Path, script: str, timeout: float = 20.0, **variables: str) -> Answer:
    return ask(["/bin/sh", "-c", script], b"request\n", variables, timeout=timeout, folder=folder)


def is_gone(pid: str) -> bool:
    """Whether a process that was killed has ended, within some seconds."""
    stat, end = Path("/proc", pid, "stat"), time.monotonic() + 10
    while time.monotonic() < end:
        try:
            if stat.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
    return False


def test_the_request_goes_in_and_the_answer_comes_out(tmp_path: Path) -> None:
    found = run(tmp_path, "cat; echo $NAME; pwd; echo talk >&2", NAME="etcd1/server")
    assert found == Answer(f"request\netcd1/server\n{tmp_path}\n".encode(), "talk")


def test_no_shell_reads_the_words(tmp_path: Path) -> None:
    found = ask(["echo", "$HOME; ls *"], b"", {}, timeout=20, folder=tmp_path)
    assert found.output == b"$HOME; ls *\n"


def test_a_program_beside_the_spec_is_found_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "prod").mkdir()
    script = tmp_path / "prod" / "sign.sh"
    script.write_text("#!/bin/sh\necho signed\n")
    script.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    assert ask(["./sign.sh"], b"", {}, timeout=20, folder=Path("prod")).output == b"signed\n"


def test_our_own_secrets_and_etcds_settings_are_not_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETCDBOOT_CA_PASSPHRASE", "hunter2")
    monkeypatch.setenv("ETCD_NAME", "x")
    monkeypatch.setenv("ETCDCTL_PASSWORD", "hunter2")
    monkeypatch.setenv("VAULT_TOKEN", "theirs")
    said = run(tmp_path, "env").output.decode()
    assert "hunter2" not in said and "ETCD_NAME" not in said
    assert "VAULT_TOKEN=theirs\n" in said


@pytest.mark.parametrize(
    ("script", "trouble"),
    [
        ("echo no; exit 3", "it ended with status 3"),
        ("kill -9 $$", "it was ended by SIGKILL"),
        ("head -c 2000000 /dev/zero", "it printed more than 1 MiB"),
        ("exec cat /dev/zero", "it printed more than 1 MiB"),
    ],
)
def test_a_failure_is_told(tmp_path: Path, script: str, trouble: str) -> None:
    assert run(tmp_path, script).trouble == trouble


def test_one_that_is_too_slow_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    start = time.monotonic()
    found = run(tmp_path, "sleep 300 & echo $! >child; echo waiting >&2; wait", timeout=0.3)
    assert found.trouble == "it gave no answer within 0.3 s"
    assert found.said == "waiting"
    assert time.monotonic() - start < 10
    assert is_gone((tmp_path / "child").read_text().strip())


def test_one_that_leaves_somebody_behind_has_answered_all_the_same(tmp_path: Path) -> None:
    start = time.monotonic()
    found = run(tmp_path, "echo signed; sleep 300 & exit 0")
    assert found == Answer(b"signed\n")
    assert time.monotonic() - start < 10


def test_only_its_last_words_are_kept_and_none_moves_the_cursor(tmp_path: Path) -> None:
    found = run(tmp_path, r"head -c 100000 /dev/zero | tr '\0' x >&2; printf '\n\033[2Jno\r\n\n' >&2; exit 1")
    assert len(found.said) <= 4200
    assert found.said.endswith("\n\\x1b[2Jno")


def test_one_that_reads_nothing_is_content(tmp_path: Path) -> None:
    found = ask(["true"], b"x" * 1_000_000, {}, timeout=20, folder=tmp_path)
    assert found == Answer()


@pytest.mark.parametrize("program", ["./nowhere", "no-such-program", "/", "bad\0name"])
def test_a_program_that_is_not_there_is_told(tmp_path: Path, program: str) -> None:
    found = ask([program], b"", {}, timeout=20, folder=tmp_path)
    assert found.absent
    assert "cannot be run" in found.trouble


def test_it_has_no_terminal_to_ask_at(tmp_path: Path) -> None:
    assert run(tmp_path, "read x </dev/tty").trouble
    session = run(tmp_path, "cut -d' ' -f6 /proc/$$/stat").output.decode().strip()
    assert session != str(os.getsid(0))
