"""What a human does with the rendered files: steps, with commands to paste."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from etcdboot.formats import shell
from etcdboot.plan.plan import ClusterPlan, MemberPlan
from etcdboot.render.operator_steps.step import (
    Command,
    copy_folder,
    etcdboot_command,
    on_host,
    run_script,
    step,
    sync_folder,
    verify_command,
)
from etcdboot.spec.spec import BootstrapMode, ClusterState, Target


def next_steps(plan: ClusterPlan, out: str, spec: str, whole: ClusterPlan | None = None) -> tuple[str, ...]:
    """The steps for each target, and the look at the cluster afterwards; ``out`` and ``spec`` as given.

    ``whole`` is the plan with all members, where ``plan`` has a part of them.
    A step is a sentence, or one with its commands below it, a line each.
    """
    before, after = _MEETING.get(plan.bootstrap.mode, ((), ()))
    steps = [line for target in plan.targets for line in _STEPS[target](plan, out)]
    steps += [line for target in plan.targets for line in _joining(plan, target, (whole or plan).founders)]
    looks = ((*etcdboot_command(command, spec), "--wait", "60s") for command in after)
    return (
        *(step(title, [etcdboot_command(command, spec)]) for title, command in before),
        *steps,
        *map(shell.join, (*looks, verify_command(spec))),
    )


_RECORDS = (
    ("give the records to your name server (--format dnsmasq, bind, nsupdate)", "dns zone"),
    ("see that it serves them", "dns check"),
)
# Bootstrap mode -> what comes before the start (title and command), and what to look at after it.
_MEETING: Mapping[BootstrapMode, tuple[tuple[tuple[str, str], ...], tuple[str, ...]]] = MappingProxyType(
    {
        BootstrapMode.DNS: (_RECORDS, ()),
        BootstrapMode.DISCOVERY_V2: ((), ("discovery status",)),
        BootstrapMode.DISCOVERY_V3: ((), ("discovery status",)),
    }
)


def _systemd(plan: ClusterPlan, out: str) -> Iterable[str]:
    members = plan.members
    if remote := [member for member in members if not member.host.is_loopback]:
        yield step("copy each member's folder to its host", (copy_folder(member, out) for member in remote))
    yield step(
        "put everything in its place there (--dry-run shows what that does)"
        if remote
        else "put everything in its place, as root (--dry-run shows what that does)",
        (run_script(member, out, "install.sh") for member in members),
    )
    if founders := plan.founders:
        yield step(
            f"start {_together(plan)}, waiting for none: a member is ready when most of them run",
            map(_unit_start, founders),
        )


def _script(plan: ClusterPlan, out: str) -> Iterable[str]:
    copies = (sync_folder(member, out) for member in plan.members)
    yield step("copy each member's folder into its config-dir", copies)
    if founders := plan.founders:
        yield step(f"start {_together(plan)}", map(_script_start, founders))


def _together(plan: ClusterPlan) -> str:
    return "all of them together" if plan.founders == plan.members else "the founders together"


def _unit_start(member: MemberPlan) -> Command:
    return on_host(member, "systemctl", "enable", "--now", "--no-block", member.unit)


def _script_start(member: MemberPlan) -> Command:
    return on_host(member, f"{member.paths.config_dir}/etcd.sh")


# How a member of a target starts for the first time; what runs a Procfile starts all of them.
STARTS: Mapping[Target, Callable[[MemberPlan], Command]] = MappingProxyType(
    {Target.SYSTEMD: _unit_start, Target.SCRIPT: _script_start}
)


def _joining(plan: ClusterPlan, target: Target, founders: Sequence[MemberPlan]) -> Iterable[str]:
    """Each later joiner is announced to the running cluster, then started, before the next one."""
    joiners = [member for member in plan.members if member.state is ClusterState.EXISTING]
    start = STARTS.get(target)
    if start is None or not founders:
        return
    for joiner in joiners:
        commands = (announcement(founders[0], joiner), start(joiner))
        yield step(f"once the others run, announce {joiner.name} and start it", commands)


def announcement(founder: MemberPlan, joiner: MemberPlan) -> Command:
    """The command that lets the cluster expect a joiner, run where etcdctl knows its way."""
    urls = ",".join(map(str, joiner.initial_advertise_peer_urls))
    return etcdctl_on(founder, "member", "add", joiner.name, f"--peer-urls={urls}")


def etcdctl_on(member: MemberPlan, *words: str) -> Command:
    """An etcdctl command as it runs on a member's host, with the settings there."""
    settings = shell.quote(f"{member.paths.config_dir}/etcdctl.env")
    script = f"set -a; . {settings}; {shell.join(('etcdctl', *words))}"
    return on_host(member, *(("sh", "-c", script) if member.host.is_loopback else (script,)))


def run_all(out: str) -> Command:
    """The command that runs all members of the Procfile."""
    return ("honcho", "-f", f"{out}/Procfile", "start")


def _procfile(plan: ClusterPlan, out: str) -> Iterable[str]:
    yield step("start all members", [run_all(out)])


_STEPS: Mapping[Target, Callable[[ClusterPlan, str], Iterable[str]]] = MappingProxyType(
    {Target.SYSTEMD: _systemd, Target.SCRIPT: _script, Target.PROCFILE: _procfile}
)
