from __future__ import annotations

import socket
from pathlib import Path

import pytest

from etcdboot.base.errors import ExitCode, UsageError
from etcdboot.effects.network.ports import free_loopback_ports
from etcdboot.workflows.check_live import check_live


def spec(folder: Path, *, client: int = 1, more: str = "") -> Path:
    (peer,) = free_loopback_ports(1)
    file = folder / "cluster.yaml"
    file.write_text(
        f'name: prod\netcd: {{version: "3.6.14", data-dir: {folder}/data, config-dir: {folder}/etc}}\n'
        f'tls: {{client: "off", peer: "off"}}\n{more}members:\n'
        f"- {{name: etcd1, host: 127.0.0.1, client-port: {client}, peer-port: {peer}}}\n"
    )
    return file


def test_a_good_spec_where_nothing_stands_in_the_way(tmp_path: Path) -> None:
    result = check_live(str(spec(tmp_path, client=free_loopback_ports(1)[0])))
    assert result.exit_code is ExitCode.OK, result.diagnostics
    assert result.summary()[0].startswith("prod is good")
    assert result.summary()[-1] == "nothing stands in the way"
    shown = result.as_json()
    assert shown["cluster"]["name"] == "prod"
    assert [each["name"] for each in shown["live"]["members"]] == ["etcd1"]


def test_a_finding_has_its_place_in_the_spec(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        file = spec(tmp_path, client=holder.getsockname()[1])
        result = check_live(str(file))
    (told,) = [each for each in result.diagnostics if each.code == "EB506"]
    assert (told.file, told.line) == (str(file), 5)
    assert result.exit_code is ExitCode.REFUSED


def test_a_bad_spec_is_told_and_nothing_is_looked_at(tmp_path: Path) -> None:
    result = check_live(str(spec(tmp_path, more="endpoints: [http://x]\n")))
    assert (result.exit_code, result.live) == (ExitCode.SPEC, None)
    assert result.as_json() == {"cluster": None, "live": None}
    assert result.summary() == ()


def test_a_member_that_is_not_in_the_spec_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        check_live(str(spec(tmp_path)), named=("etcd9",))
