"""How a cluster that runs here is shown: by ``up``, ``ps``, ``stop`` and ``start`` alike."""

from __future__ import annotations

from etcdboot.base.errors import ExitCode
from etcdboot.cli.output import Outcome
from etcdboot.cli.table import Grid
from etcdboot.formats import shell
from etcdboot.observations.control_answers import ETCDCTL_FLAGS
from etcdboot.observations.local_cluster import LocalCluster, Settled

_COLUMNS = ("member", "state", "pid", "endpoints")
_TRIES = (("member", "list"), ("put", "greeting", "hello"), ("get", "greeting"))


def shown(cluster: LocalCluster) -> Outcome:
    """The members as they are now."""
    return Outcome(
        body=cluster.as_json(),
        lines=tuple(aligned((_COLUMNS, *_rows(cluster)))),
        table=lambda: _table(cluster),
    )


def settled(news: Settled, *, stays: bool) -> Outcome:
    """How a start came out; while the cluster ``stays``, also how to talk to it."""
    if not news.body:
        return Outcome(news.exit_code, news.diagnostics)
    cluster = LocalCluster.from_json(news.body)
    head = f"{cluster.name}: etcd {cluster.release} in {cluster.state}"
    lines = [head, "", *aligned((_COLUMNS, *_rows(cluster))), "", *news.health]
    if stays and news.exit_code is ExitCode.OK:
        lines += ["", *talking(cluster)]
    return Outcome(
        news.exit_code, news.diagnostics, news.body, tuple(lines), lambda: _table(cluster, news.health)
    )


def talking(cluster: LocalCluster) -> list[str]:
    """Lines to paste into a shell."""
    program = cluster.etcdctl or "etcdctl"
    options = tuple(
        f"{ETCDCTL_FLAGS[name]}={value}" for name, value in cluster.environment if name in ETCDCTL_FLAGS
    )
    where = ("--state", cluster.state)
    return [
        "Talk to it:",
        *("  " + shell.join((program, *options, *words)) for words in _TRIES),
        "or, for this shell:",
        f'  eval "$(etcdboot env {shell.join(where)})"',
    ]


def exports(cluster: LocalCluster) -> str:
    """``export NAME=value`` lines for a POSIX shell."""
    return "\n".join(f"export {name}={shell.quote(value)}" for name, value in cluster.environment)


def aligned(rows: tuple[tuple[str, ...], ...]) -> list[str]:
    """The rows with their columns under one another; the first is the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    head, *rest = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
    return [head.upper(), *rest]


def _rows(cluster: LocalCluster) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (each.name, each.text, str(each.pid or "-"), " ".join(each.endpoints)) for each in cluster.members
    )


def _table(cluster: LocalCluster, health: tuple[str, ...] = ()) -> tuple[Grid | str, ...]:
    return (Grid(_COLUMNS, _rows(cluster), f"{cluster.name}: etcd {cluster.release}"), *health)
