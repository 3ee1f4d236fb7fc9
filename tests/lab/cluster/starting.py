"""How a rendered member is started, read from the files themselves as their readers do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from samples import parsers


@dataclass(frozen=True, slots=True)
class Start:
    """Program and arguments, the variables beside them, and the user (empty: whoever starts it)."""

    argv: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    user: str = ""


def by_unit(unit: str, read: Callable[[str], str]) -> Start:
    """What systemd starts by the text of that unit; ``read`` gives a file's text by its path on the host.

    That systemd reads both as these parsers do is shown in tests/integration/test_systemd_reads.py.
    """
    service = {key: raw for section, key, raw in parsers.parse_unit(unit) if section == "Service"}
    file = service.get("EnvironmentFile", "").replace("%%", "%")
    return Start(
        argv=parsers.split_command(service["ExecStart"]),
        environment=parsers.parse_environment_file(read(file)) if file else {},
        user=service["User"],
    )


def by_script(config_dir: str) -> Start:
    """The executable that becomes etcd."""
    return Start((f"{config_dir}/etcd.sh",))
