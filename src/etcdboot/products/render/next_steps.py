"""What a human does with the rendered files: steps, with commands to paste."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from etcdboot.ground.syntax import sh
from etcdboot.ground.wording import COMMAND
from etcdboot.model.plan import ClusterPlan, MemberPlan
from etcdboot.model.spec import BootstrapMode, ClusterState, Target


def next_steps(plan: ClusterPlan, out: str, spec: str) -> tuple[str, ...]:
    """The steps for each target, and the look at the cluster afterwards; ``out`` and ``spec`` as given.

    A step is a sentence, or one with its commands below it, a line each.
    """
    named = () if spec == "cluster.yaml" else ("-f", spec)
    before, after = _MEETING.get(plan.bootstrap.mode, ((), ()))
    steps = [each for target in plan.targets for each in _STEPS[target](plan, out)]
    steps += [each for target in plan.targets for each in _joining(plan, target)]
    looks = (("etcdboot", *each.split(), *named, "--wait", "60s") for each in (*after, "verify"))
    return (
        *(step(title, [("etcdboot", *command.split(), *named)]) for title, command in before),
        *steps,
        *map(sh.join, looks),
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


def step(title: str, commands: Iterable[tuple[str, ...]]) -> str:
    """A sentence with its commands below it."""
    return COMMAND.join((f"{title}:", *map(sh.join, commands)))


def copy_to(member: MemberPlan, place: str) -> str:
    """A place on a member's host, as scp and rsync take it."""
    return place if member.host.is_loopback else f"root@{member.host.in_url}:{place}"


def on_host(member: MemberPlan, *words: str) -> tuple[str, ...]:
    """The words as they are run for a member: on its host, or right here where it is on loopback."""
    return words if member.host.is_loopback else ("ssh", f"root@{member.host}", *words)


def _systemd(plan: ClusterPlan, out: str) -> Iterable[str]:
    members = plan.members
    if remote := [each for each in members if not each.host.is_loopback]:
        yield step(
            "copy each member's folder to its host",
            (("scp", "-r", f"{out}/{each.name}", copy_to(each, "")) for each in remote),
        )
    yield step(
        "put everything in its place there (--dry-run shows what that does)"
        if remote
        else "put everything in its place, as root (--dry-run shows what that does)",
        (
            on_host(each, "sh", f"{f'{out}/' if each.host.is_loopback else ''}{each.name}/install.sh")
            for each in members
        ),
    )
    if founders := plan.founders:
        yield step(
            f"start {_together(plan)}, waiting for none: a member is ready when most of them run",
            (_unit_start(each) for each in founders),
        )


def _script(plan: ClusterPlan, out: str) -> Iterable[str]:
    members = plan.members
    yield step(
        "copy each member's folder into its config-dir",
        (
            ("rsync", "-a", f"{out}/{each.name}/", copy_to(each, f"{each.paths.config_dir}/"))
            for each in members
        ),
    )
    if founders := plan.founders:
        yield step(f"start {_together(plan)}", (_script_start(each) for each in founders))


def _together(plan: ClusterPlan) -> str:
    return "all of them together" if plan.founders == plan.members else "the founders together"


def _unit_start(member: MemberPlan) -> tuple[str, ...]:
    return on_host(member, "systemctl", "enable", "--now", "--no-block", member.unit)


def _script_start(member: MemberPlan) -> tuple[str, ...]:
    return on_host(member, f"{member.paths.config_dir}/etcd.sh")


_STARTS: Mapping[Target, Callable[[MemberPlan], tuple[str, ...]]] = MappingProxyType(
    {Target.SYSTEMD: _unit_start, Target.SCRIPT: _script_start}
)


def _joining(plan: ClusterPlan, target: Target) -> Iterable[str]:
    """Each later joiner is announced to the running cluster, then started, before the next one."""
    joiners = [each for each in plan.members if each.state is ClusterState.EXISTING]
    start = _STARTS.get(target)
    if start is None or not plan.founders:
        return
    for each in joiners:
        commands = (_announcement(plan.founders[0], each), start(each))
        yield step(f"once the others run, announce {each.name} and start it", commands)


def _announcement(founder: MemberPlan, joiner: MemberPlan) -> tuple[str, ...]:
    """The command that lets the cluster expect a joiner, run where etcdctl knows its way."""
    urls = ",".join(map(str, joiner.initial_advertise_peer_urls))
    add = sh.join(("etcdctl", "member", "add", joiner.name, f"--peer-urls={urls}"))
    script = f"set -a; . {sh.quote(f'{founder.paths.config_dir}/etcdctl.env')}; {add}"
    return on_host(founder, *(("sh", "-c", script) if founder.host.is_loopback else (script,)))


def _procfile(plan: ClusterPlan, out: str) -> Iterable[str]:
    yield step("start all members", [("honcho", "-f", f"{out}/Procfile", "start")])


_STEPS: Mapping[Target, Callable[[ClusterPlan, str], Iterable[str]]] = MappingProxyType(
    {Target.SYSTEMD: _systemd, Target.SCRIPT: _script, Target.PROCFILE: _procfile}
)
