"""``up --detach`` and the commands that talk to it, with real members."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.test_up import PRETENDS, script, write_spec
from integration.up_bench import Bench, background, bench, wait_until
from lab.peers.fixtures import require_peer

pytestmark = pytest.mark.integration


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, require_peer("etcd", "3.5.1")) as made:
        yield made


def phases(told: dict[str, Any]) -> list[str]:
    return [each["phase"] for each in told["members"]]


def shell(here: Bench, line: str) -> str:
    done = subprocess.run(
        ("sh", "-c", line),
        cwd=here.folder,
        env=here.environment({}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_members_are_stopped_and_started_while_the_others_run(here: Bench) -> None:
    write_spec(here.folder, members=3)
    here.json("up", "-d")
    assert phases(here.json("stop", "etcd2")) == [
        "running",
        "stopped",
        "running",
    ]
    assert sorted(here.members()) == ["etcd1", "etcd3"]
    again = here.run("stop", "etcd2")
    assert again.returncode == 7 and "EB511" in again.stderr
    assert phases(here.json("start", "etcd2")) == ["running"] * 3
    assert here.run("start", "etcd2").returncode == 7
    nobody = here.run("stop", "etcd9")
    assert nobody.returncode == 2 and "etcd1, etcd2, etcd3" in nobody.stderr
    here.json("down")
    assert not here.members()


def test_the_lines_it_prints_work_when_pasted(here: Bench) -> None:
    write_spec(here.folder, tls="mutual")
    up = here.run("up", "-d")
    assert up.returncode == 0, up.stderr
    lines = [line for line in up.stdout.splitlines() if line.startswith("  /")]
    assert len(lines) == 3
    listed, put, got = (shell(here, line) for line in lines)
    assert "started, etcd1" in listed and put == "OK\n" and got == "greeting\nhello\n"
    etcdctl = here.etcd.with_name("etcdctl")
    env = here.run("env").stdout
    assert shell(here, f"{env}\n{etcdctl} get greeting --print-value-only") == "hello\n"
    here.json("down")


def test_a_cluster_in_the_background_keeps_no_passphrase_in_its_environment(here: Bench) -> None:
    write_spec(here.folder, tls="mutual")
    secrets = {"ETCDBOOT_CA_PASSPHRASE": "correct horse", "ETCDCTL_PASSWORD": "battery staple"}
    made = here.run("certs", "--encrypt-ca-key", **secrets)
    assert made.returncode == 0, made.stderr
    shutil.rmtree(here.folder / "pki" / "members")  # so that up needs the CA's key
    assert here.run("up", "-d").returncode == 7
    up = here.run("up", "-d", **secrets)
    assert up.returncode == 0, up.stderr
    processes = [*background(here.folder), *here.members().values()]
    assert len(processes) == 2
    for process in processes:
        environment = Path(f"/proc/{process}/environ").read_bytes()
        assert b"PATH=" in environment
        assert not [word for word in (b"horse", b"staple") if word in environment]
    here.json("down")


def test_data_outlive_down_and_up(here: Bench) -> None:
    write_spec(here.folder)
    here.json("up", "-d")
    etcdctl = here.etcd.with_name("etcdctl")
    shell(here, f"{here.run('env').stdout}\n{etcdctl} put kept yes")
    here.json("down")
    here.json("up", "-d")
    assert shell(here, f"{here.run('env').stdout}\n{etcdctl} get kept --print-value-only") == "yes\n"
    here.json("down")


def test_a_throw_away_cluster_in_the_background_is_found_without_naming_it(here: Bench) -> None:
    told = here.json("up", "-d")
    assert here.json("ps")["state"] == told["state"]
    here.json("down")
    wait_until("nothing is left", here.nothing_is_left)


def test_of_several_throw_away_clusters_one_must_be_named(here: Bench) -> None:
    first, second = here.json("up", "-d"), here.json("up", "-d")
    done = here.run("ps")
    assert done.returncode == 7 and "EB526" in done.stderr
    assert first["state"] in done.stderr and second["state"] in done.stderr
    here.json("down", "--state", first["state"])
    assert here.json("ps")["state"] == second["state"]
    here.json("down")
    wait_until("nothing is left", here.nothing_is_left)


def test_nothing_running_is_an_error_for_all_but_down(here: Bench) -> None:
    for words in (("ps",), ("env",), ("stop", "etcd1"), ("start", "etcd1")):
        done = here.run(*words)
        assert done.returncode == 6 and "EB525" in done.stderr, done.stderr
    assert here.run("down").returncode == 0


def test_what_stops_the_child_is_told_by_the_parent(here: Bench) -> None:
    fake = script(here.folder, "echo I am not etcd")
    done = here.run("up", "-d", "--etcd", str(fake))
    assert done.returncode == 7 and "EB502" in done.stderr


def test_a_child_that_never_gets_healthy_ends_with_the_verdict(here: Bench) -> None:
    write_spec(here.folder)
    fake = script(here.folder, PRETENDS + "echo broken; exit 3")
    done = here.run("up", "-d", "--etcd", str(fake))
    assert done.returncode == 6, done.stderr
    assert "exit code 3: broken" in done.stderr
    assert here.run("ps").returncode == 6


def test_ctrl_c_while_the_child_starts_ends_the_child(here: Bench) -> None:
    fake = script(here.folder, PRETENDS + "exec sleep 1000")
    run = here.start("up", "-d", "--etcd", str(fake))
    run.wait_for("0 of 3 endpoints healthy")
    run.process.send_signal(signal.SIGINT)
    assert run.ended() == 130
    assert here.nothing_is_left()


def test_when_the_background_is_killed_its_members_die_and_up_starts_anew(here: Bench) -> None:
    write_spec(here.folder)
    here.json("up", "-d")
    member = here.members()["etcd1"]
    parent = int(Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(parent, signal.SIGKILL)
    wait_until("the member has ended", lambda: not here.members())
    assert here.run("ps").returncode == 6
    assert here.json("up", "-d")["verdict"] == "healthy"
    here.json("down")


def test_a_throw_away_run_takes_no_folders(here: Bench) -> None:
    done = here.run("up", "--once", "--state", "elsewhere")
    assert done.returncode == 2 and "EB514" in done.stderr
