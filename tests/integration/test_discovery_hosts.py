"""Real discovery hosts of each release, with TLS, with auth, and with whatever is wrong about them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result

from cli.running import etcdboot
from etcdboot.workflows.certs.issue import issue
from integration.discovery_etcd import discovery_etcd
from integration.local_cluster import local_cluster
from lab.peers.fixtures import ETCD_RELEASES
from samples.certificates import plan_of
from samples.http_host import Reply, forwarding, http_host

pytestmark = pytest.mark.integration

V2, V3 = ("--mode", "discovery-v2", "--size", "3"), ("--mode", "discovery-v3", "--size", "3")
SERVES_V2 = [each for each in ETCD_RELEASES if each < "3.6"]
QUICKLY = ("--timeout", "1s")


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder without a spec."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "password").write_text("pw\n")
    (tmp_path / "wrong").write_text("pww\n")
    return tmp_path


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server's and a client's certificates of one CA; ``other`` holds those of another."""
    folder = tmp_path_factory.mktemp("certificates") / "pki"
    for each in (folder, folder / "other"):
        issue(plan_of(), each)
    return folder


def tls_of(pki: Path, *, mutual: bool = True) -> tuple[str, ...]:
    server = pki / "members" / "etcd1"
    own = (f"--cert-file={server / 'server.pem'}", f"--key-file={server / 'server-key.pem'}")
    return (*own, "--client-cert-auth", f"--trusted-ca-file={pki / 'ca.pem'}") if mutual else own


def client_of(pki: Path) -> tuple[str, ...]:
    """The options of etcdctl, which etcdboot's are called as well."""
    client = pki / "clients"
    pair = (f"--cert={client / 'root.pem'}", f"--key={client / 'root-key.pem'}")
    return (f"--cacert={pki / 'ca.pem'}", *pair)


def new(*options: str) -> Result:
    return etcdboot("discovery", "new", *options)


def assert_says(result: Result, exit_code: int, code: str, *words: str) -> None:
    """The command ended so, told why, and printed no token."""
    assert (result.exit_code, result.stdout) == (exit_code, ""), result.output
    assert f"error {code}" in result.stderr
    assert "hint: " in result.stderr
    for each in words:
        assert each in result.stderr


@contextmanager
def black_hole() -> Iterator[str]:
    """A port that takes connections and never speaks."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("release", ETCD_RELEASES)
def test_every_release_keeps_v3_tokens_with_tls_and_auth(tmp_path: Path, pki: Path, release: str) -> None:
    with discovery_etcd(tmp_path, release, tls=tls_of(pki), ctl=client_of(pki)) as host:
        host.turn_auth_on()
        user = ("--user", "duser", "--password-file", "password")
        bare = new(*V3, "--at", host.endpoint, *client_of(pki), *user)  # no scheme: TLS for there are files
        assert bare.exit_code == 0, bare.stderr
        key = f"/_etcd/registry/{bare.stdout.strip()}/_config/size"
        assert host.etcdctl("get", key, user="root:pw").stdout == f"{key}\n3\n"


@pytest.mark.parametrize("release", SERVES_V2)
def test_a_v2_api_that_is_off_is_told(tmp_path: Path, release: str) -> None:
    with discovery_etcd(tmp_path, release, "--enable-v2=false") as host:
        told = new(*V2, "--at", host.url)
    assert_says(told, 7, "EB562", f"is etcd {release}, and its v2 API is off", "--enable-v2")


@pytest.mark.parametrize("release", [each for each in ETCD_RELEASES if each not in SERVES_V2])
def test_a_release_without_v2_api_is_told(tmp_path: Path, release: str) -> None:
    with discovery_etcd(tmp_path, release) as host:
        told = new(*V2, "--at", host.url)
    assert_says(told, 7, "EB562", f"is etcd {release}, which has no v2 API any more", "mode: discovery-v3")


@pytest.mark.parametrize("release", SERVES_V2)
def test_a_v2_token_may_stand_anywhere(tmp_path: Path, release: str) -> None:
    with discovery_etcd(tmp_path, release, "--enable-v2") as host:
        made = new(*V2, "--at", f"{host.url}/v2/keys/discovery/", "--token", "mine")
        assert made.stdout == f"{host.url}/v2/keys/discovery/mine\n"
        told = new(*V2, "--at", f"{host.url}/discovery")
        assert_says(told, 7, "EB563", "is no key of", "/v2/keys/")
        told = new(*V2, "--service", host.url)
        assert_says(told, 7, "EB563", "answers HTTP 404", "say --at")


def test_v2_over_tls_trusts_the_systems_roots_alone(
    tmp_path: Path, pki: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctl = client_of(pki)
    with discovery_etcd(tmp_path, "3.5.33", "--enable-v2", tls=tls_of(pki, mutual=False), ctl=ctl) as host:
        assert_says(new(*V2, "--at", host.url), 7, "EB561", "signed by CN=test CA", "system's roots alone")
        plain = host.url.replace("https", "http")
        assert_says(new(*V2, "--at", plain), 7, "EB561", "the port speaks TLS", "https://")
        monkeypatch.setenv("SSL_CERT_FILE", str(pki / "ca.pem"))
        made = new(*V2, "--at", host.url)
        assert made.stdout.startswith(host.url), made.stderr


def test_v2_has_no_certificate_to_show(tmp_path: Path, pki: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pki / "ca.pem"))
    with discovery_etcd(tmp_path, "3.5.33", "--enable-v2", tls=tls_of(pki), ctl=client_of(pki)) as host:
        told = new(*V2, "--at", host.url)
    assert_says(told, 7, "EB561", "refuses the client certificate", "ask for none")


def test_a_host_without_quorum_is_told(tmp_path: Path) -> None:
    with local_cluster(tmp_path / "host", "3.5.33", size=2, extra=("--enable-v2",)) as cluster:
        [url, _] = cluster.endpoints
        cluster.kill("etcd2")
        told = new(*V2, "--at", url, *QUICKLY)
        assert_says(told, 6, "EB560", "etcd 3.5.33 is there and gives no answer within 1 s: it has no quorum")
        assert_says(new(*V3, "--at", url, *QUICKLY), 6, "EB560", "no quorum")
        both = new(*V3, "--at", ",".join(cluster.endpoints), *QUICKLY)
        assert_says(both, 6, "EB560", *cluster.endpoints)


@pytest.mark.parametrize("mode", [V2, V3])
def test_a_dead_host_is_told(mode: tuple[str, ...]) -> None:
    told = new(*mode, "--at", "http://127.0.0.1:1")
    assert_says(told, 6, "EB560", "nothing listens" if mode is V2 else "refused")


@pytest.mark.parametrize("mode", [V2, V3])
def test_a_silent_host_is_told(mode: tuple[str, ...]) -> None:
    with black_hole() as place:
        told = new(*mode, "--at", f"http://{place}", *QUICKLY)
    assert_says(told, 6, "EB560", "no answer at all" if mode is V2 else "says nothing")


@pytest.mark.parametrize("mode", [V2, V3])
def test_an_unknown_name_is_told(mode: tuple[str, ...]) -> None:
    assert_says(new(*mode, "--at", "http://unknown.invalid:2379"), 6, "EB560", "unknown.invalid")


@pytest.mark.parametrize("mode", [V2, V3])
def test_another_server_is_told(mode: tuple[str, ...]) -> None:
    with http_host({"/": Reply(200, "<html>")}) as host:
        assert_says(new(*mode, "--at", host.url), 7, "EB563")


def test_v3_tls_that_does_not_fit_is_told(tmp_path: Path, pki: Path) -> None:
    other = pki / "other"
    with discovery_etcd(tmp_path, "3.6.14", tls=tls_of(pki), ctl=client_of(pki)) as host:
        at = (*V3, "--at", host.url)
        ca, *pair = client_of(pki)
        wrong_ca, *wrong_pair = client_of(other)
        assert_says(
            new(*at, wrong_ca, *pair), 7, "EB561", "which the CA given did not make", "discovery-cacert"
        )
        assert_says(new(*at, *pair), 7, "EB561", "signed by CN=test CA")  # the system's roots
        assert_says(new(*at, ca), 7, "EB561", "none was shown", "discovery-cert")
        assert_says(new(*at, ca, *wrong_pair), 7, "EB561", "refuses the client certificate", "discovery-cert")
        plain = (*V3, "--at", host.url.replace("https", "http"))
        assert_says(new(*plain), 7, "EB561", "the port speaks TLS", "https://")
        named = (*V3, "--at", host.url.replace("127.0.0.1", "localhost"))
        assert new(*named, ca, *pair).exit_code == 0  # the certificate is for localhost as well
        assert new(*at, ca, *pair).exit_code == 0


def test_v3_without_tls_there_is_told(tmp_path: Path, pki: Path) -> None:
    with discovery_etcd(tmp_path, "3.7.1") as host:
        told = new(*V3, "--at", host.endpoint, f"--cacert={pki / 'ca.pem'}")
        assert_says(told, 7, "EB561", "does not speak TLS", "http://")


@pytest.mark.parametrize("release", ["3.4.23", "3.7.1"])
def test_v3_auth_that_keeps_us_out_is_told(tmp_path: Path, release: str) -> None:
    with discovery_etcd(tmp_path, release) as host:
        at = (*V3, "--at", host.url)
        password = ("--password-file", "password")
        early = new(*at, "--user", "anybody", *password)
        assert early.exit_code == 0, early.stderr  # auth is off: etcd lets everybody in
        host.turn_auth_on()
        assert_says(new(*at), 7, "EB564", "user name is empty", "discovery-user")
        wrong = new(*at, "--user", "duser", "--password-file", "wrong")
        assert_says(wrong, 7, "EB564", "invalid user ID or password")
        assert "pww" not in wrong.output
        assert_says(
            new(*at, "--user", "nobody", *password), 7, "EB564", "permission denied", "/_etcd/registry/"
        )
        assert new(*at, "--user", "duser", *password).exit_code == 0


def test_a_second_endpoint_stands_in_for_a_dead_first(tmp_path: Path) -> None:
    with discovery_etcd(tmp_path, "3.6.14") as host, black_hole() as silent:
        made = new(*V3, "--at", f"127.0.0.1:1,{silent},{host.endpoint}", *QUICKLY)
        assert made.exit_code == 0, made.stderr


def test_a_v2_token_is_made_through_a_proxy_of_the_spec(tmp_path: Path) -> None:
    with discovery_etcd(tmp_path, "3.5.33", "--enable-v2") as host, forwarding() as proxy:
        spec = tmp_path / "cluster.yaml"
        spec.write_text(
            'name: c\netcd: {version: "3.5.33"}\n'
            f"bootstrap: {{mode: discovery-v2, discovery-proxy: '{proxy.url}'}}\n"
            "members: [{name: m0, host: 10.0.0.1}, {name: m1, host: 10.0.0.2}, {name: m2, host: 10.0.0.3}]\n"
        )
        made = new("--at", host.url, "--write")
        assert made.exit_code == 0, made.stderr
        assert etcdboot("discovery", "status").exit_code == 4
    assert [method for method, _, _ in proxy.heard] == ["PUT", "GET", "GET"]
    assert all(target.startswith(host.url) for _, target, _ in proxy.heard)
