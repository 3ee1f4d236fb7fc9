from __future__ import annotations

from pathlib import Path

import pytest

from cli.running import etcdboot, in_json

THREE = ("etcd1=192.168.202.128", "etcd2=192.168.202.129", "etcd3=192.168.202.130")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder called prod."""
    place = tmp_path / "prod"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


@pytest.mark.parametrize(
    "arguments",
    [
        THREE,
        ("10.0.0.1", "10.0.0.2", "10.0.0.3"),
        ("a=[fd00::1]", "fd00::2", "c=e3.example.com"),
        (*THREE, "--tls", "off"),
        (*THREE, "--tls", "auto"),
        (*THREE, "--tls", "server"),
        (*THREE, "--etcd-version", "3.4.45"),
        ("--local", "3"),
        ("--local", "1", "--tls", "off"),
        ("--local", "5"),
        (*THREE, "--name", "on"),
        (*THREE, "--name", "123"),
    ],
)
def test_what_is_written_passes_check(arguments: tuple[str, ...], folder: Path) -> None:
    done = etcdboot("init", *arguments)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith(f"wrote {folder / 'cluster.yaml'}: ") or "wrote cluster.yaml" in done.stdout
    assert etcdboot("check").exit_code == 0


def test_the_spec_is_named_after_its_folder_and_keeps_the_hosts(folder: Path) -> None:
    etcdboot("init", *THREE)
    cluster = in_json(etcdboot("check", "-w", "json"))["cluster"]
    assert cluster["name"] == "prod"
    assert cluster["initial_cluster"].startswith("etcd1=https://192.168.202.128:2380,")


def test_a_folder_whose_name_is_none_is_called_etcd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = tmp_path / "my cluster"
    odd.mkdir()
    monkeypatch.chdir(odd)
    etcdboot("init", *THREE)
    assert in_json(etcdboot("check", "-w", "json"))["cluster"]["name"] == "etcd"


def test_bare_hosts_are_numbered() -> None:
    done = etcdboot("init", "-w", "json", "10.0.0.1", "b=10.0.0.2", "10.0.0.3")
    assert in_json(done)["members"] == ["etcd1", "b", "etcd3"]


def test_the_spec_is_for_editors_and_says_what_comes_next(folder: Path) -> None:
    done = etcdboot("init", *THREE)
    assert (folder / "cluster.yaml").read_text().startswith("# yaml-language-server: $schema=")
    assert "Next:\n  1. look it over, then: etcdboot check\n  2. make the certificates" in done.stderr


@pytest.mark.parametrize("tls", ["off", "auto"])
def test_without_certificates_the_next_step_is_to_render(tls: str) -> None:
    assert (
        "2. write the files: etcdboot render -f x.yaml"
        in etcdboot("init", *THREE, "--tls", tls, "-f", "x.yaml").stderr
    )


def test_a_local_cluster_is_tried_without_a_rehearsal() -> None:
    assert "3. or try it here first: etcdboot up\n" in etcdboot("init", "--local", "3").stderr


def test_keys_are_kept_out_of_a_repository(folder: Path) -> None:
    etcdboot("init", *THREE)
    ignored = (folder / ".gitignore").read_text().splitlines()
    assert "*-key.pem" in ignored and ".etcdboot/" in ignored


def test_a_gitignore_that_is_there_stays_as_it_is(folder: Path) -> None:
    (folder / ".gitignore").write_text("*.pyc\n*-key.pem\n")
    done = etcdboot("init", *THREE)
    assert (folder / ".gitignore").read_text() == "*.pyc\n*-key.pem\n"
    assert "note EB007" in done.stderr
    assert "it should have: .staged/ .etcdboot/ /data/" in done.stderr


def test_a_gitignore_that_says_it_all_needs_no_word(folder: Path) -> None:
    etcdboot("init", *THREE)
    assert "EB007" not in etcdboot("init", *THREE, "--force").stderr


def test_a_folder_called_gitignore_stops_nobody(folder: Path) -> None:
    (folder / ".gitignore").mkdir()
    done = etcdboot("init", *THREE)
    assert done.exit_code == 0
    assert "EB007" in done.stderr


def test_nothing_is_overwritten_without_force(folder: Path) -> None:
    (folder / "cluster.yaml").write_text("mine\n")
    done = etcdboot("init", *THREE)
    assert (done.exit_code, done.stdout) == (7, "")
    assert "EB005" in done.stderr and "--force" in done.stderr
    assert (folder / "cluster.yaml").read_text() == "mine\n"
    assert etcdboot("init", *THREE, "--force").exit_code == 0
    assert etcdboot("check").exit_code == 0


def test_a_dangling_symlink_counts_as_there(folder: Path) -> None:
    (folder / "cluster.yaml").symlink_to(folder / "elsewhere")
    assert etcdboot("init", *THREE).exit_code == 7
    assert not (folder / "elsewhere").exists()


def test_stdout_gets_the_spec_and_the_disk_nothing(folder: Path) -> None:
    done = etcdboot("init", *THREE, "-f", "-")
    assert (done.exit_code, done.stderr) == (0, "")
    assert etcdboot("check", "-f", "-", stdin=done.stdout).exit_code == 0
    assert list(folder.iterdir()) == []


def test_json_on_stdout_holds_the_spec() -> None:
    plain = etcdboot("init", *THREE, "-f", "-").stdout
    whole = in_json(etcdboot("init", *THREE, "-f", "-", "-w", "json"))
    assert (whole["file"], whole["text"]) == (None, plain)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no hosts are named"),
        (("--local", "0"), "no hosts are named"),
        (("--local", "6"), "--local takes 1 to 5"),
        (("--local", "-1"), "--local takes 1 to 5"),
        (("--local", "3", "10.0.0.1"), "exclude one another"),
        (("a=https://10.0.0.1",), "is a URL"),
        (("a=10.0.0.1:2379",), "carries a port"),
        (("a b=10.0.0.1",), "cannot be a name"),
        (("=10.0.0.1",), "cannot be a name"),
        (("../x=10.0.0.1",), "cannot be a name"),
        ((*THREE, "--name", "a b"), "cannot be a name"),
        ((*THREE, "--etcd-version", "3.6"), "X.Y.Z"),
        ((*THREE, "--etcd-version", "3.3.1"), "not known"),
    ],
)
def test_words_without_sense_are_a_usage_error(arguments: tuple[str, ...], said: str, folder: Path) -> None:
    done = etcdboot("init", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "EB006" in done.stderr and said in done.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("a=10.0.0.1", "a=10.0.0.2"), "EB201"), ((*THREE, "--etcd-version", "3.5.1"), "EB211")],
)
def test_what_would_not_pass_check_is_not_written(
    arguments: tuple[str, ...], code: str, folder: Path
) -> None:
    done = etcdboot("init", *arguments)
    assert done.exit_code == 3
    assert code in done.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("place", ["absent/cluster.yaml", "file/cluster.yaml"])
def test_a_place_that_is_no_folder_is_an_error_of_the_disk(place: str, folder: Path) -> None:
    (folder / "file").touch()
    done = etcdboot("init", *THREE, "-f", place)
    assert done.exit_code == 8
    assert "EB408" in done.stderr
