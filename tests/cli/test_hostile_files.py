"""Names in certificates that others made, and names of files, as messages show them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.running import GOOD, etcdboot
from samples.foreign import made

FORGED = "x\nerror EB999: fake\x1b[2J\u202e"


def shown_lines(*arguments: str) -> list[str]:
    done = etcdboot(*arguments)
    lines = (done.stdout + done.stderr).split("\n")
    assert [line for line in lines if not line.isprintable()] == []
    assert not [line for line in lines if line.startswith("error EB999")]
    return lines


@pytest.mark.parametrize("form", ["simple", "table", "json"])
def test_a_common_name_starts_no_line_of_its_own(tmp_path: Path, form: str) -> None:
    (tmp_path / "cluster.yaml").write_text(GOOD)
    pair = made(FORGED)
    (tmp_path / "c.pem").write_bytes(pair.pem)
    (tmp_path / "c-key.pem").write_bytes(pair.key_pem)
    spec = ("-f", str(tmp_path / "cluster.yaml"), "-w", form)
    adopted = shown_lines("certs", "adopt", str(tmp_path / "c.pem"), str(tmp_path / "c-key.pem"), *spec)
    if form != "json":
        assert any("x\\nerror EB999: fake\\x1b[2J\\u202e" in line for line in adopted)
    shown_lines("certs", "show", str(tmp_path / "c.pem"), "-w", form)


@pytest.mark.parametrize("form", ["simple", "table", "json"])
def test_a_file_name_starts_no_line_of_its_own(tmp_path: Path, form: str) -> None:
    file = tmp_path / FORGED.replace("/", "")
    shown_lines("check", "-f", str(file), "-w", form)
    file.write_text(GOOD)
    shown_lines("check", "-f", str(file), "-w", form)
    shown_lines("certs", "show", str(file), "-w", form)
    shown_lines("certs", "-f", str(file), "-w", form)
