"""A cluster made ready to run on this machine: etcd found, spec adapted, all files written."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from etcdboot.base.artifacts import Artifact
from etcdboot.base.diagnostics import Diagnostic, error, has_errors
from etcdboot.base.errors import Drift, Refused, SpecError
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.base.progress import Event, EventKind, Reporter
from etcdboot.effects.etcd.binary import EtcdBinary, find_etcd
from etcdboot.effects.files.filesystem import Disk
from etcdboot.effects.files.owned_tree import PRIVATE_FOLDER
from etcdboot.effects.files.state_folder import fresh_log, is_bootstrapped
from etcdboot.effects.network import ports
from etcdboot.effects.process.process import Program
from etcdboot.plan import member_identity
from etcdboot.plan.certificate_request import pair_paths
from etcdboot.plan.host_files import identity_of
from etcdboot.plan.local_adaptation import (
    Adapted,
    confine,
    fit_release,
    ports_needed,
    rehearse,
    throw_away,
    with_own_certificates,
)
from etcdboot.plan.paths import LocalLayout
from etcdboot.plan.plan import ClusterPlan, MemberPlan
from etcdboot.plan.planner import plan
from etcdboot.render.launch import launch
from etcdboot.rules import judge
from etcdboot.spec.loader import Loaded, SourceMap
from etcdboot.spec.spec import CertificateSource, ClientTls
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.cluster import demand_token, secrets_of, settle
from etcdboot.workflows.host_files import carried, material
from etcdboot.workflows.preflight import Scope, preflight


@dataclass(frozen=True, slots=True)
class Ready:
    """A cluster that only needs to be started; ``warnings`` are what the user should know first.

    ``restarts`` tells that members have data of an earlier run.
    """

    plan: ClusterPlan
    etcd: EtcdBinary
    programs: tuple[Program, ...]
    pki: Path
    warnings: tuple[Diagnostic, ...]
    restarts: bool


def decide(
    loaded: Loaded | None,
    etcd: Path | None,
    state: Path,
    *,
    folder: Path,
    pki: Path,
    local: bool,
    private: bool = False,
) -> Draft:
    """The plan for this machine of a spec (None: the throw-away cluster), with nothing written yet.

    ``folder`` is where the spec stands, and what it names by a relative path; ``pki`` is the PKI folder; what
    is ``private`` does not stay, nor do its certificates.

    Raises:
        Missing: there is no etcd, or no file that the spec names.
        Refused: it is not etcd, or of another minor than the spec's; a secret's file is empty; or the
            members' keys are elsewhere.
        SpecError: with all that is wrong with the spec, or EB253, no discovery token yet.
    """
    adapted = _adapted(loaded, local=local)
    if private:
        adapted = with_own_certificates(adapted)
    binary = find_etcd(etcd, lambda release: not has_errors(fit_release(adapted.spec, release)[1]))
    spec, told = fit_release(adapted.spec, binary.release)
    source = loaded.source if loaded else SourceMap()
    if has_errors(told):
        raise Refused(*map(source.placed, told))
    settled = settle(spec, pki)
    remarks = () if private else tuple(map(source.placed, settled.remarks))
    if has_errors(remarks):
        raise Refused(*remarks)
    layout = LocalLayout(PurePosixPath(state), PurePosixPath(binary.path))
    planned = plan(settled.spec, layout=layout, release=binary.release, secrets=secrets_of(spec, folder))
    judged = tuple(map(source.placed, judge(settled.spec, planned)))
    if has_errors(judged):
        raise SpecError(*judged)
    demand_token(judged)
    _demand_keys(planned, source)
    warnings = (*map(source.placed, told), *remarks, *judged)
    return Draft(planned, folder, binary, adapted.dropped, warnings, source)


@dataclass(frozen=True, slots=True)
class Draft:
    """What :func:`decide` gives: everything known, nothing touched."""

    plan: ClusterPlan
    folder: Path
    etcd: EtcdBinary
    dropped: tuple[str, ...]
    warnings: tuple[Diagnostic, ...]
    source: SourceMap

    def cleared(self, state: Path, reporter: Reporter) -> Draft:
        """The draft once nothing stands in the way of a start, with what is worth saying of it.

        Raises:
            Refused: EB506, EB507 to EB509, EB530 and up: ports, addresses, data or a used token.
            Down: the discovery host or DNS does not answer, and members would wait for ever.
        """
        scope = Scope(
            self.plan, self.folder, self.plan.members, alone=True, explained=_explained(self.plan, state)
        )
        told = preflight(scope, reporter).placed(self.source.placed).demand()
        return replace(self, warnings=(*self.warnings, *told))


def make_ready(draft: Draft, disk: Disk, pki: Path, reporter: Reporter) -> Ready:
    """Issue what certificates are missing and write what each member reads, below the state folder ``disk``.

    Raises:
        Drift: a certificate in ``pki`` does not fit the plan any more.
        Refused: ``pki`` holds something that must not be built upon, or a data-dir is of another identity.
    """
    _refuse_other_identities(draft.plan, disk)
    reporter(Event(EventKind.STEP, "certificates"))
    issued = issue(draft.plan, pki, reporter=reporter)
    if has_errors(issued.diagnostics):
        raise Drift(*issued.diagnostics)
    made, own = material(draft.plan, pki), carried(draft.plan, draft.folder)
    restarts = any(is_bootstrapped(disk, _below(disk, each.paths.data_dir)) for each in draft.plan.members)
    programs = tuple(
        _placed(draft.plan, each, disk, (*made.of(each.name), *own[each.name])) for each in draft.plan.members
    )
    return Ready(draft.plan, draft.etcd, programs, pki, (*draft.warnings, *issued.diagnostics), restarts)


def etcdctl_environment(ready: Ready) -> tuple[tuple[str, str], ...]:
    """What etcdctl needs to know to talk to the cluster as its first client, as variables."""
    found = [("ETCDCTL_ENDPOINTS", ",".join(map(str, ready.plan.endpoints)))]
    if ready.plan.client_tls is ClientTls.AUTO:
        found += [("ETCDCTL_INSECURE_SKIP_TLS_VERIFY", "true"), ("ETCDCTL_INSECURE_TRANSPORT", "false")]
        return tuple(found)
    client, ca = identity_of(ready.plan, None)
    if ca is not None:
        found.append(("ETCDCTL_CACERT", str(ready.pki / ca)))
    if client is not None and ready.plan.client_tls is ClientTls.MUTUAL:
        pair = pair_paths(client.name)
        found += [("ETCDCTL_CERT", str(ready.pki / pair.certificate))]
        found += [("ETCDCTL_KEY", str(ready.pki / pair.key))]
    return tuple(found)


# --- inside


def _demand_keys(planned: ClusterPlan, source: SourceMap) -> None:
    """Refused (EB337) when the members' keys are on their hosts."""
    every = (request for member in planned.members for request in member.certificates)
    if any(request.source is CertificateSource.CSR for request in every):
        message = "source is csr, so the members' keys are on their hosts and not here"
        hint = "rehearse it with throw-away certificates: etcdboot up --local, or --once"
        raise Refused(source.placed(error("EB337", message, hint, "certificates.source")))


def _adapted(loaded: Loaded | None, *, local: bool) -> Adapted:
    if loaded is None:
        return Adapted(throw_away(ports.free_loopback_ports(ports_needed(None))))
    if loaded.spec is None:
        raise SpecError(*loaded.diagnostics)
    if local:
        return rehearse(loaded.spec, ports.free_loopback_ports(ports_needed(loaded.spec)))
    return confine(loaded.spec)


def _refuse_other_identities(planned: ClusterPlan, disk: Disk) -> None:
    found: list[Diagnostic] = []
    for member in planned.members:
        data_dir = _below(disk, member.paths.data_dir)
        if is_bootstrapped(disk, data_dir):
            found += _objections(planned, member, disk)
    if found:
        raise Refused(*found)


def _explained(planned: ClusterPlan, state: Path) -> dict[str, tuple[Diagnostic, ...]]:
    """What forbids members to go on with their data, by name, as far as earlier runs have written it down."""
    if not state.is_dir():
        return {}
    with Disk(state) as disk:
        found = {
            member.name: _objections(planned, member, disk)
            for member in planned.members
            if is_bootstrapped(disk, _below(disk, member.paths.data_dir))
        }
    return {
        name: tuple(replace(each, file=each.path) for each in told) for name, told in found.items() if told
    }


def _objections(planned: ClusterPlan, member: MemberPlan, disk: Disk) -> tuple[Diagnostic, ...]:
    data_dir = str(member.paths.data_dir)
    standing = disk.read(_identity_file(disk, member))
    try:
        before = member_identity.parse_identity(standing.content if standing else b"")
    except ValueError:
        message = f"nobody knows for which cluster {data_dir} was made"
        return (error("EB507", message, f"move {data_dir} away", data_dir),)
    return member_identity.objections(before, member_identity.identity_of(planned, member), data_dir)


def _placed(planned: ClusterPlan, member: MemberPlan, disk: Disk, files: tuple[Artifact, ...]) -> Program:
    """Write what the member reads; gives what to run."""
    config_dir = _below(disk, member.paths.config_dir)
    home, pki_dir = config_dir.parent, config_dir / "pki"
    for folder in (home.parent, home, _below(disk, member.paths.data_dir), config_dir, pki_dir):
        disk.make_folder(folder, PRIVATE_FOLDER)
    for each in files:
        disk.write(config_dir / each.path, each.content, each.mode)
    start = launch(member, planned.settings)
    if start.config_file is not None:
        disk.write(_below(disk, start.config_file.path), start.config_file.text.encode(), 0o600)
    disk.write(_identity_file(disk, member), member_identity.identity_of(planned, member).dump(), 0o600)
    return Program(member.name, start.argv, start.environment, disk.root / home, fresh_log(disk, member.name))


def _identity_file(disk: Disk, member: MemberPlan) -> PurePosixPath:
    return _below(disk, member.paths.config_dir).with_name("identity.json")


def _below(disk: Disk, path: PurePosixPath) -> PurePosixPath:
    return path.relative_to(disk.root)
