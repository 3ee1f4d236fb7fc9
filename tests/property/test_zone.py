"""Whatever the plan, each form of its records reads back as those records, and a fitting zone fits."""

from __future__ import annotations

from dataclasses import replace

import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.zone
from hypothesis import given
from hypothesis import strategies as st

from etcdboot.base.errors import ExitCode
from etcdboot.bootstrap.dns_checks import first_questions, further_questions, judge_zone
from etcdboot.bootstrap.dns_records import wanted_records
from etcdboot.bootstrap.dns_zone_formats import Publication, all_records, publish
from etcdboot.formats import bind
from etcdboot.formats.bind import Record
from etcdboot.formats.characters import Unsayable
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import ClientTls, ClusterState, MemberSpec, PeerTls, TlsSpec
from samples import parsers
from samples.zones import DNS, Zone, address, dns_plan

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9_-]{0,8}[a-z0-9])?", fullmatch=True)
DOMAINS = st.lists(LABELS, min_size=1, max_size=3).map(lambda labels: ".".join((*labels, "test")))
PORTS = st.integers(1, 65535)


@st.composite
def members(draw: st.DrawFn, index: int, domain: str) -> MemberSpec:
    """A member with a name below the domain or elsewhere, and addresses of its own or none."""
    host = f"{draw(LABELS)}{index}.{draw(st.sampled_from((domain, 'elsewhere.test', f'sub.{domain}')))}"
    own = (f"10.0.0.{index}", f"fd00::{index}")
    return MemberSpec(
        name=f"m{index}",
        host=host,
        address=draw(st.sampled_from(((), own[:1], own[1:], own))),
        client_host=draw(st.sampled_from((None, f"c{index}.{domain}", f"10.0.0.{index}"))),
        client_port=draw(PORTS),
        peer_port=draw(PORTS),
        initial_cluster_state=draw(st.sampled_from((None, ClusterState.NEW, ClusterState.EXISTING))),
    )


@st.composite
def plans(draw: st.DrawFn) -> ClusterPlan:
    domain = draw(DOMAINS)
    bootstrap = replace(DNS, discovery_srv=domain, discovery_srv_name=draw(st.none() | LABELS))
    tls = TlsSpec(draw(st.sampled_from(ClientTls)), draw(st.sampled_from(PeerTls)))
    count = draw(st.integers(1, 5))
    return dns_plan(
        *(draw(members(index, domain)) for index in range(1, count + 1)), bootstrap=bootstrap, tls=tls
    )


PUBLICATIONS = st.builds(
    lambda plan, ttl: Publication(wanted_records(plan), ttl=ttl), plans(), st.integers(1, bind.HIGHEST_TTL)
)


@given(PUBLICATIONS)
def test_zone_files_read_back(what: Publication) -> None:
    assert parsers.parse_zone(publish("bind", what)) == all_records(what)
    full = parsers.parse_zone(publish("bind", replace(what, full=True)))
    assert [each.type for each in full[:2]] == ["SOA", "NS"]
    assert full[2:] == all_records(what)


@given(PUBLICATIONS)
def test_another_reader_of_zone_files_reads_the_same(what: Publication) -> None:
    read = dns.zone.from_text(publish("bind", replace(what, full=True)), what.records.zone, relativize=False)
    seen = {
        (name.to_text(omit_final_dot=True), ttl, dns.rdatatype.to_text(data.rdtype), data.to_text())
        for name, ttl, data in read.iterate_rdatas()
        if name.to_text(omit_final_dot=True) != what.records.zone
    }
    assert seen == {(each.name, each.ttl, each.type, " ".join(each.data)) for each in all_records(what)}


@given(PUBLICATIONS)
def test_dnsmasq_s_lines_read_back(what: Publication) -> None:
    lines = parsers.parse_dnsmasq(publish("dnsmasq", what))
    seen = []
    for option, fields in lines:
        if option == "srv-host":
            name, target, port, priority, weight = fields
            seen.append(Record(name, what.ttl, "SRV", (priority, weight, port, f"{target}.")))
        if option == "host-record":
            name, address, ttl = fields
            seen.append(Record(name, int(ttl), "AAAA" if ":" in address else "A", (address,)))
    assert tuple(seen) == all_records(what)
    alone = {fields[0].strip("/") for option, fields in lines if option == "local"}
    assert alone == {*what.records.names, *(name for name, _ in what.records.addresses)}


@given(PUBLICATIONS)
def test_an_update_deletes_exactly_what_it_adds_anew(what: Publication) -> None:
    lines = publish("nsupdate", what).splitlines()
    added = [line.removeprefix("update add ") for line in lines if line.startswith("update add ")]
    assert parsers.parse_zone("\n".join(added)) == all_records(what)
    deleted = [tuple(line.split()[2:]) for line in lines if line.startswith("update delete ")]
    assert len(deleted) == len(set(deleted))
    assert set(deleted) == {(bind.name(each.name), "IN", each.type) for each in all_records(what)}
    assert lines[-1] == "send"


@given(PUBLICATIONS)
def test_columns_read_back(what: Publication) -> None:
    seen = [line.split(maxsplit=3) for line in publish("table", what).splitlines()[1:]]
    assert [Record(name[:-1], int(ttl), kind, tuple(data.split())) for name, ttl, kind, data in seen] == list(
        all_records(what)
    )


@given(st.text(st.characters(), max_size=20))
def test_a_name_is_said_as_every_reader_takes_it_or_not_at_all(text: str) -> None:
    try:
        said = bind.name(text)
    except Unsayable:
        return
    assert dns.name.from_text(said).to_text() == said == f"{text}."


@given(plans(), st.data())
def test_a_zone_as_wanted_fits_and_any_other_does_not(plan: ClusterPlan, data: st.DataObject) -> None:
    wanted = wanted_records(plan)
    zone = Zone(wanted)
    for number, target in enumerate(wanted.targets):
        if not target.addresses:  # someone else gives it one
            zone.addresses[target.name] = [address(f"10.9.9.{number}")]

    def judged() -> ExitCode:
        first = [zone.answer(each) for each in first_questions(wanted)]
        further = map(zone.answer, further_questions(wanted, first))
        return judge_zone(plan, wanted, (*first, *further)).exit_code

    assert judged() is ExitCode.OK
    name = data.draw(st.sampled_from([each for each in wanted.names if wanted.of(each)]))
    zone.services[name].pop(data.draw(st.integers(0, len(zone.services[name]) - 1)))
    assert judged() is ExitCode.DRIFT
