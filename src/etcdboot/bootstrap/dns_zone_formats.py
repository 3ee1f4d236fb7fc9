"""The records in the forms that name servers read; one row each in ``FORMATS``.

The text depends on what it is made of alone: no clock, no serial number that counts by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from etcdboot.base.addresses import Host, parse_host
from etcdboot.base.errors import UsageError
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.bootstrap.dns_records import DEFAULT_TTL, PRIORITY, WEIGHT, ServiceRecord, WantedRecords
from etcdboot.formats import bind, dnsmasq
from etcdboot.formats.bind import Record, bare, is_below
from etcdboot.observations.dns_answers import NameServer, RecordType, address_type

# Times of a zone in seconds: when secondaries ask again, when they retry, when they give up.
_REFRESH, _RETRY, _EXPIRE = 3600, 600, 604800


@dataclass(frozen=True, slots=True)
class Authority:
    """A name server of a whole zone; the address is needed where its name lies in the zone itself."""

    name: str
    address: Host | None = None


def parse_authority(text: str) -> Authority:
    """What ``NAME`` or ``NAME=ADDRESS`` stands for.

    Raises:
        ValueError: with a sentence for the user.
    """
    name, equals, address = text.partition("=")
    host = parse_host(address) if equals else None
    if host and not host.is_address:
        raise ValueError(f"{text!r}: an IP address is wanted after the =")
    return Authority(bare(name.removesuffix(".").lower()), host)


# Good for a zone that nobody delegates: it names whichever server holds it.
LOCALHOST: Final = Authority("localhost")


@dataclass(frozen=True, slots=True)
class Publication:
    """What is published, and how.

    ``full`` makes a zone of it, with that ``serial`` and those ``authorities``; ``server`` takes the update.
    """

    records: WantedRecords
    ttl: int = DEFAULT_TTL
    full: bool = False
    serial: int = 1
    authorities: tuple[Authority, ...] = (LOCALHOST,)
    server: NameServer | None = None


def all_records(what: Publication) -> tuple[Record, ...]:
    """The cluster's records in their order: for its members, for its clients, then the addresses."""
    services = (
        Record(each.name, what.ttl, RecordType.SRV, _srv_data(each)) for each in what.records.services
    )
    addresses = (
        Record(name, what.ttl, address_type(host), (host.text,)) for name, host in what.records.addresses
    )
    return (*services, *addresses)


def _srv_data(record: ServiceRecord) -> tuple[str, ...]:
    return (str(PRIORITY), str(WEIGHT), str(record.service.port), bind.name(record.service.target))


def _dnsmasq(what: Publication) -> Iterator[str]:
    """Whole when it stands alone, harmless among other files: it speaks of the cluster's own names only.

    ``local=`` keeps dnsmasq from asking others for what these names do not have: the AAAA record of an IPv4
    host, and the SRV name of the scheme that is not in use. TTLs: dnsmasq(8), host-record, local-ttl.
    """
    records = what.records
    yield dnsmasq.comment(f"DNS records of the etcd cluster {records.cluster}, for dnsmasq.")
    yield dnsmasq.comment("SRV records have no TTL of their own there: dnsmasq takes its local-ttl, or 0.")
    names = (*records.names, *dict.fromkeys(name for name, _ in records.addresses))
    yield from (dnsmasq.line("local", f"/{bare(name)}/") for name in names)
    for each in records.services:
        fields = (bare(each.service.target), str(each.service.port), str(PRIORITY), str(WEIGHT))
        yield dnsmasq.line("srv-host", bare(each.name), *fields)
    for name, host in records.addresses:
        yield dnsmasq.line("host-record", bare(name), host.text, str(what.ttl))


def _bind(what: Publication) -> Iterator[str]:
    """Records to ``$INCLUDE`` into a zone, or a zone."""
    cluster, zone = what.records.cluster, what.records.zone
    if what.full:
        yield bind.comment(f"The zone {zone} with the DNS records of the etcd cluster {cluster}.")
        yield from map(bind.line, _apex(what))
    else:
        yield bind.comment(f"DNS records of the etcd cluster {cluster}, to $INCLUDE into the zone {zone}.")
    yield from map(bind.line, all_records(what))


def _apex(what: Publication) -> Iterator[Record]:
    """What every zone has (RFC 1035 section 3.3.13; RFC 2308 section 4 for the last number)."""
    zone, ttl = what.records.zone, what.ttl
    first = bind.name(what.authorities[0].name)
    times = (what.serial, _REFRESH, _RETRY, _EXPIRE, ttl)
    yield Record(zone, ttl, "SOA", (first, bind.name(f"hostmaster.{zone}"), *map(str, times)))
    for each in what.authorities:
        yield Record(zone, ttl, "NS", (bind.name(each.name),))
    for each in what.authorities:
        if each.address:
            yield Record(each.name, ttl, address_type(each.address), (each.address.text,))


def _nsupdate(what: Publication) -> Iterator[str]:
    """One transaction that replaces these record sets and no other (RFC 2136; nsupdate(1)).

    A name that is an alias would swallow its address without a word (RFC 2136 section 3.4.2.2): so that is
    made a condition of the whole.
    """
    records = all_records(what)
    yield bind.comment(f"A dynamic update with the DNS records of the etcd cluster {what.records.cluster}.")
    if what.server:
        yield f"server {what.server.address.text} {what.server.port}"
    yield f"zone {bind.name(what.records.zone)}"
    for name in dict.fromkeys(name for name, _ in what.records.addresses):
        yield f"prereq nxrrset {bind.name(name)} IN CNAME"
    for name, kind in dict.fromkeys((each.name, each.type) for each in records):
        yield f"update delete {bind.name(name)} IN {kind}"
    yield from (f"update add {bind.line(each)}" for each in records)
    yield "send"


def _table(what: Publication) -> Iterator[str]:
    """Columns for people."""
    lines = [("NAME", "TTL", "TYPE", "DATA")]
    for each in all_records(what):
        lines.append((bind.name(each.name), str(each.ttl), each.type, " ".join(each.data)))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for cells in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


@dataclass(frozen=True, slots=True)
class Format:
    """One form of the records: how it is written, and which fields of a ``Publication`` are its own."""

    write: Callable[[Publication], Iterable[str]]
    options: frozenset[str] = frozenset()


FORMATS: Final[dict[str, Format]] = {
    "bind": Format(_bind, frozenset({"full", "serial", "authorities"})),
    "dnsmasq": Format(_dnsmasq),
    "nsupdate": Format(_nsupdate, frozenset({"server"})),
    "table": Format(_table),
}


def publish(name: str, what: Publication) -> str:
    """The text in the format of that name.

    Raises:
        UsageError: EB573, a zone whose name server has no address.
        Unsayable: a name that the format cannot hold.
    """
    if what.full:
        _demand_addresses(what)
    return "".join(f"{line}\n" for line in FORMATS[name].write(what))


def _demand_addresses(what: Publication) -> None:
    """BIND loads no zone with a name server in it that has no address there (named-checkzone(8))."""
    zone = what.records.zone
    known = {name for name, _ in what.records.addresses}
    for each in what.authorities:
        if is_below(each.name, zone) and not each.address and each.name not in known:
            message = f"the name server {each.name} lies in the zone {zone} and has no address there"
            raise UsageError.because("EB573", message, f"write --ns {each.name}=ADDRESS")
