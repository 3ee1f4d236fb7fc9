"""A name server of the tests' own, over UDP and TCP: it says what it is told to, right or wrong."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from etcdboot.effects.network.ports import free_loopback_ports
from etcdboot.observations.dns_answers import NameServer, parse_server

# From a query, and whether it came by TCP, to the octets that are sent back; None is silence.
Reply = Callable[[dns.message.Message, bool], bytes | None]


def telling(*lines: str, code: str = "NOERROR", by_tcp_alone: bool = False) -> Reply:
    """A reply with these records (as in a zone file) in its answer."""

    def reply(query: dns.message.Message, by_tcp: bool) -> bytes:
        said = dns.message.make_response(query)
        said.set_rcode(dns.rcode.from_text(code))
        if by_tcp_alone and not by_tcp:
            said.flags |= dns.flags.TC
            return said.to_wire()
        for each in lines:
            name, ttl, kind, data = each.split(" ", 3)
            said.answer.append(dns.rrset.from_text(name, int(ttl), "IN", kind, data))
        return said.to_wire()

    return reply


@contextmanager
def answering(reply: Reply) -> Iterator[NameServer]:
    """Serve on loopback; each query gets its reply."""
    (port,) = free_loopback_ports(1)

    class Datagram(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            octets, link = self.request
            if (said := reply(dns.message.from_wire(octets), False)) is not None:
                link.sendto(said, self.client_address)

    class Stream(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            (length,) = struct.unpack("!H", self.request.recv(2))
            if (said := reply(dns.message.from_wire(self.request.recv(length)), True)) is not None:
                self.request.sendall(struct.pack("!H", len(said)) + said)

    place = ("127.0.0.1", port)
    with ExitStack() as ending:
        for server in (socketserver.UDPServer(place, Datagram), socketserver.TCPServer(place, Stream)):
            ending.enter_context(server)
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            ending.callback(thread.join)
            ending.callback(server.shutdown)
        yield parse_server(f"127.0.0.1:{port}")
