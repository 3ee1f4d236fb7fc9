"""``etcdboot render``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etcdboot.base.artifacts import Change, ChangeKind
from etcdboot.cli.options import out_option, output_options, spec_option
from etcdboot.cli.output import Outcome
from etcdboot.cli.table import Grid
from etcdboot.spec.spec import Settings, Target

if TYPE_CHECKING:
    from etcdboot.base.artifacts import HostPlace
    from etcdboot.workflows.render import RenderResult
    from etcdboot.workflows.render_explain import Explained

_EPILOG = """\b
Examples:
  etcdboot render
  etcdboot render --target procfile --settings env --out local
  etcdboot render --check --diff --pki public    # in CI: exit 4 when out/ is not what the spec says
"""


@click.command(epilog=_EPILOG)
@spec_option
@out_option
@click.option(
    "--target", "targets", type=click.Choice([str(target) for target in Target]), multiple=True,
    help="What starts etcd; may be repeated.  [render.targets of the spec]",
)  # fmt: skip
@click.option(
    "--settings", type=click.Choice([str(form) for form in Settings]),
    help="How etcd learns its settings.  [render.settings of the spec]",
)  # fmt: skip
@click.option("--member", "members", multiple=True, metavar="NAME", help="This member only; may be repeated.")
@click.option(
    "--pki", type=click.Choice(["all", "public", "none"]), default="all", show_default=True,
    help="Certificates and keys, certificates alone, or neither.",
)  # fmt: skip
@click.option(
    "--pki-dir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The PKI folder.  [pki/ beside the spec]",
)
@click.option(
    "--templates", type=click.Path(path_type=Path), metavar="DIR",
    help="Templates that replace those of the same name.",
)  # fmt: skip
@click.option("--check", is_flag=True, help="Write nothing; exit 4 when something would change.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change, without secrets.")
@click.option("--force", is_flag=True, help="Overwrite what was edited by hand.")
@click.option("--prune", is_flag=True, help="Remove what is no longer planned.")
@click.option("--explain", is_flag=True, help="Write nothing; print what is set unasked, and why.")
@output_options
def command(file: str, out: str | None, explain: bool, **options: Any) -> Outcome:
    """Write each member's files: settings, unit or script, certificates, etcdctl's environment.

    Only what changed is written. A file that was edited by hand, or that etcdboot did not write, is refused.
    Certificates are copied from pki/ and never made: run etcdboot certs first.
    """
    if explain:
        return _explained(file)
    from etcdboot.workflows.render import Pki, RenderRequest, run

    settings = options.pop("settings")
    result = run(
        RenderRequest(
            file=file,
            out=Path(out) if out else None,
            settings=Settings(settings) if settings else None,
            targets=tuple(map(Target, options.pop("targets"))),
            pki=Pki(options.pop("pki")),
            **options,
        )
    )
    return Outcome(
        result.exit_code,
        result.diagnostics,
        {"changes": [_as_json(change, result, diff=options["diff"]) for change in result.changes]},
        () if options["diff"] else _summary(result),
        None if options["diff"] else lambda: _table(result),
        result.next_lines,
        "".join(result.diffs.values()) if options["diff"] else "",
    )


def _as_json(change: Change, result: RenderResult, *, diff: bool) -> dict[str, object]:
    artifact = change.artifact
    host = artifact.host
    found: dict[str, object] = {
        "path": str(artifact.path),
        "kind": str(change.kind),
        "mode": f"{artifact.mode:04o}",
        "secret": artifact.secret,
        "host_path": host.path if host else "",
        "host_mode": f"{host.mode:04o}" if host else "",
        "owner": host.owner if host else "",
        "group": host.group if host else "",
    }
    return found | {"diff": result.diffs.get(str(artifact.path), "")} if diff else found


def _summary(result: RenderResult) -> tuple[str, ...]:
    """A line for each file that is not as planned, and one that counts."""
    counts = Counter(change.kind for change in result.changes)
    lines = [
        f"{change.kind:8}{result.out / change.artifact.path}"
        for change in result.changes
        if change.kind is not ChangeKind.SAME
    ]
    told = ", ".join(f"{counts[kind]} {kind}" for kind in ChangeKind if counts[kind])
    return (*lines, f"{len(result.changes)} files in {result.out}: {told or 'nothing planned'}")


def _table(result: RenderResult) -> tuple[Grid]:
    rows = (
        (
            str(change.artifact.path),
            str(change.kind),
            f"{change.artifact.mode:04o}",
            *_on_the_host(change.artifact.host),
        )
        for change in result.changes
    )
    return (Grid(("file", "state", "mode", "on the host", "mode there", "owner there"), rows),)


def _on_the_host(host: HostPlace | None) -> tuple[str, str, str]:
    """Path, mode, owner and group; a group that only the host knows is left empty."""
    return (host.path, f"{host.mode:04o}", f"{host.owner}:{host.group}") if host else ("", "", "")


def _explained(file: str) -> Outcome:
    from etcdboot.workflows.render_explain import explain

    rows = explain(file)
    body = [
        {
            "member": row.member,
            "flag": row.name,
            "value": row.value,
            "reason": row.reason,
            "kept": row.kept,
        }
        for row in rows
    ]
    lines = [_explanation(row) for row in rows] or ["Nothing is set unasked."]
    return Outcome(body={"baseline": body}, lines=tuple(lines))


def _explanation(row: Explained) -> str:
    change = "" if row.kept else " (the spec says otherwise)"
    return f"{row.member}: {row.name}={row.value}{change}: {row.reason}"
