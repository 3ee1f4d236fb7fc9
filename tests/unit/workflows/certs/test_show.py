from __future__ import annotations

import json
from pathlib import Path

import pytest

from etcdboot.base.errors import ExitCode, Missing
from etcdboot.workflows.certs.show import Shown, show
from samples.certificates import NOW
from samples.foreign import authority, made

CA = authority("ca")
LEAF = made("leaf", issuer=CA)


def shown(tmp_path: Path, **contents: bytes) -> Shown:
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    found = show([str(tmp_path / name) for name in contents], now=lambda: NOW)
    json.dumps(found.as_json())
    return found


def test_each_file_is_shown_with_the_order_of_its_certificates(tmp_path: Path) -> None:
    found = shown(tmp_path, chain=LEAF.pem + CA.pem, key=LEAF.key_pem)
    assert [(Path(each.file).name, each.judged and each.judged.order) for each in found.files] == [
        ("chain", "chain"),
        ("key", None),
    ]
    assert (found.exit_code, found.diagnostics) == (ExitCode.OK, ())
    files = found.as_json()["files"]
    assert isinstance(files, list)
    assert [each["kind"] for each in files[0]["objects"]] == ["certificate", "certificate"]


def test_a_wrong_order_is_warned_of(tmp_path: Path) -> None:
    found = shown(tmp_path, chain=CA.pem + LEAF.pem)
    assert [(each.code, each.file) for each in found.diagnostics] == [("EB348", str(tmp_path / "chain"))]
    assert found.exit_code is ExitCode.OK


@pytest.mark.parametrize("content", [b"", b"hello", LEAF.pem.replace(b"MII", b"MIX", 1)])
def test_a_file_that_is_no_use_is_refused_and_the_others_are_shown(tmp_path: Path, content: bytes) -> None:
    found = shown(tmp_path, bad=content, good=CA.pem)
    assert [each.code for each in found.diagnostics] == ["EB343"]
    assert (found.exit_code, len(found.files)) == (ExitCode.REFUSED, 1)
    assert all(each.hint for each in found.diagnostics)


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        show([str(tmp_path / "absent")])
