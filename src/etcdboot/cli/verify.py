"""``etcdboot verify``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etcdboot.cli.duration_type import SECONDS, TIMEOUT
from etcdboot.cli.options import output_options, pki_option, spec_option
from etcdboot.cli.output import Outcome, Output
from etcdboot.cli.table import Grid

if TYPE_CHECKING:
    from etcdboot.verify.report import VerifyReport
    from etcdboot.workflows.verify import Question

_EPILOG = """\b
Examples:
  etcdboot verify
  etcdboot verify --wait 60s -w table
  etcdboot verify --endpoints https://192.168.202.128:2379 --cacert ca.pem --cert root.pem --key root-key.pem
\b
Exit codes: 0 healthy, 5 degraded, 6 down or unreachable, 7 refused.
"""


_PATH = click.Path(path_type=Path)


@click.command(epilog=_EPILOG)
@spec_option
@pki_option
@click.option("--client", metavar="NAME", help="Which of certificates.clients to use.  [the first]")
@click.option(
    "--endpoints", metavar="URL,…", help="These endpoints; without -f they are judged by themselves."
)
@click.option("--cacert", type=_PATH, metavar="FILE", help="With --endpoints: the CA to trust.")
@click.option("--cert", type=_PATH, metavar="FILE", help="With --endpoints: the client certificate.")
@click.option("--key", type=_PATH, metavar="FILE", help="With --endpoints: its key.")
@click.option("--wait", type=SECONDS, metavar="D", help="Ask until all is well, as long as this.")
@click.option(
    "--timeout", type=TIMEOUT, default="5s", show_default=True, metavar="D", help="For an endpoint."
)
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    file: str,
    pki: str | None,
    client: str | None,
    endpoints: str | None,
    cacert: Path | None,
    cert: Path | None,
    key: Path | None,
    wait: float | None,
    timeout: float,
) -> Outcome:
    """Ask every endpoint, and say whether the cluster is healthy.

    All endpoints are asked at once: a linearizable read, the status, the members, the alarms. What they show
    is judged against the spec, layer by layer: network, TLS, auth, raft, data.
    """
    from etcdboot.effects.tls.credentials import CredentialFiles
    from etcdboot.verify.text import simple
    from etcdboot.workflows.verify import ask

    is_named = ctx.get_parameter_source("file") is not click.core.ParameterSource.DEFAULT
    question = ask(
        None if endpoints is not None and not is_named else file,
        pki=Path(pki) if pki else None,
        client=client,
        endpoints=endpoints,
        files=CredentialFiles(cacert, cert, key),
    )
    report = _report(question, wait, timeout, ctx.ensure_object(Output))
    return Outcome(
        report.exit_code,
        question.diagnostics,
        report.as_json(),
        simple(report),
        lambda: _table(report),
    )


def _report(question: Question, wait: float | None, timeout: float, output: Output) -> VerifyReport:
    from etcdboot.workflows.verify import verify_once, wait_until_healthy

    if wait is None:
        return verify_once(question, timeout)
    from etcdboot.cli.console import reporter

    with reporter(output) as report:
        return wait_until_healthy(question, wait, timeout, report)


def _table(report: VerifyReport) -> Iterator[Grid | str]:
    from etcdboot.verify.text import seconds, summary

    rows = (
        (
            each.endpoint,
            ("true", "green") if each.health else ("false", "red"),
            seconds(each.took),
            each.error,
        )
        for each in report.endpoints
    )
    yield Grid(("endpoint", "health", "took", "error"), rows)
    if report.members:
        yield Grid(
            tuple(report.members[0].row()), (tuple(member.row().values()) for member in report.members)
        )
    yield from summary(report)
