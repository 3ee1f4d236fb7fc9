"""The first steps of nearly every command: read the spec, plan it, judge it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from etcdboot.base.diagnostics import Diagnostic, Severity, has_errors
from etcdboot.base.errors import EtcdbootError, Refused, SpecError
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.effects.files.user_files import folder_of, read_text, shown_name
from etcdboot.effects.passphrase import read_password
from etcdboot.etcd.releases import NEWEST, Release
from etcdboot.plan.bootstrap_flags import Secrets
from etcdboot.plan.ca_layout import Held, remarks, resolved, with_layout
from etcdboot.plan.paths import HostLayout, Layout
from etcdboot.plan.plan import ClusterPlan
from etcdboot.plan.planner import plan
from etcdboot.rules import judge
from etcdboot.spec.loader import Loaded, SourceMap, load
from etcdboot.spec.spec import CaLayout, ClusterSpec


@dataclass(frozen=True, slots=True)
class Cluster:
    """A spec that may be worked with: its plan, and the warnings about it; ``folder`` is where it stands.

    ``pki`` is the PKI folder and ``held`` what it holds, after a look; ``written`` is the layout of CAs as
    the text has it, ``remarks`` are the diagnostics about that.
    """

    spec: ClusterSpec
    plan: ClusterPlan
    source: SourceMap
    diagnostics: tuple[Diagnostic, ...]
    folder: Path
    pki: Path = Path("pki")
    held: Held = Held()
    written: CaLayout | None = None
    remarks: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """A spec whose layout of CAs is known, what ``pki/`` holds, and what is worth saying about both."""

    spec: ClusterSpec
    held: Held
    remarks: tuple[Diagnostic, ...]


def load_file(file: str) -> Loaded:
    """Read and load a spec; its diagnostics are not judged yet.

    Raises:
        Missing: the file is not there or cannot be read.
        SpecError: it is not text.
    """
    return load(read_text(file), shown_name(file))


def open_cluster(
    file: str,
    *,
    release: Release = NEWEST,
    layout: Callable[[PurePosixPath], Layout] = HostLayout,
    complete: bool = False,
) -> Cluster:
    """The cluster in ``file``, planned and judged; ``release`` is for a spec that names none.

    ``complete``: with what members cannot start without, a discovery token and the secrets.

    Raises:
        Missing: the file is not there or cannot be read, or (complete) one that holds a secret.
        SpecError: with all that is wrong with it, or (EB253) no token yet where it must be complete.
        Refused: EB009, there is no secret in its file.
    """
    return cluster_of(load_file(file), folder_of(file), release=release, layout=layout, complete=complete)


def open_certified(
    file: str,
    pki: str | Path | None,
    *,
    assumed: CaLayout | None = None,
    contradicts: bool = False,
    elsewhere: bool = False,
    complete: bool = False,
) -> Cluster:
    """The cluster in ``file`` with the layout of CAs that its PKI folder holds (None: ``pki/`` next to it).

    ``assumed`` is the layout for an empty folder where the spec sets none; with ``contradicts`` the spec may
    contradict the folder, which then counts. ``elsewhere``: the folder may be on another machine; one that
    cannot be read counts as empty.

    Raises:
        Missing, SpecError: as :func:`open_cluster` does.
        Refused: EB338, EB339, the spec contradicts the folder; the folder is in use or damaged.
    """
    loaded, folder = load_file(file), folder_of(file)
    if loaded.spec is None:
        raise SpecError(*loaded.diagnostics)
    pki_dir = folder / "pki" if pki is None else Path(pki)
    settled = settle(loaded.spec, pki_dir, assumed, lenient=elsewhere, elsewhere=elsewhere)
    told = tuple(map(loaded.source.placed, settled.remarks))
    if has_errors(told) and not contradicts:
        raise Refused(*told)
    opened = cluster_of(replace(loaded, spec=settled.spec), folder, complete=complete)
    said = () if has_errors(told) else told
    return replace(
        opened,
        diagnostics=(*said, *opened.diagnostics),
        pki=pki_dir,
        held=settled.held,
        written=loaded.spec.certificates.ca,
        remarks=said,
    )


def settle(
    spec: ClusterSpec,
    pki_dir: Path,
    assumed: CaLayout | None = None,
    *,
    lenient: bool = False,
    elsewhere: bool = False,
) -> Settled:
    """The spec with the layout of CAs that ``pki_dir`` holds, as :func:`open_certified` explains."""
    from etcdboot.workflows.ca_layout import held_in  # here, for not every command looks at certificates

    try:
        held = held_in(pki_dir, spec)
    except EtcdbootError:
        if not lenient:
            raise
        held = Held()
    told = tuple(remarks(spec, held, elsewhere=elsewhere))
    open_spec = with_layout(spec, None) if has_errors(told) else spec
    return Settled(resolved(open_spec, held, assumed), held, told)


def cluster_of(
    loaded: Loaded,
    folder: Path,
    *,
    release: Release = NEWEST,
    layout: Callable[[PurePosixPath], Layout] = HostLayout,
    complete: bool = False,
) -> Cluster:
    """The same for a text that is loaded already; ``folder`` is where it stands.

    Raises:
        SpecError, Missing, Refused: as :func:`open_cluster` does.
    """
    spec = loaded.spec
    if spec is None:
        raise SpecError(*loaded.diagnostics)
    secrets = secrets_of(spec, folder) if complete else Secrets()
    planned = plan(spec, layout=layout(PurePosixPath(folder)), release=release, secrets=secrets)
    if planned.signer:  # a relative program stands beside the spec, wherever etcdboot is run
        planned = replace(planned, signer=replace(planned.signer, folder=PurePosixPath(folder)))
    judged = approved(spec, planned, loaded.source)
    if complete:
        demand_token(judged)
    return Cluster(spec, planned, loaded.source, judged, folder)


def secrets_of(spec: ClusterSpec, folder: Path) -> Secrets:
    """What the spec's members are told that stands in files of their own; ``folder`` is the spec's.

    Raises:
        Missing, Refused: EB008, EB009, the file is not there or holds no secret.
    """
    file = spec.bootstrap.discovery_password_file
    return Secrets(read_password(folder / file)) if file else Secrets()


def demand_token(judged: Iterable[Diagnostic]) -> None:
    """SpecError when it was warned (EB253) that the discovery token is not made yet."""
    lacking = [replace(each, severity=Severity.ERROR) for each in judged if each.code == "EB253"]
    if lacking:
        raise SpecError(*lacking)


def approved(spec: ClusterSpec, planned: ClusterPlan, source: SourceMap) -> tuple[Diagnostic, ...]:
    """The warnings about a spec and its plan, in the text's order.

    Raises:
        SpecError: there are errors among them.
    """
    judged = source.in_order(judge(spec, planned))
    if has_errors(judged):
        raise SpecError(*judged)
    return judged


def record_layout(cluster: Cluster, file: str) -> tuple[Diagnostic, ...]:
    """Write the layout that ``pki/`` has now into a spec that sets none, if it holds a CA."""
    from etcdboot.workflows.ca_layout import held_in, write_layout

    open_spec = with_layout(cluster.spec, None)
    layout = None if cluster.written else held_in(cluster.pki, open_spec).layout
    return write_layout(file, layout) if layout else ()
