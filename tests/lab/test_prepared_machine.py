"""A machine where etcd is installed changes nothing on the hosts of a world."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab.peers.fixtures import require_capability, require_peer
from lab.prepared import on_a_prepared_machine
from lab.world.world import World

pytestmark = pytest.mark.lab

TESTS = Path(__file__).parents[1]
# What etcd's packages and administrators leave on a machine, and every user and group.
SEARCH = """\
for place in /etc/etcd /etc/default/etcd /etc/systemd/system/* /opt/etcd /var/lib/etcd; do
  [ ! -e "$place" ] || echo "$place"
done
for program in etcd etcdctl etcdutl; do command -v "$program"; done
for user in etcd lab; do getent passwd "$user"; getent group "$user"; done
true
"""
STORY = """\
import sys
from lab.world.world import World
with World() as world:
    host = world.host("etcd1", "192.168.202.128")
    if sys.argv[1] == "systemd":
        host.boot_systemd()
    print(host.run(sys.argv[2]).stdout, end="")
"""
ROOTLESS = ("unshare", "--map-user=1000", "--map-group=1000")


def on_the_copy(*command: str) -> str:
    require_capability("root")
    require_capability("overlay mounts")
    done = subprocess.run(
        on_a_prepared_machine(*command),
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_copy_has_etcd_and_the_machine_is_unchanged() -> None:
    before = subprocess.run(["sh", "-c", SEARCH], capture_output=True, check=True).stdout
    found = on_the_copy("sh", "-c", SEARCH).splitlines()
    assert {"/etc/etcd", "/etc/systemd/system/etcd.service", "/usr/local/bin/etcd"} <= set(found)
    assert [line.split(":")[0] for line in found if ":" in line] == ["etcd", "etcd"]
    assert subprocess.run(["sh", "-c", SEARCH], capture_output=True, check=True).stdout == before


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [("plain", ()), ("plain", ROOTLESS), ("systemd", ())],
    ids=["root", "rootless", "systemd"],
)
def test_a_host_has_no_etcd_where_the_machine_has_one(kind: str, prefix: tuple[str, ...]) -> None:
    if kind == "systemd":
        require_capability("cgroups")
        require_peer("systemd-nspawn")
    found = on_the_copy(*prefix, sys.executable, "-c", STORY, kind, SEARCH)
    assert found.splitlines() == (["/etc/systemd/system/lab.target"] if kind == "systemd" else [])


def test_a_host_has_the_same_users_on_every_machine() -> None:
    require_capability("network namespaces")
    with World() as world:
        users = world.host("etcd1").run("cut -d: -f1 /etc/passwd").stdout.split()
    assert users == ["root", "daemon", "bin", "sys", "nobody"]
