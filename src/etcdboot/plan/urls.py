"""Where a member listens and what it advertises: what the spec writes, and what follows from it.

The rules are the table in docs/spec.md, "Derived URLs"; a written list replaces its derived one whole.
"""

from __future__ import annotations

from etcdboot.base.addresses import Host, HostKind, Url, parse_host, parse_url
from etcdboot.base.fast_dataclasses import dataclass, fields, replace
from etcdboot.spec.spec import ClientTls, ClusterSpec, MemberDefaults, MemberSpec, PeerTls, TlsSpec

DEFAULT_CLIENT_PORT = 2379
DEFAULT_PEER_PORT = 2380

_ANYWHERE = Host("0.0.0.0", HostKind.IPV4)  # noqa: S104 - the only choice for a name that we do not resolve
_LOOPBACK_V4 = Host("127.0.0.1", HostKind.IPV4)
_LOOPBACK_V6 = Host("::1", HostKind.IPV6)
# Stands in for a host that is not written, so that a plan can always be made; a rule says so to the user.
_NOWHERE = Host("host.invalid", HostKind.DNS)


@dataclass(frozen=True, slots=True)
class Addressing:
    """One member's host, the addresses it binds, and the four URL lists."""

    host: Host
    addresses: tuple[Host, ...]
    listen_peer_urls: tuple[Url, ...]
    initial_advertise_peer_urls: tuple[Url, ...]
    listen_client_urls: tuple[Url, ...]
    advertise_client_urls: tuple[Url, ...]

    @property
    def machine(self) -> str:
        """Tells machines apart: members with the same one share a host."""
        place = next((each for each in self.addresses if not each.is_unspecified), self.host)
        return "loopback" if place.is_loopback else place.text


def merged(member: MemberSpec, defaults: MemberDefaults) -> MemberSpec:
    """The member with the defaults where it says nothing; flags stay apart, for they are merged by name."""
    inherited = {
        each.name: getattr(defaults, each.name)
        for each in fields(MemberDefaults)
        if each.name not in ("flags", "sans") and getattr(member, each.name) in (None, ())
    }
    return replace(member, sans=defaults.sans + member.sans, **inherited)


def written_host(member: MemberSpec) -> Host | None:
    """The host a (merged) member is known by, from whichever key says it; None: no key does."""
    for text in (member.host, member.client_host, member.peer_host, *member.address):
        if text is not None:
            return parse_host(text)
    urls = member.initial_advertise_peer_urls or member.advertise_client_urls
    return parse_url(urls[0]).host if urls else None


def addressing(member: MemberSpec, tls: TlsSpec) -> Addressing:
    """The URLs of a member that is merged with the defaults."""
    host = written_host(member) or _NOWHERE
    bound = tuple(map(parse_host, member.address)) or ((host,) if host.is_address else ())
    client = "http" if tls.client is ClientTls.OFF else "https"
    peer = "http" if tls.peer is PeerTls.OFF else "https"
    client_port = member.client_port or DEFAULT_CLIENT_PORT
    peer_port = member.peer_port or DEFAULT_PEER_PORT
    peer_host = parse_host(member.peer_host) if member.peer_host else host
    client_host = parse_host(member.client_host) if member.client_host else host
    return Addressing(
        host=host,
        addresses=bound,
        listen_peer_urls=_urls(member.listen_peer_urls, peer, bound or (_ANYWHERE,), peer_port),
        initial_advertise_peer_urls=_urls(member.initial_advertise_peer_urls, peer, (peer_host,), peer_port),
        listen_client_urls=_urls(
            member.listen_client_urls, client, _with_loopback(bound or (_ANYWHERE,)), client_port
        ),
        advertise_client_urls=_urls(member.advertise_client_urls, client, (client_host,), client_port),
    )


def machines(spec: ClusterSpec) -> tuple[str, ...]:
    """Each member's machine, in the spec's order."""
    return tuple(addressing(merged(each, spec.defaults), spec.tls).machine for each in spec.members)


def _urls(written: tuple[str, ...], scheme: str, hosts: tuple[Host, ...], port: int) -> tuple[Url, ...]:
    return tuple(map(parse_url, written)) or tuple(Url(scheme, host, port) for host in hosts)


def _with_loopback(hosts: tuple[Host, ...]) -> tuple[Host, ...]:
    """Clients on the member's own host reach it by loopback; 0.0.0.0 and :: include that already."""
    if any(host.is_loopback or host.is_unspecified for host in hosts):
        return hosts
    only_v6 = all(host.kind is HostKind.IPV6 for host in hosts)
    return (*hosts, _LOOPBACK_V6 if only_v6 else _LOOPBACK_V4)
