"""Ask name servers. The messages are dnspython's, which is an extra; how long and whom to ask is ours.

What etcd does is the measure: Go's resolver reads /etc/resolv.conf, asks each server in turn, all of them
twice, and goes on to the next one after anything but an answer, NXDOMAIN or "no data" (Go
src/net/dnsclient_unix.go tryOneName). /etc/hosts is not looked at: it is each host's own, and holds no SRV
records.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from etcdboot.base.addresses import parse_host
from etcdboot.base.errors import Missing
from etcdboot.base.fast_dataclasses import replace
from etcdboot.effects.clock import monotonic
from etcdboot.observations.dns_answers import (
    Answer,
    Ending,
    NameServer,
    Question,
    RecordType,
    Service,
    system_servers,
)

if TYPE_CHECKING:
    from dns.message import ChainingResult, Message

DEFAULT_TIMEOUT = 2.0  # seconds for one answer of one server
RESOLV_CONF = Path("/etc/resolv.conf")
_ROUNDS = 2  # as Go's resolver, and resolv.conf(5) "attempts"
_THREADS = 16
_PAYLOAD = 1232  # octets of an answer that no network cuts into pieces; longer ones come by TCP
_ALIAS_LIMIT = 8
_RCODES = {"SERVFAIL": Ending.SERVFAIL, "REFUSED": Ending.REFUSED}


def own_servers(resolv_conf: Path = RESOLV_CONF) -> tuple[NameServer, ...]:
    """The name servers of this machine, the same that etcd asks here."""
    try:
        return system_servers(resolv_conf.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return system_servers("")


def ask(
    questions: Iterable[Question], servers: Sequence[NameServer], timeout: float = DEFAULT_TIMEOUT
) -> tuple[Answer, ...]:
    """The answers in the order of the questions, which are asked side by side.

    Raises:
        Missing: EB574, dnspython is not there.
    """
    _demand_dnspython()
    with ThreadPoolExecutor(_THREADS) as pool:
        return tuple(pool.map(lambda each: _answer(each, servers, timeout), questions))


def _demand_dnspython() -> None:
    try:
        import dns.message  # noqa: F401 - whether it can be had
    except ImportError as cause:
        message = f"dnspython cannot be imported: {cause}"
        raise Missing.because("EB574", message, "pip install 'etcdboot[dns]'") from cause


def _answer(question: Question, servers: Sequence[NameServer], timeout: float) -> Answer:
    """One answer, wherever its aliases lead."""
    aliases: list[str] = []
    asked = question
    while True:
        answer = _from_any(asked, servers, timeout)
        new = [each for each in answer.aliases if each not in aliases]
        if answer.aliases and len(aliases) + len(new) > _ALIAS_LIMIT:
            return Answer(question, Ending.GARBLED, aliases=tuple(aliases), detail="aliases without end")
        aliases += new
        if answer.ending is not Ending.NO_DATA or not new:
            return replace(answer, question=question, aliases=tuple(aliases))
        # A server that does not recurse tells the alias alone.
        asked = Question(new[-1], question.type)


def _from_any(question: Question, servers: Sequence[NameServer], timeout: float) -> Answer:
    """The first certain answer; without one, what the last server said rather than silence."""
    worst = Answer(question, Ending.UNREACHABLE)
    for server in tuple(servers) * _ROUNDS:
        answer = _from_one(question, server, timeout)
        if answer.ending.is_certain:
            return answer
        if worst.ending.is_silence or not answer.ending.is_silence:
            worst = answer
    return worst


def _from_one(question: Question, server: NameServer, timeout: float) -> Answer:
    import dns.exception

    where = str(server)
    try:
        return _read(question, _exchange(question, server, timeout), where)
    except (TimeoutError, dns.exception.Timeout):
        return Answer(question, Ending.TIMEOUT, detail=f"{where}, {timeout:g} s")
    except OSError as cause:
        why = os.strerror(cause.errno) if cause.errno else str(cause)
        return Answer(question, Ending.UNREACHABLE, detail=f"{where}: {why.lower()}")
    except (dns.exception.DNSException, EOFError, ValueError) as cause:
        return Answer(question, Ending.GARBLED, detail=f"{where}: {cause}")


def _exchange(question: Question, server: NameServer, timeout: float) -> Message:
    import dns.flags
    import dns.message
    import dns.query

    query = dns.message.make_query(question.name, str(question.type), use_edns=0, payload=_PAYLOAD)
    said = _by_udp(query, server, timeout)
    if not said.flags & dns.flags.TC:
        return said
    return dns.query.tcp(query, server.address.text, timeout, server.port)


def _by_udp(query: Message, server: NameServer, timeout: float) -> Message:
    """Over a connected socket, so that the kernel tells when nothing listens there."""
    import dns.message

    family = socket.AF_INET6 if ":" in server.address.text else socket.AF_INET
    deadline = monotonic() + timeout
    with socket.socket(family, socket.SOCK_DGRAM) as link:
        link.connect((server.address.text, server.port))
        link.send(query.to_wire())
        while (left := deadline - monotonic()) > 0:
            link.settimeout(left)
            said = dns.message.from_wire(link.recv(65535), ignore_trailing=True)
            if query.is_response(said):
                return said
    raise TimeoutError


def _read(question: Question, said: Message, where: str) -> Answer:
    import dns.message
    import dns.rcode

    code = dns.rcode.to_text(said.rcode())
    if code == "NXDOMAIN":
        return Answer(question, Ending.NO_NAME)
    if code != "NOERROR":
        detail = where if code in _RCODES else f"{where}: {code}"
        return Answer(question, _RCODES.get(code, Ending.GARBLED), detail=detail)
    assert isinstance(said, dns.message.QueryMessage)  # else it were no response to a query
    return _told(question, said.resolve_chaining())


def _told(question: Question, chain: ChainingResult) -> Answer:
    aliases = tuple(_plain(each[0].target) for each in chain.cnames)
    if chain.answer is None:
        return Answer(question, Ending.NO_DATA, aliases=aliases)
    if question.type is RecordType.SRV:
        services = tuple(Service(_plain(each.target), each.port) for each in chain.answer)
        written = (str(each.target).removesuffix(".") for each in chain.answer)
        spellings = tuple(each for each in written if each != each.lower())
        return Answer(question, Ending.RECORDS, services, aliases=aliases, spellings=spellings)
    addresses = tuple(parse_host(each.address) for each in chain.answer)
    return Answer(question, Ending.RECORDS, addresses=addresses, aliases=aliases)


def _plain(name: object) -> str:
    r"""A name as text: small, without its final dot; what is odd in it stands as ``\DDD``."""
    return str(name).lower().removesuffix(".")
