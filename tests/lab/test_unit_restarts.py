"""What systemd does with a member's unit when etcd exits, is refused, or finds its data missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import pytest

from etcdboot.base.addresses import parse_url
from etcdboot.effects.files.template_files import load_templates
from etcdboot.plan.plan import ClusterPlan, Flag
from etcdboot.render.renderer import render
from etcdboot.spec.spec import ClientTls, EtcdSpec, Settings, Target
from lab.peers.fixtures import ETCD_RELEASES, require_capability, require_peer
from lab.world.host import Host
from lab.world.process import wait_until
from lab.world.world import World
from samples.plans import small_plan
from samples.sampling import WHOLE

pytestmark = [pytest.mark.lab, pytest.mark.slow]


def releases(*sampled: str) -> tuple[str, ...]:
    """The releases that a test runs with: all of them in the full matrix."""
    return ETCD_RELEASES if WHOLE else sampled


# The start limit counts the starts; only the pause between them is shorter here than in the rendered unit.
FAST = "/etc/systemd/system/etcd.service.d/fast.conf"
ETCDCTL = "ETCDCTL_API=3 etcdctl --endpoints=http://10.0.0.1:2379"
WAL = Flag("wal-dir", "/srv/wal/the log")
ODD = '/srv/50% of $HOME\'s "data" \\'
ROTATED = (
    Flag("log-level", "debug"),
    Flag("log-outputs", "stderr,/var/log/etcd/etcd.log"),
    Flag("enable-log-rotation", "true"),
    Flag("log-rotation-config-json", '{"maxsize": 1}'),
)


@pytest.fixture
def world() -> Iterator[World]:
    require_capability("root")
    require_capability("cgroups")
    with World() as world:
        yield world


def machines(world: World, plan: ClusterPlan) -> dict[str, Host]:
    """A booted host for each member, installed."""
    files = render(plan, load_templates())
    hosts = {}
    for number, member in enumerate(plan.members, 1):
        host = hosts[member.name] = world.host(member.name, f"10.0.0.{number}")
        host.boot_systemd()
        for program in ("etcd", "etcdctl"):
            host.install(require_peer(program, str(member.release)))
        host.write(FAST, "[Service]\nRestartSec=100ms\n")
        for file in files:
            if file.path.parts[0] == member.name:
                host.write(f"/root/{file.path}", file.content, mode=file.mode)
        host.run(f"mkdir -p /srv/wal && sh /root/{member.name}/install.sh && chown etcd /srv/wal")
    return hosts


def small(
    release: str, *names: str, flags: tuple[Flag, ...] = (), data_dir: str | None = None
) -> ClusterPlan:
    return small_plan(
        Settings.CONFIG,
        Target.SYSTEMD,
        release=release,
        client=ClientTls.OFF,
        names=names,
        flags=flags,
        etcd=EtcdSpec(data_dir=data_dir),
    )


def start(host: Host) -> None:
    host.run("systemctl start --no-block etcd")


def state(host: Host) -> tuple[str, ...]:
    """ActiveState, Result and NRestarts."""
    shown = host.run("systemctl show -p ActiveState -p Result -p NRestarts etcd").stdout
    values = dict(line.split("=", 1) for line in shown.splitlines())
    return values["ActiveState"], values["Result"], values["NRestarts"]


def await_state(host: Host, *wanted: str) -> None:
    wait_until(f"{host.name}: {wanted}", lambda: state(host)[: len(wanted)] == wanted, within=40.0)


def journal(host: Host) -> str:
    return host.run("journalctl --sync; journalctl --unit etcd --output cat").stdout


@pytest.mark.parametrize("release", releases("3.4.23", "3.7.1"))
def test_a_member_that_exits_is_restarted_and_a_removed_one_is_not(world: World, release: str) -> None:
    hosts = machines(world, small(release, "etcd1", "etcd2"))
    first, second = hosts["etcd1"], hosts["etcd2"]
    for host in hosts.values():
        start(host)
    for host in hosts.values():
        await_state(host, "active")

    for restarts, signal in enumerate(("KILL", "TERM"), 1):
        first.run(f"kill -{signal} $(pidof etcd)")
        await_state(first, "active", "success", str(restarts))
    assert "operation not permitted" not in journal(first)

    listed = first.run(f"{ETCDCTL} member list").stdout
    number = next(line.split(",")[0] for line in listed.splitlines() if "etcd2" in line)
    remove = f"{ETCDCTL} member remove {number}"  # refused until the peers have been connected for 5 s
    wait_until("etcd2 to be removed", lambda: first.run(remove, check=False).returncode == 0)
    await_state(second, "inactive", "success", "0")
    assert second.run("systemctl show --value -p ExecMainStatus etcd").stdout.strip() == "0"


@pytest.mark.parametrize("release", releases("3.5.33"))
def test_a_member_that_waits_for_its_peers_does_not_reach_the_start_limit(world: World, release: str) -> None:
    hosts = machines(world, small(release, "etcd1", "etcd2"))
    for host in hosts.values():
        start(host)
    for host in hosts.values():
        await_state(host, "active")
        host.run("systemctl stop etcd")
    first = hosts["etcd1"]
    before = len(journal(first))
    start(first)

    def elections() -> int:
        return journal(first)[before:].count("starting a new election")

    wait_until("etcd1 to wait for etcd2", lambda: elections() > 2)
    assert state(first) == ("activating", "success", "0")
    start(hosts["etcd2"])
    await_state(first, "active", "success", "0")


@dataclass(frozen=True)
class Place:
    """Where a member's data are, and which folder is lost with the volume."""

    data_dir: str
    wal: str
    lost: str
    flags: tuple[Flag, ...] = ()


IN_DATA_DIR = Place(ODD, f"{ODD}/member/wal", lost=ODD)
APART = Place("/var/lib/etcd", WAL.value, lost=WAL.value, flags=(WAL,))
PLACES = (
    product(ETCD_RELEASES, (IN_DATA_DIR, APART)) if WHOLE else (("3.7.1", IN_DATA_DIR), ("3.4.23", APART))
)


@pytest.mark.parametrize(("release", "place"), PLACES)
def test_a_member_that_was_ready_does_not_start_without_its_data(
    world: World, release: str, place: Place
) -> None:
    host = machines(world, small(release, "etcd1", flags=place.flags, data_dir=place.data_dir))["etcd1"]
    mounts = host.run("systemctl show --value -p RequiresMountsFor etcd").stdout
    shown = host.run(f"printf '%s\\n' {mounts}").stdout.splitlines()  # systemd quotes as for a shell
    assert {place.data_dir, *(flag.value for flag in place.flags)} <= {*shown}  # PrivateTmp adds its own
    start(host)
    await_state(host, "active")
    host.run("systemctl stop etcd")
    host.run(["mv", place.lost, "/srv/wal/unmounted"])
    start(host)
    await_state(host, "failed", "exit-code")
    said = journal(host)
    assert "data are missing: mount the volume, or replace the member." in said
    assert f"No WAL is in {place.wal}, but this member was ready with the data in {place.data_dir}." in said
    assert "member remove and member add, initial-cluster-state existing, and only then: rm " in said
    assert "Start request repeated too quickly" in said
    assert host.run(["ls", place.lost], check=False).returncode != 0, "etcd has started"

    host.run(["mv", "/srv/wal/unmounted", place.lost])
    host.run("systemctl reset-failed etcd")
    start(host)
    await_state(host, "active")

    host.run("systemctl stop etcd")
    host.run(["rm", "-r", place.wal, f"{place.data_dir}/member", "/etc/etcd/.etcdboot.ready"], check=False)
    start(host)
    await_state(host, "active")


@pytest.mark.parametrize("release", releases("3.6.14"))
def test_data_that_etcd_refuses_end_as_failed(world: World, release: str) -> None:
    host = machines(world, small(release, "etcd1"))["etcd1"]
    host.run("mkdir -p /var/lib/etcd/member/wal && touch /var/lib/etcd/member/wal/0-0.wal")
    start(host)
    await_state(host, "failed", "exit-code")
    assert "Start request repeated too quickly" in journal(host)


def with_low_port(plan: ClusterPlan) -> ClusterPlan:
    """The same plan, with the first member's clients at port 443."""
    urls = (parse_url("http://10.0.0.1:443"),)
    first = plan.members[0]
    told = {"listen-client-urls": str(urls[0]), "advertise-client-urls": str(urls[0])}
    flags = tuple(replace(flag, value=told.get(flag.name, flag.value)) for flag in first.flags)
    return replace(plan, members=(replace(first, listen_client_urls=urls, flags=flags),))


@pytest.mark.parametrize("release", releases("3.5.1", "3.7.1"))
def test_the_filter_allows_low_ports_and_the_rotation_of_log_files(world: World, release: str) -> None:
    """A system call that the filter denies kills etcd here; in the rendered unit the call only fails."""
    flags = (Flag("log-level", "debug"),) if release.startswith("3.4.") else ROTATED
    host = machines(world, with_low_port(small(release, "etcd1", flags=flags)))["etcd1"]
    host.write(FAST, "[Service]\nSystemCallErrorNumber=kill\n")
    host.run("mkdir -p /var/log/etcd && chown etcd /var/log/etcd && systemctl daemon-reload")
    start(host)
    await_state(host, "active")
    etcdctl = ETCDCTL.replace("2379", "443")
    host.run("head -c 100000 /dev/zero | tr '\\0' x >/srv/value")
    host.run(f"for key in 1 2 3 4 5 6 7 8 9 a b c d e f; do {etcdctl} put $key </srv/value || exit 1; done")
    for words in ("compaction 5", "defrag", "snapshot save /srv/snapshot"):
        host.run(f"{etcdctl} {words}")
    if flags == ROTATED:
        wait_until("a log file to be rotated", lambda: len(host.run("ls /var/log/etcd").stdout.split()) > 1)
    host.run("systemctl stop etcd")
    assert state(host) == ("inactive", "success", "0")
    assert "write error" not in journal(host)


def test_data_of_another_user_are_not_called_missing(world: World) -> None:
    """A snapshot that root has restored: the remedy is chown, not a new member."""
    host = machines(world, small("3.6.14", "etcd1"))["etcd1"]
    host.run("systemctl start etcd; systemctl stop etcd; chown -R root:root /var/lib/etcd")
    host.run("systemctl start --no-block etcd")
    await_state(host, "failed")
    said = journal(host)
    assert "open /var/lib/etcd: permission denied" in said
    assert "data are missing" not in said
    host.run("chown -R etcd:etcd /var/lib/etcd; systemctl reset-failed etcd; systemctl start etcd")
