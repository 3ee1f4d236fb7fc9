"""What could go wrong before anything starts, all at once: on a member's host, on the desk, or for ``up``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.errors import ExitCode, UsageError
from etcdboot.base.fast_dataclasses import dataclass, fields, replace
from etcdboot.base.progress import Event, EventKind, Reporter, silent
from etcdboot.bootstrap.preflight_data_dirs import Here
from etcdboot.bootstrap.preflight_peers import Neighbours, Seen
from etcdboot.bootstrap.preflight_report import Part, Preflight, judge, refusals
from etcdboot.bootstrap.preflight_validity import Validity, out_of_date
from etcdboot.effects.clock import now
from etcdboot.effects.etcd.data_dirs import look_at
from etcdboot.effects.files.owners import unreadable_by
from etcdboot.effects.files.user_files import read_if_there
from etcdboot.effects.network.dial import in_time
from etcdboot.effects.network.dns_client import own_servers
from etcdboot.effects.network.ports import LOOKUP
from etcdboot.pki.x509.certificate import periods
from etcdboot.plan.certificate_request import CertKind, CertRequest, pair_paths
from etcdboot.plan.plan import ClusterPlan, MemberPlan
from etcdboot.render.launch import CONFIG_FILE
from etcdboot.spec.spec import BootstrapMode, BootstrapSpec, PeerTls, Settings
from etcdboot.workflows.local.listen_addresses import busy, colliding, lives_here, strange
from etcdboot.workflows.preflight_bootstrap import Rendezvous, by_dns, by_token

# What stands in a member's pki folder, and the name of each certificate in the plan.
_INSTALLED = {
    "client-ca.pem": "ca",
    "peer-ca.pem": "ca",
    "server.pem": "{}/server",
    "peer.pem": "{}/peer",
}
_TOKENS = (BootstrapMode.DISCOVERY_V2, BootstrapMode.DISCOVERY_V3)
_NOBODY: Mapping[str, tuple[Diagnostic, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: the members that are to start ``here``, and the files they would start with.

    ``folder`` is the spec's. ``pki`` is the operator's PKI folder, for certificates that are not installed;
    None leaves all certificates out. ``alone`` leaves the peers out: there are none elsewhere. ``explained``
    are members of whose data more is known than their logs tell.
    """

    plan: ClusterPlan
    folder: Path
    here: tuple[MemberPlan, ...]
    pki: Path | None = None
    alone: bool = False
    explained: Mapping[str, tuple[Diagnostic, ...]] = _NOBODY


def on_this_machine(plan: ClusterPlan, named: Collection[str] = ()) -> tuple[MemberPlan, ...]:
    """The members called so; without names those that have an address of this machine.

    Raises:
        UsageError: EB539, there is no member of such a name.
    """
    unknown = [each for each in named if plan.member(each) is None]
    if unknown:
        hint = f"there are: {', '.join(member.name for member in plan.members)}"
        raise UsageError.because("EB539", f"no member is called {', '.join(unknown)}", hint)
    if named:
        lower = {each.lower() for each in named}
        return tuple(member for member in plan.members if member.name.lower() in lower)
    # Side by side, for a name server that is silent costs as long for each name.
    found = in_time(plan.members, lives_here, LOOKUP)
    return tuple(member for member in plan.members if found.get(member))


def preflight(scope: Scope, reporter: Reporter = silent) -> Preflight:
    """Everything that can be looked at, looked at and judged; nothing is written."""
    plan, explained = scope.plan, scope.explained
    names = ", ".join(member.name for member in scope.here)
    _say(reporter, f"ports and data of {names}" if names else "no member is on this machine")
    found = {member.name: look_at(member.paths.data_dir, _wal_dir(member)) for member in scope.here}
    taken = tuple(busy(plan, scope.here))
    seen = _ask_peers(scope, reporter)
    here = Here(
        plan,
        {name: data for name, data in found.items() if name not in explained},
        held=frozenset(name for name, _ in taken),
        elsewhere=Neighbours(plan, seen).cluster_ids,
        owned=not scope.alone,
        closed={} if scope.alone else {member.name: _closed(plan, member) for member in scope.here},
    )
    around = Neighbours(plan, seen, here.fresh, here.cluster_ids)
    certificates = tuple(_certificates(scope))
    token, dns = _meet(scope, here, around, reporter)
    parts = (
        refusals(strange(plan, scope.here, advertised=scope.alone)),
        refusals(colliding(plan, scope.here)),
        refusals(each for name, each in taken if name not in here.running),
        refusals(each for known in explained.values() for each in known),
        *judge(here, around),
        *(each.part for each in (token, dns) if each),
        Part(ExitCode.DRIFT, tuple(out_of_date(certificates, now(), around.ahead))),
    )
    return Preflight(
        parts,
        here,
        around,
        token=token.found if token else None,
        dns=dns.found if dns else None,
        certificates=certificates,
    )


def _meet(
    scope: Scope, here: Here, around: Neighbours, reporter: Reporter
) -> tuple[Rendezvous | None, Rendezvous | None]:
    """What founders that look for one another would meet with: token and DNS, as far as they ask.

    Members with data ask nobody, so that a restart needs neither. On the desk it is their silence that tells
    that they may be about to begin.
    """
    plan, mode = scope.plan, scope.plan.bootstrap.mode
    fresh = [each.name for each in plan.founders if each.name in here.fresh]
    asks = bool(fresh) if scope.here else not around.cluster_ids
    if not asks:
        return None, None
    if mode in _TOKENS and plan.token:
        _say(reporter, "the discovery token")
        near = replace(plan, bootstrap=_at_hand(scope))
        return by_token(near, scope.folder, fresh if scope.here else None, here.begun), None
    if mode is BootstrapMode.DNS:
        _say(reporter, "the DNS records")
        return None, by_dns(plan, own_servers())
    return None, None


def _at_hand(scope: Scope) -> BootstrapSpec:
    """The bootstrap section with the files that a member here has installed, where the operator's are not."""
    changes: dict[str, Any] = {}
    for member in scope.here:
        for each in member.carried:
            own = Path(member.paths.pki_dir, each.name)
            if read_if_there(scope.folder / each.source) is None and read_if_there(own) is not None:
                changes[each.key.replace("-", "_")] = str(own)
    return replace(scope.plan.bootstrap, **changes)


# --- what is there


def _wal_dir(member: MemberPlan) -> PurePosixPath | None:
    written = member.flag("wal-dir")
    return PurePosixPath(written) if written else None


def _closed(plan: ClusterPlan, member: MemberPlan) -> tuple[str, ...]:
    """The files that etcd reads at its start, as installed, and that its user cannot read."""
    files = [getattr(member.files, name.name) for name in fields(member.files)]
    if plan.settings is Settings.CONFIG:
        files.append(str(member.paths.config_dir / CONFIG_FILE))
    existing = dict.fromkeys(Path(file) for file in files if file)
    return tuple(map(str, unreadable_by(member.user, existing, member.group)))


def _ask_peers(scope: Scope, reporter: Reporter) -> tuple[Seen, ...]:
    if scope.alone:
        return ()
    names = {member.name for member in scope.here}
    others = [
        (index, member, url)
        for index, member in enumerate(scope.plan.members)
        if member.name not in names
        for url in member.initial_advertise_peer_urls
    ]
    if not others:
        return ()
    from etcdboot.effects.etcd.peer_probe import PeerPair, ask_peers  # brings HTTP, which `up` does without

    _say(reporter, f"peers: {', '.join(dict.fromkeys(member.name for _, member, _ in others))}")
    pair = _pair(scope)
    asked = ask_peers([url for _, _, url in others], PeerPair(*pair) if pair else None)
    answers = {each.url: each for each in asked}
    return tuple(Seen(index, member, answers[url]) for index, member, url in others)


def _pair(scope: Scope) -> tuple[Path, Path] | None:
    """What to show to peers that ask for it: the first that is there."""
    if scope.plan.peer_tls is not PeerTls.MUTUAL:
        return None
    return next((each for each in _pairs(scope) if all(map(read_if_there, each))), None)


def _pairs(scope: Scope) -> Iterator[tuple[Path, Path]]:
    """A member's own, as installed or in the operator's folder; on the desk a client's of the same CA.

    A peer's would not do there: etcd wants it shown from an address that it names, and none where it names
    nobody (client/pkg/transport/listener_tls.go checkCertSAN at v3.6.14; docs/etcd/tls.md#peer-san-check).
    """
    of_peers = {each.ca_name for each in scope.plan.certificates if each.kind is CertKind.PEER}
    names = [f"{member.name}/peer" for member in scope.here]
    for member in scope.here:
        installed = Path(member.paths.pki_dir)
        yield installed / "peer.pem", installed / "peer-key.pem"
    if not scope.here:
        clients = (each for each in scope.plan.certificates if each.kind is CertKind.CLIENT)
        names = [each.name for each in clients if each.ca_name in of_peers]
    if scope.pki is not None:
        for paths in map(pair_paths, names):
            yield Path(scope.pki, paths.certificate), Path(scope.pki, paths.key)


def _certificates(scope: Scope) -> Iterator[Validity]:
    """The certificates that the members here start with: as installed, else as the operator has them."""
    if scope.pki is None:
        return
    for file, name in dict(_certificate_files(scope, scope.pki)).items():
        for period in periods(read_if_there(file) or b""):
            yield Validity(str(file), name, *period, is_ca="/" not in name)


def _certificate_files(scope: Scope, pki: Path) -> Iterator[tuple[Path, str]]:
    for member in scope.here:
        installed = [(Path(member.paths.pki_dir, file), name) for file, name in _INSTALLED.items()]
        standing = [(file, name.format(member.name)) for file, name in installed if read_if_there(file)]
        yield from standing or _issued(pki, member.certificates, scope.plan)
    if not scope.here:
        yield from _issued(pki, scope.plan.certificates, scope.plan)


def _issued(pki: Path, wanted: Iterable[CertRequest], plan: ClusterPlan) -> Iterator[tuple[Path, str]]:
    authorities = [each for each in plan.certificates if each.is_ca]
    for each in (*authorities, *wanted):
        yield pki / pair_paths(each.name).certificate, each.name


def _say(reporter: Reporter, text: str) -> None:
    reporter(Event(EventKind.STEP, text))
