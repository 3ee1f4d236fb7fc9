"""New files for running members: handed out without a restart, or with one, one member after the other.

Why the leader comes last: each time it stops, the others must elect another one; this way that happens once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType

from etcdboot.plan.plan import ClusterPlan, MemberPlan
from etcdboot.render.operator_steps.next_steps import STARTS, announcement, etcdctl_on
from etcdboot.render.operator_steps.step import (
    Command,
    copy_folder,
    on_host,
    run_script,
    step,
    sync_folder,
    verify_command,
)
from etcdboot.spec.spec import Target

Lines = Iterator[Command | str]


def order(plan: ClusterPlan, leader: str | None) -> tuple[MemberPlan, ...]:
    """The members in the order in which they are restarted: as in the spec, the leader last."""
    return tuple(sorted(plan.members, key=lambda member: member.name == leader))


def handing_out(plan: ClusterPlan, out: str) -> str:
    """The step that brings members files that a running etcd reads by itself, or does not need."""
    files, _ = _ways(plan)
    lines = [line for member in plan.members for line in files(member, out)]
    names = ", ".join(member.name for member in plan.members)
    title = f"give {names} the new files; no restart is needed"
    return step(title, lines)


def rolling_restart(
    plan: ClusterPlan,
    out: str,
    spec: str,
    leader: str | None,
    beforehand: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> str:
    """The step that brings each member its files and restarts it, once the one before is healthy again.

    ``beforehand`` has the lines that come before those of a member, by its name.
    """
    files, restart = _ways(plan)
    lines = [
        line
        for member in order(plan, leader)
        for line in (
            *beforehand.get(member.name, ()),
            *files(member, out),
            *restart(member, out),
            verify_command(spec),
        )
    ]
    return step(f"{_which(plan, leader)}; go on only when all are healthy again", lines)


def _which(plan: ClusterPlan, leader: str | None) -> str:
    if len(plan.members) == 1:
        return f"restart {plan.members[0].name}"
    last = f"{leader}, the leader," if leader else "the leader (etcdboot verify tells which it is)"
    return f"restart one member after the other, {last} last"


def joining(plan: ClusterPlan, joiner: MemberPlan, via: MemberPlan, out: str, look: Command) -> str:
    """The step that adds a member to a running cluster, announced on the host of the member ``via``.

    ``look`` is the command that shows whether all is healthy then.
    """
    files, _ = _ways(plan)
    starts = [STARTS[target](joiner) for target in _WAYS if target in plan.targets and target in STARTS]
    lines = (*files(joiner, out), announcement(via, joiner), *starts[:1], look)
    return step(f"announce {joiner.name} and start it, when all others are healthy", lines)


def removing(names: Collection[str], via: MemberPlan) -> str:
    """The step that takes former members out of a running cluster, on the host of the member ``via``."""
    gone = ", ".join(names)
    lines = (
        etcdctl_on(via, "member", "list"),
        f"# for the ID of {gone} in that list: etcdctl member remove ID, the same way",
        f"# stop and disable etcd on the host of {gone}",
    )
    return step(
        f"remove {gone} from the cluster, if it still lists {gone}, when all others are healthy", lines
    )


Way = Callable[[MemberPlan, str], Lines]


def _ways(plan: ClusterPlan) -> tuple[Way, Way]:
    """How members of the plan get files, and how they are restarted."""
    return next((ways for target, ways in _WAYS.items() if target in plan.targets), _WAYS[Target.PROCFILE])


def _install(member: MemberPlan, out: str) -> Lines:
    if not member.host.is_loopback:
        yield copy_folder(member, out)
    yield run_script(member, out, "install.sh")


def _copy(member: MemberPlan, out: str) -> Lines:
    yield sync_folder(member, out)


def _unit(member: MemberPlan, out: str) -> Lines:
    yield on_host(member, "systemctl", "restart", member.unit)


def _by_hand(member: MemberPlan, out: str) -> Lines:
    """What runs a script is not ours to know; SIGHUP would only end etcd (docs/etcd/tls.md#reloading)."""
    yield f"# end {member.name} with SIGTERM; when it is gone:"
    yield on_host(member, f"{member.paths.config_dir}/etcd.sh")


def _by_runner(member: MemberPlan, out: str) -> Lines:
    yield f"# restart {member.name} in what runs the Procfile (goreman run restart {member.name})"


_WAYS: Mapping[Target, tuple[Way, Way]] = MappingProxyType(
    {
        Target.SYSTEMD: (_install, _unit),
        Target.SCRIPT: (_copy, _by_hand),
        Target.PROCFILE: (_copy, _by_runner),
    }
)
