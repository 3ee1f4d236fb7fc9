"""Debian's discovery service, set up well, as it is packaged, and with its etcd gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from etcdboot.spec.spec import BootstrapMode
from lab.cluster.hosts import HostCluster
from lab.cluster.meeting import ADDRESS, SERVICE, meeting_place, serve_tokens
from lab.cluster.modes import OPERATOR, Case
from lab.peers.fixtures import require_capability, require_peer
from lab.world.world import World

pytestmark = pytest.mark.lab

UNNAMED = f"http://{ADDRESS}:8088"  # the service once more, without -h
AS_PACKAGED = "[server]\nprefix_url=http://example.com\n"


@dataclass(frozen=True)
class Stage:
    """Founders to be, and the etcd and services that they may meet by."""

    cluster: HostCluster
    place: HostCluster


@pytest.fixture
def stage() -> Iterator[Stage]:
    require_capability("network namespaces")
    with World() as world:
        operator = world.host("operator", OPERATOR)
        place = meeting_place(world, operator, "3.4.23")
        serve_tokens(place)
        yield Stage(HostCluster(world, Case(BootstrapMode.DISCOVERY_V2, "3.5.33").spec(), operator), place)


def test_a_token_of_the_service_is_watched_through_the_service(stage: Stage) -> None:
    made = stage.cluster.etcdboot("discovery", "new", "--service", SERVICE, "--write")
    url = made.stdout.strip()
    assert url.startswith(f"{SERVICE}/")
    stage.cluster.reread()
    assert stage.cluster.plan.token == url
    seen = json.loads(stage.cluster.etcdboot("discovery", "status", "-w", "json", check=False).stdout)
    assert (seen["exit"], seen["size"], seen["missing"]) == (4, 3, ["etcd1", "etcd2", "etcd3"])
    again = stage.cluster.etcdboot("discovery", "new", "--write")  # where the last one was made
    assert again.stdout.startswith(f"{SERVICE}/")
    assert again.stdout.strip() != url
    assert url in again.stderr


def unnamed(stage: Stage, settings: str) -> None:
    """Start the service once more, which takes its name from its settings."""
    host = stage.place.hosts["meeting"]
    host.write("/etc/etcd-discovery/etcd-discovery.conf", settings)
    place = UNNAMED.partition("://")[2]
    service = host.start([str(require_peer("discovery.etcd.io")), "-e", "http://127.0.0.1:2379", "-a", place])
    service.says("discovery serving")


def test_a_service_with_the_packages_settings_names_a_host_that_is_not_it(stage: Stage) -> None:
    unnamed(stage, AS_PACKAGED)
    made = stage.cluster.etcdboot("discovery", "new", "--service", UNNAMED)
    assert made.stdout.startswith("http://example.com/")
    assert "warning EB567" in made.stderr


def test_a_service_without_settings_gives_half_a_url(stage: Stage) -> None:
    unnamed(stage, "")
    new = stage.cluster.etcdboot("discovery", "new", "--service", UNNAMED, check=False)
    assert (new.returncode, new.stdout) == (7, "")
    assert "start it with -h URL" in new.stderr


def test_a_service_without_its_etcd_is_told(stage: Stage) -> None:
    stage.cluster.etcdboot("discovery", "new", "--service", SERVICE, "--write")
    stage.place.processes["meeting"].kill()
    new = stage.cluster.etcdboot("discovery", "new", "--service", SERVICE, check=False)
    assert (new.returncode, new.stdout) == (7, "")
    assert "answers HTTP 400: Unable to generate token" in new.stderr
    status = stage.cluster.etcdboot("discovery", "status", check=False)
    assert (status.returncode, status.stdout) == (6, "")
    assert "error EB560" in status.stderr


def test_a_token_that_the_service_never_made_is_told(stage: Stage) -> None:
    file = f"{stage.cluster.folder}/cluster.yaml"
    known = {"discovery": f"{SERVICE}/{'0' * 32}"}
    spec = Case(BootstrapMode.DISCOVERY_V2, "3.5.33", bootstrap=known).spec()
    stage.cluster.operator.write(file, spec)
    status = stage.cluster.etcdboot("discovery", "status", check=False)
    assert status.returncode == 4
    assert "error EB550" in status.stderr
