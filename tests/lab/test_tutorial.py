"""docs/tutorial.md, typed line by line on the hosts that it speaks of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.cluster.hosts import FOLDER
from lab.cluster.operating import ENVIRONMENT, ROOT, etcdboot
from lab.peers.fixtures import require_capability, require_peer
from lab.tutorial.sessions import ADDRESSES, DESK, Chapter, File, Step, chapters
from lab.world.host import Host
from lab.world.process import Process
from lab.world.world import World

pytestmark = [pytest.mark.lab, pytest.mark.slow]

PAGE = ROOT / "docs" / "tutorial.md"
CHAPTERS = chapters(PAGE)
OPERATOR = "192.168.202.10"
MEETING_RELEASE = "3.5.33"  # the newest that serves both discovery protocols


@pytest.fixture
def world() -> Iterator[World]:
    for peer in ("systemd-nspawn", "sshd", "dnsmasq"):
        require_peer(peer)
    for capability in ("root", "network namespaces", "cgroups"):
        require_capability(capability)
    with World() as world:
        yield world


class Reader:
    """Somebody who types what the page says."""

    def __init__(self, world: World, chapter: Chapter) -> None:
        self._started: list[Process] = []
        self.hosts = {DESK: world.host(DESK, OPERATOR)}
        self._furnish(self.hosts[DESK], chapter.release)
        for name in sorted(chapter.hosts):
            self.hosts[name] = world.host(name, ADDRESSES[name])
            if name.startswith("etcd"):
                self.hosts[name].boot_systemd()
                self._furnish(self.hosts[name], chapter.release)
        self._open_doors()
        if "meeting" in self.hosts:
            self._meet(self.hosts["meeting"])
        if "dns" in self.hosts:
            self._serve_names(self.hosts["dns"])

    def follow(self, part: File | Step) -> None:
        """Write the file, or type the command and compare what it says."""
        if isinstance(part, File):
            self.hosts[DESK].write(f"{FOLDER}/{part.name}", part.content)
            return
        host = self.hosts[part.host]
        command = f"cd {FOLDER if part.host == DESK else '/root'} && {{ {part.command.removesuffix(' &')}; }}"
        if part.stays:
            self._started.append(host.start(f"exec 2>&1; {command}", env=ENVIRONMENT))
            return
        done = host.run(f"exec 2>&1; {command}", check=False, env=ENVIRONMENT, within=90)
        logs = "\n".join(each.output[-1500:] for each in self._started) if done.returncode else ""
        story = f"{part.host}$ {part.command}\n{done.stdout}{logs}"
        assert done.returncode == part.code if part.code is not None else done.returncode, story
        assert part.unsaid(done.stdout) == [], story

    def _furnish(self, host: Host, release: str) -> None:
        for name in ("etcd", "etcdctl"):
            host.install(require_peer(name, release))

    def _open_doors(self) -> None:
        desk = self.hosts[DESK]
        desk.run(f"mkdir -p /root/.ssh {FOLDER} && ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/lab")
        desk.write(
            "/root/.ssh/config",
            "IdentityFile /root/.ssh/lab\nStrictHostKeyChecking accept-new\nLogLevel ERROR\n",
        )
        desk.write("/usr/local/bin/etcdboot", f'#!/bin/sh\nexec {" ".join(etcdboot())} "$@"\n', 0o755)
        desk.write("/usr/local/bin/honcho", f'#!/bin/sh\nexec {require_peer("honcho")} "$@"\n', 0o755)
        for name, host in self.hosts.items():
            if name not in (DESK, "meeting"):
                host.sshd(desk.read("/root/.ssh/lab.pub").decode())

    def _meet(self, host: Host) -> None:
        etcd = host.install(require_peer("etcd", MEETING_RELEASE))
        url = f"http://{host.address}:2379"
        urls = f"--listen-client-urls={url} --advertise-client-urls={url}"
        process = host.start(f"exec {etcd} --name=meeting --data-dir=/var/lib/meeting --enable-v2 {urls}")
        process.says("ready to serve client requests")

    def _serve_names(self, host: Host) -> None:
        host.write("/usr/local/bin/dnsmasq", f'#!/bin/sh\nexec {require_peer("dnsmasq")} "$@"\n', 0o755)
        host.run("mkdir -p /etc/dnsmasq.d")
        for each in self.hosts.values():
            each.settle(host.address)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=[each.title for each in CHAPTERS])
def test_the_tutorial_can_be_typed_as_it_stands(world: World, chapter: Chapter) -> None:
    reader = Reader(world, chapter)
    for part in chapter.parts:
        reader.follow(part)


def test_the_page_has_all_the_ways_of_the_usual_tutorial() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(CHAPTERS) == 8
    for word in (
        "--local 1",
        "Procfile",
        "discovery-v2",
        "discovery-v3",
        "mode: dns",
        "client: auto",
        "curl -sk",
    ):
        assert word in text


def test_a_line_that_is_not_said_is_missed() -> None:
    step = Step(DESK, "true", 0, ("verdict: healthy…", "a … c"))
    assert step.unsaid("x\nverdict: healthy (all)\na b c\n") == []
    assert step.unsaid("verdict: down\na b c\n") == ["verdict: healthy…"]
