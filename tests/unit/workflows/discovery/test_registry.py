from __future__ import annotations

from pathlib import Path

import pytest

from etcdboot.base.errors import ExitCode, Missing, UsageError
from etcdboot.effects.tls.credentials import CredentialFiles
from etcdboot.effects.tls.grpc_stubs import load_messages
from etcdboot.spec.spec import BootstrapMode, BootstrapSpec
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.discovery.registry import host_of, read_registry, way_of
from samples.certificates import plan_of
from samples.grpc_etcd import serving
from samples.http_host import Reply, http_host

V2, V3 = BootstrapMode.DISCOVERY_V2, BootstrapMode.DISCOVERY_V3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spec's folder with a PKI and a password."""
    folder = tmp_path_factory.mktemp("spec")
    issue(plan_of(), folder / "pki")
    (folder / "password").write_text("pw\n")
    return folder


def v3(*endpoints: str, **keys: str) -> BootstrapSpec:
    return BootstrapSpec(V3, discovery_token="tok", discovery_endpoints=endpoints, **keys)


def test_an_endpoint_without_a_scheme_is_plain_where_there_are_no_files(folder: Path) -> None:
    host = host_of(v3("10.0.0.9:2379"), folder, 5)
    assert [str(each) for each in host.endpoints] == ["http://10.0.0.9:2379"]
    assert (host.credentials, host.user, host.password) == (None, "", "")


def test_files_are_the_specs_and_make_an_endpoint_tls(folder: Path) -> None:
    keys = {
        "discovery_cacert": "pki/ca.pem",
        "discovery_cert": "pki/clients/root.pem",
        "discovery_key": "pki/clients/root-key.pem",
        "discovery_user": "u",
        "discovery_password_file": "password",
    }
    host = host_of(v3("10.0.0.9:2379", "http://10.0.0.8:2379", **keys), folder, 7)
    assert [str(each) for each in host.endpoints] == ["https://10.0.0.9:2379", "http://10.0.0.8:2379"]
    assert host.credentials is not None
    client = folder / "pki/clients"
    assert host.credentials.files == CredentialFiles(
        folder / "pki/ca.pem", client / "root.pem", client / "root-key.pem"
    )
    assert (host.user, host.password, host.timeout) == ("u", "pw", 7)


def test_https_without_files_trusts_the_system(folder: Path) -> None:
    host = host_of(v3("https://10.0.0.9:2379"), folder, 5)
    assert host.credentials is not None
    assert host.credentials.files == CredentialFiles()


@pytest.mark.parametrize(
    ("key", "code"),
    [("discovery_cacert", "EB603"), ("discovery_password_file", "EB008")],
)
def test_a_file_that_is_not_there_is_named(folder: Path, key: str, code: str) -> None:
    with pytest.raises(Missing) as caught:
        host_of(v3("10.0.0.9:2379", **{key: "nothing"}), folder, 5)
    [said] = caught.value.diagnostics
    assert said.code == code
    assert str(folder / "nothing") in said.message


def test_a_v2_host_is_asked_through_the_specs_proxy() -> None:
    way = way_of(BootstrapSpec(V2, discovery="http://h/t", discovery_proxy="http://p:3128"), 3)
    assert (way.proxy, way.timeout) == ("http://p:3128", 3)


def test_the_registry_of_a_spec_is_read() -> None:
    found = {"/t/_config/size": Reply(200, '{"node": {"value": "3"}}'), "/t": Reply(200, '{"node": {}}')}
    with http_host(found) as host:
        seen = read_registry(BootstrapSpec(V2, discovery=f"{host.url}/t"), Path())
    assert (seen.places, seen.registered) == (3, ())


def test_the_registry_of_a_v3_spec_is_read() -> None:
    rpc = load_messages()
    answer = rpc.RangeResponse()
    answer.kvs.add(key=b"/_etcd/registry/tok/_config/size", value=b"3", create_revision=2)
    with serving({"KV/Range": answer.SerializeToString}) as port:
        seen = read_registry(v3(f"127.0.0.1:{port}"), Path())
    assert (seen.places, seen.registered) == (3, ())


@pytest.mark.parametrize("mode", [BootstrapMode.STATIC, BootstrapMode.DNS])
def test_a_mode_without_tokens_is_a_wrong_question(mode: BootstrapMode) -> None:
    with pytest.raises(UsageError) as caught:
        read_registry(BootstrapSpec(mode), Path())
    assert caught.value.exit_code is ExitCode.USAGE
    assert [each.code for each in caught.value.diagnostics] == ["EB568"]
