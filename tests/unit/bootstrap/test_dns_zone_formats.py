from __future__ import annotations

import pytest

from etcdboot.base.errors import UsageError
from etcdboot.bootstrap.dns_records import wanted_records
from etcdboot.bootstrap.dns_zone_formats import FORMATS, Authority, Publication, parse_authority, publish
from etcdboot.formats.characters import Unsayable
from etcdboot.observations.dns_answers import parse_server
from samples.zones import MEMBERS, address, dns_plan

ONE = Publication(wanted_records(dns_plan(MEMBERS[0])), ttl=60)

EXPECTED = {
    "bind": """\
; DNS records of the etcd cluster prod, to $INCLUDE into the zone example.com.
_etcd-server-ssl._tcp.example.com. 60 IN SRV 0 100 2380 etcd1.example.com.
_etcd-client-ssl._tcp.example.com. 60 IN SRV 0 100 2379 etcd1.example.com.
etcd1.example.com. 60 IN A 10.0.0.1
""",
    "dnsmasq": """\
# DNS records of the etcd cluster prod, for dnsmasq.
# SRV records have no TTL of their own there: dnsmasq takes its local-ttl, or 0.
local=/_etcd-server-ssl._tcp.example.com/
local=/_etcd-server._tcp.example.com/
local=/_etcd-client-ssl._tcp.example.com/
local=/_etcd-client._tcp.example.com/
local=/etcd1.example.com/
srv-host=_etcd-server-ssl._tcp.example.com,etcd1.example.com,2380,0,100
srv-host=_etcd-client-ssl._tcp.example.com,etcd1.example.com,2379,0,100
host-record=etcd1.example.com,10.0.0.1,60
""",
    "nsupdate": """\
; A dynamic update with the DNS records of the etcd cluster prod.
zone example.com.
prereq nxrrset etcd1.example.com. IN CNAME
update delete _etcd-server-ssl._tcp.example.com. IN SRV
update delete _etcd-client-ssl._tcp.example.com. IN SRV
update delete etcd1.example.com. IN A
update add _etcd-server-ssl._tcp.example.com. 60 IN SRV 0 100 2380 etcd1.example.com.
update add _etcd-client-ssl._tcp.example.com. 60 IN SRV 0 100 2379 etcd1.example.com.
update add etcd1.example.com. 60 IN A 10.0.0.1
send
""",
    "table": """\
NAME                                TTL  TYPE  DATA
_etcd-server-ssl._tcp.example.com.  60   SRV   0 100 2380 etcd1.example.com.
_etcd-client-ssl._tcp.example.com.  60   SRV   0 100 2379 etcd1.example.com.
etcd1.example.com.                  60   A     10.0.0.1
""",
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_says_every_record(name: str) -> None:
    assert publish(name, ONE) == EXPECTED[name]


def test_an_update_goes_where_it_is_told_to() -> None:
    to = Publication(ONE.records, server=parse_server("[fd00::53]:5353"))
    assert "\nserver fd00::53 5353\nzone " in publish("nsupdate", to)


def test_a_whole_zone_has_an_authority_and_a_serial_number() -> None:
    assert publish("bind", Publication(ONE.records, ttl=60, full=True)).splitlines()[:3] == [
        "; The zone example.com with the DNS records of the etcd cluster prod.",
        "example.com. 60 IN SOA localhost. hostmaster.example.com. 1 3600 600 604800 60",
        "example.com. 60 IN NS localhost.",
    ]


def test_a_zone_names_its_own_servers_with_their_addresses() -> None:
    servers = (parse_authority("ns1.Example.com.=fd00::53"), parse_authority("ns.other.org"))
    text = publish("bind", Publication(ONE.records, full=True, serial=7, authorities=servers))
    assert "SOA ns1.example.com. hostmaster.example.com. 7 " in text
    assert (
        "NS ns1.example.com.\nexample.com. 300 IN NS ns.other.org.\nns1.example.com. 300 IN AAAA fd00::53"
        in text
    )


def test_a_server_inside_the_zone_needs_an_address() -> None:
    def zone(*names: str) -> str:
        authorities = tuple(map(Authority, names))
        return publish("bind", Publication(ONE.records, full=True, authorities=authorities))

    assert "NS etcd1.example.com." in zone("etcd1.example.com")
    with pytest.raises(UsageError, match=r"ns\.example\.com lies in the zone example\.com") as refused:
        zone("ns.other.org", "ns.example.com")
    assert refused.value.diagnostics[0].hint == "write --ns ns.example.com=ADDRESS"


def test_an_authority_is_a_name_with_or_without_an_address() -> None:
    assert parse_authority("ns=10.0.0.53") == Authority("ns", address("10.0.0.53"))
    for wrong in ("ns=ns2", "ns=", "=10.0.0.1", "", "n s"):
        with pytest.raises(ValueError, match=r"address|host name|DNS name"):
            parse_authority(wrong)


def test_a_ttl_that_dns_cannot_hold_is_refused() -> None:
    with pytest.raises(Unsayable, match="a TTL is 0 to"):
        publish("bind", Publication(ONE.records, ttl=2**31))
