"""Make the generated parts of the docs anew, between their marks; ``--check`` only says what is not in step.

    python docs/generate/pages.py [--check]

The pages keep their prose; what stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->`` is made here
from the tables in the code, so that neither can drift from the other.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from etcdboot.base.diagnostic_codes import CODES
from etcdboot.base.errors import PRECEDENCE, ExitCode
from etcdboot.cli import COMMANDS, program
from etcdboot.etcd.recommended_flags import baseline
from etcdboot.etcd.releases import NEWEST_PATCH
from etcdboot.spec.container_types import Brief, Field, ListOf, Pairs, Record
from etcdboot.spec.scalar_types import Boolean, Choice, Integer, Shape, Text
from etcdboot.spec.schema import CLUSTER, json_schema

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "examples" / "cluster.schema.json"


def kind_of(shape: Shape) -> str:
    """What may stand there, in a few words."""
    match shape:
        case Choice():
            return " \\| ".join(f"`{word}`" for word in shape.words)
        case Integer():
            return f"{shape.low} to {shape.high}"
        case Boolean():
            return "`true` \\| `false`"
        case Text():
            return shape.what
        case ListOf():
            return f"list of: {kind_of(shape.item)}" + (", or one alone" if shape.alone else "")
        case Brief():
            return f"{kind_of(shape.brief.shape)}, or section"
        case Record() | Pairs():
            return "section"
        case _:
            return "etcd flags"


def sections(record: Record | Pairs, path: str = "") -> Iterator[tuple[str, tuple[Field, ...]]]:
    """Every section of the spec with its keys."""
    yield path or "top level", record.fields
    for field in record.fields:
        shape = field.shape.item if isinstance(field.shape, ListOf) else field.shape
        shape = shape.item if isinstance(shape, Brief) else shape
        if isinstance(shape, Record | Pairs):
            place = f"{path}.{field.key}" if path else field.key
            yield from sections(shape, f"{place}[]" if isinstance(field.shape, ListOf) else place)


def spec_keys() -> str:
    """A table a section."""
    parts = []
    for title, fields in sections(CLUSTER):
        if title == "defaults":
            parts.append("### `defaults`\n\nAny key of `members[]` but `name`, for all members.\n")
            continue
        if title in ("certificates.peer", "certificates.client"):
            parts.append(f"### `{title}`\n\nThe keys of `certificates.server`.\n")
            continue
        rows = [
            f"| `{each.key}` | {kind_of(each.shape)} | {_default(each)} | {each.doc} |" for each in fields
        ]
        head = f"### `{title}`\n\n| key | what | default | |\n|---|---|---|---|\n"
        parts.append(head + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _default(field: Field) -> str:
    return "**required**" if field.required else f"{field.default}"


def baseline_rows() -> str:
    """What we add unasked, per minor."""
    rows = [
        f"| {minor} | `{row.name}={row.value}` | {row.reason} |"
        for minor, release in NEWEST_PATCH.items()
        for row in baseline(release)
    ]
    return "| etcd | flag | why |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def command_pages() -> str:
    """Each command's own help."""
    top = click.Context(program, info_name="etcdboot", terminal_width=100, **program.context_settings)
    parts = [_help("etcdboot", program, top)]
    for name in COMMANDS:
        command = program.get_command(top, name)
        assert command is not None
        parts.extend(_deep(f"etcdboot {name}", command, top))
    return "\n".join(parts)


def _deep(title: str, command: click.Command, parent: click.Context) -> Iterator[str]:
    context = click.Context(
        command, info_name=title.split()[-1], parent=parent, max_content_width=100, terminal_width=100
    )
    yield _help(title, command, context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _deep(f"{title} {name}", below, context)


def _help(title: str, command: click.Command, context: click.Context) -> str:
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    return f"## {title}\n\n```text\n{text}\n```\n"


# Outcome → code: the table that the tests iterate.
OUTCOMES: dict[ExitCode, str] = {
    ExitCode.OK: "done; also: certificates due that still fit, said as a warning",
    ExitCode.BUG: "a bug in etcdboot; `--debug` shows the traceback",
    ExitCode.USAGE: "the command line is wrong",
    ExitCode.SPEC: "the spec is wrong, or has warnings under `--strict`",
    ExitCode.DRIFT: "`render --check` found drift, certificates no longer fit the plan, `dns check` found "
    "records that do not, `check --live` peers that do not, or `certs status` something due or missing",
    ExitCode.DEGRADED: "degraded: something failed, quorum holds",
    ExitCode.DOWN: "no quorum, or nothing could be reached, be it a member or a name server; `up` and "
    "`verify --wait` ran out of time",
    ExitCode.REFUSED: "refused as unsafe: an edited or foreign file, a lock, a busy port, another release, "
    "an expired CA, a key that does not fit, data of another cluster, a used token",
    ExitCode.MISSING: "a file or program is not there, or the disk said no",
    ExitCode.INTERRUPTED: "ended by Ctrl-C (SIGINT)",
    ExitCode.TERMINATED: "ended by SIGTERM",
}


def exit_codes() -> str:
    """The table of exit codes, and which wins."""
    rows = [f"| {int(code)} | {code.name} | {OUTCOMES[code]} |" for code in ExitCode]
    order = ", ".join(str(int(code)) for code in PRECEDENCE if code is not ExitCode.OK)
    table = "| code | name | when |\n|---|---|---|\n" + "\n".join(rows)
    return f"{table}\n\nWhen several apply, the first of these wins: {order}.\n"


def codes() -> str:
    """Every diagnostic code."""
    return "\n".join(f"### {code}: {title}\n\n{why}\n" for code, (title, why) in CODES.items())


GENERATED: dict[str, tuple[str, Callable[[], str]]] = {
    "spec-keys": ("docs/spec.md", spec_keys),
    "baseline": ("docs/spec.md", baseline_rows),
    "commands": ("docs/cli.md", command_pages),
    "exit-codes": ("docs/exit-codes.md", exit_codes),
    "codes": ("docs/codes.md", codes),
}


def renewed(page: str, name: str, text: str) -> str:
    """The page with one part made anew; ValueError when it has no marks for it."""
    pattern = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"no marks for {name}")
    return pattern.sub(lambda found: f"{found[1]}\n{text}\n{found[2]}", page)


def wanted() -> dict[Path, str]:
    """Every generated file as it should be."""
    pages: dict[Path, str] = {SCHEMA: json.dumps(json_schema(), indent=2) + "\n"}
    for name, (path, make) in GENERATED.items():
        place = ROOT / path
        pages[place] = renewed(pages.get(place) or place.read_text("utf-8"), name, make())
    return pages


def main() -> int:
    """Write what differs, or only name it."""
    stale = [
        path
        for path, text in wanted().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        print(f"{'not in step' if '--check' in sys.argv else 'wrote'}: {path.relative_to(ROOT)}")
        if "--check" not in sys.argv:
            path.write_text(wanted()[path], encoding="utf-8")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    raise SystemExit(main())
