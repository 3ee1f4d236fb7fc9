"""``check --live``: the spec, and what its members would start upon, here or as seen from the desk."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.errors import ExitCode, first_of
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.base.progress import Reporter, silent
from etcdboot.bootstrap.preflight_report import Preflight
from etcdboot.effects.files.user_files import folder_of
from etcdboot.workflows.check import CheckResult, check
from etcdboot.workflows.preflight import Scope, on_this_machine, preflight


@dataclass(frozen=True, slots=True)
class LiveResult:
    """The spec judged, and the preflight; None where the spec is too bad for one."""

    checked: CheckResult
    live: Preflight | None = None

    @property
    def exit_code(self) -> ExitCode:
        """The first by precedence."""
        return first_of([self.checked.exit_code, *([self.live.exit_code] if self.live else [])])

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Of the spec first, then of the world."""
        return (*self.checked.diagnostics, *(self.live.diagnostics if self.live else ()))

    def as_json(self) -> dict[str, Any]:
        """What ``check`` prints, and ``live``."""
        return self.checked.as_json() | {"live": self.live.as_json() if self.live else None}

    def summary(self) -> tuple[str, ...]:
        """What ``check`` says, and what was looked at."""
        return (*self.checked.summary(), *(self.live.summary() if self.live else ()))


def check_live(
    file: str,
    *,
    strict: bool = False,
    named: Collection[str] = (),
    pki: Path | None = None,
    reporter: Reporter = silent,
) -> LiveResult:
    """Judge the spec, and what the members of this machine, or those ``named``, would start upon.

    Raises:
        Missing, SpecError: the file is not there, or is not text.
        UsageError: EB539, no member is called so.
    """
    checked = check(file, strict=strict, pki=pki)
    if checked.plan is None or checked.exit_code is not ExitCode.OK:
        return LiveResult(checked)
    folder = folder_of(file)
    here = on_this_machine(checked.plan, named)
    scope = Scope(checked.plan, folder, here, pki or folder / "pki")
    return LiveResult(checked, preflight(scope, reporter).placed(checked.source.placed))
