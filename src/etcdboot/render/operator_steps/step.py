"""How a step for the operator is written: a sentence with its commands, and where each command runs."""

from __future__ import annotations

from collections.abc import Iterable

from etcdboot.base.text import COMMAND
from etcdboot.formats import shell
from etcdboot.plan.plan import MemberPlan

Command = tuple[str, ...]


def step(title: str, lines: Iterable[Command | str]) -> str:
    """A sentence with its lines below it: commands, or text that is ready for a shell (a comment)."""
    return COMMAND.join(
        (f"{title}:", *(line if isinstance(line, str) else shell.join(line) for line in lines))
    )


def etcdboot_command(command: str, spec: str) -> Command:
    """An etcdboot command about the spec; the spec's usual name is left out."""
    return ("etcdboot", *command.split(), *(() if spec == "cluster.yaml" else ("-f", spec)))


def verify_command(spec: str) -> Command:
    """The command that waits until all members are healthy."""
    return (*etcdboot_command("verify", spec), "--wait", "60s")


def copy_to(member: MemberPlan, place: str) -> str:
    """A place on a member's host, as scp and rsync take it."""
    return place if member.host.is_loopback else f"root@{member.host.in_url}:{place}"


def on_host(member: MemberPlan, *words: str) -> Command:
    """The command as it runs for a member: on its host, or on this machine if the host is loopback."""
    return words if member.host.is_loopback else ("ssh", f"root@{member.host}", *words)


def copy_folder(member: MemberPlan, out: str) -> Command:
    """The command that copies a member's folder into root's home on its host."""
    return ("scp", "-r", f"{out}/{member.name}", copy_to(member, ""))


def run_script(member: MemberPlan, out: str, script: str) -> Command:
    """The command that runs a script of the member's folder, where ``copy_folder`` has put it."""
    place = f"{out}/" if member.host.is_loopback else ""
    return on_host(member, "sh", f"{place}{member.name}/{script}")


def sync_folder(member: MemberPlan, out: str) -> Command:
    """The command that copies a member's files into its config-dir."""
    return ("rsync", "-a", f"{out}/{member.name}/", copy_to(member, f"{member.paths.config_dir}/"))
