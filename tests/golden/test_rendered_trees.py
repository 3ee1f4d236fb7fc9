"""What every example comes to in every minor release, to the letter; ``--record`` writes it anew, then fails.

A change here is a change for users: read the diff before you commit it. Each text holds the first member's
tree, the clients' folders and the files of the whole cluster; the settings forms take turns, the targets are
always all.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from etcdboot.base.artifacts import Artifact
from etcdboot.effects.files.template_files import load_templates
from etcdboot.etcd.releases import NEWEST_PATCH, Release
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.planner import plan
from etcdboot.render.renderer import render
from etcdboot.spec.loader import load
from etcdboot.spec.spec import Settings, Target

HERE = Path(__file__).parent
EXAMPLES = sorted((HERE.parents[1] / "examples").glob("*/cluster.yaml"))
CASES = [
    pytest.param(example, release, list(Settings)[turn % 3], id=f"{example.parent.name}-{release}")
    for start, example in enumerate(EXAMPLES)
    for turn, release in enumerate(NEWEST_PATCH.values(), start)
]


def rendered(example: Path, release: Release, form: Settings) -> str:
    spec = load(example.read_text()).spec
    assert spec is not None
    spec = replace(spec, etcd=replace(spec.etcd, version=release))
    planned = plan(spec, layout=HostLayout(PurePosixPath("/srv/cluster")))
    planned = replace(planned, settings=form, targets=tuple(Target))
    first = planned.members[0].name
    found = render(planned, load_templates())
    return "\n".join(
        shown(each) for each in found if each.path.parts[0] in (first, "clients") or len(each.path.parts) == 1
    )


def shown(artifact: Artifact) -> str:
    host = artifact.host
    place = f" -> {host.path} {host.mode:04o} {host.owner}:{host.group}" if host else ""
    return f"===== {artifact.path} {artifact.mode:04o}{place}\n{artifact.content.decode()}"


@pytest.mark.parametrize(("example", "release", "form"), CASES)
def test_an_example_is_rendered_as_recorded(
    example: Path, release: Release, form: Settings, request: pytest.FixtureRequest
) -> None:
    golden = HERE / f"{example.parent.name}-{release}-{form}.txt"
    text = rendered(example, release, form)
    if request.config.getoption("--record"):
        golden.write_text(text, encoding="utf-8", newline="")
        pytest.fail(f"recorded {golden.name}: look at the diff, then run without --record", pytrace=False)
    assert golden.read_text(encoding="utf-8") == text


def test_no_recording_is_left_of_what_is_gone() -> None:
    wanted = {f"{case.id}-{case.values[2]}.txt" for case in CASES}
    assert {each.name for each in HERE.glob("*.txt")} == wanted
