"""What an operator has: the etcdboot command, and the plan of a spec to compare with what came of it."""

from __future__ import annotations

import re
import sys
from pathlib import Path, PurePosixPath
from typing import Final

from etcdboot.base.diagnostics import Severity
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.plan import ClusterPlan
from etcdboot.plan.planner import plan
from etcdboot.rules import judge
from etcdboot.spec.loader import load

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples"
# Where `python -m etcdboot` finds this very tree, whatever is installed.
ENVIRONMENT: Final = {"PYTHONPATH": str(ROOT / "src")}


def etcdboot(*arguments: str) -> list[str]:
    """The real command with those arguments; it wants ``ENVIRONMENT``."""
    return [sys.executable, "-m", "etcdboot", *arguments]


def example(name: str, release: str = "") -> str:
    """The spec of an example, for the release that it names or for another."""
    text = (EXAMPLES / name / "cluster.yaml").read_text()
    version = f'version: "{release}"\n  allow-dangerous-release: true'
    return re.sub('version: "[^"]*"', version, text) if release else text


def planned(spec: str, folder: str | Path) -> ClusterPlan:
    """The plan of a spec that stands in that folder."""
    loaded = load(spec, "cluster.yaml")
    assert loaded.spec is not None, loaded.diagnostics
    return plan(loaded.spec, layout=HostLayout(PurePosixPath(folder)))


def objections(spec: str) -> set[str]:
    """The codes of the errors for which `check` refuses a spec."""
    loaded = load(spec)
    if loaded.spec is None:
        return {each.code for each in loaded.diagnostics}
    judged = judge(loaded.spec, plan(loaded.spec, layout=HostLayout(PurePosixPath("/here"))))
    return {each.code for each in judged if each.severity is Severity.ERROR}
