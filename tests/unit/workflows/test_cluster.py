from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from etcdboot.base.diagnostics import Severity
from etcdboot.base.errors import Missing, SpecError
from etcdboot.etcd.releases import Release
from etcdboot.plan.paths import LocalLayout
from etcdboot.workflows.cluster import load_file, open_cluster

GOOD = """\
name: prod
members:
  - {name: etcd1, host: e1.example.com}
  - {name: etcd2, host: 10.0.0.2}
  - {name: etcd3, host: 10.0.0.3, data-dir: data}
render: {targets: [script]}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    file = tmp_path / "cluster.yaml"
    file.write_text(GOOD)
    return file


def test_a_good_spec_is_opened_with_its_plan_and_its_warnings_in_order(spec: Path) -> None:
    cluster = open_cluster(str(spec))
    assert cluster.folder == spec.parent
    assert [member.name for member in cluster.plan.members] == ["etcd1", "etcd2", "etcd3"]
    assert [(each.code, each.line) for each in cluster.diagnostics] == [("EB239", 1), ("EB210", 3)]
    assert {each.severity for each in cluster.diagnostics} == {Severity.WARNING}
    assert str(cluster.plan.members[2].paths.data_dir) == str(spec.parent / "data")


def test_the_release_is_for_a_spec_that_names_none(spec: Path) -> None:
    asked = Release(3, 5, 33)
    assert {each.release for each in open_cluster(str(spec), release=asked).plan.members} == {asked}
    spec.write_text(GOOD + 'etcd: {version: "3.6.14"}\n')
    assert {each.release for each in open_cluster(str(spec), release=asked).plan.members} == {
        Release(3, 6, 14)
    }


def test_the_layout_is_the_callers(spec: Path) -> None:
    cluster = open_cluster(str(spec), layout=lambda root: LocalLayout(root, PurePosixPath("/opt/etcd")))
    assert str(cluster.plan.members[0].paths.data_dir) == f"{spec.parent}/members/etcd1/data"


@pytest.mark.parametrize(
    ("edit", "codes"),
    [(("name: prod", "nam: prod"), ["EB104", "EB103"]), (("10.0.0.3", "10.0.0.2"), ["EB202", "EB205"])],
)
def test_a_bad_spec_stops_with_all_that_is_wrong(spec: Path, edit: tuple[str, str], codes: list[str]) -> None:
    spec.write_text(GOOD.replace(*edit))
    with pytest.raises(SpecError) as caught:
        open_cluster(str(spec))
    found = [each.code for each in caught.value.diagnostics if each.severity is Severity.ERROR]
    assert set(codes) <= set(found)
    assert [each.line for each in caught.value.diagnostics] == sorted(
        each.line for each in caught.value.diagnostics
    )


def test_a_missing_spec_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="is not there"):
        load_file(str(tmp_path / "cluster.yaml"))
