"""What a human does with the rendered files: steps, with commands to paste."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from etcdboot.ground.syntax import sh
from etcdboot.model.plan import ClusterPlan, MemberPlan
from etcdboot.model.spec import Target


def next_steps(plan: ClusterPlan, out: str, spec: str) -> tuple[str, ...]:
    """The steps for each target, and the look at the cluster afterwards; ``out`` and ``spec`` as given.

    A step is a sentence, or one with its commands below it, a line each.
    """
    steps = [step for target in plan.targets for step in _STEPS[target](plan, out)]
    named = () if spec == "cluster.yaml" else ("-f", spec)
    return (*steps, sh.join(("etcdboot", "verify", *named, "--wait", "60s")))


def _step(title: str, commands: Iterable[tuple[str, ...]]) -> str:
    return "\n       ".join((f"{title}:", *map(sh.join, commands)))


def _copy_to(member: MemberPlan, place: str) -> str:
    return place if member.host.is_loopback else f"root@{member.host.in_url}:{place}"


def _on(member: MemberPlan, *words: str) -> tuple[str, ...]:
    """The words as they are run for a member: on its host, or right here where it is on loopback."""
    return words if member.host.is_loopback else ("ssh", f"root@{member.host}", *words)


def _systemd(plan: ClusterPlan, out: str) -> Iterable[str]:
    members = plan.members
    if remote := [each for each in members if not each.host.is_loopback]:
        yield _step(
            "copy each member's folder to its host",
            (("scp", "-r", f"{out}/{each.name}", _copy_to(each, "")) for each in remote),
        )
    yield _step(
        "put everything in its place there (--dry-run shows what that does)"
        if remote
        else "put everything in its place, as root (--dry-run shows what that does)",
        (
            _on(each, "sh", f"{f'{out}/' if each.host.is_loopback else ''}{each.name}/install.sh")
            for each in members
        ),
    )
    yield _step(
        "start all of them together, waiting for none: a member is ready when most of them run",
        (_on(each, "systemctl", "enable", "--now", "--no-block", each.unit) for each in members),
    )


def _script(plan: ClusterPlan, out: str) -> Iterable[str]:
    members = plan.members
    yield _step(
        "copy each member's folder into its config-dir",
        (
            ("rsync", "-a", f"{out}/{each.name}/", _copy_to(each, f"{each.paths.config_dir}/"))
            for each in members
        ),
    )
    yield _step(
        "start all of them together",
        (_on(each, f"{each.paths.config_dir}/etcd.sh") for each in members),
    )


def _procfile(plan: ClusterPlan, out: str) -> Iterable[str]:
    yield _step("start all members", [("honcho", "-f", f"{out}/Procfile", "start")])


_STEPS: Mapping[Target, Callable[[ClusterPlan, str], Iterable[str]]] = MappingProxyType(
    {Target.SYSTEMD: _systemd, Target.SCRIPT: _script, Target.PROCFILE: _procfile}
)
