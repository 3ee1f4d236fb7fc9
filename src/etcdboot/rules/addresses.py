"""Rules about where members are: hosts, URLs, ports and folders.

What etcd does with each fault is in the reference facts, section C: most of it is accepted without a word.
"""

from __future__ import annotations

from collections.abc import Iterator

from etcdboot.base.addresses import Host, Url, parse_url
from etcdboot.plan.plan import ClusterPlan, MemberPlan
from etcdboot.plan.urls import machines, merged, written_host
from etcdboot.rules.finding import Finding, at, caution
from etcdboot.spec.spec import ClientTls, ClusterSpec, PeerTls, Target

_LISTEN = ("listen-peer-urls", "listen-client-urls")
_ADVERTISE = ("initial-advertise-peer-urls", "advertise-client-urls")
_PEER = ("listen-peer-urls", "initial-advertise-peer-urls")


def _lists(member: MemberPlan, keys: tuple[str, ...]) -> Iterator[tuple[str, Url]]:
    for key in keys:
        for url in getattr(member, key.replace("-", "_")):
            yield key, url


def host_is_written(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """A member that nobody can reach is none."""
    for index, member in enumerate(spec.members):
        if written_host(merged(member, spec.defaults)) is None:
            message = f"{member.name} has no host: nobody could reach it"
            yield Finding("EB206", at(index), message, "write host: an address or a DNS name")


def schemes_follow_tls(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """An http URL beside TLS is a side door that asks nobody for a certificate; https without one is dead."""
    wanted = {
        True: "http" if spec.tls.peer is PeerTls.OFF else "https",
        False: "http" if spec.tls.client is ClientTls.OFF else "https",
    }
    for index, member in enumerate(plan.members):
        for key, url in _lists(member, _LISTEN + _ADVERTISE):
            right = wanted[key in _PEER]
            if url.scheme != right:
                side = "tls.peer" if key in _PEER else "tls.client"
                mode = spec.tls.peer if key in _PEER else spec.tls.client
                message = f"{url} is {url.scheme}, but {side} is {mode}"
                yield Finding("EB207", at(index, key), message, f"write {right}:// here, or change {side}")
    for url in plan.endpoints:
        if url.scheme != wanted[False]:
            message = f"{url} is {url.scheme}, but tls.client is {spec.tls.client}"
            yield Finding("EB207", "endpoints", message, f"write {wanted[False]}://")


def listens_on_addresses(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """etcd binds addresses only: "expected IP in URL for binding"."""
    for index, member in enumerate(plan.members):
        for key, url in _lists(member, _LISTEN):
            if not url.host.is_address and url.host.text != "localhost":
                message = f"etcd cannot listen on a name: {url}"
                yield Finding("EB208", at(index, key), message, "write the address, or 0.0.0.0")


def advertises_something_dialable(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """etcd takes 0.0.0.0 here, and every client that believes it dials itself."""
    for index, member in enumerate(plan.members):
        for key, url in _lists(member, _ADVERTISE):
            if url.host.is_unspecified:
                message = f"{url} cannot be dialled: it means every address of the dialler"
                yield Finding("EB209", at(index, key), message, "write the member's own address or name")


def advertises_what_it_listens_on(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """An advertised address that nobody listens on; right only behind address translation."""
    for index, member in enumerate(plan.members):
        for listen, advertise in zip(_LISTEN, _ADVERTISE, strict=True):
            listened = [url for _, url in _lists(member, (listen,))]
            for _, url in _lists(member, (advertise,)):
                if url.host.is_address and not any(_covers(each, url) for each in listened):
                    message = f"{member.name} advertises {url} and does not listen there"
                    yield caution("EB248", at(index, advertise), message, "right only behind NAT or a proxy")


def _covers(listened: Url, dialled: Url) -> bool:
    return listened.port == dialled.port and (
        listened.host == dialled.host
        or listened.host.is_unspecified
        or (listened.host.text == "localhost" and dialled.host.is_loopback)
    )


def loopback_stays_at_home(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """A loopback address among real ones is reached by its own host alone."""
    homes = [any(url.host.is_loopback for _, url in _lists(member, _ADVERTISE)) for member in plan.members]
    if all(homes):
        return
    for index, member in enumerate(plan.members):
        for key, url in _lists(member, _ADVERTISE):
            if url.host.is_loopback:
                message = (
                    f"{member.name} advertises {url}, which the other members' hosts take for themselves"
                )
                yield Finding("EB249", at(index, key), message, "advertise an address that they can reach")


def name_without_address_listens_everywhere(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """We resolve no names, so a member known by name alone binds every address it has."""
    for index, member in enumerate(plan.members):
        derived = not merged(spec.members[index], spec.defaults).listen_peer_urls
        if derived and not member.addresses and written_host(merged(spec.members[index], spec.defaults)):
            message = f"{member.host} is a name, so {member.name} listens on 0.0.0.0"
            yield caution("EB210", at(index, "host"), message, "write address to bind that one alone")


def peer_urls_are_unique(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """A peer URL is a member's identity: "initial cluster … has duplicate url"."""
    seen: dict[tuple[str, Url], str] = {}
    for index, member in enumerate(plan.members):
        for key, url in _lists(member, _ADVERTISE):
            first = seen.setdefault((key, url), member.name)
            if first != member.name:
                message = f"{url} is advertised by {first} already"
                yield Finding("EB202", at(index, key), message, "give each member its own host or port")


def ports_are_free(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """Two listeners on one port: the second etcd stops, sometimes after its data dir is marked."""
    homes = machines(spec)
    taken: dict[tuple[str, int], list[tuple[Url, str]]] = {}
    for index, member in enumerate(plan.members):
        for key, url in (*_lists(member, _LISTEN), *_metrics(member)):
            before = taken.setdefault((homes[index], url.port), [])
            for first, whose in before:
                if _same_listener(first.host, url.host):
                    message = f"port {url.port} of {url.host} is taken by {whose}"
                    hint = "give them different ports (client-port, peer-port)"
                    yield Finding("EB205", at(index, key), message, hint)
            before.append((url, f"{member.name}'s {key}"))


def _metrics(member: MemberPlan) -> Iterator[tuple[str, Url]]:
    for text in filter(None, (member.flag("listen-metrics-urls") or "").split(",")):
        yield "flags.listen-metrics-urls", parse_url(text.strip())


def _same_listener(one: Host, other: Host) -> bool:
    return one == other or one.is_unspecified or other.is_unspecified


def procfile_is_for_one_machine(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """One Procfile starts all members where it lies."""
    hosts = len(set(machines(spec)))
    if Target.PROCFILE in spec.render.targets and hosts > 1:
        message = f"a Procfile starts all members on one machine, and these are on {hosts} hosts"
        yield caution("EB246", "render.targets", message, "take systemd or script for several hosts")


def hosts_need_absolute_paths(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """A relative path is for this machine; a unit file is for another."""
    if Target.SYSTEMD not in spec.render.targets:
        return
    sources = {"etcd": spec.etcd, "defaults": spec.defaults} | {
        at(index): member for index, member in enumerate(spec.members)
    }
    for path, source in sources.items():
        for key in ("binary", "config-dir", "data-dir"):
            written = getattr(source, key.replace("-", "_"))
            if written is not None and not written.startswith("/"):
                message = f"{written} is relative, and a systemd unit is for another machine"
                yield Finding("EB244", f"{path}.{key}", message, "write an absolute path")
