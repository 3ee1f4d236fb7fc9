"""A member's flags as etcd's configuration file wants them: other keys, other types, sections."""

from __future__ import annotations

from etcdboot.etcd.flags import file_value, yaml_key
from etcdboot.etcd.releases import file_turns_gateway_off
from etcdboot.formats.yaml_writer import Value
from etcdboot.plan.plan import MemberPlan

_MODE = "auto-compaction-mode"
_RETENTION = "auto-compaction-retention"
_GATEWAY = "enable-grpc-gateway"


def config(member: MemberPlan) -> dict[str, Value]:
    """The file's content: plain keys first, then the sections, each in the plan's order.

    Durations are whole nanoseconds, lists are sequences, all else is as the release's type has it. The flags
    must be expressible in the file (``etcd.settings_forms``).
    """
    plain: dict[str, Value] = {}
    sections: dict[str, Value] = {}
    for name, text in _told(member):
        path = yaml_key(name, member.release)
        assert path is not None, f"{name} has no key in the file of etcd {member.release}"
        _place(plain if len(path) == 1 else sections, path, file_value(name, text, member.release))
    return plain | sections


def _told(member: MemberPlan) -> list[tuple[str, str]]:
    """The flags, and what only the file must say besides, so that all forms come to the same member.

    The flag's default mode is periodic, the file's is none at all, and a retention without a mode stops etcd
    ("unknown auto-compaction-mode"; server/embed/config.go:1287 at v3.6.14). 3.4's gateway likewise.
    """
    told = [(each.name, each.value) for each in member.flags]
    if member.flag(_RETENTION) is not None and member.flag(_MODE) is None:
        told.append((_MODE, "periodic"))
    if file_turns_gateway_off(member.release) and member.flag(_GATEWAY) is None:
        told.append((_GATEWAY, "true"))
    return told


def _place(into: dict[str, Value], path: tuple[str, ...], value: Value) -> None:
    for step in path[:-1]:
        section = into.setdefault(step, {})
        assert isinstance(section, dict), f"{step} is a value and a section"
        into = section
    into[path[-1]] = value
