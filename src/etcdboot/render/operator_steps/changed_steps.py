"""What a human does after a change of rendered files: steps for the members and clients concerned only.

Nobody can see from here whether the cluster runs. So the steps for a running cluster come first: followed on
a cluster that never started they do no harm. The steps of a first start come after them, if any are needed.
"""

from __future__ import annotations

from collections.abc import Iterator

from etcdboot.base.fast_dataclasses import replace
from etcdboot.plan.plan import ClusterPlan
from etcdboot.render.operator_steps.changes import Changed
from etcdboot.render.operator_steps.next_steps import announcement, etcdctl_on, next_steps, run_all
from etcdboot.render.operator_steps.rolling_restart import handing_out, joining, removing, rolling_restart
from etcdboot.render.operator_steps.step import step, verify_command
from etcdboot.render.targets import CLIENTS_FOLDER
from etcdboot.spec.spec import ClusterState, Target

_RUNNING = "running cluster: "
_FIRST = "first start: "
_NOTHING = "nothing changed: a member that has these files needs neither a copy nor a restart"
_CHECKED = f"{_NOTHING} (to check that, run install.sh --dry-run on its host)"


def changed_steps(
    plan: ClusterPlan, whole: ClusterPlan, found: Changed, out: str, spec: str, *, others: bool = False
) -> tuple[str, ...]:
    """The steps after a change; those of a first start alone where no member had files before.

    ``plan`` has the members that were rendered, ``whole`` all of them; ``others``: members that are not
    rendered now had files before.
    """
    if plan.members == found.fresh and not others:
        return next_steps(plan, out, spec, whole)
    if found.is_empty:
        return (_CHECKED if Target.SYSTEMD in plan.targets else _NOTHING,)
    running = [f"{_RUNNING}{line}" for line in _running(plan, whole, found, out, spec)]
    if found.shared and plan.targets == (Target.PROCFILE,):
        return (*running, _runner(out, spec), *_clients(found, out))
    is_start = found.restarts or found.fresh or found.starting
    first = [f"{_FIRST}{line}" for line in next_steps(plan, out, spec, whole)] if is_start else []
    return (*running, *first, *_clients(found, out))


def _running(plan: ClusterPlan, whole: ClusterPlan, found: Changed, out: str, spec: str) -> Iterator[str]:
    """Members that leave or join come first (verify expects those of the spec), then files and restarts."""
    coming = (*found.fresh, *found.joining)
    via = next((member for member in whole.members if member not in coming), whole.members[0])
    if found.gone:
        yield removing(found.gone, via)
    founders = [member.name for member in found.fresh if member.state is ClusterState.NEW]
    if founders:
        yield _as_joiners(", ".join(founders), more=bool(found.joining or found.updates or found.restarts))
    if found.shared and plan.targets == (Target.PROCFILE,):
        for joiner in found.joining:
            yield step(f"announce {joiner.name}", [announcement(via, joiner)])
        return
    for joiner in found.joining:
        is_last = joiner is found.joining[-1] and not founders
        look = verify_command(spec) if is_last else etcdctl_on(via, "endpoint", "health", "--cluster")
        yield joining(plan, joiner, via, out, look)
    if found.updates:
        yield handing_out(replace(plan, members=found.updates), out)
    if found.restarts:
        restarting = replace(plan, members=found.restarts)
        yield rolling_restart(restarting, out, spec, None, found.beforehand)


def _as_joiners(names: str, *, more: bool) -> str:
    then = "; follow the steps that it prints, then go on here" if more else ""
    return f"set initial-cluster-state: existing at {names}, and render again: {names} can only join it{then}"


def _runner(out: str, spec: str) -> str:
    title = (
        "stop what runs the Procfile, if it runs, and start it again: it reads the file only then "
        "(all members are down meanwhile)"
    )
    return step(title, [run_all(out), verify_command(spec)])


def _clients(found: Changed, out: str) -> Iterator[str]:
    if found.clients:
        folders = ", ".join(f"{out}/{CLIENTS_FOLDER}/{client.folder}" for client in found.clients)
        yield f"give each client its new files: {folders}"
