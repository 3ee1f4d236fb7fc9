"""Peers get a separate CA while the cluster runs: from one CA to two, by the steps of a rotation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath

from etcdboot.base.artifacts import Artifact
from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.base.errors import Refused, UsageError
from etcdboot.base.fast_dataclasses import replace
from etcdboot.base.progress import Reporter, silent
from etcdboot.effects import clock
from etcdboot.effects.files.pki_tree import PairTree, open_pairs
from etcdboot.effects.files.root_folder import Watcher, unwatched
from etcdboot.effects.passphrase import FROM_THE_VARIABLE, Passphrases
from etcdboot.pki.rotation import transitions
from etcdboot.pki.store.inventory import Entry
from etcdboot.plan.ca_layout import with_layout
from etcdboot.plan.certificate_request import CA, PEER_CA
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.plan import ClusterPlan
from etcdboot.plan.planner import plan
from etcdboot.spec.spec import CaLayout, PeerTls
from etcdboot.workflows.ca_layout import write_layout
from etcdboot.workflows.certs.issue import Clock
from etcdboot.workflows.certs.revocation_lists import authority, look_at_lists
from etcdboot.workflows.certs.revoke import requests
from etcdboot.workflows.certs.rotation.context import Rotated, Work, demand_sound, work_on
from etcdboot.workflows.certs.rotation.steps import made, written
from etcdboot.workflows.cluster import Cluster, approved


def begin(
    cluster: Cluster,
    file: str,
    *,
    now: Clock = clock.now,
    reporter: Reporter = silent,
    watcher: Watcher = unwatched,
    passphrases: Passphrases = FROM_THE_VARIABLE,
) -> tuple[Cluster, Rotated]:
    """Create a CA for peers, trust it next to the one that signs for them now, and edit the spec in ``file``.

    The later steps are those of a rotation of ``peer-ca``. Of a run that was killed only the edit is left to
    do. The result has no changes then; the cluster is as the spec describes it now.

    Raises:
        UsageError: EB368, peers have a separate CA already, or none at all.
        Refused: EB368, the CA is being replaced; it is not there, not etcdboot's or not sound; its key is
            missing for a revocation list; EB277, the spec contradicts ``pki/`` and cannot be edited.
        Missing: an I/O error.
    """
    if cluster.held.is_splitting:
        told = demand_layout(cluster, file, CaLayout.SPLIT, watcher)
        return _as_split(cluster), Rotated(peer_line(cluster), None, inner=False, diagnostics=told)
    _demand_shared(cluster)
    with open_pairs(cluster.pki, watcher=watcher) as tree:
        done = _bundle(cluster, tree, now(), passphrases, reporter)
    told = write_layout(file, CaLayout.SPLIT, watcher)
    return _as_split(cluster), replace(done, diagnostics=(*told, *done.diagnostics))


def _bundle(
    cluster: Cluster, tree: PairTree, now: datetime, passphrases: Passphrases, reporter: Reporter
) -> Rotated:
    """The first step in ``pki/``."""
    before = _work(cluster, CaLayout.SHARED, tree, now, passphrases, reporter)
    if before.rotation is not None:
        message = f"{before.line.name} is being replaced: step {before.rotation.step}"
        raise Refused.because("EB368", message, "finish that first: etcdboot certs rotate-ca --next")
    demand_sound(before)
    work = _work(cluster, CaLayout.SPLIT, tree, now, passphrases, reporter)
    work = replace(work, entries={**work.entries, **dict(_as_peers(before, work))})
    pairs = made(work, work.line.authorities, {})
    move = transitions.parted(work.line, work.entries, pairs)
    entries = (work.entries[request.name] for request in work.line.authorities)
    adopted = [str(entry.found.paths.certificate) for entry in entries if entry.found.adopted]
    return written(work, move, _lists(before, work), adopted=adopted)


def _demand_shared(cluster: Cluster) -> None:
    """UsageError (EB368) unless one CA signs for peers and others."""
    if cluster.spec.tls.peer is not PeerTls.MUTUAL:
        message = f"peer TLS is {cluster.spec.tls.peer}: peers have no CA"
        raise UsageError.because("EB368", message, "--split is for `tls: {peer: mutual}`")
    if cluster.held.layout is None:
        hint = "write `ca: split` under certificates, then: etcdboot certs"
        raise UsageError.because("EB368", f"{cluster.pki} holds no CA yet", hint)
    if cluster.spec.certificates.ca is not CaLayout.SHARED:
        hint = "to replace that CA: etcdboot certs rotate-ca --ca peer-ca"
        raise UsageError.because("EB368", "the peers have a separate CA", hint)


def _as_split(cluster: Cluster) -> Cluster:
    """The cluster with two CAs."""
    spec = with_layout(cluster.spec, CaLayout.SPLIT)
    planned = _plan(cluster, CaLayout.SPLIT)
    judged = approved(spec, planned, cluster.source)
    return replace(cluster, spec=spec, plan=planned, diagnostics=judged, remarks=())


def peer_line(cluster: Cluster) -> str:
    """The name of the CA that a split is about: the one of the peers, or the root above it."""
    return _root(_plan(cluster, CaLayout.SPLIT), PEER_CA)


def demand_layout(
    cluster: Cluster, file: str, layout: CaLayout, watcher: Watcher = unwatched
) -> tuple[Diagnostic, ...]:
    """The spec made to say what ``pki/`` will hold after the next step of a split.

    Raises:
        Refused: EB277, it says the opposite and cannot be edited.
    """
    if cluster.written is layout or not cluster.held.is_splitting:
        return ()
    told = write_layout(file, layout, watcher)
    if cluster.written is not None and any(each.severity is Severity.WARNING for each in told):
        raise Refused(*(replace(each, severity=Severity.ERROR) for each in told))
    return told


def _work(
    cluster: Cluster,
    layout: CaLayout,
    tree: PairTree,
    now: datetime,
    passphrases: Passphrases,
    reporter: Reporter,
) -> Work:
    """What a run about the CA of the peers needs to know, with one CA or with two."""
    planned = _plan(cluster, layout)
    name = CA if layout is CaLayout.SHARED else PEER_CA
    return work_on(planned, tree, _root(planned, name), now, passphrases, reporter)


def _plan(cluster: Cluster, layout: CaLayout) -> ClusterPlan:
    return plan(with_layout(cluster.spec, layout), layout=HostLayout(PurePosixPath(cluster.folder)))


def _root(planned: ClusterPlan, name: str) -> str:
    return next(request.root for request in planned.certificates if request.name == name)


def _as_peers(before: Work, work: Work) -> Iterator[tuple[str, Entry]]:
    """The CAs that sign for the peers now, under the names of those to come."""
    for coming, now in zip(work.line.authorities, before.line.authorities, strict=True):
        entry = before.entries[now.name]
        yield coming.name, replace(entry, found=replace(entry.found, request=coming))


def _lists(before: Work, work: Work) -> tuple[Artifact, ...]:
    """The list for the peer port, if there is one for all: whom the CA has revoked stays refused there."""
    if CA not in look_at_lists(work.tree, requests(before.plan)).found:
        return ()
    lists = look_at_lists(work.tree, requests(work.plan))
    roll = lists.register.of(PEER_CA).with_(lists.register.of(CA).revoked)
    lists = replace(lists, register=lists.register.with_(PEER_CA, roll))
    signer = authority(before.entries.values(), CA, work.passphrases, work.tree.root)
    return lists.made(work.entries.values(), {PEER_CA: signer}, work.now)[1]
