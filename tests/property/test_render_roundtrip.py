"""Whatever is planned, every form and target says exactly that to etcd, or refuses and names the flag."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from etcdboot.base.errors import SpecError
from etcdboot.effects.files.template_files import load_templates
from etcdboot.etcd.flag_values import words_of
from etcdboot.etcd.flags import ValueKind, flag, names, value_problem
from etcdboot.etcd.releases import NEWEST_PATCH, Release, file_turns_gateway_off
from etcdboot.etcd.reserved_flags import owner_of, why_forbidden
from etcdboot.plan.plan import ClusterPlan, Flag
from etcdboot.render.renderer import render
from etcdboot.render.targets import SETTINGS, TARGETS
from etcdboot.spec.spec import Settings, Target
from samples.plans import small_plan
from samples.readers import planned, told
from samples.sampling import examples

TEMPLATES = load_templates()
HARD = "".join(map(chr, range(0x20, 0x7F))) + "\t\x7f\x85\xa0\u2028\ufeffé漢😀"
# Beyond the plain ones, whatever a file system and a shell may meet.
PATHS = st.one_of(st.just("etcd"), st.text(HARD.replace("/", ""), min_size=1, max_size=8)).filter(
    lambda text: text not in (".", "..")
)
CELLS = [(form, target) for form in SETTINGS for target in TARGETS]


def values(name: str, release: Release) -> st.SearchStrategy[str]:
    facts = flag(name)
    assert facts is not None
    plain = {
        ValueKind.BOOLEAN: st.sampled_from(["true", "false"]),
        ValueKind.INTEGER: st.integers(1, 40_000).map(str),
        ValueKind.DURATION: st.sampled_from(["1s", "90m", "1h30m", "250ms"]),
        ValueKind.ENUM: st.sampled_from(words_of(name, release) or ("x",)),
    }
    return plain.get(facts.kind, st.text(HARD, min_size=1, max_size=12))


@st.composite
def plans(draw: st.DrawFn, form: Settings, target: Target) -> ClusterPlan:
    release = draw(st.sampled_from(sorted(NEWEST_PATCH.values())))
    plan = small_plan(form, target, release=str(release))
    member = plan.members[0]
    free = [
        name
        for name in names(release)
        if not (owner_of(name) or why_forbidden(name) or member.flag(name) is not None)
    ]
    chosen = draw(st.lists(st.sampled_from(free), max_size=4, unique=True))
    further = tuple(Flag(name, draw(values(name, release))) for name in chosen)
    assume(all(value_problem(each.name, each.value, release) is None for each in further))
    paths = replace(
        member.paths,
        binary=PurePosixPath("/opt") / draw(PATHS),
        config_dir=PurePosixPath("/etc") / draw(PATHS),
        data_dir=PurePosixPath("/var") / draw(PATHS),
    )
    first = replace(member, paths=paths, flags=member.flags + further)
    return replace(plan, members=(first, *plan.members[1:]))


@pytest.mark.parametrize(("form", "target"), CELLS, ids=lambda each: str(each))
@examples(80)
@given(data=st.data())
def test_what_is_rendered_reads_back_as_it_was_planned(
    form: Settings, target: Target, data: st.DataObject
) -> None:
    plan = data.draw(plans(form, target))
    try:
        artifacts = render(plan, TEMPLATES)
    except SpecError as refusal:
        assert {each.code for each in refusal.diagnostics} <= {"EB451", "EB452"}
        assert all(each.hint for each in refusal.diagnostics)
        return
    assert artifacts == render(plan, TEMPLATES)
    for member in plan.members:
        expected = planned(member)
        found = told(member, target, artifacts)
        if form is Settings.CONFIG and "auto-compaction-retention" in expected:
            expected.setdefault("auto-compaction-mode", "periodic")
        if form is Settings.CONFIG and file_turns_gateway_off(member.release):
            expected.setdefault("enable-grpc-gateway", "true")
        assert found == expected


@pytest.mark.parametrize(("form", "target"), CELLS, ids=lambda each: str(each))
def test_an_ordinary_plan_is_never_refused(form: Settings, target: Target) -> None:
    plan = small_plan(form, target)
    artifacts = render(plan, TEMPLATES)
    for member in plan.members:
        assert told(member, target, artifacts) == planned(member)
