"""``check --live`` beside real members: what it finds is what etcd then stumbles over."""

from __future__ import annotations

import json
import shutil
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from cli.running import etcdboot, process
from etcdboot.effects.network.ports import free_loopback_ports
from etcdboot.workflows.certs.issue import issue
from integration.discovery_etcd import discovery_etcd
from integration.hosts_on_loopback import hosts
from lab.peers.fixtures import require_peer

pytestmark = pytest.mark.integration

EACH = pytest.mark.parametrize(
    ("release", "tls"), [("3.4.23", "mutual"), ("3.5.33", "off"), ("3.6.14", "auto"), ("3.7.1", "mutual")]
)


@EACH
def test_a_member_is_seen_from_its_first_start_to_the_loss_of_its_data(
    tmp_path: Path, release: str, tls: str
) -> None:
    with hosts(tmp_path, release, tls) as here:
        here.install()
        ids = {each.name: f"{each.predicted_id:x}" for each in here.plan.members}
        cluster = f"{here.plan.predicted_cluster_id:x}"
        fresh = here.look("etcd1", "etcd2", "etcd3")
        assert (fresh["exit"], fresh["diagnostics"]) == (0, [])
        assert [each["bootstrapped"] for each in fresh["live"]["members"]] == [False] * 3

        here.start("etcd1")
        here.await_log("etcd1", "starting a new election")  # it has a log, and waits for the others
        waiting = here.look("etcd2")
        assert waiting["exit"] == 0, waiting["diagnostics"]
        peers = {each["name"]: each["cluster_id"] for each in waiting["live"]["peers"]}
        assert peers == {"etcd1": cluster, "etcd3": None}

        here.start("etcd2")
        here.await_health("etcd1", "etcd2")
        runs = here.look("etcd2")
        assert [(each["code"], each["severity"]) for each in runs["diagnostics"]] == [("EB536", "note")]
        (seen,) = runs["live"]["members"]
        assert (seen["member_id"], seen["cluster_id"], seen["in_use"]) == (ids["etcd2"], cluster, True)
        assert here.found("etcd3") == {}

        here.stop("etcd2")
        assert here.found("etcd2") == {}
        shutil.rmtree(here.data("etcd2"))
        here.start("etcd3")
        here.await_health("etcd1", "etcd3")
        assert here.found("etcd2") == {"EB544": "error"}
        assert here.start("etcd2").wait(60) == 1
        assert "has already been bootstrapped" in here.log("etcd2")


@EACH
def test_data_that_are_not_the_members_own_are_told_whose_they_are(
    tmp_path: Path, release: str, tls: str
) -> None:
    with hosts(tmp_path, release, tls) as here:
        here.install()
        here.start("etcd1")
        here.await_log("etcd1", "starting a new election")
        here.stop()
        here.data("etcd1").rename(here.data("etcd2"))
        assert here.found("etcd2") == {"EB531": "error"}
        here.data("etcd2").rename(here.data("etcd1"))
        assert here.found("etcd1") == {}
        here.describe(more="bootstrap: {initial-cluster-token: another}")
        assert here.found("etcd1") == {"EB532": "error"}
        here.start("etcd1")  # and goes on as the member that it was
        here.await_log("etcd1", "starting a new election")
        assert here.found("etcd2") == {"EB543": "error"}
        log = next(here.data("etcd1").glob("member/wal/0*.wal"))
        here.stop()
        log.write_bytes(b"\0" * 512 + log.read_bytes()[512:])
        assert here.found("etcd1") == {"EB538": "error"}


def test_data_that_another_process_holds_are_told_before_etcd_waits_for_ever(tmp_path: Path) -> None:
    with hosts(tmp_path, "3.6.14") as here:
        here.start("etcd1")
        here.await_log("etcd1", "starting a new election")
        here.describe(ports=free_loopback_ports(6))
        found = here.look("etcd1")
        assert [each["code"] for each in found["diagnostics"] if each["severity"] == "error"] == [
            "EB536",
            "EB532",
        ]
        assert found["exit"] == 7


@pytest.mark.parametrize(
    ("is_", "planned", "code"),
    [("off", "auto", "EB540"), ("auto", "off", "EB541"), ("mutual", "off", "EB541")],
)
@pytest.mark.parametrize("release", ["3.4.23", "3.7.1"])
def test_a_peer_of_the_wrong_scheme(tmp_path: Path, release: str, is_: str, planned: str, code: str) -> None:
    with hosts(tmp_path, release, is_) as here:
        here.install()
        here.start("etcd1")
        here.await_log("etcd1", "starting a new election")
        here.describe(tls=planned)
        seen = here.look("etcd2")
        assert code in [each["code"] for each in seen["diagnostics"]]
        assert seen["exit"] in (4, 7)


def test_without_a_certificate_a_peer_is_known_to_speak_tls_and_no_more(tmp_path: Path) -> None:
    with hosts(tmp_path, "3.6.14", "mutual") as here:
        here.install()
        here.start("etcd1")
        here.await_log("etcd1", "starting a new election")
        shutil.rmtree(here.folder / "etc" / "etcd2")
        seen = here.look("etcd2")["live"]["peers"][0]
        assert seen["cluster_id"] is not None  # by the pair in pki/
        (here.folder / "pki").rename(here.folder / "elsewhere")
        seen = here.look("etcd2")["live"]["peers"][0]
        assert (seen["speaks"], seen["cluster_id"]) == ("https", None)


@EACH
def test_a_joiner_is_told_to_be_added_first(tmp_path: Path, release: str, tls: str) -> None:
    with hosts(tmp_path, release, tls) as here:
        here.describe(joiner="etcd3")
        here.install()
        assert here.found("etcd3") == {"EB546": "error"}
        assert here.look("etcd3")["exit"] == 6
        for name in ("etcd1", "etcd2"):
            here.start(name)
        here.await_health("etcd1", "etcd2")
        assert here.found("etcd3") == {"EB545": "error"}
        here.start("etcd3")
        assert here.running["etcd3"].wait(60) == 1
        assert "error validating peerURLs" in here.log("etcd3")


def test_etcd_stops_at_a_proxys_folder(tmp_path: Path) -> None:
    with hosts(tmp_path, "3.5.33") as here:
        (here.data("etcd1") / "member").mkdir(parents=True, mode=0o700)
        (here.data("etcd1") / "proxy").mkdir(mode=0o700)
        (here.data("etcd1") / "notes").mkdir()
        assert here.found("etcd1") == {"EB534": "error", "EB535": "warning"}
        assert here.start("etcd1").wait(60) == 1
        assert "both member and proxy directories exist" in here.log("etcd1")
        assert "found invalid file under data directory" in here.log("etcd1")


def test_the_clock_and_the_certificates(tmp_path: Path) -> None:
    with hosts(tmp_path, "3.6.14", "mutual") as here:
        here.install()
        assert here.found("etcd1") == {}
        for offset, said in ((3 * 3600, "which is 2h away"), (-400 * 86400, "expired 35d ago")):
            for folder in ("pki", "etc"):
                shutil.rmtree(here.folder / folder, ignore_errors=True)
            issue(
                here.plan, here.folder / "pki", now=partial(datetime.fromtimestamp, time.time() + offset, UTC)
            )
            desk = etcdboot("check", "--live", "-f", here.file, "--member", "etcd1")
            assert desk.exit_code == 4, desk.output
            assert said in desk.stderr and "pki/members/etcd1/peer.pem" in desk.stderr


@pytest.mark.parametrize(
    ("mode", "release", "host_release", "extra"),
    [("discovery-v2", "3.5.33", "3.5.33", ("--enable-v2",)), ("discovery-v3", "3.7.1", "3.4.23", ())],
)
def test_a_restart_needs_no_discovery_host(
    tmp_path: Path, mode: str, release: str, host_release: str, extra: tuple[str, ...]
) -> None:
    with hosts(tmp_path, release) as here:
        here.describe(more=f"bootstrap: {{mode: {mode}}}")
        etcd = str(require_peer("etcd", release))
        state = ("--state", str(tmp_path / ".etcdboot"))

        def up() -> tuple[int, list[str]]:
            done = process(tmp_path, "up", "--detach", "--etcd", etcd, "-w", "json")
            said = json.loads(done.stdout)
            return done.returncode, [
                each["code"] for each in said["diagnostics"] if each["severity"] == "error"
            ]

        with discovery_etcd(tmp_path / "host", host_release, *extra) as host:
            made = etcdboot("discovery", "new", "-f", here.file, "--at", host.url, "--write")
            assert made.exit_code == 0, made.output
            assert up() == (0, [])
            assert process(tmp_path, "down", *state).returncode == 0
        try:
            assert up() == (0, [])
        finally:
            process(tmp_path, "down", *state)
        shutil.rmtree(tmp_path / ".etcdboot/members/etcd1/data")
        assert up() == (6, ["EB560"])
        assert process(tmp_path, "ps", *state).returncode != 0


def test_a_throw_away_run_uses_the_token_up_and_the_next_is_refused(tmp_path: Path) -> None:
    using_up = "this run uses up the discovery token"
    with hosts(tmp_path, "3.6.14") as here, discovery_etcd(tmp_path / "host", "3.6.14") as host:
        here.describe(more="bootstrap: {mode: discovery-v3}")
        assert etcdboot("discovery", "new", "-f", here.file, "--at", host.url, "--write").exit_code == 0
        up = ("up", "--once", "--etcd", str(require_peer("etcd", "3.6.14")))
        first, second = process(tmp_path, *up), process(tmp_path, *up)
    assert (first.returncode, using_up in first.stderr) == (0, True), first.stderr
    assert (second.returncode, using_up in second.stderr) == (7, False), second.stderr
    assert "error EB555: the token is used: registered before, and without data here: " in second.stderr
