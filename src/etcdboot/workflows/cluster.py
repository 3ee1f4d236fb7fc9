"""The first steps of nearly every command: read the spec, plan it, judge it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from etcdboot.effects.files import STDIN, folder_of, read_text
from etcdboot.ground.errors import SpecError
from etcdboot.ground.report import Diagnostic, has_errors
from etcdboot.ground.values import dataclass
from etcdboot.knowledge.etcd.releases import NEWEST, Release
from etcdboot.model.layout import HostLayout, Layout
from etcdboot.model.loading import Loaded, SourceMap, load
from etcdboot.model.plan import ClusterPlan
from etcdboot.model.planning import plan
from etcdboot.model.rules import judge
from etcdboot.model.spec import ClusterSpec


@dataclass(frozen=True, slots=True)
class Cluster:
    """A spec that may be worked with: its plan, and the warnings about it; ``folder`` is where it stands."""

    spec: ClusterSpec
    plan: ClusterPlan
    source: SourceMap
    diagnostics: tuple[Diagnostic, ...]
    folder: Path


def load_file(file: str) -> Loaded:
    """Read and load a spec; its diagnostics are not judged yet.

    Raises:
        Missing: the file is not there or cannot be read.
        SpecError: it is not text.
    """
    return load(read_text(file), "<stdin>" if file == STDIN else file)


def open_cluster(
    file: str,
    *,
    release: Release = NEWEST,
    layout: Callable[[PurePosixPath], Layout] = HostLayout,
) -> Cluster:
    """The cluster in ``file``, planned and judged; ``release`` is for a spec that names none.

    Raises:
        Missing: the file is not there or cannot be read.
        SpecError: with all that is wrong with it.
    """
    return cluster_of(load_file(file), folder_of(file), release=release, layout=layout)


def cluster_of(
    loaded: Loaded,
    folder: Path,
    *,
    release: Release = NEWEST,
    layout: Callable[[PurePosixPath], Layout] = HostLayout,
) -> Cluster:
    """The same for a text that is loaded already; ``folder`` is where it stands.

    Raises:
        SpecError: with all that is wrong with it.
    """
    if loaded.spec is None:
        raise SpecError(*loaded.diagnostics)
    planned = plan(loaded.spec, layout=layout(PurePosixPath(folder)), release=release)
    judged = approved(loaded.spec, planned, loaded.source)
    return Cluster(loaded.spec, planned, loaded.source, judged, folder)


def approved(spec: ClusterSpec, planned: ClusterPlan, source: SourceMap) -> tuple[Diagnostic, ...]:
    """The warnings about a spec and its plan, in the text's order.

    Raises:
        SpecError: there are errors among them.
    """
    judged = source.in_order(judge(spec, planned))
    if has_errors(judged):
        raise SpecError(*judged)
    return judged
