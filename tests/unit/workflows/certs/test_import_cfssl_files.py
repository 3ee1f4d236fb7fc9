from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from etcdboot.base.errors import Missing
from etcdboot.cfssl.documents import Policy, Wish
from etcdboot.workflows.certs.import_cfssl_files import Gathered, gather
from samples.cfssl import TUTORIAL
from samples.foreign import authority, made

CA = authority("theirs")
LEAF = made("etcd", issuer=CA)


@pytest.fixture
def ssl(tmp_path: Path) -> Path:
    """What a cfssl user has in a folder."""
    for name, content in TUTORIAL.items():
        (tmp_path / name).write_text(json.dumps(content))
    contents = {"ca": CA.pem, "ca-key": CA.key_pem, "server": LEAF.pem, "server-key": LEAF.key_pem}
    for name, pem in contents.items():
        (tmp_path / f"{name}.pem").write_bytes(pem)
    (tmp_path / "server.csr").write_text("-----BEGIN CERTIFICATE REQUEST-----\n")
    (tmp_path / "README").write_text("x")
    (tmp_path / "old.json").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / ".etcdboot.json").write_text("{}")
    return tmp_path


def told(found: Gathered) -> list[tuple[str, str, str]]:
    return [(each.code, str(each.severity), each.message) for each in found.told]


def test_a_folder_is_told_apart_by_what_is_in_its_files(ssl: Path) -> None:
    found = gather([str(ssl)])
    assert [type(each.content) for each in found.documents] == [Policy, Wish, Wish]
    assert [Path(each.file).name for each in found.matched.authorities] == ["ca.pem"]
    assert [each.key for each in found.matched.leaves] == [LEAF.key_pem]
    assert told(found) == [
        ("EB386", "note", "left out, for they are no input: README, old.json, pipe, server.csr")
    ]
    assert len(found.sources) == 7


def test_json_counts_whatever_its_name_is(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(json.dumps(TUTORIAL["ca-config.json"]))
    assert isinstance(gather([str(tmp_path / "config")]).documents[0].content, Policy)


def test_what_is_named_must_be_of_use_and_what_merely_stands_there_need_not(tmp_path: Path) -> None:
    other, text = tmp_path / "package.json", tmp_path / "notes"
    other.write_text('{"name": "x"}')
    text.write_text("x")
    assert [each[:2] for each in told(gather([str(other), str(text)]))] == [("EB386", "error")] * 2
    assert [each[:2] for each in told(gather([str(tmp_path)]))] == [
        ("EB386", "note"),
        ("EB386", "note"),
        ("EB386", "error"),
    ]


def test_broken_json_is_an_error_wherever_it_stands(tmp_path: Path) -> None:
    (tmp_path / "ca-csr.json").write_bytes(b'{"CN": "\xff",}')
    (found,) = gather([str(tmp_path)]).told
    assert (found.code, found.severity, found.line, found.column) == ("EB385", "error", 1, 12)


def test_what_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="No such file"):
        gather([str(tmp_path / "nowhere")])
