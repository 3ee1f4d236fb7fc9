"""The steps for keys that are created on the hosts: requests, signatures, certificates."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from etcdboot.plan.plan import MemberPlan
from etcdboot.render.csr_script import MAKE_CSR
from etcdboot.render.operator_steps.step import (
    Command,
    copy_folder,
    copy_to,
    etcdboot_command,
    run_script,
    step,
)

_FOLDER = "csr"


def asking_steps(
    members: Iterable[MemberPlan], waiting: Collection[str], out: str, spec: str
) -> tuple[str, ...]:
    """What a human does before there are certificates: steps, with commands to paste.

    ``waiting`` are the members whose certificates are not there yet; ``out`` and ``spec`` as given.
    """
    hosts = [member for member in members if member.name in waiting]
    far = [member for member in hosts if not member.host.is_loopback]
    steps = []
    if far:
        copies = (copy_folder(member, out) for member in far)
        steps.append(step("copy each member's folder to its host", copies))
    steps.append(step("make the keys and the requests there", (_make(member, out) for member in hosts)))
    if far:
        fetch = (("scp", "-r", copy_to(member, f"{member.name}/{_FOLDER}"), ".") for member in far)
        steps.append(step("bring the requests here", fetch))
    signing = [(*etcdboot_command("certs sign", spec), _FOLDER), etcdboot_command("render", spec)]
    return (*steps, step("sign them, and write the members' files again", signing))


def _make(member: MemberPlan, out: str) -> Command:
    folder = (_FOLDER,) if member.host.is_loopback else ()
    return (*run_script(member, out, MAKE_CSR), *folder)
