"""dnsmasq and BIND serve what ``dns zone`` prints, and ``dns check`` finds what is wrong with it."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from cli.running import etcdboot, in_json
from etcdboot.effects.network.ports import free_loopback_ports
from integration.name_servers import checkzone, dnsmasq, named, nsupdate

pytestmark = pytest.mark.integration

SPEC = """\
name: prod
etcd: {version: "3.6.14"}
bootstrap: {mode: dns, discovery-srv: lab.example%s}
members:
  - {name: etcd1, host: etcd1.lab.example, address: 192.168.202.128}
  - {name: etcd2, host: etcd2.lab.example, address: [192.168.202.129, "fd00::129"]}
  - {name: etcd3, host: etcd3.lab.example, address: 192.168.202.130, client-host: db3.lab.example}
  - {name: etcd4, host: etcd4.lab.example, address: 192.168.202.131, initial-cluster-state: existing}
  - {name: etcd5, host: etcd5.lab.example, address: 192.168.202.132, initial-cluster-state: existing}
"""
OFF = 'tls: {client: "off", peer: "off"}\n'
SPECS = {
    "tls": SPEC % "",
    "plain": SPEC % "" + OFF,
    "service name": SPEC % ", discovery-srv-name: Blue-1",
}
SERVER, CLIENT = "_etcd-server-ssl._tcp.lab.example", "_etcd-client-ssl._tcp.lab.example"
EMPTY_ZONE = """\
lab.example. 60 IN SOA localhost. hostmaster.lab.example. 1 3600 600 604800 60
lab.example. 60 IN NS localhost.
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    file = tmp_path / "cluster.yaml"
    file.write_text(SPECS["tls"])
    return file


def zone(spec: Path, *options: str) -> str:
    done = etcdboot("dns", "zone", "-f", str(spec), *options)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def check(spec: Path, server: str, code: int = 0, **wrong: str) -> dict[str, Any]:
    """What ``dns check`` prints; it ends with that code, for the diagnostics named, and for no others."""
    done = etcdboot("dns", "check", "-f", str(spec), "--server", server, "--timeout", "500ms", "-w", "json")
    seen = in_json(done)
    assert done.exit_code == code, seen
    assert {each["code"] for each in seen["diagnostics"]} == set(wrong), seen
    for each in seen["diagnostics"]:
        assert wrong[each["code"]] in each["message"]
        assert each["hint"]
    return seen


@pytest.mark.parametrize("label", SPECS)
def test_dnsmasq_serves_the_rendered_configuration(spec: Path, tmp_path: Path, label: str) -> None:
    spec.write_text(SPECS[label])
    with dnsmasq(tmp_path, zone(spec, "--format", "dnsmasq")) as server:
        records = check(spec, server)["records"]
    assert {each["status"] for each in records} == {"ok"}
    assert len(records) == 3 + 5 + 7


@pytest.mark.parametrize("label", SPECS)
def test_bind_serves_the_whole_zone(spec: Path, tmp_path: Path, label: str) -> None:
    spec.write_text(SPECS[label])
    text = zone(spec, "--full", "--serial", "7")
    judged = checkzone(tmp_path, "lab.example", text)
    assert judged.stdout == "zone lab.example/IN: loaded serial 7\nOK\n"
    with named(tmp_path, "lab.example", text) as server:
        check(spec, server)


def test_bind_serves_a_zone_with_name_servers_of_its_own(spec: Path, tmp_path: Path) -> None:
    servers = ("--ns", "ns1.lab.example=192.168.202.53", "--ns", "etcd1.lab.example", "--ns", "ns.other.org")
    text = zone(spec, "--full", *servers)
    assert checkzone(tmp_path, "lab.example", text).returncode == 0
    with named(tmp_path, "lab.example", text) as server:
        check(spec, server)


def test_bind_includes_the_records_into_an_existing_zone(spec: Path, tmp_path: Path) -> None:
    (tmp_path / "etcd.records").write_text(zone(spec))
    around = "$TTL 60\n@ SOA ns hostmaster 3 3600 600 604800 60\n@ NS ns\nns A 192.168.202.53\n"
    text = f"{around}$INCLUDE etcd.records\nwww A 192.168.202.80\n"
    judged = checkzone(tmp_path, "lab.example", text)
    assert judged.returncode == 0, judged.stdout
    with named(tmp_path, "lab.example", text) as server:
        check(spec, server)
    # What follows the records means what it meant.
    text = f"{around}$INCLUDE etcd.records\n@ A 192.168.202.80\n"
    assert checkzone(tmp_path, "lab.example", text).returncode == 0


def test_the_records_of_a_domain_below_go_into_the_zone_above(spec: Path, tmp_path: Path) -> None:
    spec.write_text((SPEC % "").replace("discovery-srv: lab", "discovery-srv: db.lab"))
    text = zone(spec, "--full", "--zone", "lab.example")
    with named(tmp_path, "lab.example", text) as server:
        check(spec, server)


def test_an_update_replaces_the_records_and_nothing_else(spec: Path, tmp_path: Path) -> None:
    stale = (
        f"{SERVER}. 60 IN SRV 0 1 9999 gone.lab.example.\netcd1.lab.example. 60 IN A 10.9.9.9\n"
        "etcd1.lab.example. 60 IN TXT kept\n"
    )
    with named(tmp_path, "lab.example", EMPTY_ZONE + stale) as server:
        check(spec, server, 4, EB577=" lacks ", EB579="gone.lab", EB584="10.9.9.9", EB583=" leads nowhere")
        for _ in range(2):
            done = nsupdate(zone(spec, "--format", "nsupdate", "--server", server))
            assert (done.returncode, done.stderr) == (0, "")
            check(spec, server)
        done = nsupdate(
            f"server {server.replace(':', ' ')}\nprereq yxrrset etcd1.lab.example. IN TXT kept\nsend\n"
        )
        assert done.returncode == 0


def test_an_update_stops_at_an_alias_instead_of_losing_an_address(spec: Path, tmp_path: Path) -> None:
    alias = "etcd1.lab.example. 60 IN CNAME www.lab.example.\nwww.lab.example. 60 IN A 192.168.202.128\n"
    with named(tmp_path, "lab.example", EMPTY_ZONE + alias) as server:
        done = nsupdate(zone(spec, "--format", "nsupdate", "--server", server))
    assert done.returncode == 2
    assert "YXRRSET" in done.stderr


# What is done to the configuration | exit | codes and words that say so.
FAULTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "a member's record is missing": (
        f"srv-host={SERVER},etcd2.lab.example,2380,0,100\n", "", {"EB577": "etcd2.lab.example:2380"},
    ),
    "a wrong port": (
        "etcd2.lab.example,2380", "etcd2.lab.example,2390",
        {"EB578": "etcd2.lab.example:2390 instead of etcd2.lab.example:2380"},
    ),
    "a wrong target": (
        f"{SERVER},etcd2.lab.example", f"{SERVER},db2.lab.example",
        {"EB579": "db2.lab.example:2380 instead of etcd2.lab.example:2380"},
    ),
    "an address elsewhere": (
        "host-record=etcd2.lab.example,192.168.202.129", "host-record=etcd2.lab.example,10.9.9.9",
        {"EB584": "10.9.9.9 instead of 192.168.202.129"},
    ),
    "one address of two is missing": (
        "host-record=etcd2.lab.example,fd00::129,300\n", "",
        {"EB577": "etcd2.lab.example AAAA lacks fd00::129"},
    ),
    "a target without an address": (
        "host-record=etcd1.lab.example,192.168.202.128,300\n", "",
        {"EB583": "etcd1.lab.example A leads nowhere"},
    ),
    "a founder too many": (
        "srv-host=", f"srv-host={SERVER},etcd9.lab.example,2380,0,100\nsrv-host=", {"EB581": "etcd9"},
    ),
    "a joiner among the founders": (
        "srv-host=", f"srv-host={SERVER},etcd4.lab.example,2380,0,100\nsrv-host=", {"EB588": "etcd4"},
    ),
    "a record twice": (
        "srv-host=", f"srv-host={SERVER},etcd1.lab.example,2380,1,1\nsrv-host=",
        {"EB582": "etcd1.lab.example:2380"},
    ),
    "plain records beside": (
        "srv-host=", "srv-host=_etcd-server._tcp.lab.example,etcd1.lab.example,2380,0,100\nsrv-host=",
        {"EB580": "etcd1.lab.example:2380"},
    ),
    "an alias": (
        "host-record=etcd1.lab.example,192.168.202.128,300\n",
        "cname=etcd1.lab.example,real.lab.example\nhost-record=real.lab.example,192.168.202.128\n",
        {"EB587": "real.lab.example"},
    ),
    "two members at one address": (
        "host-record=etcd2.lab.example,192.168.202.129", "host-record=etcd2.lab.example,192.168.202.128",
        {"EB584": "192.168.202.128 instead of 192.168.202.129", "EB585": "192.168.202.128"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("label", FAULTS)
def test_a_fault_in_the_records_is_named(spec: Path, tmp_path: Path, label: str) -> None:
    before, after, wrong = FAULTS[label]
    text = zone(spec, "--format", "dnsmasq")
    assert before in text
    with dnsmasq(tmp_path, text.replace(before, after, 1)) as server:
        code = 0 if label == "an alias" else 4  # etcd follows it: a remark
        check(spec, server, code, **wrong)


def test_plain_records_in_the_place_of_tls_are_named(spec: Path, tmp_path: Path) -> None:
    text = zone(spec, "--format", "dnsmasq")
    text = text.replace("srv-host=_etcd-server-ssl", "srv-host=_etcd-server")
    with dnsmasq(tmp_path, text) as server:
        wrong = {
            "EB577": f"{SERVER} SRV lacks etcd1",
            "EB580": "_etcd-server._tcp.lab.example SRV stands for",
        }
        check(spec, server, 4, **wrong)
        spec.write_text(SPECS["tls"].replace("3.6.14", "3.4.45"))
        check(spec, server, 4, **wrong, EB586="etcd 3.4.45", EB241="3.4")


def test_a_server_that_fails_is_told_from_one_that_knows_of_nothing(spec: Path, tmp_path: Path) -> None:
    with named(tmp_path, "lab.example", "not a zone\n") as server:
        records = check(spec, server, 4, EB576="SERVFAIL")["records"]
        assert {each["status"] for each in records} == {"unknown"}
    with named(tmp_path, "lab.example", EMPTY_ZONE) as server:
        check(spec, server, 4, EB577="NXDOMAIN", EB583="NXDOMAIN")
    with named(tmp_path, "other.example", EMPTY_ZONE.replace("lab.", "other.")) as server:
        check(spec, server, 4, EB576="REFUSED")


def test_a_resolver_that_is_down_is_said_so(spec: Path) -> None:
    (port,) = free_loopback_ports(1)
    check(spec, f"127.0.0.1:{port}", 6, EB575="connection refused")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        check(spec, f"127.0.0.1:{silent.getsockname()[1]}", 6, EB575="no answer in time")


def test_the_clients_of_any_cluster_can_have_records(spec: Path, tmp_path: Path) -> None:
    spec.write_text((SPEC % "").replace("{mode: dns, discovery-srv: lab.example}", "{mode: static}"))
    text = zone(spec, "--format", "dnsmasq", "--domain", "Lab.Example.")
    assert "_etcd-server" not in text
    with dnsmasq(tmp_path, text) as server:
        done = etcdboot("dns", "check", "-f", str(spec), "--server", server, "--domain", "lab.example")
    assert done.exit_code == 0, done.output


def test_an_answer_too_long_for_a_datagram_comes_whole(spec: Path, tmp_path: Path) -> None:
    label = "a-very-long-label-of-a-member-of-the-cluster-that-is-checked"
    members = "".join(
        f"  - {{name: m{n}, host: {label}.{n}.lab.example, address: 10.0.0.{n}}}\n" for n in range(1, 21)
    )
    head = (SPEC % "").partition("  - ")[0]
    spec.write_text(head + members)
    done = etcdboot("dns", "zone", "-f", str(spec), "--full")
    assert done.exit_code == 0, done.output
    with named(tmp_path, "lab.example", done.stdout) as server:
        done = etcdboot("dns", "check", "-f", str(spec), "--server", server)
    assert done.exit_code == 0, done.output
