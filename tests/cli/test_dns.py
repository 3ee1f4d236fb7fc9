from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import dns.message
import pytest

from cli.running import ENVIRONMENT, GOOD, etcdboot, in_json
from etcdboot.bootstrap.dns_zone_formats import FORMATS
from etcdboot.cli.dns import FORMAT_NAMES
from etcdboot.effects.network.ports import free_loopback_ports
from samples.name_server import Reply, answering, telling

SPEC = """\
name: prod
etcd: {version: "3.6.14"}
bootstrap: {mode: dns, discovery-srv: example.com}
members:
  - {name: etcd1, host: etcd1.example.com, address: 10.0.0.1}
  - {name: etcd2, host: etcd2.example.com, address: 10.0.0.2}
  - {name: etcd3, host: etcd3.other.org, address: 10.0.0.3}
"""
# Words after `dns zone` | what is said of them; each ends with exit 2.
BAD_OPTIONS = {
    "--full --format dnsmasq": "--full means nothing in the format dnsmasq",
    "--serial 2": "--serial goes with --full",
    "--ns ns1": "--ns goes with --full",
    "--server 10.0.0.53": "--server means nothing in the format bind",
    "--format nsupdate --server ns1": "is not an address of a name server",
    "--full --ns n_s=x": "an IP address is wanted",
    "--full --ns ns.example.com": "has no address there",
    "--zone other.org": "does not lie in the zone",
    "--zone 10.0.0.1": "is an address",
    "--zone a..b": "neither an IP address nor a DNS name",
    "--domain other.org": "has a domain of its own",
    "--ttl 0": "is not in the range",
    "--serial 4294967296": "is not in the range",
    "--format zone": "is not one of",
}


@pytest.fixture
def spec(tmp_path: Path) -> str:
    file = tmp_path / "cluster.yaml"
    file.write_text(SPEC)
    return str(file)


def serving_all(query: dns.message.Message, by_tcp: bool) -> bytes | None:
    """The records of the spec."""
    name = str(query.question[0].name)
    kind = query.question[0].rdtype.name
    hosts = ("etcd1.example.com.", "etcd2.example.com.", "etcd3.other.org.")
    lines = []
    if kind == "SRV" and "-ssl." in name:
        port = 2380 if "server" in name else 2379
        lines = [f"{name} 60 SRV 0 100 {port} {each}" for each in hosts]
    elif kind == "A":
        lines = [f"{name} 60 A 10.0.0.{hosts.index(name) + 1}"]
    return telling(*lines, code="NXDOMAIN" if kind == "SRV" and not lines else "NOERROR")(query, by_tcp)


def lacking(name: str) -> Reply:
    """The same without the address of one host."""

    def reply(query: dns.message.Message, by_tcp: bool) -> bytes | None:
        if str(query.question[0].name) == f"{name}.":
            return telling(code="NXDOMAIN")(query, by_tcp)
        return serving_all(query, by_tcp)

    return reply


def test_the_records_are_the_product_and_the_remarks_are_talk(spec: str) -> None:
    done = etcdboot("dns", "zone", "-f", spec)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1].startswith(
        "_etcd-server-ssl._tcp.example.com. 300 IN SRV 0 100 2380 etcd1."
    )
    assert done.stderr.startswith("note EB572: etcd3.other.org gets no address record")
    assert etcdboot("dns", "zone", "-qf", spec).stderr == ""


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_spec_gives_the_same_bytes(spec: str, name: str) -> None:
    first = etcdboot("dns", "zone", "-f", spec, "--format", name, "--ttl", "77").stdout
    assert etcdboot("dns", "zone", "-f", "-", "--format", name, "--ttl", "77", stdin=SPEC).stdout == first
    assert "77" in first
    assert "2380" in first


def test_the_choices_are_the_formats_that_there_are() -> None:
    assert tuple(FORMATS) == FORMAT_NAMES


def test_json_has_the_records(spec: str) -> None:
    seen = in_json(etcdboot("dns", "zone", "-f", spec, "-w", "json"))
    assert seen["zone"] == "example.com"
    assert seen["records"][0] == {
        "name": "_etcd-server-ssl._tcp.example.com.",
        "ttl": 300,
        "type": "SRV",
        "data": "0 100 2380 etcd1.example.com.",
    }
    assert [each["code"] for each in seen["diagnostics"]] == ["EB572"]


def test_a_table_has_the_records(spec: str) -> None:
    assert "etcd2.example.com." in etcdboot("dns", "zone", "-f", spec, "-w", "table").stdout


@pytest.mark.parametrize("words", BAD_OPTIONS)
def test_options_that_make_no_sense_are_usage_errors(spec: str, words: str) -> None:
    done = etcdboot("dns", "zone", "-f", spec, *words.split())
    assert (done.exit_code, done.stdout) == (2, "")
    assert BAD_OPTIONS[words] in done.stderr.replace("\n", " ")


@pytest.mark.parametrize("name", ["zone", "check"])
def test_another_mode_is_refused_with_both_ways_out(name: str) -> None:
    done = etcdboot("dns", name, "-f", "-", stdin=GOOD)
    assert done.exit_code == 7
    assert "error EB570: the members find one another by static bootstrap" in done.stderr
    assert "mode: dns" in done.stderr
    assert "--domain" in done.stderr


def test_what_fits_exits_0(spec: str) -> None:
    with answering(serving_all) as server:
        done = etcdboot("dns", "check", "-f", spec, "--server", str(server))
    assert (done.exit_code, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 6 + 3 + 1
    assert done.stdout.endswith(f"9 records, all fit; asked {server}\n")


def test_what_does_not_fit_exits_4_and_is_named(spec: str) -> None:
    with answering(lacking("etcd1.example.com")) as server:
        done = etcdboot("dns", "check", "-f", spec, "--server", str(server))
        table = etcdboot("dns", "check", "-f", spec, "--server", str(server), "-w", "table")
    assert done.exit_code == table.exit_code == 4
    assert "unresolved    etcd1.example.com A 10.0.0.1" in done.stdout
    assert "9 records, 1 does not fit; asked" in done.stdout
    assert "error EB583: etcd1.example.com A leads nowhere: no such name (NXDOMAIN)" in done.stderr
    assert "unresolved" in table.stdout


def test_json_has_every_record_as_wanted_and_as_seen(spec: str) -> None:
    with answering(lacking("etcd1.example.com")) as server:
        seen = in_json(etcdboot("dns", "check", "-f", spec, "--server", str(server), "-w", "json"))
    assert seen["servers"] == [str(server)]
    wrong = [each for each in seen["records"] if each["status"] != "ok"]
    assert wrong == [
        {
            "name": "etcd1.example.com",
            "type": "A",
            "expected": "10.0.0.1",
            "seen": None,
            "status": "unresolved",
        }
    ]


def test_an_alias_fits_with_a_remark(spec: str) -> None:
    def by_alias(query: dns.message.Message, by_tcp: bool) -> bytes | None:
        name, kind = str(query.question[0].name), query.question[0].rdtype.name
        alias = f"{name} 60 CNAME real.example.com."
        if kind == "A" and name.startswith("etcd1."):
            return telling(alias, "real.example.com. 60 A 10.0.0.1")(query, by_tcp)
        return serving_all(query, by_tcp)

    with answering(by_alias) as server:
        done = etcdboot("dns", "check", "-f", spec, "--server", str(server))
    assert done.exit_code == 0
    assert "note EB587: etcd1.example.com is an alias of real.example.com" in done.stderr


def test_records_that_fit_one_by_one_can_be_wrong_together() -> None:
    unknown = SPEC.replace(", address: 10.0.0.1", "").replace(", address: 10.0.0.2", "")

    def at_one_place(query: dns.message.Message, by_tcp: bool) -> bytes | None:
        name, kind = str(query.question[0].name), query.question[0].rdtype.name
        if kind == "A" and name.startswith("etcd2."):
            return telling(f"{name} 60 A 10.0.0.1")(query, by_tcp)
        return serving_all(query, by_tcp)

    with answering(at_one_place) as server:
        done = etcdboot("dns", "check", "-f", "-", "--server", str(server), stdin=unknown)
    assert done.exit_code == 4
    assert "error EB585: etcd1.example.com and etcd2.example.com lead to one address, 10.0.0.1" in done.stderr
    assert "9 records, each fits, together they do not" in done.stdout


def test_a_dead_or_silent_name_server_exits_6(spec: str) -> None:
    (port,) = free_loopback_ports(1)
    done = etcdboot("dns", "check", "-f", spec, "--server", f"127.0.0.1:{port}")
    assert (done.exit_code, done.stdout) == (6, "")
    assert f"error EB575: no name server answers (asked 127.0.0.1:{port})" in done.stderr
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        server = f"127.0.0.1:{silent.getsockname()[1]}"
        done = etcdboot("dns", "check", "-f", spec, "--server", server, "--timeout", "50ms")
    assert done.exit_code == 6
    assert "no answer in time" in done.stderr


def test_a_name_server_that_is_none_is_a_usage_error(spec: str) -> None:
    done = etcdboot("dns", "check", "-f", spec, "--server", "ns.example.com")
    assert done.exit_code == 2
    assert "EB573" in done.stderr


def test_without_dnspython_only_check_fails_and_names_the_remedy(spec: str) -> None:
    without = "import sys; sys.modules['dns'] = None; from etcdboot.__main__ import main; main()"
    codes = []
    for words in (["zone"], ["check", "--server", "127.0.0.1:9"]):
        argv = [sys.executable, "-c", without, "dns", *words, "-f", spec]
        done = subprocess.run(argv, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        codes.append(done.returncode)
    assert codes == [0, 8]
    assert "pip install 'etcdboot[dns]'" in done.stderr
