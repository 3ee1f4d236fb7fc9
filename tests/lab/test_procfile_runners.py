"""One rendered Procfile is a healthy cluster in every runner that can be had, and ends without a trace."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from honcho.environ import parse_procfile

from etcdboot.spec.spec import Settings
from lab.cluster.operating import ENVIRONMENT, etcdboot, example
from lab.peers.fixtures import require_capability, require_peer
from lab.world.host import Host
from lab.world.process import Process, wait_until
from lab.world.world import World
from samples import parsers
from samples.parsers import parse_as_goreman

pytestmark = [pytest.mark.lab, pytest.mark.slow]

RELEASE, OLDEST = "3.6.14", "3.4.23"
FOLDER = "/srv/my cluster"
IN_FOLDER = 'cd "$0" && exec "$@"'


@dataclass(frozen=True, slots=True)
class Runner:
    """A peer that runs Procfiles: its option for the file, and what it exits with.

    ``bereft``: after a member was killed; ``interrupted``: after Ctrl-C.
    """

    peer: str
    option: str
    bereft: int
    interrupted: int


HONCHO = Runner("honcho", "-f", bereft=256 - signal.SIGKILL, interrupted=128 + signal.SIGINT)
FOREMAN = Runner("foreman", "-f", bereft=0, interrupted=0)
NF = Runner("nf", "-j", bereft=0, interrupted=0)
CELLS = [
    pytest.param(runner, form, id=f"{runner.peer}-{form}")
    for runner, form in product((HONCHO, FOREMAN, NF), Settings)
]


class Desk:
    """A machine where the example of a local TLS cluster was rendered as a Procfile."""

    def __init__(self, host: Host, form: Settings, release: str) -> None:
        self.host = host
        self.release = release
        host.install(require_peer("etcd", release))
        host.write(f"{FOLDER}/cluster.yaml", example("local-tls").replace('"3.5.1"', f'"{release}"'))
        self._before = self._alive()
        self.etcdboot("certs")
        self.etcdboot("render", "--target", "procfile", "--settings", form)
        self.procfile = host.read(f"{FOLDER}/out/Procfile").decode()

    def etcdboot(self, *arguments: str, check: bool = True) -> str:
        """What the command prints."""
        words = ["sh", "-c", IN_FOLDER, FOLDER, *etcdboot(*arguments)]
        return self.host.run(words, env=ENVIRONMENT, check=check, within=90).stdout

    def start(self, runner: Runner) -> Process:
        """Start the runner, in a process group of its own as a terminal would."""
        words = (str(require_peer(runner.peer)), "start", runner.option, "out/Procfile")
        return self.host.start(["sh", "-c", IN_FOLDER, FOLDER, "setsid", *words])

    def assert_healthy(self, process: Process) -> dict[str, Any]:
        """What verify says, once it finds three members of the release and all well."""
        seen: dict[str, Any] = json.loads(self.etcdboot("verify", "-w", "json", "--wait", "60s", check=False))
        assert (seen["verdict"], len(seen["members"])) == ("healthy", 3), process.output[-4000:]
        assert {each["version"] for each in seen["members"]} == {self.release}
        return seen

    def members(self) -> dict[int, tuple[str, ...]]:
        """The words of every etcd that runs here, by its process id."""
        found = self.host.run("pgrep -x etcd", check=False).stdout.split()
        return {int(pid): self._words(int(pid)) for pid in found}

    def _words(self, pid: int) -> tuple[str, ...]:
        return tuple(self.host.read(f"/proc/{pid}/cmdline").decode().split("\0")[:-1])

    def listening(self, port: int) -> int:
        """The process that listens on a port."""
        said = self.host.run(["ss", "-Hltnp", f"sport = :{port}"]).stdout
        return int(said.partition("pid=")[2].partition(",")[0])

    def assert_nothing_left(self) -> None:
        """No process and no bound port beyond those that were there before; ruby foreman does not wait."""
        wait_until("nothing to be left", lambda: self._alive() == self._before)

    def _alive(self) -> str:
        return self.host.run("ps -e -o comm= | sort; ss -Hltn").stdout


@contextmanager
def desk(form: Settings, release: str = RELEASE) -> Iterator[Desk]:
    """A rendered Procfile on a machine of its own; all of it, 123 MB a member too, is gone with the world."""
    require_capability("network namespaces")
    with World() as world:
        yield Desk(world.host("desk", "192.168.202.10"), form, release)


def becomes(command: str) -> tuple[str, ...]:
    """What a command of the rendered Procfile finally executes."""
    first, *words = parsers.split_shell(command)
    assert first == "exec"
    if words[:2] == ["/bin/sh", "-c"]:
        return becomes(words[2].rpartition("; ")[2])
    return tuple(words)


@pytest.mark.parametrize(("runner", "form"), CELLS)
def test_a_runner_starts_what_goreman_reads_and_stops_it_all_when_a_member_dies(
    runner: Runner, form: Settings
) -> None:
    require_peer(runner.peer)
    with desk(form) as here:
        read = parse_as_goreman(here.procfile)
        assert dict(read) == parse_procfile(here.procfile).processes
        process = here.start(runner)
        seen = here.assert_healthy(process)
        assert Counter(here.members().values()) == Counter(becomes(command) for _, command in read)

        # The leader: the others, told to stop, have none to hand over from, and so take no time.
        leader = next(each for each in seen["members"] if each["leader"])
        pid = here.listening(int(leader["client_urls"][0].rpartition(":")[2]))
        here.host.run(["kill", "-KILL", str(pid)])
        assert process.wait() == runner.bereft, process.output
        here.assert_nothing_left()


@pytest.mark.parametrize(
    ("runner", "form", "release"),
    [
        *(pytest.param(*cell.values, RELEASE, id=cell.id) for cell in CELLS),
        pytest.param(FOREMAN, Settings.ENV, OLDEST, id=f"foreman-env-{OLDEST}"),
    ],
)
def test_ctrl_c_ends_a_runner_and_all_its_members(runner: Runner, form: Settings, release: str) -> None:
    require_peer(runner.peer)
    with desk(form, release) as here:
        process = here.start(runner)
        here.assert_healthy(process)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait() == runner.interrupted, process.output
        here.assert_nothing_left()


def test_nf_leaves_the_members_running_when_it_is_told_to_terminate() -> None:
    """What docs/rendering.md warns of; if nf ever learns better, the warning goes."""
    require_peer(NF.peer)
    with desk(Settings.CONFIG) as here:
        process = here.start(NF)
        here.assert_healthy(process)
        process.stop()
        assert len(here.members()) == 3
        here.assert_healthy(process)
