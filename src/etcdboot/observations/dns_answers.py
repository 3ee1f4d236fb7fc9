"""What is asked of a name server, and what it says: plain values, whoever asks."""

from __future__ import annotations

import re
from enum import StrEnum

from etcdboot.base.addresses import Host, HostKind, parse_host
from etcdboot.base.fast_dataclasses import dataclass

DNS_PORT = 53


class RecordType(StrEnum):
    """The types of records that a cluster needs (RFC 1035, RFC 3596, RFC 2782)."""

    SRV = "SRV"
    A = "A"
    AAAA = "AAAA"


def address_type(host: Host) -> RecordType:
    """The type of the record that holds this address."""
    return RecordType.AAAA if host.kind is HostKind.IPV6 else RecordType.A


class Ending(StrEnum):
    """How a question ended."""

    RECORDS = "answered"
    NO_NAME = "no such name (NXDOMAIN)"
    NO_DATA = "no such record at that name"
    SERVFAIL = "the name server failed (SERVFAIL)"
    REFUSED = "the name server refused to answer (REFUSED)"
    GARBLED = "an answer that is none"
    TIMEOUT = "no answer in time"
    UNREACHABLE = "nothing listens there"

    @property
    def is_certain(self) -> bool:
        """Whether it tells what there is; the others leave it open, and another server may know."""
        return self in (Ending.RECORDS, Ending.NO_NAME, Ending.NO_DATA)

    @property
    def is_silence(self) -> bool:
        """Whether no name server said anything at all."""
        return self in (Ending.TIMEOUT, Ending.UNREACHABLE)


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """A name without its final dot, and the type wanted of it."""

    name: str
    type: RecordType


@dataclass(frozen=True, slots=True, order=True)
class Service:
    """What an SRV record says, without what etcd does not look at; ``target`` has no final dot."""

    target: str
    port: int

    def __str__(self) -> str:
        return f"{self.target or '.'}:{self.port}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one question: services or addresses, whichever was asked for.

    ``aliases`` are the names on the way, each a CNAME to the next; ``spellings`` are the targets of services
    as they are written, where that is not in small letters; ``detail`` says more of a failure.
    """

    question: Question
    ending: Ending
    services: tuple[Service, ...] = ()
    addresses: tuple[Host, ...] = ()
    aliases: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()
    detail: str = ""

    @property
    def reason(self) -> str:
        """How it ended, in words for the user."""
        return f"{self.ending}: {self.detail}" if self.detail else str(self.ending)


@dataclass(frozen=True, slots=True)
class NameServer:
    """Where to ask."""

    address: Host
    port: int = DNS_PORT

    def __str__(self) -> str:
        return f"{self.address.in_url}:{self.port}"


_SERVER = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[^:\[\]]+))(?::(?P<port>[0-9]{1,5}))?")


def parse_server(text: str) -> NameServer:
    """The name server that ``IP``, ``IP:PORT``, a bare IPv6 address or ``[IPv6]:PORT`` names.

    Raises:
        ValueError: with a sentence for the user.
    """
    wanted = f"{text!r} is not an address of a name server: write IP, IP:PORT or [IPv6]:PORT"
    found = _SERVER.fullmatch(text)
    try:
        address = parse_host((found["v6"] or found["v4"]) if found else text)
    except ValueError as cause:
        raise ValueError(wanted) from cause
    port = int(found["port"]) if found and found["port"] else DNS_PORT
    if not address.is_address or not 1 <= port <= 65535:
        raise ValueError(wanted)
    return NameServer(address, port)


def system_servers(resolv_conf: str) -> tuple[NameServer, ...]:
    """The name servers of a resolv.conf(5), as Go's resolver and so etcd takes them.

    The first three; with none, those on this machine (Go src/net/dnsconfig_unix.go dnsReadConfig,
    src/net/dnsconfig.go defaultNS). An IPv6 address with a zone (``fe80::1%eth0``) is passed over.
    """
    servers = []
    for line in resolv_conf.splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == "nameserver":
            try:
                servers.append(parse_server(words[1]))
            except ValueError:
                continue
    return tuple(servers[:3]) or (parse_server("127.0.0.1"), parse_server("::1"))
