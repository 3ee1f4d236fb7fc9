from __future__ import annotations

from pathlib import Path

import pytest

from etcdboot.base.errors import Refused, SpecError, UsageError
from etcdboot.etcd.releases import NEWEST
from etcdboot.spec.loader import load
from etcdboot.spec.spec import ClientTls, ClusterSpec, PeerTls, Target
from etcdboot.workflows.init import TLS_CHOICES, init

HOSTS = ("a=10.0.0.1", "b=10.0.0.2", "c=10.0.0.3")


def written(file: Path) -> ClusterSpec:
    spec = load(file.read_text()).spec
    assert spec is not None
    return spec


@pytest.mark.parametrize("tls", TLS_CHOICES)
def test_each_tls_choice_is_written(tmp_path: Path, tls: str) -> None:
    file = tmp_path / "cluster.yaml"
    result = init(HOSTS, file=str(file), tls=tls, name="x")
    spec = written(file)
    assert (spec.tls.client, spec.tls.peer) == TLS_CHOICES[tls]
    assert (spec.etcd.version, spec.name) == (NEWEST, "x")
    assert spec.render.targets == (Target.SYSTEMD,)
    assert (result.file, result.members, result.text) == (file, ("a", "b", "c"), file.read_text())


@pytest.mark.parametrize("name", ["root", "Root"])
def test_a_member_named_like_the_superuser_is_refused_before_anything_is_written(
    tmp_path: Path, name: str
) -> None:
    file = tmp_path / "c.yaml"
    with pytest.raises(UsageError) as caught:
        init((f"{name}=10.0.0.1",), file=str(file))
    [told] = caught.value.diagnostics
    assert (told.code, told.hint) == ("EB280", f"choose another name, for example {name}-1=HOST")
    assert not file.exists()
    init((f"{name}=10.0.0.1",), file=str(file), tls="server")
    assert [member.name for member in written(file).members] == [name]


def test_tls_is_mutual_unless_said(tmp_path: Path) -> None:
    init(HOSTS, file=str(tmp_path / "c.yaml"))
    spec = written(tmp_path / "c.yaml")
    assert (spec.tls.client, spec.tls.peer) == (ClientTls.MUTUAL, PeerTls.MUTUAL)


def test_a_local_cluster_has_ports_of_its_own_and_a_procfile(tmp_path: Path) -> None:
    file = tmp_path / "cluster.yaml"
    init((), file=str(file), local=3)
    spec = written(file)
    assert [member.client_port for member in spec.members] == [12379, 22379, 32379]
    assert [member.peer_port for member in spec.members] == [12380, 22380, 32380]
    assert spec.render.targets == (Target.PROCFILE,)
    assert spec.etcd.data_dir == "data/{name}"


def test_without_an_etcd_on_this_machine_a_local_spec_is_for_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETCDBOOT_ETCD", str(tmp_path / "absent"))
    file = tmp_path / "cluster.yaml"
    init((), file=str(file), local=3)
    assert (written(file).etcd.version, written(file).etcd.binary) == (NEWEST, None)


def test_what_cannot_be_loaded_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    etcd = tmp_path / "{odd}" / "etcd"
    etcd.parent.mkdir()
    etcd.write_text("#!/bin/sh\necho 'etcd Version: 3.5.33'\n")
    etcd.chmod(0o755)
    monkeypatch.setenv("ETCDBOOT_ETCD", str(etcd))
    with pytest.raises(SpecError, match="may stand in braces"):
        init((), file=str(tmp_path / "cluster.yaml"), local=3)
    assert not (tmp_path / "cluster.yaml").exists()


def test_a_refusal_leaves_everything_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "cluster.yaml"
    file.write_text("mine")
    with pytest.raises(Refused, match="exists"):
        init(HOSTS, file=str(file))
    assert [each.name for each in tmp_path.iterdir()] == ["cluster.yaml"]
    assert file.read_text() == "mine"


@pytest.mark.parametrize("name", ["a b", "..", "x" * 64])
def test_a_written_name_that_is_none_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be a name"):
        init(HOSTS, file=str(tmp_path / "cluster.yaml"), name=name)
