"""cfssl itself makes what we import, and judges what we make; real members run on it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from etcdboot.base.errors import ExitCode
from etcdboot.spec.spec import KeyAlgorithm
from etcdboot.workflows.certs.export import export
from etcdboot.workflows.certs.import_cfssl import ImportRequest, ImportResult, import_cfssl
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.certs.renew import renew
from etcdboot.workflows.check import check
from etcdboot.workflows.cluster import open_certified, open_cluster
from etcdboot.workflows.render import RenderRequest, run
from integration.local_cluster import local_cluster, wait_until
from lab.peers.fixtures import require_peer
from samples.cfssl import GUIDE, TUTORIAL

pytestmark = pytest.mark.integration
LOOPBACK: dict[str, Any] = TUTORIAL["server-csr.json"] | {"hosts": ["127.0.0.1", "localhost"]}


class Cfssl:
    """cfssl in a folder of its own, used as the guides use it."""

    def __init__(self, folder: Path, files: dict[str, Any]) -> None:
        self.folder = folder
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_text(json.dumps(content, indent=2))

    def make(self, name: str, *arguments: str) -> None:
        """What ``cfssl gencert … | cfssljson -bare NAME`` does."""
        said = self.run("cfssl", "gencert", *arguments)
        self.run("cfssljson", "-bare", name, given=said)

    def authority(self, name: str = "ca", request: str = "ca-csr.json") -> None:
        self.make(name, "-initca", request)

    def sign(self, name: str, request: str, profile: str, ca: str = "ca") -> None:
        signer = (f"-ca={ca}.pem", f"-ca-key={ca}-key.pem", "-config=ca-config.json", f"-profile={profile}")
        self.make(name, *signer, request)

    def run(self, program: str, *arguments: str, given: str = "") -> str:
        argv = [str(require_peer(program)), *arguments]
        return subprocess.run(
            argv, cwd=self.folder, input=given, capture_output=True, text=True, check=True
        ).stdout


@pytest.fixture
def tutorial(tmp_path: Path) -> Cfssl:
    """The tutorial's PKI, made as it says."""
    made = Cfssl(tmp_path / "ssl", TUTORIAL)
    made.authority()
    made.sign("server", "server-csr.json", "etcd")
    return made


def imported(cfssl: Cfssl, **options: Any) -> ImportResult:
    spec = cfssl.folder.parent / "cluster.yaml"
    return import_cfssl(ImportRequest((str(cfssl.folder),), str(spec), **options))


def test_the_tutorials_pki_is_adopted_and_all_that_no_longer_fits_is_named(tutorial: Cfssl) -> None:
    result = imported(tutorial, release="3.6.14")
    assert check(str(result.written)).exit_code is ExitCode.OK
    assert result.exit_code is ExitCode.DRIFT
    pki = tutorial.folder.parent / "pki"
    assert (pki / "ca-key.pem").read_bytes() == (tutorial.folder / "ca-key.pem").read_bytes()
    assert (pki / "members/etcd2/peer.pem").read_bytes() == (tutorial.folder / "server.pem").read_bytes()
    plan = open_cluster(str(result.written)).plan
    after = issue(plan, pki)
    assert [str(each.artifact.path) for each in after.changes if each.kind == "new"] == [
        "clients/root-key.pem",
        "clients/root.pem",
    ]
    misfits = [each.message for each in after.diagnostics if each.severity == "error"]
    assert misfits == [f"etcd{n}/server does not certify localhost, 127.0.0.1" for n in (1, 2, 3)]
    renew(plan, pki, [f"etcd{n}/server" for n in (1, 2, 3)])
    assert issue(plan, pki).exit_code is ExitCode.OK
    assert run(RenderRequest(str(result.written))).exit_code is ExitCode.OK


# As guides for Kubernetes by hand have it: the first request by name is the superuser's.
KUBERNETES: dict[str, Any] = {
    "ca-config.json": TUTORIAL["ca-config.json"],
    "ca-csr.json": {
        "CN": "kubernetes",
        "key": {"algo": "ecdsa", "size": 256},
        "names": [{"O": "Kubernetes"}],
    },
    "admin-csr.json": {
        "CN": "admin",
        "hosts": [],
        "key": {"algo": "ecdsa", "size": 256},
        "names": [{"O": "system:masters", "C": "DE"}],
    },
    "etcd-csr.json": {
        "CN": "etcd",
        "hosts": ["127.0.0.1", "localhost", "192.168.7.1", "192.168.7.2", "192.168.7.3"],
        "key": {"algo": "ecdsa", "size": 256},
        "names": [{"O": "k8s"}],
    },
}


def organizations(pki: Path) -> dict[str, set[str]]:
    """What openssl reads as O in each certificate of ``pki/``."""
    openssl = str(require_peer("openssl"))
    found = {}
    for file in sorted(pki.rglob("*.pem")):
        if not file.name.endswith("-key.pem"):
            argv = [openssl, "x509", "-noout", "-subject", "-nameopt", "multiline", "-in", str(file)]
            lines = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines()
            found[str(file.relative_to(pki))] = {
                line.partition("=")[2].strip() for line in lines if "organizationName" in line
            }
    return found


@pytest.mark.parametrize("with_requests", [True, False])
def test_no_renewed_certificate_has_an_organization_that_its_predecessor_did_not_have(
    tmp_path: Path, with_requests: bool
) -> None:
    made = Cfssl(tmp_path / "ssl", KUBERNETES)
    made.authority()
    for name in ("admin", "etcd"):
        made.sign(name, f"{name}-csr.json", "etcd")
    if not with_requests:
        for file in made.folder.glob("*-csr.json"):
            file.unlink()
    for file in made.folder.glob("*.csr"):
        file.unlink()
    result = imported(made, release="3.6.14")
    told = [each.message for each in result.diagnostics if each.code == "EB284"]
    assert told == [
        "subject O=system:masters of client admin is not taken over: in Kubernetes its holder has all rights"
    ]
    pki = tmp_path / "pki"
    before = organizations(pki)
    assert before["clients/admin.pem"] == {"system:masters"}
    plan = open_cluster(str(result.written)).plan
    issue(plan, pki)
    renew(plan, pki, everything=True)
    after = organizations(pki)
    assert set(before) == set(after)
    assert all(after[name] <= before[name] for name in after)
    assert after["clients/admin.pem"] == set()
    assert after["members/etcd2/peer.pem"] == {"k8s"}


def test_openssl_and_cfssl_accept_what_an_adopted_ca_signs(tutorial: Cfssl) -> None:
    result = imported(tutorial)
    pki = tutorial.folder.parent / "pki"
    plan = open_cluster(str(result.written)).plan
    issue(plan, pki)
    renew(plan, pki, everything=True)
    openssl = require_peer("openssl")
    for name in ("members/etcd1/server", "members/etcd3/peer", "clients/root"):
        certificate = pki / f"{name}.pem"
        strict = [
            "verify",
            "-x509_strict",
            "-purpose",
            "sslclient",
            "-CAfile",
            str(pki / "ca.pem"),
            str(certificate),
        ]
        done = subprocess.run([openssl, *strict], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        whole = json.loads(tutorial.run("cfssl", "certinfo", "-cert", str(certificate)))
        is_ours = name == "clients/root"  # no request of cfssl's asked for it, so it has no subject of theirs
        assert whole["subject"].get("country") == (None if is_ours else "CN")
        assert whole["issuer"]["common_name"] == "etcd CA"
    server, ca = pki / "members/etcd1/server.pem", pki / "ca.pem"
    words = ("bundle", f"-cert={server}", f"-ca-bundle={ca}", f"-int-bundle={ca}", "-flavor=optimal")
    bundle = json.loads(tutorial.run("cfssl", *words))  # it fails where no root leads to the certificate
    assert bundle["root"].strip() == ca.read_text().strip()


def test_a_guide_with_a_certificate_each_is_adopted_where_each_belongs(tmp_path: Path) -> None:
    cfssl = Cfssl(tmp_path / "ssl", GUIDE)
    cfssl.authority()
    for number in (1, 2, 3):
        cfssl.sign(f"member{number}", f"member{number}.json", "peer")
    cfssl.sign("client", "client.json", "client")
    result = imported(cfssl)
    assert [each.name for each in result.certs.certificates] == [
        "ca",
        *(f"member{n}/{kind}" for n in (1, 2, 3) for kind in ("server", "peer")),
        "client/client",
    ]
    misfits = {each.message for each in result.certs.diagnostics if each.severity == "error"}
    assert misfits == {f"member{n}/server does not certify localhost" for n in (1, 2, 3)}


def test_a_certificate_of_the_servers_profile_is_left_out_for_it_lacks_client_auth(tmp_path: Path) -> None:
    cfssl = Cfssl(tmp_path / "ssl", TUTORIAL | {"ca-config.json": GUIDE["ca-config.json"]})
    cfssl.authority()
    cfssl.sign("server", "server-csr.json", "server")
    result = imported(cfssl)
    assert [each.name for each in result.certs.certificates] == ["ca"]
    left = [each.message for each in result.certs.diagnostics if each.code == "EB397"]
    assert left[0] == "not adopted as etcd1/server: lacks the usage clientAuth"
    assert "EB389" in {each.code for each in result.diagnostics}


@pytest.mark.parametrize(
    ("key", "spec_key"),
    [
        ({"algo": "rsa", "size": 3072}, KeyAlgorithm.RSA_3072),
        ({"algo": "ecdsa", "size": 256}, KeyAlgorithm.ECDSA_P256),
        ({"algo": "ecdsa", "size": 384}, KeyAlgorithm.ECDSA_P384),
        ({"algo": "ecdsa", "size": 521}, None),
    ],
)
def test_each_kind_of_ca_key_signs_on_under_the_spec(
    tmp_path: Path, key: dict[str, Any], spec_key: KeyAlgorithm | None
) -> None:
    cfssl = Cfssl(tmp_path / "ssl", TUTORIAL | {"ca-csr.json": TUTORIAL["ca-csr.json"] | {"key": key}})
    cfssl.authority()
    result = imported(cfssl)
    assert result.exit_code is ExitCode.OK
    plan = open_cluster(str(result.written)).plan
    assert result.cluster.spec.certificates.ca_key is spec_key
    made = issue(plan, tmp_path / "pki")
    assert made.exit_code is ExitCode.OK
    assert len(made.certificates) == 8


def test_an_ed25519_ca_is_refused_for_its_key_is_of_a_form_of_its_own(tmp_path: Path) -> None:
    files = TUTORIAL | {"ca-csr.json": TUTORIAL["ca-csr.json"] | {"key": {"algo": "ed25519", "size": 0}}}
    cfssl = Cfssl(tmp_path / "ssl", files)
    cfssl.authority()
    result = imported(cfssl)
    told = {each.code: each for each in result.diagnostics}
    assert told["EB397"].message.startswith("left out: there is no certificate in it, and no key")
    assert "ed25519" in told["EB393"].message
    assert [each.name for each in result.certs.certificates] == ["ca"]


def test_a_ca_for_peers_and_one_below_a_root_are_told_apart(tmp_path: Path) -> None:
    signing = TUTORIAL["ca-config.json"]["signing"]
    below = {"expiry": "43800h", "usages": ["cert sign", "crl sign"], "ca_constraint": {"is_ca": True}}
    config = {"signing": signing | {"profiles": signing["profiles"] | {"intermediate": below}}}
    cfssl = Cfssl(tmp_path / "ssl", TUTORIAL | {"ca-config.json": config})
    cfssl.authority("root")
    cfssl.sign("ca", "ca-csr.json", "intermediate", "root")
    cfssl.sign("server", "server-csr.json", "etcd")
    result = imported(cfssl)
    names = [each.name for each in result.certs.certificates]
    assert names[:2] == ["root-ca", "ca"]
    assert result.cluster.spec.certificates.intermediate
    chain = (tmp_path / "pki/members/etcd1/server.pem").read_bytes()
    assert chain == (cfssl.folder / "server.pem").read_bytes() + (cfssl.folder / "ca.pem").read_bytes()
    assert "EB332" not in {each.code for each in result.certs.diagnostics}


def test_an_empty_host_is_the_empty_name_that_we_say_it_is(tmp_path: Path) -> None:
    cfssl = Cfssl(tmp_path / "ssl", GUIDE)
    cfssl.authority()
    cfssl.sign("client", "client.json", "client")
    whole = json.loads(cfssl.run("cfssl", "certinfo", "-cert", "client.pem"))
    assert whole["sans"] == [""]


@pytest.mark.parametrize("release", ["3.4.23", "3.7.1"])
def test_members_run_on_what_cfssl_made_and_then_on_what_we_renew(tmp_path: Path, release: str) -> None:
    """The import takes nothing away from a cluster that runs, and renewing needs no restart."""
    cfssl = Cfssl(tmp_path / "ssl", TUTORIAL | {"server-csr.json": LOOPBACK})
    cfssl.authority()
    cfssl.sign("server", "server-csr.json", "etcd")
    with local_cluster(tmp_path / "cluster", release, size=1, tls="mutual", awaited=False) as cluster:
        cluster.kill("etcd1")
        shutil.rmtree(cluster.pki)
        shutil.rmtree(cluster.folder / "etcd1", ignore_errors=True)
        result = import_cfssl(ImportRequest((str(cfssl.folder),), str(cluster.file)))
        assert result.written is None
        adopted = [each.name for each in result.certs.certificates]
        assert adopted == ["ca", "etcd1/server", "etcd1/peer"]
        plan = open_certified(str(cluster.file), None).plan
        issue(plan, cluster.pki)
        cluster.start("etcd1")
        wait_until(lambda: set(cluster.healthy_by_etcdctl().values()) == {True}, "healthy on cfssl's pairs")
        renew(plan, cluster.pki, everything=True)
        assert set(cluster.healthy_by_etcdctl().values()) == {True}


def test_what_we_export_is_what_cfssl_users_name_on_the_command_line(tutorial: Cfssl, tmp_path: Path) -> None:
    result = imported(tutorial)
    plan = open_cluster(str(result.written)).plan
    issue(plan, tmp_path / "pki")
    renew(plan, tmp_path / "pki", everything=True)
    export(plan, tmp_path / "pki", tmp_path / "flat", "cfssl")
    for name in ("etcd1", "etcd1-peer", "root"):
        whole = json.loads(tutorial.run("cfssl", "certinfo", "-cert", str(tmp_path / f"flat/{name}.pem")))
        assert whole["issuer"]["common_name"] == "etcd CA"


@pytest.mark.parametrize("key", ["ecdsa-p256", "rsa-2048"])
def test_cfssl_signs_with_a_ca_that_we_made(tmp_path: Path, key: str) -> None:
    """What docs/pki.md promises who wants to go on with cfssl."""
    spec = tmp_path / "cluster.yaml"
    spec.write_text(f"name: a\ncertificates: {{key: {key}}}\nmembers: [{{name: e1, host: 10.0.0.1}}]\n")
    issue(open_cluster(str(spec)).plan, tmp_path / "pki")
    cfssl = Cfssl(tmp_path / "ssl", TUTORIAL)
    cfssl.sign("server", "server-csr.json", "etcd", ca="../pki/ca")
    whole = json.loads(cfssl.run("cfssl", "certinfo", "-cert", "server.pem"))
    assert whole["issuer"]["common_name"] == "a CA"
