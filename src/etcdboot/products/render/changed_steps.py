"""What a human does after a change of rendered files: steps for the members and clients concerned only.

Nobody can see from here whether the cluster runs. So the steps for a running cluster come first: followed on
a cluster that never started they do no harm. The steps of a first start come after them, if any are needed.
"""

from __future__ import annotations

from collections.abc import Iterator

from etcdboot.ground.values import replace
from etcdboot.model.plan import ClusterPlan
from etcdboot.model.spec import ClusterState, Target
from etcdboot.products.render.changed import Changed
from etcdboot.products.render.next_steps import next_steps, run_all
from etcdboot.products.render.rolling import handing_out, joining, rolling_restart
from etcdboot.products.render.steps import step, verify_command
from etcdboot.products.render.targets import CLIENTS_FOLDER

_RUNNING = "running cluster: "
_FIRST = "first start: "
_NOTHING = "nothing changed: a member that has these files needs neither a copy nor a restart"
_CHECKED = f"{_NOTHING} (to check that, run install.sh --dry-run on its host)"


def changed_steps(plan: ClusterPlan, found: Changed, out: str, spec: str) -> tuple[str, ...]:
    """The steps after a change; those of a first start alone where no member had files before."""
    if plan.members == found.fresh:
        return next_steps(plan, out, spec)
    if found.is_empty:
        return (_CHECKED if Target.SYSTEMD in plan.targets else _NOTHING,)
    if found.shared and plan.targets == (Target.PROCFILE,):
        return (_runner(out, spec), *_clients(found, out))
    running = [f"{_RUNNING}{line}" for line in _running(plan, found, out, spec)]
    starts = found.restarts or found.fresh
    first = [f"{_FIRST}{line}" for line in next_steps(plan, out, spec)] if starts else []
    return (*running, *first, *_clients(found, out))


def _running(plan: ClusterPlan, found: Changed, out: str, spec: str) -> Iterator[str]:
    """New files, then restarts, one member after the other, then members that join."""
    if founders := [member.name for member in found.fresh if member.state is ClusterState.NEW]:
        names = ", ".join(founders)
        yield f"set initial-cluster-state: existing at {names}, and render again: {names} can only join it"
        return
    if found.updates:
        yield handing_out(replace(plan, members=found.updates), out)
    if found.restarts:
        yield rolling_restart(replace(plan, members=found.restarts), out, spec, None)
    via = next(member for member in plan.members if member not in found.fresh)
    for joiner in found.fresh:
        yield joining(plan, joiner, via, out, spec)


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
