"""install.sh swaps a running member's pki/ while clients connect in a loop."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from etcdboot.pki.x509.certificate import read
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.certs.renew import renew
from etcdboot.workflows.cluster import open_cluster
from etcdboot.workflows.render import RenderRequest, run
from integration.installing import WORLD
from lab.peers.fixtures import require_capability, require_peer
from lab.world.namespaces import ENVIRONMENT, new_world
from samples.sampling import WHOLE

pytestmark = [pytest.mark.integration, pytest.mark.slow]

SWAPS = 20 if WHOLE else 8
SPEC = """\
name: swap
etcd: {version: "3.6.14"}
members: [{name: etcd1, host: 127.0.0.1}]
"""
HANDSHAKES = Path(__file__).with_name("handshakes.py")
RUN = """
ip link set lo up
cp "$2" /usr/local/bin/etcd
sh old/etcd1/install.sh >/dev/null
setpriv --reuid=etcd --regid=etcd --clear-groups etcd --config-file=/etc/etcd/etcd.conf.yml >/mnt/log 2>&1 &
shift 2
exec "$@"
"""


def swapped(folder: Path, *, same_key: bool) -> tuple[dict[str, Any], set[str]]:
    """What clients saw while old and new trees were installed in turn; and what they should have seen."""
    require_capability("root")
    require_capability("overlay mounts")
    etcd = require_peer("etcd", "3.6.14")
    (folder / "cluster.yaml").write_text(SPEC)
    plan = open_cluster(str(folder / "cluster.yaml")).plan
    issue(plan, folder / "pki")
    shown = {fingerprint(folder)}
    run(RenderRequest(file=str(folder / "cluster.yaml"), out=folder / "old"))
    renew(plan, folder / "pki", ["etcd1/server"], same_key=same_key)
    shown.add(fingerprint(folder))
    run(RenderRequest(file=str(folder / "cluster.yaml"), out=folder / "new"))
    client = [str(folder / "pki" / name) for name in ("ca.pem", "clients/root.pem", "clients/root-key.pem")]
    python = [sys.executable, "-I", "-S", str(HANDSHAKES), "2379", *client]
    installs = [f"sh {'new' if turn % 2 == 0 else 'old'}/etcd1/install.sh" for turn in range(SWAPS)]
    done = subprocess.run(
        new_world("sh", "-c", WORLD + RUN, "sh", str(folder), str(etcd), *python, *installs),
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    shutil.rmtree(folder / "pki")
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen, shown


def fingerprint(folder: Path) -> str:
    return read((folder / "pki/members/etcd1/server.pem").read_bytes(), None).sha256


def test_with_the_same_key_no_handshake_fails_and_each_new_one_sees_the_new_pair(tmp_path: Path) -> None:
    seen, shown = swapped(tmp_path, same_key=True)
    assert set(seen["served"]) == shown
    assert seen["good"] > 10 * SWAPS
    assert seen["failures"] == {}


def test_with_a_new_key_only_a_handshake_right_between_its_two_reads_can_fail(tmp_path: Path) -> None:
    """Etcd reads certificate and key one after the other; with folders renamed in turn, 5 a swap failed."""
    seen, shown = swapped(tmp_path, same_key=False)
    assert set(seen["served"]) == shown
    assert seen["good"] > 10 * SWAPS
    assert sum(seen["failures"].values()) <= SWAPS // 4, seen["failures"]
