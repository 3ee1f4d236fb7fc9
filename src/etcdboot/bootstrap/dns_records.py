"""The DNS records that a plan wants: who is found under which name, and where those names lead.

Members look for ``_etcd-server-ssl`` and ``_etcd-server``, clients for ``_etcd-client-ssl`` and
``_etcd-client``, each with ``-NAME`` behind it where ``discovery-srv-name`` is set (etcd
client/pkg/srv/srv.go GetSRVService at v3.6.14). What is found under both schemes is taken together, so all
four names belong to the one cluster.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from etcdboot.base.addresses import Host, Url
from etcdboot.base.diagnostics import Diagnostic, Severity, warning
from etcdboot.base.errors import Refused, UsageError
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.formats.bind import bare, is_below
from etcdboot.formats.characters import Unsayable
from etcdboot.observations.dns_answers import Service
from etcdboot.plan.plan import ClusterPlan, MemberPlan
from etcdboot.spec.spec import BootstrapMode, ClusterState

PRIORITY = 0
WEIGHT = 100  # etcd and its clients take all targets, whatever these two say
DEFAULT_TTL = 300  # seconds


class Side(StrEnum):
    """Who looks: a member for its peers, or a client for members; the first part of the SRV name."""

    SERVER = "etcd-server"
    CLIENT = "etcd-client"


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """One SRV record, and the member it leads to."""

    name: str
    service: Service
    member: str


@dataclass(frozen=True, slots=True)
class Target:
    """A name that SRV records lead to, and its addresses as far as the spec knows them."""

    name: str
    addresses: tuple[Host, ...]


@dataclass(frozen=True, slots=True)
class NamePair:
    """The two names that one side looks up, whether there should be records or not."""

    side: Side
    tls: str
    plain: str

    @property
    def both(self) -> tuple[str, str]:
        """In the order of the lookups."""
        return (self.tls, self.plain)


@dataclass(frozen=True, slots=True)
class WantedRecords:
    """All that DNS should say of a cluster.

    ``zone`` is where the records go: ``domain`` itself or one above it. ``pairs`` are the SRV names that etcd
    looks up. ``remarks`` are about what the zone cannot hold.
    """

    cluster: str
    domain: str
    zone: str
    pairs: tuple[NamePair, ...]
    services: tuple[ServiceRecord, ...]
    targets: tuple[Target, ...]
    remarks: tuple[Diagnostic, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every SRV name that etcd looks up, those without a record included."""
        return tuple(name for pair in self.pairs for name in pair.both)

    @property
    def addresses(self) -> tuple[tuple[str, Host], ...]:
        """Name and address of each A or AAAA record that the zone can hold."""
        return tuple(
            (target.name, address)
            for target in self.targets
            if is_below(target.name, self.zone)
            for address in target.addresses
        )

    def of(self, name: str) -> tuple[ServiceRecord, ...]:
        """The SRV records of one name."""
        return tuple(each for each in self.services if each.name == name)


def srv_name(side: Side, *, tls: bool, service_name: str | None, domain: str) -> str:
    """The name that etcd looks up, without a final dot."""
    return f"_{side}{'-ssl' if tls else ''}{f'-{service_name}' if service_name else ''}._tcp.{domain}"


def _pair(side: Side, service_name: str | None, domain: str) -> NamePair:
    tls, plain = (srv_name(side, tls=tls, service_name=service_name, domain=domain) for tls in (True, False))
    return NamePair(side, tls, plain)


def wanted_records(plan: ClusterPlan, domain: str | None = None, zone: str | None = None) -> WantedRecords:
    """The records of a plan in dns mode, or with ``domain`` those for the clients of any other plan.

    Founders alone stand in the server records: etcd makes the first cluster of whoever is found there, and a
    joiner is told of the others by initial-cluster. Clients may use every member.

    Raises:
        Refused: EB570, there is no domain; EB571, nothing has a name.
        UsageError: EB573, there is a domain too many, or it does not lie in the zone.
    """
    by_dns = plan.bootstrap.mode is BootstrapMode.DNS
    domain = _domain(plan, domain)
    zone = (zone or domain).removesuffix(".").lower()
    if not is_below(domain, zone):
        message = f"{domain} does not lie in the zone {zone}"
        raise UsageError.because("EB573", message, f"name {domain} or a zone above it")
    suffix = plan.bootstrap.discovery_srv_name if by_dns else None
    sides = tuple(Side) if by_dns else (Side.CLIENT,)
    servers = _servers(plan.founders, suffix, domain) if by_dns else ()
    services = (*servers, *_clients(plan, suffix, domain))
    if not services:
        message = "no member of the cluster has a name, and SRV records lead to names alone"
        raise Refused.because("EB571", message, "write {name: …, host: NAME, address: IP} for the members")
    targets = _targets(plan, services)
    pairs = tuple(_pair(side, suffix, domain) for side in sides)
    _demand_sayable(name for pair in pairs for name in pair.both)
    return WantedRecords(
        cluster=plan.name,
        domain=domain,
        zone=zone,
        pairs=pairs,
        services=_once(services),
        targets=targets,
        remarks=(*_unnamed(plan), *_elsewhere(targets, zone)),
    )


def _demand_sayable(names: Iterable[str]) -> None:
    for name in names:
        try:
            bare(name)
        except Unsayable as cause:
            hint = "shorten the domain or discovery-srv-name: a label has 63 characters at most, a name 253"
            raise Refused.because("EB571", f"no SRV record can be had: {cause}", hint) from cause


def _domain(plan: ClusterPlan, named: str | None) -> str:
    own = plan.bootstrap.discovery_srv if plan.bootstrap.mode is BootstrapMode.DNS else None
    if own and named:
        hint = "leave --domain out, or change bootstrap.discovery-srv"
        raise UsageError.because("EB573", f"the spec has a domain of its own, {own}", hint)
    if found := own or named:
        return found.removesuffix(".").lower()
    raise Refused.because(
        "EB570",
        f"the members find one another by {plan.bootstrap.mode} bootstrap, not through DNS",
        "write bootstrap: {mode: dns, discovery-srv: DOMAIN}; for clients' records alone say --domain DOMAIN",
        "bootstrap.mode",
    )


def _servers(founders: Iterable[MemberPlan], suffix: str | None, domain: str) -> tuple[ServiceRecord, ...]:
    found = []
    for member in founders:
        for url in member.initial_advertise_peer_urls:
            if url.host.is_address:
                message = f"{member.name}: SRV records lead to names, and {url} has none"
                hint = "write {name: …, host: NAME, address: IP}"
                raise Refused.because("EB571", message, hint, "members")
            name = srv_name(Side.SERVER, tls=url.is_tls, service_name=suffix, domain=domain)
            found.append(ServiceRecord(name, Service(url.host.text, url.port), member.name))
    return tuple(found)


def _clients(plan: ClusterPlan, suffix: str | None, domain: str) -> tuple[ServiceRecord, ...]:
    """One for each client URL, led to by its own name or else the name that the peers use."""
    return tuple(
        ServiceRecord(
            srv_name(Side.CLIENT, tls=url.is_tls, service_name=suffix, domain=domain),
            Service(host.text, url.port),
            member.name,
        )
        for member in plan.members
        for url in member.advertise_client_urls
        for host in _client_names(member, url)
    )


def _once(records: Iterable[ServiceRecord]) -> tuple[ServiceRecord, ...]:
    """Each record once: DNS holds a set, and several members may be reached by one name and port."""
    found: dict[tuple[str, Service], ServiceRecord] = {}
    for each in records:
        found.setdefault((each.name, each.service), each)
    return tuple(found.values())


def _client_names(member: MemberPlan, url: Url) -> tuple[Host, ...]:
    """The name that leads to a client URL; none for a member that is known by addresses alone."""
    hosts = (url.host, *(peer.host for peer in member.initial_advertise_peer_urls))
    return tuple(host for host in hosts if not host.is_address)[:1]


def _targets(plan: ClusterPlan, services: tuple[ServiceRecord, ...]) -> tuple[Target, ...]:
    """The names with their addresses; none where several members differ, for that may be any balancer's."""
    found: dict[str, set[tuple[Host, ...]]] = {}
    for record in services:
        member = plan.member(record.member)
        assert member is not None
        found.setdefault(record.service.target, set()).add(_published(member))
    return tuple(Target(name, next(iter(each)) if len(each) == 1 else ()) for name, each in found.items())


def _published(member: MemberPlan) -> tuple[Host, ...]:
    """The addresses that others can use; loopback only where there is nothing else."""
    usable = tuple(each for each in member.addresses if not each.is_unspecified)
    return tuple(each for each in usable if not each.is_loopback) or usable


def _unnamed(plan: ClusterPlan) -> Iterable[Diagnostic]:
    for member in plan.members:
        if not any(_client_names(member, url) for url in member.advertise_client_urls):
            what = "a joiner" if member.state is ClusterState.EXISTING else "a member"
            yield warning(
                "EB571",
                f"{member.name}: {what} without a name stands in no SRV record",
                "write {name: …, host: NAME, address: IP} so that clients find it",
            )


def _elsewhere(targets: tuple[Target, ...], zone: str) -> Iterable[Diagnostic]:
    for target in targets:
        if is_below(target.name, zone) and target.addresses:
            continue
        known = ", ".join(map(str, target.addresses))
        if is_below(target.name, zone):
            message = f"{target.name} gets no address record: the spec does not know its addresses"
            hint = "write `address` for the member, or see to it that the zone has them"
        else:
            message = f"{target.name} gets no address record: it lies outside the zone {zone}"
            hint = "whoever serves that name must have its address" + (f": {known}" if known else "")
        yield Diagnostic(Severity.NOTE, "EB572", message, hint)
