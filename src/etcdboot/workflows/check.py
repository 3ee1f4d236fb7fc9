"""``check``: whether a spec is good, and what it comes to."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from etcdboot.base.diagnostics import Diagnostic, Severity, has_errors
from etcdboot.base.errors import ExitCode
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.effects.files.user_files import folder_of
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.plan import ClusterPlan
from etcdboot.plan.planner import plan
from etcdboot.rules import judge
from etcdboot.spec.loader import SourceMap
from etcdboot.workflows.cluster import load_file, settle


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What is wrong with a spec, and what it would come to; no plan when it cannot even be read.

    ``source`` finds things in its text.
    """

    exit_code: ExitCode
    diagnostics: tuple[Diagnostic, ...]
    plan: ClusterPlan | None = None
    source: SourceMap = SourceMap()

    def as_json(self) -> dict[str, Any]:
        """The keys of ``-w json`` beyond those of every command; ids as etcdctl prints them."""
        if self.plan is None:
            return {"cluster": None}
        return {
            "cluster": {
                "name": self.plan.name,
                "initial_cluster": self.plan.initial_cluster,
                "endpoints": [str(url) for url in self.plan.endpoints],
                "predicted_id": _hexadecimal(self.plan.predicted_cluster_id),
                "members": [
                    {
                        "name": member.name,
                        "release": str(member.release),
                        "peer_urls": [str(url) for url in member.initial_advertise_peer_urls],
                        "client_urls": [str(url) for url in member.advertise_client_urls],
                        "predicted_id": _hexadecimal(member.predicted_id),
                    }
                    for member in self.plan.members
                ],
            }
        }

    def summary(self) -> tuple[str, ...]:
        """One line for a good spec; nothing for a bad one, whose diagnostics say it all."""
        if self.plan is None or self.exit_code is not ExitCode.OK:
            return ()
        releases = ", ".join(sorted({str(member.release) for member in self.plan.members}))
        count = len(self.plan.members)
        members = f"{count} member{'s' if count > 1 else ''}"
        return (
            f"{self.plan.name} is good: {members} of etcd {releases}, quorum {self.plan.quorum}, "
            f"client TLS {self.plan.client_tls}, peer TLS {self.plan.peer_tls}",
        )


def _hexadecimal(number: int | None) -> str | None:
    return None if number is None else f"{number:x}"


def check(file: str, *, strict: bool = False, pki: Path | None = None) -> CheckResult:
    """Judge the spec in ``file``; under ``strict`` a warning is enough for exit 3.

    Where it sets no layout of CAs, the PKI folder counts (None: ``pki/`` next to it).

    Raises:
        Missing: the file is not there or cannot be read.
        SpecError: it is not text.
    """
    loaded, folder = load_file(file), folder_of(file)
    if loaded.spec is None:
        return CheckResult(ExitCode.SPEC, loaded.diagnostics)
    settled = settle(loaded.spec, pki or folder / "pki", lenient=True)
    planned = plan(settled.spec, layout=HostLayout(PurePosixPath(folder)))
    found = loaded.source.in_order((*settled.remarks, *judge(settled.spec, planned)))
    bad = has_errors(found) or (strict and any(each.severity is not Severity.NOTE for each in found))
    return CheckResult(ExitCode.SPEC if bad else ExitCode.OK, found, planned, loaded.source)
