"""The world itself: what hosts share and do not share, what faults do, and that nothing outlives a test."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.peers.fixtures import require_capability, require_peer
from lab.world.host import Host
from lab.world.process import Process, TookTooLong, wait_until
from lab.world.world import World

pytestmark = pytest.mark.lab
TESTS = Path(__file__).parents[1]
# The machine's own where there is one: a booted host has a /tmp of its own, and a venv may lie there.
PYTHON = [shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable, "-I", "-S", "-c"]
E1, E2, E3 = "192.168.202.128", "192.168.202.129", "192.168.202.130"


@pytest.fixture
def world() -> Iterator[World]:
    require_capability("network namespaces")
    with World() as world:
        yield world


def serve(host: Host, address: str) -> Process:
    """A server on port 80 of the host that greets whoever comes."""
    script = (
        "import socket, sys; family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET\n"
        "server = socket.create_server((sys.argv[1], 80), family=family); print('up', flush=True)\n"
        "while True: server.accept()[0].sendall(b'hello')"
    )
    process = host.start([*PYTHON, script, address])
    process.says("up")
    return process


def greeting(host: Host, address: str) -> str:
    """What the server there says to the host within a second, or the error's name."""
    script = (
        "import socket, sys\n"
        "try: print(socket.create_connection((sys.argv[1], 80), 1).recv(9).decode())\n"
        "except OSError as error: print(type(error).__name__)"
    )
    return host.run([*PYTHON, script, address]).stdout.strip()


def test_hosts_reach_each_other_over_ipv4_and_ipv6(world: World) -> None:
    one, two = world.host("etcd1", E1, "fd00::1"), world.host("etcd2", E2, "fd00::2")
    for address in two.addresses:
        serve(two, address)
        assert greeting(one, address) == "hello"


def test_nothing_routes_out_of_the_world(world: World) -> None:
    one = world.host("etcd1", E1)
    assert greeting(one, "192.0.2.1") == "OSError"  # TEST-NET-1: network is unreachable, at once
    assert (
        one.run("ip route").stdout.split()
        == f"192.168.202.0/24 dev eth0 proto kernel scope link src {E1}".split()
    )


def test_two_worlds_may_use_the_same_addresses(world: World) -> None:
    serve(world.host("etcd1", E1), E1)
    with World() as other:
        other.host("etcd1", E1)
        assert greeting(other.host("etcd2", E2), E1) == "ConnectionRefusedError"


def test_a_host_has_a_name_and_a_process_tree_of_its_own(world: World) -> None:
    one, two = world.host("etcd1"), world.host("etcd2")
    started = one.start(["sleep", "1000"])
    assert one.run("hostname").stdout == "etcd1\n"
    assert "sleep 1000" in one.run("ps ax").stdout
    assert "sleep 1000" not in two.run("ps ax").stdout
    assert started.kill() == 128 + signal.SIGKILL


@pytest.mark.parametrize(
    "folder", ["/etc/etcd", "/var/lib/etcd", "/opt/etcd", "/usr/local/lab", "/tmp/etcdboot-lab"]
)
def test_what_a_host_writes_is_seen_by_no_other(world: World, folder: str) -> None:
    one, two = world.host("etcd1"), world.host("etcd2")
    one.write(f"{folder}/file", b"\0secret", mode=0o600)
    assert one.read(f"{folder}/file") == b"\0secret"
    assert one.run(["stat", "-c", "%a", f"{folder}/file"]).stdout == "600\n"
    assert two.run(["ls", f"{folder}/file"], check=False).returncode == 2
    assert not Path(folder, "file").exists()


@pytest.mark.parametrize("folder", ["/", "/usr/lib", "/mnt"])
def test_what_hosts_share_with_the_machine_cannot_be_written(world: World, folder: str) -> None:
    said = world.host("etcd1").run(["touch", f"{folder}/etcdboot-lab"], check=False).stderr
    assert "Read-only file system" in said
    assert not Path(folder, "etcdboot-lab").exists()


def test_hosts_see_nothing_of_the_callers_environment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETCD_NAME", "surprise")
    one = world.host("etcd1")
    assert "ETCD_NAME" not in one.run("env", env={"LAB": "yes"}).stdout
    assert one.start(["env"]).says("HOME=/root")


def test_a_failed_command_says_host_command_and_output(world: World) -> None:
    one = world.host("etcd1")
    with pytest.raises(AssertionError, match=r"etcd1: sh -c 'echo no; exit 3' ended with 3: no"):
        one.run("echo no; exit 3")
    assert one.run("exit 3", check=False).returncode == 3


def test_a_command_that_takes_too_long_is_ended_on_its_host(world: World) -> None:
    one = world.host("etcd1")
    with pytest.raises(subprocess.TimeoutExpired):
        one.run(["sleep", "1000"], within=0.2)
    wait_until("sleep to be gone", lambda: "sleep 1000" not in one.run("ps ax").stdout)


def test_copies_a_folder_with_its_modes(world: World, tmp_path: Path) -> None:
    (tmp_path / "pki").mkdir(mode=0o700)
    (tmp_path / "pki" / "key").write_text("key")
    (tmp_path / "pki" / "key").chmod(0o600)
    one = world.host("etcd1")
    one.copy(tmp_path, "/etc/etcd")
    assert one.run("cd /etc/etcd && stat -c '%a %n' pki pki/key").stdout == "700 pki\n600 pki/key\n"


def test_cut_hosts_lose_each_other_and_nobody_else(world: World) -> None:
    one, two, three = (world.host(f"etcd{i}", e) for i, e in enumerate((E1, E2, E3), 1))
    serve(two, E2)
    assert greeting(one, E2) == "hello"
    world.cut(one, two)
    assert greeting(one, E2) == "TimeoutError"
    assert greeting(three, E2) == "hello"
    world.mend(one, two)
    assert greeting(one, E2) == "hello"


def test_an_unplugged_host_is_lost_until_it_is_plugged_in(world: World) -> None:
    one, two = world.host("etcd1", E1), world.host("etcd2", E2)
    serve(two, E2)
    world.unplug(two)
    assert greeting(one, E2) in ("TimeoutError", "OSError")
    world.plug_in(two)
    wait_until("the cable to carry again", lambda: greeting(one, E2) == "hello")


def test_a_filtered_port_is_silent_or_refuses_and_opens_again(world: World) -> None:
    require_peer("nft")
    one, two = world.host("etcd1", E1), world.host("etcd2", E2)
    serve(two, E2)
    world.drop(two, 80)
    assert greeting(one, E2) == "TimeoutError"
    world.let_through(two)
    world.reject(two, 80)
    assert greeting(one, E2) == "ConnectionRefusedError"
    world.let_through(two)
    assert greeting(one, E2) == "hello"


def test_a_frozen_process_keeps_its_port_and_answers_after_the_thaw(world: World) -> None:
    one, two = world.host("etcd1", E1), world.host("etcd2", E2)
    server = serve(two, E2)
    server.freeze()
    assert greeting(one, E2) == "TimeoutError"
    server.thaw()
    assert greeting(one, E2) == "hello"
    pid = int(two.run(["pgrep", "-f", "create_server"]).stdout.split()[-1])
    two.freeze(pid)
    assert greeting(one, E2) == "TimeoutError"
    two.thaw(pid)
    assert greeting(one, E2) == "hello"
    assert server.stop() == 128 + signal.SIGTERM


def test_waiting_for_words_that_never_come_shows_what_was_said(world: World) -> None:
    one = world.host("etcd1")
    with pytest.raises(TookTooLong, match="ended with 7; something else"):
        one.start("echo something else; exit 7").says("healthy")
    with pytest.raises(TookTooLong, match=r"did not in 0\.1 s"):
        one.start(["sleep", "1000"]).says("healthy", within=0.1)


def test_a_powered_off_host_is_gone_and_the_others_go_on(world: World) -> None:
    one, two = world.host("etcd1", E1), world.host("etcd2", E2)
    server = serve(two, E2)
    pid = server.pid
    world.power_off(two)
    assert not Path(f"/proc/{pid}").exists()
    assert greeting(one, E2) in ("TimeoutError", "OSError")


def test_dns_answers_from_its_records_alone(world: World) -> None:
    require_peer("dnsmasq")
    one = world.host("etcd1", E1)
    world.dns(f"local=/lab.test/\nhost-record=e1.lab.test,{E1}")
    two = world.host("etcd2", E2)
    for host in (one, two):
        assert host.run("getent hosts e1.lab.test").stdout.split() == [E1, "e1.lab.test"]
        assert host.run("getent hosts etcd.io", check=False).returncode == 2


def test_ssh_reaches_root_by_key(world: World) -> None:
    require_capability("root")
    require_peer("sshd")
    one, two = world.host("etcd1", E1), world.host("etcd2", E2)
    one.run("mkdir -p /root/.ssh && ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/lab")
    two.sshd(one.read("/root/.ssh/lab.pub").decode())
    settings = "-o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
    assert one.run(f"ssh -i /root/.ssh/lab {settings} {E2} hostname").stdout == "etcd2\n"


def test_systemd_boots_on_a_host_and_restarts_what_dies(world: World) -> None:
    require_capability("root")
    require_peer("systemd-nspawn")
    one, two = world.host("etcd1", E1), world.host("etcd2", E2)
    one.boot_systemd()
    unit = "[Service]\nExecStart=/usr/bin/sleep 1000\nRestart=always\nRestartSec=0\n"
    one.write("/etc/systemd/system/lab.service", unit)
    one.run("systemctl start lab.service")
    before = one.run("systemctl show -P MainPID lab.service").stdout
    one.run(["kill", "-KILL", before.strip()])
    wait_until("a restart", lambda: one.run("systemctl show -P NRestarts lab.service").stdout == "1\n")
    assert one.run("hostname").stdout == "etcd1\n"
    serve(one, E1)
    assert greeting(two, E1) == "hello"


# What a killed test had: a host, a frozen process (which must not hold up the end), and systemd where it can.
STORY = """\
import json, os, sys, time
from lab.world.world import World
with World() as world:
    one = world.host("etcd1", "192.168.202.128")
    sleeper = one.start(["sleep", "1000"])
    sleeper.freeze()
    if sys.argv[1] == "systemd":
        two = world.host("etcd2", "192.168.202.129")
        two.boot_systemd()
    one.write("/usr/local/bin/etcdboot-lab", "installed on this host alone")
    kinds = ("net", "mnt", "pid")
    spaces = [os.readlink(f"/proc/{pid}/ns/{kind}") for pid in (world.pid, one.pid) for kind in kinds]
    now = int(time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK"))
    told = {"name": world.name, "pid": sleeper.pid, "spaces": spaces, "described": now}
    print(json.dumps(told), flush=True)
    if sys.argv[2] == "hold":
        time.sleep(1000)
    sys.exit(0 if sys.argv[2] == "end" else "failed")
"""


def tell(*words: str, prefix: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """The story above in a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    command = [*prefix, sys.executable, "-c", STORY, *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def started(process: Path) -> int:
    """When a process in /proc started, in clock ticks since boot (field 22 of stat, proc(5))."""
    return int((process / "stat").read_text().rpartition(")")[2].split()[19])


def left_of(world: dict[str, Any]) -> list[str]:
    """What is still there of a world: processes in its namespaces, its cgroups, its mounts.

    The kernel gives the number of a namespace that is gone to a new one, so a process that started later than
    the world was described belongs to the world of another test.
    """
    left = []
    for space in Path("/proc").glob("[0-9]*/ns/*"):
        try:
            inside = os.readlink(space) in world["spaces"]
            left += [str(space)] if inside and started(space.parents[1]) <= world["described"] else []
        except OSError:
            continue  # it ended while we looked
    # walk, for it takes no notice of groups that other worlds take away meanwhile
    left += [place for place, _, _ in os.walk("/sys/fs/cgroup") if Path(place).name == world["name"]]
    return left + [line for line in Path("/proc/self/mounts").read_text().splitlines() if "/run/lab" in line]


@pytest.mark.parametrize("how", ["plain", "systemd"])
@pytest.mark.parametrize("end", ["end", "fail", "hold"])
def test_nothing_is_left_however_the_test_ends(how: str, end: str) -> None:
    require_capability("network namespaces")
    if how == "systemd":
        require_capability("root")
        require_capability("cgroups")
        require_peer("systemd-nspawn")
    with tell(how, end) as story:
        assert story.stdout is not None
        world = json.loads(story.stdout.readline())
        if end == "hold":
            assert left_of(world), "the check itself must see a living world"
            story.kill()
    wait_until("the world to be gone", lambda: not left_of(world))


def test_a_world_needs_no_root() -> None:
    require_capability("user namespaces")
    require_capability("network namespaces")
    prefix = ("unshare", "--map-user=1000", "--map-group=1000") if os.geteuid() == 0 else ()
    with tell("plain", "end", prefix=prefix) as story:
        assert story.stdout is not None
        world = json.loads(story.stdout.readline())
    assert story.returncode == 0
    wait_until("the world to be gone", lambda: not left_of(world))
    assert not Path("/usr/local/bin/etcdboot-lab").exists()
