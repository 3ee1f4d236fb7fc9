"""Where members listen, and whether that is on this machine and free."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import combinations, product
from typing import Final

from etcdboot.base.addresses import Host, Url
from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.effects.network import ports
from etcdboot.plan.plan import ClusterPlan, MemberPlan

_OTHER_PORTS: Final = "change the spec's ports, or rehearse on free ones: `etcdboot up --local`"


def lives_here(member: MemberPlan) -> bool:
    """Whether one of the addresses that tell machines apart is of this one."""
    hosts = [each for each in _bound(member) if not each.is_loopback]
    if not hosts:
        hosts = list(_specific(member.initial_advertise_peer_urls))
    return any(map(_is_here, hosts))


def strange(plan: ClusterPlan, here: Collection[MemberPlan], *, advertised: bool) -> Iterator[Diagnostic]:
    """Members that are to be here, and have an address to listen on that this machine has not.

    With ``advertised``, what they tell others must be of this machine too; else it may be translated.
    """
    hint = "run it on that host, or rehearse the spec here on loopback ports: `etcdboot up --local`"
    for index, member in _placed(plan, here):
        hosts = _bound(member) | (_specific(member.initial_advertise_peer_urls) if advertised else {})
        for host in hosts:
            if not _is_here(host):
                message = f"{member.name} is on {host}, which is not an address of this machine"
                yield error("EB509", message, hint, f"members[{index}].host")
                break


def busy(plan: ClusterPlan, here: Collection[MemberPlan]) -> Iterator[tuple[str, Diagnostic]]:
    """Who cannot listen because somebody does, and where."""
    hint = f"end what holds it, {_OTHER_PORTS}"
    for index, member in _placed(plan, here):
        urls = (url for url in _listened(member) if url.host.is_unspecified or _is_here(url.host))
        for each in ports.occupied(urls):
            message = f"{member.name} cannot listen on {each.url}: {each.why}"
            yield member.name, error("EB506", message, hint, f"members[{index}]")


def colliding(plan: ClusterPlan, here: Collection[MemberPlan]) -> Iterator[Diagnostic]:
    """Members that the spec takes to be on several machines, are on this one, and listen on the same port.

    Of members that share a host in the spec, a rule has said so (EB205).
    """
    for (_, one), (index, other) in combinations(_placed(plan, here), 2):
        for first, second in product(_listened(one), _listened(other)):
            if first.port == second.port and _overlap(first.host, second.host):
                message = f"{other.name} cannot listen on {second}: {one.name} does, on this machine too"
                yield error("EB506", message, _OTHER_PORTS, f"members[{index}]")
                break


def _listened(member: MemberPlan) -> tuple[Url, ...]:
    return (*member.listen_peer_urls, *member.listen_client_urls)


def _overlap(one: Host, other: Host) -> bool:
    return one == other or one.is_unspecified or other.is_unspecified


def _placed(plan: ClusterPlan, here: Collection[MemberPlan]) -> Iterator[tuple[int, MemberPlan]]:
    names = {member.name for member in here}
    return ((index, each) for index, each in enumerate(plan.members) if each.name in names)


def _bound(member: MemberPlan) -> dict[Host, None]:
    return _specific(_listened(member))


def _specific(urls: Iterable[Url]) -> dict[Host, None]:
    """The hosts, once each, without those that are every machine's."""
    return dict.fromkeys(url.host for url in urls if not url.host.is_unspecified)


def _is_here(host: Host) -> bool:
    return host.is_loopback or ports.is_of_this_machine(host)
