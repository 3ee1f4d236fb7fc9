from __future__ import annotations

from pathlib import Path

import pytest

from etcdboot.base.errors import Refused
from etcdboot.spec.spec import CaLayout
from etcdboot.workflows.ca_layout import write_layout
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.check import check
from etcdboot.workflows.cluster import Cluster, open_certified, record_layout
from etcdboot.workflows.render import Pki, RenderRequest, run

SPEC = (
    'name: test\netcd: {version: "3.6.14"}\ncertificates: {SECTION}\n'
    "members:\n  - {name: etcd1, host: 10.1.0.1}\n  - {name: etcd2, host: 10.1.0.2}\n"
    "  - {name: etcd3, host: 10.1.0.3}\n"
)


def write(folder: Path, section: str) -> str:
    (folder / "cluster.yaml").write_text(SPEC.replace("SECTION", section))
    return str(folder / "cluster.yaml")


def opened(folder: Path, section: str) -> Cluster:
    return open_certified(write(folder, section), None)


def certs(folder: Path, section: str) -> None:
    cluster = opened(folder, section)
    issue(cluster.plan, cluster.pki)


def codes(cluster: Cluster) -> list[str]:
    return [each.code for each in cluster.diagnostics]


def cas(cluster: Cluster) -> list[str]:
    return [request.name for request in cluster.plan.certificates if request.is_ca]


def test_an_open_layout_makes_two_cas_in_an_empty_pki_and_keeps_them(tmp_path: Path) -> None:
    certs(tmp_path, "")
    assert (tmp_path / "pki/peer-ca.pem").exists()
    cluster = opened(tmp_path, "")
    assert cas(cluster) == ["ca", "peer-ca"]
    assert codes(cluster) == []


def test_an_open_layout_keeps_the_one_ca_of_earlier_days_without_any_drift(tmp_path: Path) -> None:
    certs(tmp_path, "ca: shared")
    file = write(tmp_path, "ca: shared")
    run(RenderRequest(file))
    cluster = opened(tmp_path, "")
    assert cas(cluster) == ["ca"]
    assert codes(cluster) == ["EB369"]
    assert {str(change.kind) for change in issue(cluster.plan, cluster.pki).changes} == {"same"}
    assert {str(change.kind) for change in run(RenderRequest(file, check=True)).changes} == {"same"}


def test_a_separate_ca_left_from_earlier_days_changes_nothing(tmp_path: Path) -> None:
    certs(tmp_path, "ca: split")
    for path in (tmp_path / "pki/members").rglob("peer*.pem"):
        path.unlink()
    certs(tmp_path, "ca: shared")
    assert cas(opened(tmp_path, "")) == ["ca"]
    assert cas(opened(tmp_path, "ca: shared")) == ["ca"]


@pytest.mark.parametrize(
    ("held", "written", "code"), [("shared", "split", "EB338"), ("split", "shared", "EB339")]
)
def test_a_spec_that_contradicts_pki_is_refused_before_anything_is_written(
    tmp_path: Path, held: str, written: str, code: str
) -> None:
    certs(tmp_path, f"ca: {held}")
    with pytest.raises(Refused) as caught:
        opened(tmp_path, f"ca: {written}")
    assert [each.code for each in caught.value.diagnostics] == [code]
    with pytest.raises(Refused):
        run(RenderRequest(str(tmp_path / "cluster.yaml")))


def test_a_lost_ca_still_counts(tmp_path: Path) -> None:
    certs(tmp_path, "ca: split")
    (tmp_path / "pki/peer-ca.pem").unlink()
    assert cas(opened(tmp_path, "")) == ["ca", "peer-ca"]


def test_rendered_files_are_the_same_for_every_layout_where_no_certificates_are_copied(
    tmp_path: Path,
) -> None:
    contents: list[dict[str, bytes]] = []
    for section in ("ca: shared", "ca: split", "", "ca: shared, crl: {}", "ca: split, crl: {}"):
        file, out = write(tmp_path, section), tmp_path / "out" / str(len(contents))
        run(RenderRequest(file, pki=Pki.NONE, out=out))
        contents.append(_files(out))
    assert contents[0] == contents[1] == contents[2]
    assert contents[3] == contents[4]


def _files(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_render_without_pki_says_what_is_assumed(tmp_path: Path) -> None:
    done = run(RenderRequest(write(tmp_path, ""), pki=Pki.NONE))
    assert [each.code for each in done.diagnostics] == ["EB369"]


def test_check_judges_an_open_layout_by_pki(tmp_path: Path) -> None:
    section = "clients: [root, app]"
    assert check(write(tmp_path, section), strict=True).exit_code == 0
    certs(tmp_path, f"ca: shared, {section}")
    found = check(write(tmp_path, section), strict=True)
    assert found.exit_code == 3
    assert [each.code for each in found.diagnostics] == ["EB369", "EB275"]


# --- what is written


def test_the_layout_is_written_where_the_key_is_or_belongs(tmp_path: Path) -> None:
    file = write(tmp_path, "lifetime: 90d")
    assert [each.code for each in write_layout(file, CaLayout.SHARED)] == ["EB277"]
    assert open_certified(file, None).written is CaLayout.SHARED
    assert write_layout(file, CaLayout.SHARED) == ()
    assert "lifetime: 90d" in Path(file).read_text()


def test_standard_input_gets_the_line_to_write() -> None:
    [told] = write_layout("-", CaLayout.SPLIT)
    assert "certificates: {ca: split}" in told.hint


@pytest.mark.parametrize("layout", CaLayout)
def test_what_others_brought_is_recorded(tmp_path: Path, layout: CaLayout) -> None:
    certs(tmp_path, f"ca: {layout}")
    cluster = opened(tmp_path, "")
    assert [each.code for each in record_layout(cluster, str(tmp_path / "cluster.yaml"))] == ["EB277"]
    assert open_certified(str(tmp_path / "cluster.yaml"), None).written is layout


def test_what_is_written_already_is_not_recorded(tmp_path: Path) -> None:
    certs(tmp_path, "ca: shared")
    assert record_layout(opened(tmp_path, "ca: shared"), str(tmp_path / "cluster.yaml")) == ()
