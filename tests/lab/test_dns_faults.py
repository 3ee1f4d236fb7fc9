"""What is wrong in DNS: said by `dns check` before anything starts, and by `verify` of what came of it.

etcd itself stops at few of these faults: the others founds a cluster that is not the planned one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from etcdboot.spec.spec import BootstrapMode
from lab.cluster.agreement import assert_agreed
from lab.cluster.hosts import HostCluster
from lab.cluster.modes import DOMAIN, OPERATOR, Case, rendered, start
from lab.cluster.scene import before_start
from lab.peers.fixtures import require_capability
from lab.world.process import Process
from lab.world.world import World

pytestmark = [pytest.mark.lab, pytest.mark.slow]

PEERS = f"srv-host=_etcd-server-ssl._tcp.{DOMAIN}"
THIRD = f"etcd3.{DOMAIN}"
AT_THIRD = f"host-record={THIRD},192.168.202.130"
NOT_FOUND = 'cannot find local etcd member ."etcd3." in SRV records'


def replaced(old: str, new: str) -> Callable[[str], str]:
    def edit(records: str) -> str:
        assert old in records
        return records.replace(old, new)

    return edit


@dataclass(frozen=True, slots=True)
class Fault:
    """An edit of good records.

    Then: the code of `dns check` and words of its remedy; what the third member ends with, if it does; the
    code by which `verify` tells of it, and words of that remedy.
    """

    edit: Callable[[str], str]
    code: str
    remedy: str
    last_words: str
    told: str
    cure: str


FAULTS = {
    "a record is missing": Fault(
        replaced(f"{PEERS},{THIRD},2380,0,100\n", ""),
        "EB577", "etcdboot dns zone",
        NOT_FOUND, "EB617", "etcdctl member add etcd3",
    ),
    "a record has the wrong port": Fault(
        replaced(f"{PEERS},{THIRD},2380", f"{PEERS},{THIRD},2390"),
        "EB578", "correct the port",
        NOT_FOUND, "EB617", "etcdctl member remove",
    ),
    "a record leads to another name": Fault(
        lambda records: replaced(f"{PEERS},{THIRD}", f"{PEERS},other.{DOMAIN}")(records)
        + f"host-record=other.{DOMAIN},192.168.202.130\n",
        "EB579", "correct the target",
        "", "EB617", "etcdctl member update",
    ),
    "a name leads elsewhere": Fault(
        replaced(AT_THIRD, f"host-record={THIRD},192.168.202.77"),
        "EB584", "correct the address",
        "", "EB610", "whether the host is up",
    ),
    "a name leads nowhere": Fault(
        replaced(f"{AT_THIRD},300\n", ""),
        "EB583", "add its address record",
        "no such host", "EB617", "etcdctl member add etcd3",
    ),
    "a record is one too many": Fault(
        lambda records: f"{records}{PEERS},etcd4.{DOMAIN},2380\nhost-record=etcd4.{DOMAIN},192.168.202.131\n",
        "EB581", "remove it",
        "", "EB617", "etcdctl member remove",
    ),
}  # fmt: skip


@dataclass
class Desk:
    """Rendered members that have not started, and the records that they want."""

    world: World
    cluster: HostCluster
    records: str

    def check(self) -> tuple[int, list[dict[str, str]]]:
        """The exit code and the diagnostics of `dns check`."""
        said = json.loads(self.cluster.etcdboot("dns", "check", "-w", "json", check=False).stdout)
        return said["exit"], said["diagnostics"]

    def on_host(self, name: str) -> tuple[int, dict[str, str]]:
        """What `check --live` has against a start there."""
        return before_start(self.cluster, name)

    def verify(self) -> tuple[str, list[dict[str, Any]]]:
        """The verdict, and what did not pass."""
        seen = self.cluster.verify("--timeout", "1s")
        return seen["verdict"], [each for each in seen["checks"] if each["status"] != "pass"]

    def start(self) -> dict[str, Process]:
        """The members, started."""
        start(self.cluster)
        return self.cluster.processes


@pytest.fixture(scope="module")
def world() -> Iterator[Desk]:
    require_capability("network namespaces")
    with World() as world:
        case = Case(BootstrapMode.DNS, "3.6.14", bootstrap={"discovery-srv": DOMAIN})
        cluster = rendered(HostCluster(world, case.spec(), OPERATOR))
        yield Desk(world, cluster, cluster.etcdboot("dns", "zone", "--format", "dnsmasq").stdout)


@pytest.fixture
def desk(world: Desk) -> Iterator[Desk]:
    yield world
    for name, host in world.cluster.hosts.items():
        if name in world.cluster.processes:
            world.cluster.processes.pop(name).kill()
        host.run("rm -rf /var/lib/etcd")


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_in_dns_is_named_before_and_after_it_makes_another_cluster(desk: Desk, what: str) -> None:
    fault = FAULTS[what]
    desk.world.dns(fault.edit(desk.records))
    code, found = desk.check()
    assert (code, [each["code"] for each in found]) == (4, [fault.code]), found
    assert fault.remedy in found[0]["hint"]
    assert desk.on_host("etcd1") == (4, {fault.code: found[0]["hint"]})

    members = desk.start()
    for name in ("etcd1", "etcd2"):
        members[name].says("serving client traffic")
    if fault.last_words:
        assert members["etcd3"].wait() == 1
        assert members["etcd3"].says(fault.last_words)
    else:
        members["etcd3"].says("serving client traffic")
    verdict, wrong = desk.verify()
    assert verdict == "degraded", wrong
    assert any(each["code"] == fault.told and fault.cure in each["remedy"] for each in wrong), wrong


def test_records_for_the_other_scheme_found_no_cluster(desk: Desk) -> None:
    desk.world.dns(replaced(PEERS, PEERS.replace("-ssl", ""))(desk.records))
    code, found = desk.check()
    assert (code, {each["code"] for each in found}) == (4, {"EB577", "EB580"}), found
    assert "takes what is under -ssl for https" in found[1]["hint"]
    for member in desk.start().values():
        assert member.wait() == 1
        assert member.says("cannot find local etcd member")
    verdict, wrong = desk.verify()
    assert verdict == "unreachable"
    assert "start etcd there" in wrong[0]["remedy"]


def test_a_name_server_that_is_down_is_named_and_founds_no_cluster(desk: Desk) -> None:
    desk.world.dns(desk.records)
    assert desk.world.dnsmasq
    desk.world.dnsmasq.kill()
    desk.cluster.operator.write(
        "/etc/resolv.conf", "nameserver 192.168.202.53\noptions timeout:1 attempts:1\n"
    )
    code, found = desk.check()
    assert (code, [each["code"] for each in found]) == (6, ["EB575"]), found
    assert "192.168.202.53:53" in found[0]["message"]
    assert "start it" in found[0]["hint"]
    for member in desk.start().values():
        assert member.wait(40) == 1
        assert member.says("error setting up initial cluster: .*192.168.202.53:53")
    verdict, wrong = desk.verify()
    assert verdict == "unreachable"
    assert "name server" in wrong[0]["remedy"], wrong


def test_good_records_lead_members_and_clients_to_one_another(desk: Desk) -> None:
    desk.world.dns(desk.records)
    assert desk.check() == (0, [])
    assert desk.on_host("etcd1") == (0, {})
    desk.start()
    seen = desk.cluster.verify("--wait", "60s")
    assert seen["verdict"] == "healthy", desk.cluster.said()
    assert_agreed(desk.cluster)
    # Only servers whose certificate has the domain in it, and none that a plain record leads to.
    found = desk.cluster.etcdctl(
        "--insecure-discovery=false", "member", "list", "-w", "json", at=f"--discovery-srv={DOMAIN}"
    )
    assert {each["name"] for each in json.loads(found.stdout)["members"]} == {"etcd1", "etcd2", "etcd3"}
