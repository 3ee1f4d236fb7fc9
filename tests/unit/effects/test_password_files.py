from __future__ import annotations

from pathlib import Path

import pytest

from etcdboot.base.errors import Missing, Refused
from etcdboot.effects.passphrase import read_password


@pytest.mark.parametrize("content", [b"s3cret", b"s3cret\n", b"s3cret\r\n"])
def test_a_password_is_the_one_line_of_its_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pw").write_bytes(content)
    assert read_password(tmp_path / "pw") == "s3cret"


def test_blanks_belong_to_a_password(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text(" a b \n")
    assert read_password(tmp_path / "pw") == " a b "


@pytest.mark.parametrize("content", [b"", b"\n", b"one\ntwo\n", b"\xff\xfe", b"x" * 5000])
def test_what_is_no_password_is_refused_and_not_shown(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pw").write_bytes(content)
    with pytest.raises(Refused) as caught:
        read_password(tmp_path / "pw")
    assert [each.code for each in caught.value.diagnostics] == ["EB009"]
    assert "two" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Missing) as caught:
        read_password(tmp_path / "pw")
    assert [each.code for each in caught.value.diagnostics] == ["EB008"]
    assert str(tmp_path / "pw") in str(caught.value)
