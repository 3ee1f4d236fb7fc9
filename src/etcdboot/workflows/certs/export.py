"""The certificates and keys once more, in one folder and under other names."""

from __future__ import annotations

from pathlib import Path

from etcdboot.base.artifacts import Change
from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.effects.files.owned_tree import open_tree
from etcdboot.effects.files.root_folder import Watcher, unwatched
from etcdboot.plan.export_names import STYLES
from etcdboot.plan.host_files import bundled
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.precheck import vouch
from etcdboot.workflows.host_files import read_needed


@dataclass(frozen=True, slots=True)
class Export:
    """What was written below the folder, and what is worth saying of the certificates."""

    changes: tuple[Change, ...]
    diagnostics: tuple[Diagnostic, ...]


def export(
    plan: ClusterPlan, pki_dir: Path, out: Path, style: str, *, watcher: Watcher = unwatched
) -> Export:
    """Copy all pairs, judged as ``render`` judges what it hands on; only what changed is written.

    Raises:
        Missing: EB330, a file is not there (and nothing was written); or the disk said no.
        Refused: a pair is damaged, or a file in the folder is not ours or was changed by hand.
        Drift: a certificate does not fit the plan any more.
    """
    files = STYLES[style](plan)
    contents = read_needed({style: files}, pki_dir)
    told = vouch(plan, pki_dir)
    with open_tree(out, watcher=watcher) as tree:
        changes = tree.compare(bundled(files, contents))
        tree.write(changes)
    return Export(changes, told)
