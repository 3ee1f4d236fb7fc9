"""Plans in dns mode, and what a name server says of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from etcdboot.base.addresses import Host, parse_host
from etcdboot.bootstrap.dns_records import WantedRecords
from etcdboot.observations.dns_answers import Answer, Ending, Question, RecordType, Service, address_type
from etcdboot.plan.plan import ClusterPlan
from etcdboot.spec.spec import BootstrapMode, BootstrapSpec, ClusterSpec, ClusterState, MemberSpec
from samples.specs import planned, three

DOMAIN = "example.com"
DNS = BootstrapSpec(mode=BootstrapMode.DNS, discovery_srv=DOMAIN)
MEMBERS = tuple(
    MemberSpec(name=f"etcd{n}", host=f"etcd{n}.{DOMAIN}", address=(f"10.0.0.{n}",)) for n in (1, 2, 3)
)
SERVER_SSL, SERVER = f"_etcd-server-ssl._tcp.{DOMAIN}", f"_etcd-server._tcp.{DOMAIN}"
CLIENT_SSL, CLIENT = f"_etcd-client-ssl._tcp.{DOMAIN}", f"_etcd-client._tcp.{DOMAIN}"


def by_dns(*members: MemberSpec, **sections: Any) -> ClusterSpec:
    """Three members that find one another in example.com, or these."""
    return three(members=members or MEMBERS, **{"bootstrap": DNS, **sections})


def dns_plan(*members: MemberSpec, **sections: Any) -> ClusterPlan:
    return planned(by_dns(*members, **sections))


def joiner(**changes: Any) -> MemberSpec:
    """A fourth member, which joins later."""
    fourth = MemberSpec(name="etcd4", host=f"etcd4.{DOMAIN}", address=("10.0.0.4",))
    return replace(fourth, **{"initial_cluster_state": ClusterState.EXISTING, **changes})


class Zone:
    """What DNS holds: as a plan wants it to begin with, then as a test changes it."""

    def __init__(self, wanted: WantedRecords) -> None:
        self.services = {name: [each.service for each in wanted.of(name)] for name in wanted.names}
        self.addresses = {target.name: list(target.addresses) for target in wanted.targets}
        self.spellings: dict[str, tuple[str, ...]] = {}
        self.aliases: dict[str, tuple[str, ...]] = {}
        self.failing: dict[tuple[str, RecordType], Ending] = {}

    def answer(self, question: Question) -> Answer:
        """As a name server would say it."""
        name, kind = question.name, question.type
        if ending := self.failing.get((name, kind)):
            return Answer(question, ending, detail="10.0.0.53:53")
        if kind is RecordType.SRV:
            services = tuple(self.services.get(name, ()))
            ending = Ending.RECORDS if services else Ending.NO_NAME
            return Answer(question, ending, services, spellings=self.spellings.get(name, ()))
        if not self.addresses.get(name):
            return Answer(question, Ending.NO_NAME)
        found = tuple(each for each in self.addresses[name] if address_type(each) is kind)
        ending = Ending.RECORDS if found else Ending.NO_DATA
        return Answer(question, ending, addresses=found, aliases=self.aliases.get(name, ()))


def service(target: str, port: int = 2380) -> Service:
    return Service(f"{target}.{DOMAIN}", port)


def address(text: str) -> Host:
    return parse_host(text)
