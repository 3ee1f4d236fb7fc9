"""What a client is given works, pasted as the docs say, with each release's etcdctl and real members."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from etcdboot.effects.network.ports import free_loopback_ports
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.cluster import open_cluster
from etcdboot.workflows.render import RenderRequest, run
from integration.local_cluster import LocalCluster, local_cluster, wait_until
from lab.peers.fixtures import require_peer

pytestmark = pytest.mark.integration

RELEASES = ("3.4.23", "3.5.33", "3.6.14", "3.7.1")
PAGE = Path(__file__).parents[2] / "docs" / "rendering.md"


@pytest.fixture(scope="module", params=RELEASES)
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalCluster]:
    with local_cluster(tmp_path_factory.mktemp("bundle"), request.param, size=1, tls="mutual") as running:
        run(RenderRequest(str(running.file), targets=()))
        yield running


def documented() -> str:
    """The shell lines of the docs."""
    found = re.search(r"## Clients: .*?```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


def pasted(release: str, folder: Path, lines: str) -> subprocess.CompletedProcess[str]:
    """The lines as a POSIX shell runs them in a folder, with that release's etcdctl at hand."""
    etcdctl = require_peer("etcdctl", release)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ETCD")}
    clean["PATH"] = f"{etcdctl.parent}:{clean['PATH']}"
    return subprocess.run(
        ["sh", "-euc", lines], cwd=folder, env=clean, capture_output=True, text=True, check=False
    )


def test_what_the_docs_say_works_when_it_is_pasted(cluster: LocalCluster) -> None:
    done = pasted(cluster.release, cluster.folder, documented())
    assert done.returncode == 0, done.stderr
    assert "is healthy" in done.stdout + done.stderr


def test_a_bundle_works_wherever_it_is_copied(cluster: LocalCluster, tmp_path: Path) -> None:
    place = tmp_path / "a folder with 'quotes' and $HOME"
    shutil.copytree(cluster.folder / "out/clients/root", place)
    lines = documented().replace("out/clients/root", shlex.quote(str(place)))
    done = pasted(cluster.release, tmp_path, lines + "\netcdctl put k v && etcdctl get k")
    assert (done.returncode, done.stdout.splitlines()[-2:]) == (0, ["k", "v"]), done.stderr


def test_without_the_key_the_cluster_refuses(cluster: LocalCluster, tmp_path: Path) -> None:
    place = tmp_path / "root"
    shutil.copytree(cluster.folder / "out/clients/root", place)
    text = (place / "etcdctl.env").read_text()
    kept = [line for line in text.splitlines() if not line.startswith(("ETCDCTL_CERT", "ETCDCTL_KEY"))]
    (place / "etcdctl.env").write_text("\n".join(kept) + "\n")
    lines = documented().replace("out/clients/root", str(place))
    assert pasted(
        cluster.release, tmp_path, lines.replace("etcdctl ", "etcdctl --command-timeout=2s ")
    ).returncode


@pytest.mark.parametrize("release", RELEASES)
def test_a_client_that_shows_nothing_is_served_where_nothing_is_asked(tmp_path: Path, release: str) -> None:
    client, peer = free_loopback_ports(2)
    spec = tmp_path / "cluster.yaml"
    etcd = require_peer("etcd", release)
    spec.write_text(f"""\
name: local
etcd: {{version: "{release}", binary: {etcd}, config-dir: "out/{{name}}", data-dir: data}}
tls: {{client: server}}
members: [{{name: etcd1, host: 127.0.0.1, client-port: {client}, peer-port: {peer}}}]
render: {{settings: flags, targets: [script]}}
""")
    issue(open_cluster(str(spec)).plan, tmp_path / "pki")
    run(RenderRequest(str(spec)))
    log = tmp_path / "etcd.log"
    with (
        log.open("wb") as stream,
        subprocess.Popen([tmp_path / "out/etcd1/etcd.sh"], stdout=stream, stderr=stream) as running,
    ):
        try:
            wait_until(
                lambda: pasted(release, tmp_path, documented()).returncode == 0,
                "served without a certificate",
            )
            without = documented().replace("etcdctl ", "unset ETCDCTL_CACERT; etcdctl --command-timeout=2s ")
            assert pasted(release, tmp_path, without).returncode
        finally:
            running.kill()
    shutil.rmtree(tmp_path / "data", ignore_errors=True)
