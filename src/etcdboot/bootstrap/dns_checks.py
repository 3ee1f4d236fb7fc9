"""Whether DNS says what the plan wants: the questions, and the judgement of the answers.

What etcd does with the records: it looks under both schemes, resolves every target, leaves out those that do
not resolve as long as one does, gives its own name to those that lead to its own peer URL's address and port,
and takes the rest for its peers (docs/etcd/dns.md#names-and-ids).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, islice, zip_longest
from typing import Final

from etcdboot.base.addresses import Host
from etcdboot.base.diagnostics import Diagnostic, Severity, error, has_errors
from etcdboot.base.errors import ExitCode
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.bootstrap.dns_record_status import Line, Status, complaints
from etcdboot.bootstrap.dns_records import NamePair, Side, Target, WantedRecords
from etcdboot.etcd.releases import drops_plain_srv_records
from etcdboot.observations.dns_answers import Answer, Ending, Question, RecordType, Service, address_type
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import ClusterState

Answers = Mapping[Question, Answer]
_ADDRESSES = (RecordType.A, RecordType.AAAA)
_MOST_SEEN: Final = 64  # no cluster has as many members


@dataclass(frozen=True, slots=True)
class ZoneReport:
    """How DNS fits the plan, record by record, and what is wrong."""

    lines: tuple[Line, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def exit_code(self) -> ExitCode:
        """0 when all fits, else 4."""
        return ExitCode.DRIFT if has_errors(self.diagnostics) else ExitCode.OK


def first_questions(wanted: WantedRecords) -> tuple[Question, ...]:
    """What etcd looks up first: the SRV names of both schemes."""
    return tuple(Question(name, RecordType.SRV) for name in wanted.names)


def further_questions(wanted: WantedRecords, answers: Iterable[Answer]) -> tuple[Question, ...]:
    """The addresses of every name that records should lead to, or do.

    Of names that nobody wants not all: each is wrong anyhow, and a hostile server may know thousands.
    """
    wished = (each.name for each in wanted.targets)
    seen = dict.fromkeys(
        service.target for answer in answers for service in answer.services if service.target
    )
    names = dict.fromkeys((*wished, *islice(seen, _MOST_SEEN)))
    return tuple(Question(name, kind) for name in names for kind in _ADDRESSES)


def judge_zone(plan: ClusterPlan, wanted: WantedRecords, answers: Iterable[Answer]) -> ZoneReport:
    """The judgement of the answers to both rounds of questions."""
    known = {each.question: each for each in answers}
    joiners = _joiners(plan)
    lines = (
        *(line for pair in wanted.pairs for line in _pair_lines(wanted, pair, known, joiners)),
        *(line for target in wanted.targets for line in _address_lines(target, known)),
    )
    found = (
        *complaints(lines),
        *_dropped(plan, wanted, known),
        *_clashes(wanted, known),
        *_aliases(wanted, known),
        *_spellings(wanted, known),
    )
    return ZoneReport(lines, found)


def _joiners(plan: ClusterPlan) -> frozenset[Service]:
    """Where those members are found that must not be among the founders."""
    return frozenset(
        Service(url.host.text, url.port)
        for member in plan.members
        if member.state is ClusterState.EXISTING
        for url in member.initial_advertise_peer_urls
    )


def _pair_lines(
    wanted: WantedRecords, pair: NamePair, known: Answers, joiners: frozenset[Service]
) -> Iterator[Line]:
    expected = {name: [each.service for each in wanted.of(name)] for name in pair.both}
    for name, other in (pair.both, pair.both[::-1]):
        answer = known[Question(name, RecordType.SRV)]
        if not answer.ending.is_certain:
            for each in expected[name]:
                yield Line(name, RecordType.SRV, str(each), None, Status.UNKNOWN, answer.reason)
            continue
        why_extra = dict.fromkeys(expected[other], Status.WRONG_SCHEME)
        if pair.side is Side.SERVER:
            why_extra = dict.fromkeys(joiners, Status.JOINER) | why_extra
        for wish, seen, status in _matched(expected[name], answer.services, why_extra):
            because = str(answer.ending) if answer.ending is not Ending.RECORDS else ""
            yield Line(name, RecordType.SRV, _text(wish), _text(seen), status, because)


_Match = tuple[Service | None, Service | None, Status]


def _matched(
    expected: list[Service], seen: tuple[Service, ...], why_extra: Mapping[Service, Status]
) -> Iterator[_Match]:
    """What is expected beside what is seen under one name: the same first, then what is nearest."""
    counts = Counter(seen)
    for each in expected:
        if each in counts:
            yield each, each, Status.OK
    for each, count in counts.items():
        if count > 1:
            yield None, each, Status.DUPLICATE
    missing = [each for each in expected if each not in counts]
    extra = sorted(each for each in counts if each not in expected)
    for each in [each for each in extra if each in why_extra]:
        extra.remove(each)
        yield None, each, why_extra[each]
    for wish in tuple(missing):
        near = next((each for each in extra if each.target == wish.target), None)
        if near:
            missing.remove(wish)
            extra.remove(near)
            yield wish, near, Status.WRONG_PORT
    for wish_left, seen_left in zip_longest(missing, extra):
        yield wish_left, seen_left, _left_over(wish_left, seen_left, Status.WRONG_TARGET)


def _left_over(wish: object | None, seen: object | None, both: Status) -> Status:
    if wish is None:
        return Status.SURPLUS
    return Status.MISSING if seen is None else both


def _text(value: Service | Host | None) -> str | None:
    return None if value is None else str(value)


def _address_lines(target: Target, known: Answers) -> Iterator[Line]:
    answers = {kind: known[Question(target.name, kind)] for kind in _ADDRESSES}
    seen = [each for answer in answers.values() for each in answer.addresses]
    if not seen:
        yield from _unresolved(target, tuple(answers.values()))
        return
    expected = target.addresses or tuple(seen)  # what the spec does not know is right
    for kind, answer in answers.items():
        wishes = [each for each in expected if address_type(each) is kind]
        missing = [each for each in wishes if each not in seen]
        extra = [each for each in answer.addresses if each not in wishes]
        for each in wishes:
            if each in seen:
                yield Line(target.name, kind, str(each), str(each), Status.OK)
        for wish, other in zip_longest(missing, extra):
            status = Status.MISSING if other is None else Status.WRONG_ADDRESS
            if not answer.ending.is_certain:
                status = Status.UNKNOWN
            because = str(answer.reason) if answer.ending is not Ending.RECORDS else ""
            yield Line(target.name, kind, _text(wish), _text(other), status, because)


def _unresolved(target: Target, answers: tuple[Answer, ...]) -> Iterator[Line]:
    """Nothing leads anywhere; only certain answers prove that there is nothing."""
    doubt = next((each for each in answers if not each.ending.is_certain), None)
    status = Status.UNKNOWN if doubt else Status.UNRESOLVED
    because = (doubt or answers[0]).reason
    for each in target.addresses:
        yield Line(target.name, address_type(each), str(each), None, status, because)
    if not target.addresses:
        yield Line(target.name, RecordType.A, None, None, status, because)


def _dropped(plan: ClusterPlan, wanted: WantedRecords, known: Answers) -> Iterator[Diagnostic]:
    """Plain server records that the release does not look at; bad where they are all there should be."""
    old = [each for each in plan.founders if drops_plain_srv_records(each.release)]
    plain = [each.plain for each in wanted.pairs if each.side is Side.SERVER]
    for name in plain if old else ():
        if known[Question(name, RecordType.SRV)].services:
            severity = Severity.ERROR if wanted.of(name) else Severity.NOTE
            message = f"etcd {old[0].release} of {old[0].name} drops what it finds under {name}"
            hint = "take 3.5 or newer, or protect the peers (tls.peer) and use the -ssl name"
            yield Diagnostic(severity, "EB586", message, hint)


def _clashes(wanted: WantedRecords, known: Answers) -> Iterator[Diagnostic]:
    """Names that lead to one address and port; etcd gives its own name to all that lead to itself."""
    for pair in wanted.pairs:
        if pair.side is not Side.SERVER:
            continue
        found = {
            each: _seen_addresses(each.target, known)
            for name in pair.both
            for each in known[Question(name, RecordType.SRV)].services
        }
        for one, other in combinations(found, 2):
            shared = found[one] & found[other]
            if shared and one.port == other.port:
                message = (
                    f"{one.target} and {other.target} lead to one address, {min(shared)}, port {one.port}"
                )
                hint = "give each its own address: both members would take both for themselves, and stop"
                yield error("EB585", message, hint)


def _seen_addresses(name: str, known: Answers) -> frozenset[Host]:
    answers = (known.get(Question(name, kind)) for kind in _ADDRESSES)
    return frozenset(each for answer in answers if answer for each in answer.addresses)


def _aliases(wanted: WantedRecords, known: Answers) -> Iterator[Diagnostic]:
    """SRV targets that are aliases: etcd follows them, RFC 2782 ("Target") does not allow them."""
    for target in wanted.targets:
        found = [known[Question(target.name, kind)].aliases for kind in _ADDRESSES]
        chain = next((each for each in found if each), None)
        if chain:
            message = f"{target.name} is an alias of {chain[-1]}; etcd follows it, other software may not"
            hint = "give the name an address record of its own: RFC 2782 wants that of an SRV target"
            yield Diagnostic(Severity.NOTE, "EB587", message, hint)


def _spellings(wanted: WantedRecords, known: Answers) -> Iterator[Diagnostic]:
    """Targets in capital letters, which lead to the same and enter the ids as they stand (seen on 3.6.14)."""
    for name in (name for pair in wanted.pairs if pair.side is Side.SERVER for name in pair.both):
        if found := known[Question(name, RecordType.SRV)].spellings:
            message = f"{name} leads to {', '.join(found)}, and etcd makes ids and peer URLs of that spelling"
            hint = "write it in small letters, as the spec has it, for members with the ids that check shows"
            yield Diagnostic(Severity.NOTE, "EB589", message, hint)
