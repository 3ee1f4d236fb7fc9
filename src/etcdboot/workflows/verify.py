"""Verify: look at the endpoints, judge what they show, once or until all is well."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from etcdboot.base.addresses import Url, parse_url
from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.errors import Refused, UsageError
from etcdboot.base.fast_dataclasses import dataclass, replace
from etcdboot.base.progress import Event, EventKind, Reporter, silent
from etcdboot.effects.clock import monotonic, pause
from etcdboot.effects.etcd.observer import Access, look
from etcdboot.effects.tls.credentials import CredentialFiles, read_credentials
from etcdboot.verify.report import VerifyReport, judge

if TYPE_CHECKING:
    from etcdboot.plan.plan import ClusterPlan

DEFAULT_TIMEOUT = 5.0  # seconds for each endpoint, as etcdctl's --command-timeout
_NO_FILES: Final = CredentialFiles()
_POLL = 0.2  # seconds between two looks while waiting


@dataclass(frozen=True, slots=True)
class Question:
    """What to verify: which endpoints, how to get in, and against which plan (None: only for themselves)."""

    endpoints: tuple[Url, ...]
    access: Access
    plan: ClusterPlan | None = None
    diagnostics: tuple[Diagnostic, ...] = ()  # warnings about the spec

    def __post_init__(self) -> None:
        if not self.endpoints:
            raise Refused.because(
                "EB602", "there is no endpoint to verify", "name at least one: nothing is not healthy"
            )


def ask(
    file: str | None,
    *,
    pki: Path | None = None,
    client: str | None = None,
    endpoints: str | None = None,
    files: CredentialFiles = _NO_FILES,
) -> Question:
    """The question that a command line asks: about the spec in ``file``, about ``endpoints``, or both.

    ``endpoints`` are separated by commas; ``files`` are what to dial them with. With both, the endpoints are
    dialled (with the spec's credentials, if no ``files``) and what they show is judged against the spec.

    Raises:
        UsageError: EB605 to EB608, what is asked for does not go together.
        Refused, Missing, SpecError: EB602 to EB604; the spec or the files are not there or not good.
    """
    if endpoints is None and files != _NO_FILES:
        hint = "name the endpoints too, or leave the files out: the spec tells which to use"
        raise UsageError.because("EB608", "--cacert, --cert and --key go with --endpoints", hint)
    if file is None:
        return ask_by_endpoints(endpoints or "", files)
    from etcdboot.workflows.cluster import open_cluster  # what reads a spec costs time without one

    cluster = open_cluster(file)
    if files != _NO_FILES:
        asked = ask_by_endpoints(endpoints or "", files)
        return replace(asked, plan=cluster.plan, diagnostics=cluster.diagnostics)
    planned = ask_by_plan(cluster.plan, pki or cluster.folder / "pki", client)
    urls = planned.endpoints if endpoints is None else _endpoints(endpoints, planned.endpoints[0].is_tls)
    return replace(planned, endpoints=urls, diagnostics=cluster.diagnostics)


def ask_by_plan(plan: ClusterPlan, pki: PurePath, client: str | None = None) -> Question:
    """The question about a planned cluster, asked with a client certificate from ``pki``.

    ``client`` is a name from ``certificates.clients``; None takes the first of them.

    Raises:
        UsageError: EB605, there is no such client certificate in the spec.
        Missing, Refused: EB603, EB604, the files are not there or not good.
    """
    from etcdboot.verify.access import planned_access

    wanted = planned_access(plan, client)
    if wanted.ca is None:
        return Question(wanted.endpoints, Access(), plan)
    files = CredentialFiles(Path(pki, wanted.ca))
    if wanted.pair:
        files = CredentialFiles(files.ca, Path(pki, wanted.pair.certificate), Path(pki, wanted.pair.key))
    return Question(wanted.endpoints, Access(read_credentials(files)), plan)


def ask_by_endpoints(endpoints: str, files: CredentialFiles) -> Question:
    """The question about endpoints as etcdctl takes them: URLs or HOST:PORT, separated by commas.

    Raises:
        UsageError: EB606, one is no endpoint; EB607, a certificate without its key or the other way round.
        Refused: EB602, there is none.
        Missing, Refused: EB603, EB604, the files are not there or not good.
    """
    if (files.certificate is None) != (files.key is None):
        raise UsageError.because("EB607", "--cert and --key go together", "give both, or neither")
    urls = _endpoints(endpoints, has_tls=files != _NO_FILES)
    wants_tls = any(each.is_tls for each in urls)
    return Question(urls, Access(read_credentials(files) if wants_tls else None))


def _endpoints(text: str, has_tls: bool) -> tuple[Url, ...]:
    parts = [each.strip() for each in text.split(",")]
    return tuple(dict.fromkeys(_endpoint(each, has_tls) for each in parts if each))


def _endpoint(text: str, has_tls: bool) -> Url:
    """A bare HOST:PORT is spoken to over TLS where credentials are given, as etcdctl does."""
    scheme = "https" if has_tls else "http"
    try:
        return parse_url(text if "://" in text else f"{scheme}://{text}")
    except ValueError as cause:
        hint = "write https://HOST:PORT, several separated by commas"
        raise UsageError.because("EB606", f"--endpoints: {cause}", hint) from cause


def verify_once(question: Question, timeout: float = DEFAULT_TIMEOUT) -> VerifyReport:
    """The report after one look; an endpoint that gives no answer costs ``timeout`` seconds, all together.

    Raises:
        Missing: EB601, python3-etcd3 is not usable.
    """
    return judge(question.plan, look(question.endpoints, question.access, timeout))


def wait_until_healthy(
    question: Question,
    patience: float,
    timeout: float = DEFAULT_TIMEOUT,
    report: Reporter = silent,
    gives_up: Callable[[float], bool] = pause,
) -> VerifyReport:
    """The first healthy report, or the last one after ``patience`` seconds.

    ``gives_up`` sleeps for the seconds it is given and tells whether to stop waiting, as
    ``threading.Event.wait`` does. News of the endpoints go to ``report``.

    Raises:
        Missing: EB601, python3-etcd3 is not usable.
    """
    deadline = monotonic() + patience
    told = ""
    while True:
        left = max(deadline - monotonic(), 0.1)
        seen = verify_once(question, min(timeout, left))
        if (news := _progress(seen)).text != told:
            told = news.text
            report(news)
        if seen.is_healthy or monotonic() >= deadline or gives_up(min(_POLL, left)):
            return seen


def _progress(seen: VerifyReport) -> Event:
    done, total = sum(each.health for each in seen.endpoints), len(seen.endpoints)
    kind = EventKind.DONE if seen.is_healthy else EventKind.STEP
    text = f"{done} of {total} endpoints healthy, verdict {seen.verdict}"
    return Event(kind, text, done=done, total=total)
