from __future__ import annotations

from pathlib import Path

import pytest

from etcdboot.base.errors import ExitCode
from etcdboot.workflows.check import CheckResult, check

GOOD = 'name: x\netcd: {version: "3.6.14"}\nmembers:\n' + "".join(
    f"  - {{name: m{number}, host: 10.0.0.{number}}}\n" for number in (1, 2, 3)
)


def checked(folder: Path, text: str, *, strict: bool = False) -> CheckResult:
    file = folder / "cluster.yaml"
    file.write_text(text)
    return check(str(file), strict=strict)


@pytest.mark.parametrize("strict", [False, True])
def test_a_good_spec_has_a_summary_and_a_cluster(tmp_path: Path, strict: bool) -> None:
    result = checked(tmp_path, GOOD, strict=strict)
    assert (result.exit_code, result.diagnostics) == (ExitCode.OK, ())
    assert result.summary()[0].startswith("x is good: 3 members of etcd 3.6.14, quorum 2")
    assert len(result.as_json()["cluster"]["members"]) == 3


def test_a_misshapen_spec_has_neither(tmp_path: Path) -> None:
    result = checked(tmp_path, "name: 1\n")
    assert (result.exit_code, result.summary(), result.as_json()) == (ExitCode.SPEC, (), {"cluster": None})


def test_a_senseless_spec_has_a_cluster_all_the_same(tmp_path: Path) -> None:
    result = checked(tmp_path, GOOD.replace("m2", "m1"))
    assert (result.exit_code, result.summary()) == (ExitCode.SPEC, ())
    assert result.as_json()["cluster"]["name"] == "x"


@pytest.mark.parametrize(("strict", "code"), [(False, ExitCode.OK), (True, ExitCode.SPEC)])
def test_a_warning_stops_only_the_strict(tmp_path: Path, strict: bool, code: ExitCode) -> None:
    result = checked(tmp_path, GOOD.replace("m1", "default"), strict=strict)
    assert result.exit_code is code
    assert [each.code for each in result.diagnostics] == ["EB238"]


def test_several_releases_are_all_named(tmp_path: Path) -> None:
    result = checked(tmp_path, GOOD.replace("10.0.0.1}", '10.0.0.1, version: "3.7.1"}'))
    assert "of etcd 3.6.14, 3.7.1," in result.summary()[0]
