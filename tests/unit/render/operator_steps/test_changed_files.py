"""The steps after a change, with files as they are rendered in each form."""

from __future__ import annotations

from dataclasses import replace

import pytest

from etcdboot.base.artifacts import Change, ChangeKind
from etcdboot.effects.files.template_files import load_templates
from etcdboot.plan.plan import ClusterPlan
from etcdboot.render.operator_steps.changed_steps import changed_steps
from etcdboot.render.operator_steps.changes import changed
from etcdboot.render.renderer import render
from etcdboot.spec.loader import load
from etcdboot.spec.spec import Settings, Target
from samples.specs import planned


def rendered(
    before: ClusterPlan,
    now: ClusterPlan,
    *,
    members: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """The steps after files of one plan are replaced by those of another one; ``members``: of these alone."""
    templates = load_templates(None)
    was = {str(artifact.path): artifact for artifact in render(before, templates, {})}
    part = replace(
        now, members=tuple(member for member in now.members if member.name in members or not members)
    )
    changes = []
    for artifact in render(part, templates, {}):
        old = was.get(str(artifact.path))
        kind = ChangeKind.NEW if old is None else ChangeKind.UPDATE
        changes.append(Change(artifact, kind, None if old is None else old.content))
    planned_now = {str(change.artifact.path) for change in changes}
    gone = (was[path] for path in was if path not in planned_now and not members)
    changes += [Change(artifact, ChangeKind.STALE, artifact.content) for artifact in gone]
    others = bool({path.split("/")[0] for path in was} - {member.name for member in part.members})
    return changed_steps(part, now, changed(part, changes), "out", "cluster.yaml", others=others)


def cluster(
    *names: str,
    form: Settings = Settings.CONFIG,
    target: Target = Target.SYSTEMD,
    existing: str = "",
    flags: str = "{}",
    data_dir: str = "/srv/etcd",
) -> ClusterPlan:
    """A plan as a spec gives it, without TLS; ``existing``: the member that joins."""
    members = [f"  - {{name: {name}, host: 10.0.0.{name[-1]}}}" for name in names]
    spec = load(
        "\n".join(
            (
                f"name: c\netcd: {{version: 3.6.14, data-dir: {data_dir}}}",
                f"tls: {{client: 'off', peer: 'off'}}\ndefaults: {{flags: {flags}}}",
                f"render: {{settings: {form}, targets: [{target}]}}\nmembers:",
                *members,
                "",
            )
        ).replace(f"name: {existing},", f"name: {existing}, initial-cluster-state: existing,")
    ).spec
    assert spec is not None
    return planned(spec)


EACH_FORM = pytest.mark.parametrize(
    ("form", "target"),
    [(form, target) for form in Settings for target in (Target.SYSTEMD, Target.SCRIPT)],
)


@EACH_FORM
def test_a_change_of_initial_cluster_alone_asks_for_no_restart(form: Settings, target: Target) -> None:
    before, now = (cluster(*names, form=form, target=target) for names in (("e1", "e2", "e3"), ("e1", "e2")))
    steps = "\n".join(rendered(before, now))
    assert "running cluster: give e1, e2 the new files; no restart is needed:" in steps
    assert "running cluster: restart" not in steps
    assert "first start: " in steps, "members without data read it"


@EACH_FORM
def test_another_flag_asks_for_a_restart(form: Settings, target: Target) -> None:
    before = cluster("e1", "e2", form=form, target=target)
    now = cluster("e1", "e2", form=form, target=target, flags="{snapshot-count: 7}")
    assert rendered(before, now)[0].startswith("running cluster: restart one member after the other")


@EACH_FORM
def test_a_founder_that_becomes_a_joiner_is_announced(form: Settings, target: Target) -> None:
    before = cluster("e1", "e2", form=form, target=target)
    now = cluster("e1", "e2", form=form, target=target, existing="e2")
    step = rendered(before, now)[0]
    assert step.startswith("running cluster: announce e2 and start it")
    assert "etcdctl member add e2 " in step and "ssh root@10.0.0.1 " in step


@EACH_FORM
def test_data_move_before_a_member_restarts_elsewhere(form: Settings, target: Target) -> None:
    places = ("/srv/a/etcd", "/srv/b/etcd")
    before, now = (cluster("e1", form=form, target=target, data_dir=place) for place in places)
    lines = [line.strip() for line in rendered(before, now)[0].splitlines()]
    assert lines[1].startswith("# data-dir changes: first stop e1, and move /srv/a/etcd to /srv/b/etcd")


def test_data_move_also_where_the_form_of_the_settings_changes() -> None:
    before = cluster("e1", data_dir="/srv/a/etcd")
    now = cluster("e1", data_dir="/srv/b/etcd", form=Settings.ENV)
    assert "first stop e1, and move /srv/a/etcd to /srv/b/etcd" in rendered(before, now)[0]


def test_members_that_leave_and_join_come_before_restarts() -> None:
    before = cluster("e1", "e2", "e3")
    now = cluster("e1", "e2", "e4", existing="e4", flags="{snapshot-count: 7}")
    running = [step for step in rendered(before, now) if step.startswith("running cluster: ")]
    assert [step.removeprefix("running cluster: ").split()[0] for step in running] == [
        "remove",
        "announce",
        "restart",
    ]
    assert "etcdctl member list" in running[0] and "root@10.0.0.1" in running[0]


def test_a_new_founder_does_not_hide_the_restarts_of_the_others() -> None:
    before, now = cluster("e1", "e2"), cluster("e1", "e2", "e3", flags="{snapshot-count: 7}")
    remark, restart, *_ = rendered(before, now)
    assert remark.startswith("running cluster: set initial-cluster-state: existing at e3, and render again")
    assert restart.startswith("running cluster: restart one member after the other")


def test_a_joiner_that_is_rendered_alone_is_announced_by_a_member_that_runs() -> None:
    now = cluster("e1", "e2", existing="e2")
    for before in (cluster("e1"), replace(now, members=())):
        steps = "\n".join(rendered(before, now, members=("e2",)))
        assert "ssh root@10.0.0.1 " in steps and "etcdctl member add e2 " in steps


def test_a_runner_of_a_procfile_starts_again_after_new_members_are_announced() -> None:
    before = cluster("e1", target=Target.PROCFILE)
    announce, runner, *_ = rendered(before, cluster("e1", "e2", target=Target.PROCFILE, existing="e2"))
    assert announce.startswith("running cluster: announce e2:") and "stop what runs" in runner
    remark, *_ = rendered(before, cluster("e1", "e2", target=Target.PROCFILE))
    assert "initial-cluster-state: existing at e2" in remark
