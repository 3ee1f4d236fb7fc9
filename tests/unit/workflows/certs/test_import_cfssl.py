from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from etcdboot.base.errors import ExitCode, Refused, SpecError, UsageError
from etcdboot.workflows.certs.import_cfssl import ImportRequest, ImportResult, import_cfssl
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.check import check
from etcdboot.workflows.cluster import open_cluster
from samples.cfssl import GUIDE, TUTORIAL
from samples.foreign import BOTH, SERVER_ONLY, authority, made, sans, usage

CA = authority("etcd CA")
HOSTS = sans(*TUTORIAL["server-csr.json"]["hosts"])
SERVER = made("etcd", BOTH, HOSTS, usage(digital_signature=True), issuer=CA)
PAIRS = {
    "ca.pem": CA.pem,
    "ca-key.pem": CA.key_pem,
    "server.pem": SERVER.pem,
    "server-key.pem": SERVER.key_pem,
}


def laid(folder: Path, files: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return folder


def imported(
    tmp_path: Path, files: dict[str, Any], file: str = "cluster.yaml", **options: Any
) -> ImportResult:
    ssl = laid(tmp_path / "ssl", files)
    return import_cfssl(ImportRequest((str(ssl),), file if file == "-" else str(tmp_path / file), **options))


def codes(result: ImportResult) -> set[str]:
    return {each.code for each in (*result.diagnostics, *result.certs.diagnostics)}


def test_json_alone_makes_a_spec_that_passes_check(tmp_path: Path) -> None:
    result = imported(tmp_path, TUTORIAL, name="prod", release="3.6.14")
    assert result.written == tmp_path / "cluster.yaml"
    assert result.exit_code is ExitCode.OK
    assert check(str(result.written)).exit_code is ExitCode.OK
    cluster = open_cluster(str(result.written))
    assert (cluster.spec.name, str(cluster.spec.etcd.version)) == ("prod", "3.6.14")
    assert not (tmp_path / "pki").exists()
    assert "*-key.pem" in (tmp_path / ".gitignore").read_text()


def test_a_pki_is_adopted_and_what_does_not_fit_is_named(tmp_path: Path) -> None:
    result = imported(tmp_path, TUTORIAL | PAIRS)
    assert result.exit_code is ExitCode.DRIFT
    assert [each.name for each in result.certs.certificates] == [
        "ca",
        *(f"etcd{n}/{kind}" for n in (1, 2, 3) for kind in ("server", "peer")),
    ]
    misfits = [each.message for each in result.certs.diagnostics if each.severity == "error"]
    assert misfits == [
        f"etcd{n}/{what}"
        for n in (1, 2, 3)
        for what in (
            "server does not certify localhost, 127.0.0.1",
            "server has a key of type ecdsa-p256, the spec says rsa-2048",
            "peer has a key of type ecdsa-p256, the spec says rsa-2048",
        )
    ]
    assert {"EB394", "EB395", "EB392"} <= codes(result)
    assert (tmp_path / "pki/members/etcd3/peer-key.pem").read_bytes() == SERVER.key_pem
    made_now = issue(open_cluster(str(result.written)).plan, tmp_path / "pki").changes
    assert [str(each.artifact.path) for each in made_now if each.kind == "new"] == [
        "clients/root-key.pem",
        "clients/root.pem",
    ]


def test_certificates_alone_are_enough(tmp_path: Path) -> None:
    result = imported(tmp_path, PAIRS)
    assert [each.host for each in result.cluster.spec.members] == TUTORIAL["server-csr.json"]["hosts"]
    assert len(result.certs.certificates) == 7


def test_a_spec_that_is_there_is_left_and_the_section_is_given(tmp_path: Path) -> None:
    spec = tmp_path / "cluster.yaml"
    text = "name: prod\nmembers:\n" + "".join(
        f"  - {{name: m{n}, host: {host}}}\n" for n, host in enumerate(TUTORIAL["server-csr.json"]["hosts"])
    )
    spec.write_text(text)
    result = imported(tmp_path, TUTORIAL | PAIRS)
    assert (result.written, spec.read_text()) == (None, text)
    assert result.text.splitlines()[1] == "certificates:"
    assert "members" not in result.text
    assert "EB395" not in codes(result)
    assert (tmp_path / "pki/members/m2/server.pem").read_bytes() == SERVER.pem


def test_a_ca_that_the_spec_has_no_use_for_is_named(tmp_path: Path) -> None:
    (tmp_path / "cluster.yaml").write_text(
        "name: prod\ncertificates: {ca: shared}\nmembers: [{name: a, host: 192.168.202.128}]\n"
    )
    result = imported(tmp_path, PAIRS | {"peer-ca.pem": authority("peers").pem})
    left_out = [(Path(each.file).name, each.message) for each in result.diagnostics if each.code == "EB397"]
    assert left_out == [("peer-ca.pem", "left out: the spec has no peer-ca")]


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    imported(tmp_path, TUTORIAL | PAIRS)
    again = imported(tmp_path, TUTORIAL | PAIRS)
    assert {str(each.kind) for each in again.certs.changes} == {"same"}
    assert again.written is None


def test_standard_output_gets_the_text_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = imported(tmp_path, TUTORIAL | PAIRS, "-")
    assert "members:" in result.text
    assert sorted(each.name for each in tmp_path.iterdir()) == ["ssl"]


def test_other_names_for_the_pki(tmp_path: Path) -> None:
    imported(tmp_path, PAIRS, pki_dir=tmp_path / "keys")
    assert (tmp_path / "keys/ca.pem").read_bytes() == CA.pem


def test_a_pair_that_etcd_cannot_use_is_left_out_and_the_rest_is_taken(tmp_path: Path) -> None:
    weak = made("etcd", SERVER_ONLY, HOSTS, usage(digital_signature=True), issuer=CA)
    files = TUTORIAL | PAIRS | {"peer.pem": weak.pem, "peer-key.pem": weak.key_pem}
    result = imported(tmp_path, files)
    assert [each.name for each in result.certs.certificates] == [
        "ca",
        *(f"etcd{n}/server" for n in (1, 2, 3)),
    ]
    left_out = [each.message for each in result.certs.diagnostics if each.code == "EB397"]
    assert left_out == [f"not adopted as etcd{n}/peer: lacks the usage clientAuth" for n in (1, 2, 3)]


def refused(tmp_path: Path, files: dict[str, Any]) -> list[str]:
    with pytest.raises(SpecError) as caught:
        imported(tmp_path, files)
    assert not (tmp_path / "cluster.yaml").exists()
    assert not (tmp_path / "pki").exists()
    return [each.code for each in caught.value.diagnostics if each.severity == "error"]


def test_what_cannot_be_told_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    assert refused(tmp_path, {"README": b"x"}) == ["EB386"]
    assert refused(tmp_path, {"client.json": GUIDE["client.json"]}) == ["EB396"]
    assert refused(tmp_path, {"ca-config.json": b'{"signing": 1,}'}) == ["EB385"]


def test_two_cas_are_one_too_many(tmp_path: Path) -> None:
    assert refused(tmp_path, TUTORIAL | PAIRS | {"other.pem": authority("other").pem}) == ["EB399"]


def test_a_foreign_pki_is_not_written_over_and_no_spec_is_made(tmp_path: Path) -> None:
    laid(tmp_path / "pki", {"ca.pem": authority("mine").pem})
    with pytest.raises(Refused, match=r"ca\.pem is there already"):
        imported(tmp_path, TUTORIAL | PAIRS)
    assert not (tmp_path / "cluster.yaml").exists()
    assert [each.name for each in (tmp_path / "pki").iterdir()] == ["ca.pem"]


def test_a_release_or_a_name_that_is_none_is_a_wrong_command(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        imported(tmp_path, TUTORIAL, release="latest")
    with pytest.raises(UsageError):
        imported(tmp_path, TUTORIAL, name="a b")
