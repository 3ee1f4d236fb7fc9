"""The peers themselves: the table is consistent, fetching is cached, locked, proved and resumable."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lab.peers import fixtures
from lab.peers.__main__ import main
from lab.peers.fetching import fetch, prove
from lab.peers.fixtures import CAPABILITIES, ETCD_RELEASES, require_capability, require_peer
from lab.peers.obtaining import CannotFetch
from lab.peers.store import Store, find, pins, recipe
from lab.peers.table import PEERS, GoModule, Npm, OnThisMachine, Peer, Program, Wheel

TESTS = Path(__file__).parents[1]
PINNED = [each for each in PEERS if isinstance(each.source, GoModule | Npm)]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty store, and pip told to take packages from the test's own folder alone."""
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    (tmp_path / "wheels").mkdir()
    return Store(tmp_path / "peers")


def greeter(tmp_path: Path, says: str = "greeter 1.0") -> Peer:
    """A peer from a wheel of the test's own making, which counts how often it is run."""
    with zipfile.ZipFile(tmp_path / "wheels" / "greeter-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("greeter/greeter", f"#!/bin/sh\necho run >>{tmp_path}/runs\necho {says}\n")
        wheel.writestr(
            "greeter-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: greeter\nVersion: 1.0\n"
        )
        wheel.writestr(
            "greeter-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("greeter-1.0.dist-info/RECORD", "")
    return Peer("greeter", "1.0", Wheel("greeter==1.0"), (Program("greeter", "greeter/greeter"),))


def test_titles_are_unique_and_programs_too_within_a_release() -> None:
    assert len({each.title for each in PEERS}) == len(PEERS)
    programs = [(program.name, peer.release) for peer in PEERS for program in peer.programs]
    assert len(set(programs)) == len(programs)


def test_every_minor_of_etcd_has_a_release_in_the_table() -> None:
    assert [".".join(each.split(".")[:2]) for each in ETCD_RELEASES] == ["3.4", "3.5", "3.5", "3.6", "3.7"]


@pytest.mark.parametrize("peer", PINNED, ids=lambda peer: peer.title)
def test_pins_name_the_release_with_checksums_and_no_host(peer: Peer) -> None:
    assert isinstance(peer.source, GoModule | Npm)
    files = {each.name: each.read_text() for each in pins(peer.source).iterdir()}
    assert set(files) in ({"go.mod", "go.sum", "tools.go"}, {"package.json", "package-lock.json"})
    assert peer.release in (files.get("go.mod") or files["package-lock.json"])
    assert re.search(r"h1:|sha512-", files.get("go.sum") or files["package-lock.json"])
    assert not re.search(r'"resolved"|registry|proxy\.', "".join(files.values()))


@pytest.mark.lab
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.title)
def test_what_is_there_is_of_the_release_the_table_says(peer: Peer) -> None:
    for program in peer.programs:
        prove(peer, program, require_peer(program.name, peer.release))


@pytest.mark.lab
@pytest.mark.parametrize("runner", ["honcho", "nf", "foreman"])
def test_each_procfile_runner_runs_a_procfile(runner: str, tmp_path: Path) -> None:
    program = require_peer(runner)
    (tmp_path / "Procfile").write_text("greeter: exec echo hello from it\n")
    done = subprocess.run(
        [program, "start"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert "hello from it" in done.stdout


def test_a_peer_is_fetched_once_and_found_by_name_and_release(store: Store, tmp_path: Path) -> None:
    peer = greeter(tmp_path)
    assert not store.has(peer)
    assert fetch(peer, store) is True
    assert fetch(peer, store) is False
    path = store.program(peer, peer.programs[0])
    assert path == store.root / "greeter-1.0" / "bin" / "greeter"
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    assert (tmp_path / "runs").read_text() == "run\n", "proved once, on the fetch"
    assert list((store.root / ".work").iterdir()) == []


def test_another_release_than_the_table_says_is_never_put_into_place(store: Store, tmp_path: Path) -> None:
    peer = greeter(tmp_path, says="greeter 2.0")
    with pytest.raises(CannotFetch, match=r"greeter --version does not say '1\.0' but: greeter 2\.0"):
        fetch(peer, store)
    assert not store.has(peer)
    assert not store.folder(peer).exists()


def test_a_program_that_cannot_start_is_not_proved_by_a_path_that_holds_its_release(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "greeter-1.0" / "bin"
    folder.mkdir(parents=True)
    starter = folder / "greeter"
    starter.write_text(f"#!/bin/sh\nexec {folder}/absent\n")
    starter.chmod(0o755)
    with pytest.raises(CannotFetch, match="does not say"):
        prove(greeter(tmp_path), greeter(tmp_path).programs[0], starter)


def test_a_killed_fetch_is_begun_anew_and_a_stale_peer_replaced(store: Store, tmp_path: Path) -> None:
    peer = greeter(tmp_path)
    (store.work(peer.title) / "bin").mkdir(parents=True)
    (store.work(peer.title) / "bin" / "greeter").write_text("half a program")
    assert fetch(peer, store) is True
    (store.folder(peer) / "recipe").write_text("another pin\n")
    assert not store.has(peer)
    assert fetch(peer, store) is True
    assert (store.folder(peer) / "recipe").read_text() == recipe(peer)


def test_two_fetches_at_once_obtain_it_once(store: Store, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from lab.peers.fetching import fetch\n"
        "from lab.peers.store import Store; from lab.peers.table import *\n"
        "peer = Peer('greeter', '1.0', Wheel('greeter==1.0'), (Program('greeter', 'greeter/greeter'),))\n"
        "print(fetch(peer, Store(Path(sys.argv[1]))))"
    )
    greeter(tmp_path)
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(store.root)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    assert sorted(run.communicate(timeout=60)[0].strip() for run in runs) == ["False", "True"]


def test_a_package_client_that_fails_says_its_last_words(store: Store, tmp_path: Path) -> None:
    peer = Peer("absent", "1.0", Wheel("etcdboot-no-such-wheel==1.0"), ())
    with pytest.raises(CannotFetch, match=r"(?s)pip.* ended with 1.*No matching distribution"):
        fetch(peer, store)


def test_an_unknown_peer_is_a_mistake_of_the_test_and_never_a_skip() -> None:
    with pytest.raises(KeyError, match="no peer 'etcdd'"):
        find("etcdd")
    with pytest.raises(KeyError, match=r"3\.3\.0"):
        require_peer("etcd", "3.3.0")
    with pytest.raises(KeyError):
        require_capability("teleportation")


def test_an_absent_peer_skips_by_name_unless_peers_are_required(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETCDBOOT_PEERS", str(tmp_path))
    monkeypatch.delenv("ETCDBOOT_REQUIRE_PEERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"needs etcd 3\.6\.14 .*fetch etcd-3\.6\.14"):
        require_peer("etcd", "3.6.14")
    monkeypatch.setenv("ETCDBOOT_REQUIRE_PEERS", "1")
    with pytest.raises(pytest.fail.Exception, match=r"needs etcdctl .*fetch etcd-3\.7\.1"):
        require_peer("etcdctl")


def test_an_absent_capability_skips_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ETCDBOOT_REQUIRE_PEERS", raising=False)
    monkeypatch.setitem(CAPABILITIES, "teleportation", lambda: False)
    with pytest.raises(pytest.skip.Exception, match="needs teleportation"):
        require_capability("teleportation")
    fixtures.has_capability.cache_clear()


def test_without_a_release_the_newest_one_there_is_found(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for peer in PEERS:
        if peer.title in ("etcd-3.5.1", "etcd-3.6.14"):
            store.folder(peer).mkdir()
            (store.folder(peer) / "recipe").write_text(recipe(peer))
    assert find("etcd", root=tmp_path) == tmp_path / "etcd-3.6.14" / "bin" / "etcd"
    assert find("etcd", "3.7.1", tmp_path) is None


def test_list_names_what_is_absent_and_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ETCDBOOT_PEERS", str(tmp_path))
    assert main(["list", "cfssl"]) == 1
    assert re.fullmatch(
        r"cfssl-1\.6\.5 +absent +make peers .*fetch cfssl-1\.6\.5\)\n", capsys.readouterr().out
    )
    assert main(["list", "cfsssl"]) == 2
    assert "no such peer: cfsssl" in capsys.readouterr().err


def test_a_peer_of_this_machine_is_looked_for_and_never_fetched(store: Store) -> None:
    here = Peer("sh", "", OnThisMachine("dash"), (Program("sh", "sh", ("-c", "echo sh"), "sh"),))
    assert fetch(here, store) is False
    gone = Peer("gone", "", OnThisMachine("gone-package"), (Program("gone", "etcdboot-no-such-program"),))
    with pytest.raises(CannotFetch, match="install gone-package"):
        fetch(gone, store)
