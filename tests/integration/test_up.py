"""``etcdboot up`` with real members: how it starts, what it refuses, how it ends."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from etcdboot.effects.network.ports import free_loopback_ports
from integration.up_bench import Bench, bench, wait_until
from lab.peers.fixtures import require_peer

pytestmark = pytest.mark.integration
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, require_peer("etcd", "3.5.1")) as made:
        yield made


def write_spec(folder: Path, members: int = 1, *, tls: str = "off", etcd: str = "", name: str = "t") -> Path:
    ports = free_loopback_ports(2 * members)
    lines = [f"name: {name}", f"tls: {{client: {tls}, peer: {tls}}}", *([f"etcd: {etcd}"] if etcd else [])]
    lines.append("members:")
    for number in range(members):
        client, peer = ports[2 * number : 2 * number + 2]
        lines.append(
            f"  - {{name: etcd{number + 1}, host: 127.0.0.1, client-port: {client}, peer-port: {peer}}}"
        )
    path = folder / "cluster.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


# An etcd that tells its release, and then does something else.
PRETENDS = '[ "$1" = --version ] && echo "etcd Version: 3.5.1" && exit\n'


def script(folder: Path, text: str) -> Path:
    path = folder / "fake-etcd"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


# --- it runs


@pytest.fixture
def ports_of_the_local_examples() -> Iterator[None]:
    """They are fixed, so two tests must not have them at once, whichever process runs them."""
    with Path(tempfile.gettempdir(), "etcdboot-examples-local.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.mark.usefixtures("ports_of_the_local_examples")
@pytest.mark.parametrize("example", ["local", "local-tls"])
def test_once_starts_verifies_stops_and_leaves_nothing(here: Bench, example: str) -> None:
    done = here.run("up", "--once", "-f", str(EXAMPLES / example / "cluster.yaml"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("is healthy") == 3
    assert "verdict: healthy" in done.stdout
    steps = [line for line in done.stderr.splitlines() if line.endswith((": stopping", ": stopped"))]
    one_by_one = [f"etcd{number}: {step}" for number in (1, 2, 3) for step in ("stopping", "stopped")]
    assert steps == one_by_one
    assert here.nothing_is_left()


def test_without_a_spec_it_says_so_and_runs_three_members_with_tls(here: Bench) -> None:
    done = here.run("up", "--once", "-w", "json")
    assert done.returncode == 0, done.stderr
    assert "throw-away cluster of three members with mutual TLS" in done.stderr
    told = json.loads(done.stdout)
    assert told["ok"] and told["verdict"] == "healthy" and told["ephemeral"]
    assert [each["name"] for each in told["members"]] == ["etcd1", "etcd2", "etcd3"]
    assert all(url.startswith("https://127.0.0.1:") for each in told["members"] for url in each["endpoints"])
    assert here.nothing_is_left()


def test_inherited_etcd_variables_do_no_harm(here: Bench) -> None:
    write_spec(here.folder)
    done = here.run("up", "--once", ETCD_NAME="shadow", ETCD_LISTEN_CLIENT_URLS="http://127.0.0.1:1")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("example", sorted(path.parent.name for path in EXAMPLES.glob("*/cluster.yaml")))
def test_rehearses_every_example_on_loopback(here: Bench, example: str) -> None:
    # Their settings forms are flags, env and config; their hosts IPv4, IPv6 and names of other machines.
    spec = EXAMPLES / example / "cluster.yaml"
    release = re.search(r'version: "([0-9.]+)"', spec.read_text())
    assert release is not None
    etcd = require_peer("etcd", release[1])
    done = here.run("up", "--once", "--local", "--etcd", str(etcd), "-f", str(spec))
    assert done.returncode == 0, done.stderr
    assert "verdict: healthy" in done.stdout and "://127.0.0.1:" in done.stdout
    assert here.nothing_is_left()


def test_members_that_make_their_own_certificates_are_verified_and_talked_to(here: Bench) -> None:
    write_spec(here.folder, members=3, tls="auto")
    told = here.json("up", "-d")
    assert told["verdict"] == "healthy"
    assert told["environment"]["ETCDCTL_INSECURE_SKIP_TLS_VERIFY"] == "true"
    etcdctl = here.etcd.with_name("etcdctl")
    env = {**here.environment({}), **told["environment"]}
    done = subprocess.run((etcdctl, "member", "list"), env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.count("started") == 3, done.stderr
    here.json("down")


def test_another_patch_is_warned_of(here: Bench) -> None:
    write_spec(here.folder, etcd='{version: "3.5.33"}')
    done = here.run("up", "--once")
    assert done.returncode == 0, done.stderr
    assert "EB505" in done.stderr and "3.5.33" in done.stderr


# --- it refuses


@pytest.mark.parametrize(
    ("example", "says"),
    [("local", "the spec says etcd"), ("three-hosts-tls", "192.168.202.128")],
)
def test_refuses_what_cannot_run_here(here: Bench, example: str, says: str) -> None:
    # The one is written for 3.5 and gets 3.6, the other names hosts that are elsewhere.
    etcd = require_peer("etcd", "3.6.14")
    done = here.run("up", "--once", "--etcd", str(etcd), "-f", str(EXAMPLES / example / "cluster.yaml"))
    assert done.returncode == 7, done.stderr
    assert says in done.stderr and ("--etcd" in done.stderr or "--local" in done.stderr)
    assert here.nothing_is_left()


def test_a_busy_port_is_refused_by_its_number_and_its_holder(here: Bench) -> None:
    spec = write_spec(here.folder)
    port = int(spec.read_text().partition("client-port: ")[2].partition(",")[0])
    with socket.create_server(("127.0.0.1", port)):
        done = here.run("up", "--once")
    assert done.returncode == 7, done.stderr
    assert f"port {port} is taken by" in done.stderr and f"(pid {os.getpid()})" in done.stderr
    assert here.nothing_is_left()


@pytest.mark.parametrize(
    ("text", "exit_code", "code"),
    [
        ("echo I am not etcd", 7, "EB502"),
        ("echo etcd Version: 2.3.8", 7, "EB503"),
        (None, 8, "EB501"),
    ],
)
def test_a_binary_that_is_no_etcd_of_ours_is_refused(
    here: Bench, text: str | None, exit_code: int, code: str
) -> None:
    fake = script(here.folder, text) if text else here.folder / "absent"
    done = here.run("up", "--once", "--etcd", str(fake))
    assert done.returncode == exit_code, done.stderr
    assert code in done.stderr


def test_a_second_up_in_the_same_folder_is_refused(here: Bench) -> None:
    write_spec(here.folder)
    first = here.start("up")
    first.wait_for("verdict: healthy")
    second = here.run("up")
    assert second.returncode == 7
    assert "EB513" in second.stderr and f"process {first.process.pid}" in second.stderr


def test_data_of_another_identity_are_refused(here: Bench) -> None:
    spec = write_spec(here.folder)
    here.json("up", "-d")
    here.json("down")
    before = spec.read_text()
    write_spec(here.folder)
    done = here.run("up", "--once", "--ephemeral")
    assert done.returncode == 0, done.stderr
    done = here.run("up", "-d")
    assert done.returncode == 7, done.stderr
    assert "EB507" in done.stderr and "peer URLs was" in done.stderr
    spec.write_text(before)
    assert here.json("up", "-d")["verdict"] == "healthy"
    here.json("down")


# --- it does not become healthy


def test_members_that_all_end_at_once_are_down_and_told_of(here: Bench) -> None:
    write_spec(here.folder, members=3)
    fake = script(here.folder, PRETENDS + "echo broken; exit 3")
    done = here.run("up", "--etcd", str(fake))
    assert done.returncode == 6, done.stderr
    assert "etcd1: ended on its own: exit code 3: broken" in done.stderr
    assert not here.members()


def test_a_member_that_never_comes_leaves_it_degraded(here: Bench) -> None:
    write_spec(here.folder, members=3)
    fake = script(here.folder, f'case "$1" in */etcd3/*) exit 1;; esac\nexec {here.etcd} "$@"')
    done = here.run("up", "--etcd", str(fake))
    assert done.returncode == 5, done.stderr
    assert "verdict: degraded" in done.stdout
    assert not here.members()


def test_the_waiting_has_an_end(here: Bench) -> None:
    write_spec(here.folder)
    fake = script(here.folder, PRETENDS + "exec sleep 1000")
    done = here.run("up", "--wait", "1s", "--etcd", str(fake))
    assert done.returncode == 6, done.stderr
    assert "verdict: unreachable" in done.stdout


# --- it ends


@pytest.mark.parametrize(
    ("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]
)
def test_a_signal_stops_one_member_after_the_other(
    here: Bench, number: signal.Signals, exit_code: int
) -> None:
    run = here.start("up")
    run.wait_for("Ctrl-C stops it")
    run.process.send_signal(number)
    assert run.ended() == exit_code
    assert run.said().index("etcd1: stopped") < run.said().index("etcd2: stopping")
    assert here.nothing_is_left()


def test_a_second_ctrl_c_kills_members_that_do_not_end(here: Bench) -> None:
    run = here.start("up")
    run.wait_for("Ctrl-C stops it")
    for pid in here.members().values():
        os.kill(pid, signal.SIGSTOP)  # deaf to TERM
    run.process.send_signal(signal.SIGINT)
    run.wait_for("etcd1: stopping")
    run.process.send_signal(signal.SIGINT)
    assert run.ended() == 130
    assert "killing all members" in run.said()
    assert here.nothing_is_left()


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_before_anything_is_started_leaves_nothing(
    here: Bench, number: signal.Signals, exit_code: int
) -> None:
    fake = script(here.folder, f"touch {here.folder}/asked; exec sleep 1000")
    run = here.start("up", "--etcd", str(fake))
    wait_until("etcd is asked for its release", (here.folder / "asked").exists)
    assert list(here.temporary.iterdir()), "the private folder is there by then"
    run.process.send_signal(number)
    assert run.ended() == exit_code
    assert here.nothing_is_left()


def test_ctrl_c_while_it_starts_leaves_nothing(here: Bench) -> None:
    fake = script(here.folder, PRETENDS + "exec sleep 1000")
    run = here.start("up", "--etcd", str(fake))
    run.wait_for("0 of 3 endpoints healthy")
    run.process.send_signal(signal.SIGINT)
    assert run.ended() == 130
    assert here.nothing_is_left()


def test_when_etcdboot_is_killed_no_member_is_orphaned_and_the_next_run_tidies_up(here: Bench) -> None:
    run = here.start("up")
    run.wait_for("Ctrl-C stops it")
    assert len(here.members()) == 3
    run.process.kill()
    wait_until("all members have ended", lambda: not here.members())
    assert list(here.temporary.iterdir()), "nobody could have removed it"
    assert here.run("up", "--once").returncode == 0
    assert here.nothing_is_left()


def test_a_member_that_dies_is_told_of_and_survived(here: Bench) -> None:
    write_spec(here.folder, members=3)
    run = here.start("up")
    run.wait_for("Ctrl-C stops it")
    os.kill(here.members()["etcd2"], signal.SIGKILL)
    run.wait_for("etcd2: ended on its own: signal KILL")
    told = here.json("ps")
    assert [each["phase"] for each in told["members"]] == ["running", "exited", "running"]
    told = here.json("start", "etcd2")
    assert [each["phase"] for each in told["members"]] == ["running"] * 3
    assert run.process.poll() is None


def test_it_ends_when_no_member_is_left(here: Bench) -> None:
    write_spec(here.folder)
    run = here.start("up")
    run.wait_for("Ctrl-C stops it")
    os.kill(here.members()["etcd1"], signal.SIGKILL)
    assert run.ended() == 6
    assert "no member is left" in run.said()


# --- what it leaves


def test_what_it_keeps_is_private(here: Bench) -> None:
    write_spec(here.folder, tls="mutual")
    here.json("up", "-d")
    state = here.folder / ".etcdboot"
    modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in (state, *state.glob("**/*"))}
    open_to_others = [str(path) for path, mode in modes.items() if mode & 0o077 and path.suffix != ".pem"]
    assert modes[state] == 0o700
    assert stat.S_IMODE((state / "control.sock").lstat().st_mode) == 0o600
    assert [path for path in open_to_others if "data" not in path] == []
    here.json("down")


def test_the_folder_is_ignored_by_git(here: Bench) -> None:
    write_spec(here.folder)
    here.json("up", "-d")
    here.json("down")
    assert (here.folder / ".etcdboot/.gitignore").read_text() == "*\n"
