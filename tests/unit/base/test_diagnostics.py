from __future__ import annotations

import pytest

from etcdboot.base.diagnostics import Diagnostic, Severity, error, has_errors, warning


@pytest.mark.parametrize(
    ("diagnostic", "place"),
    [
        (error("EB201", "x", path="members[0]"), "members[0]"),
        (error("EB003", "x"), ""),
        (Diagnostic(Severity.ERROR, "EB004", "x", file="a.yaml", path="p"), "a.yaml"),
        (Diagnostic(Severity.ERROR, "EB101", "x", file="a.yaml", line=4, column=9), "a.yaml:4:9"),
    ],
)
def test_a_place_is_printed_as_compilers_do(diagnostic: Diagnostic, place: str) -> None:
    assert diagnostic.place == place


def test_json_has_every_key_of_the_contract() -> None:
    said = Diagnostic(Severity.NOTE, "EB007", "m", "h", "p", "f", 1, 2).as_json()
    assert said == {
        "severity": "note", "code": "EB007", "path": "p", "file": "f", "line": 1, "column": 2, "message": "m",
        "hint": "h",
    }  # fmt: skip
    assert type(said["severity"]) is str


def test_only_errors_are_errors() -> None:
    assert not has_errors(())
    assert not has_errors([warning("EB204", "x"), Diagnostic(Severity.NOTE, "EB007", "y")])
    assert has_errors((warning("EB204", "x"), error("EB201", "y")))
