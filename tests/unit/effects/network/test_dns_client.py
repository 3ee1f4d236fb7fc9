from __future__ import annotations

import sys
from pathlib import Path

import dns.message
import pytest

from etcdboot.base.errors import Missing
from etcdboot.effects.network.dns_client import ask, own_servers
from etcdboot.effects.network.ports import free_loopback_ports
from etcdboot.observations.dns_answers import (
    Answer,
    Ending,
    NameServer,
    Question,
    RecordType,
    Service,
    parse_server,
)
from samples.name_server import Reply, answering, telling

A, SRV = Question("etcd1.example.com", RecordType.A), Question("_x._tcp.example.com", RecordType.SRV)


def one(question: Question, *servers: NameServer, timeout: float = 2.0) -> Answer:
    (answer,) = ask([question], servers, timeout)
    assert answer.question == question
    return answer


def said(question: Question, reply: Reply, timeout: float = 2.0) -> Answer:
    with answering(reply) as server:
        return one(question, server, timeout=timeout)


def dead() -> NameServer:
    return parse_server(f"127.0.0.1:{free_loopback_ports(1)[0]}")


def test_services_come_with_small_names_without_a_final_dot() -> None:
    answer = said(SRV, telling("_x._tcp.example.com. 60 SRV 0 100 2380 Etcd1.Example.com."))
    assert (answer.ending, answer.services) == (Ending.RECORDS, (Service("etcd1.example.com", 2380),))


def test_a_record_of_each_priority_counts() -> None:
    lines = ("_x._tcp.example.com. 60 SRV 0 1 1 a.", "_x._tcp.example.com. 60 SRV 1 1 1 a.")
    assert said(SRV, telling(*lines)).services == (Service("a", 1),) * 2


def test_addresses_of_both_families_are_read() -> None:
    assert [str(each) for each in said(A, telling("etcd1.example.com. 60 A 10.0.0.1")).addresses] == [
        "10.0.0.1"
    ]
    question = Question("a", RecordType.AAAA)
    assert [str(each) for each in said(question, telling("a. 60 AAAA fd00::1")).addresses] == ["fd00::1"]


def test_what_is_odd_in_a_name_cannot_reach_a_terminal() -> None:
    answer = said(SRV, telling(r"_x._tcp.example.com. 60 SRV 0 0 1 \027[31m.é."))
    assert answer.services[0].target == r"\027[31m.xn--9ca"


def test_capital_letters_of_a_target_are_remembered() -> None:
    lines = ("_x._tcp.example.com. 60 SRV 0 0 1 E1.Example.com.", "_x._tcp.example.com. 60 SRV 0 0 1 e2.")
    answer = said(SRV, telling(*lines))
    assert sorted(each.target for each in answer.services) == ["e1.example.com", "e2"]
    assert answer.spellings == ("E1.Example.com",)


ENDINGS = {
    "NXDOMAIN": Ending.NO_NAME,
    "NOERROR": Ending.NO_DATA,
    "SERVFAIL": Ending.SERVFAIL,
    "REFUSED": Ending.REFUSED,
    "NOTIMP": Ending.GARBLED,
}


@pytest.mark.parametrize("code", ENDINGS)
def test_endings_are_told_apart(code: str) -> None:
    assert said(A, telling(code=code)).ending is ENDINGS[code]


def test_silence_ends_in_time_and_says_who_was_silent() -> None:
    with answering(lambda query, by_tcp: None) as server:
        answer = one(A, server, timeout=0.05)
    assert (answer.ending, answer.detail) == (Ending.TIMEOUT, f"{server}, 0.05 s")


def test_a_dead_server_is_known_at_once() -> None:
    answer = one(A, dead(), timeout=60)
    assert answer.ending is Ending.UNREACHABLE
    assert answer.detail.endswith("connection refused")


def test_an_address_that_cannot_be_reached_is_said_so() -> None:
    assert one(A, parse_server("[fe80::1]:53")).ending is Ending.UNREACHABLE


def test_garbage_is_no_answer() -> None:
    assert said(A, lambda query, by_tcp: b"\0" * 5).ending is Ending.GARBLED


def test_an_answer_to_another_question_is_waited_past() -> None:
    def reply(query: dns.message.Message, by_tcp: bool) -> bytes:
        query.id = (query.id + 1) % 2**16
        return telling("etcd1.example.com. 60 A 10.6.6.6")(query, by_tcp) or b""

    assert said(A, reply, timeout=0.05).ending is Ending.TIMEOUT


def test_an_answer_that_was_cut_is_asked_for_by_tcp() -> None:
    reply = telling("etcd1.example.com. 60 A 10.0.0.1", by_tcp_alone=True)
    assert said(A, reply).ending is Ending.RECORDS


def test_an_alias_is_followed_within_the_answer() -> None:
    lines = ("etcd1.example.com. 60 CNAME b.", "b. 60 CNAME C.", "c. 60 A 10.0.0.3")
    answer = said(A, telling(*lines))
    assert (answer.ending, answer.aliases) == (Ending.RECORDS, ("b", "c"))
    assert str(answer.addresses[0]) == "10.0.0.3"


def test_an_alias_that_is_told_alone_is_asked_for() -> None:
    def reply(query: dns.message.Message, by_tcp: bool) -> bytes | None:
        asked = str(query.question[0].name)
        line = "b. 60 A 10.0.0.2" if asked == "b." else "etcd1.example.com. 60 CNAME b."
        return telling(line)(query, by_tcp)

    answer = said(A, reply)
    assert (answer.ending, answer.aliases) == (Ending.RECORDS, ("b",))


def test_an_alias_that_leads_nowhere_is_not_followed_for_ever() -> None:
    answer = said(A, telling("etcd1.example.com. 60 CNAME gone.", "gone. 60 TXT x"))
    assert (answer.ending, answer.aliases) == (Ending.NO_DATA, ("gone",))

    def endless(query: dns.message.Message, by_tcp: bool) -> bytes | None:
        asked = str(query.question[0].name)
        return telling(f"{asked} 60 CNAME x{asked}")(query, by_tcp)

    answer = said(A, endless)
    assert (answer.ending, answer.detail) == (Ending.GARBLED, "aliases without end")


def test_the_next_server_is_asked_where_one_does_not_know() -> None:
    with answering(telling(code="REFUSED")) as first, answering(telling("a. 60 A 10.0.0.1")) as second:
        question = Question("a", RecordType.A)
        assert one(question, dead(), first, second).ending is Ending.RECORDS
        assert one(question, first, dead()).ending is Ending.REFUSED
        assert one(question, dead(), first).ending is Ending.REFUSED


def test_no_other_server_is_asked_where_one_knows_that_there_is_nothing() -> None:
    with answering(telling(code="NXDOMAIN")) as first, answering(telling("a. 60 A 10.0.0.1")) as second:
        assert one(Question("a", RecordType.A), first, second).ending is Ending.NO_NAME


def test_a_server_that_fails_once_is_asked_again() -> None:
    replies = iter((telling(code="SERVFAIL"), telling("etcd1.example.com. 60 A 10.0.0.1")))
    assert said(A, lambda query, by_tcp: next(replies)(query, by_tcp)).ending is Ending.RECORDS


def test_many_questions_are_answered_in_their_order() -> None:
    questions = [Question(f"m{n}.example.com", RecordType.A) for n in range(40)]

    def reply(query: dns.message.Message, by_tcp: bool) -> bytes | None:
        name = str(query.question[0].name)
        return telling(f"{name} 60 A 10.0.0.{name[1:].partition('.')[0]}")(query, by_tcp)

    with answering(reply) as server:
        answers = ask(questions, [server])
    assert [str(each.addresses[0]) for each in answers] == [f"10.0.0.{n}" for n in range(40)]


def test_a_name_that_no_message_can_hold_is_no_answer() -> None:
    assert said(Question("a" * 64, RecordType.A), telling()).ending is Ending.GARBLED


def test_the_servers_are_those_of_resolv_conf(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    assert list(map(str, own_servers(file))) == ["127.0.0.1:53", "[::1]:53"]
    file.write_bytes(b"# \xff\nnameserver 10.0.0.53\n")
    assert list(map(str, own_servers(file))) == ["10.0.0.53:53"]


def test_without_dnspython_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dns", None)
    monkeypatch.delitem(sys.modules, "dns.message")
    with pytest.raises(Missing) as missing:
        ask([A], [dead()])
    (said_of_it,) = missing.value.diagnostics
    assert (said_of_it.code, said_of_it.hint) == ("EB574", "pip install 'etcdboot[dns]'")
