from __future__ import annotations

from pathlib import Path

from etcdboot.verify.check_table import CHECKS
from etcdboot.verify.report import EXIT_CODE_OF

TEXT = (Path(__file__).parents[2] / "docs" / "verify.md").read_text()


def test_every_check_has_its_row() -> None:
    rows = [line.split(" | ")[:2] for line in TEXT.splitlines() if line.startswith("| EB6")]
    assert rows == [[f"| {check.code}", check.title] for check in CHECKS]


def test_every_verdict_has_its_row_and_exit_code() -> None:
    rows = {
        line.split(" | ")[0].removeprefix("| "): line.rstrip(" |").split(" | ")[-1]
        for line in TEXT.splitlines()
    }
    for verdict, code in EXIT_CODE_OF.items():
        assert rows[verdict] == str(int(code))
