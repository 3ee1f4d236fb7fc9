"""`make test-pythons` finds each version of Python, or names it."""

from __future__ import annotations

from pathlib import Path

import pytest

import pythons


def interpreter(path: Path, prints: str) -> str:
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\n{prints}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without Python."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.delenv("ETCDBOOT_REQUIRE_PEERS", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("required", "code", "outcome"), [("0", 0, "skipped:"), ("1", 1, "FAILED: required, but")]
)
def test_an_absent_version_is_named_and_fails_where_it_is_required(
    required: str,
    code: int,
    outcome: str,
    machine: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ETCDBOOT_REQUIRE_PEERS", required)
    interpreter(machine / "bin" / "python3.12", "exit 127")  # a shim of pyenv's without its version
    assert pythons.main([]) == code
    said = capsys.readouterr().out.splitlines()
    assert [line.split(" on this machine")[0] for line in said] == [
        f"Python {version}: {outcome} not" for version in pythons.VERSIONS
    ]


def test_the_newest_patch_of_pyenv_is_found_behind_a_shim_that_does_not_run(machine: Path) -> None:
    shim = interpreter(machine / "bin" / "python3.12", "exit 127")
    older, newer = (
        interpreter(machine / "versions" / f"3.12.{patch}" / "bin" / "python", "echo 3.12")
        for patch in (9, 10)
    )
    found = list(pythons.candidates("3.12"))
    assert found == [shim, newer, older]
    assert [pythons.is_version(path, "3.12") for path in found] == [False, True, True]


def test_another_version_by_that_name_is_not_taken(machine: Path) -> None:
    assert not pythons.is_version(interpreter(machine / "bin" / "python3.12", "echo 3.11"), "3.12")
