"""What an operator has: the etcdboot command, and the plan of a spec to compare with what came of it."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath
from typing import Final

from etcdboot.model.layout import HostLayout
from etcdboot.model.loading import load
from etcdboot.model.plan import ClusterPlan
from etcdboot.model.planning import plan

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples"
# Where `python -m etcdboot` finds this very tree, whatever is installed.
ENVIRONMENT: Final = {"PYTHONPATH": str(ROOT / "src")}


def etcdboot(*arguments: str) -> list[str]:
    """The real command with those arguments; it wants ``ENVIRONMENT``."""
    return [sys.executable, "-m", "etcdboot", *arguments]


def example(name: str) -> str:
    """The spec of an example."""
    return (EXAMPLES / name / "cluster.yaml").read_text()


def planned(spec: str, folder: str | Path) -> ClusterPlan:
    """The plan of a spec that stands in that folder."""
    loaded = load(spec, "cluster.yaml")
    assert loaded.spec is not None, loaded.diagnostics
    return plan(loaded.spec, layout=HostLayout(PurePosixPath(folder)))
