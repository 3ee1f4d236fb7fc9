"""Certificates of a company's CA under real members: signed by hand, by programs, or there already."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from etcdboot.spec.spec import Target
from lab.cluster.hosts import HostCluster
from lab.cluster.loopback import LoopbackCluster, loopback_spec
from lab.cluster.operating import example, planned
from lab.pairwise import ends
from lab.peers.fixtures import ETCD_RELEASES, absent, require_capability, require_peer
from lab.world.world import World
from samples.host_scripts import make_keys

pytestmark = pytest.mark.lab

CA_EXTENSIONS = """\
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


class Company:
    """A root, an issuing CA below it, and the commands of whoever runs them: openssl's."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            absent("openssl")
        self.folder = folder
        folder.mkdir()
        (folder / "ca.cnf").write_text(CA_EXTENSIONS)
        self.openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes"),
            *("-keyout", "root.key", "-out", "root.pem", "-subj", "/O=Company/CN=Company Root"),
            *("-days", "3650", "-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        )
        self.openssl(
            *("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "issuing.key"),
            *("-out", "issuing.csr", "-subj", "/O=Company/CN=Company Issuing CA"),
        )
        self.openssl(
            *("x509", "-req", "-in", "issuing.csr", "-CA", "root.pem", "-CAkey", "root.key"),
            *("-days", "1000", "-extfile", "ca.cnf", "-out", "issuing.pem"),
        )

    def openssl(self, *words: str) -> None:
        done = subprocess.run(
            ["openssl", *words], cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def sign(self, csr: Path) -> Path:
        """What comes back for a request: named by a number, without the issuing CA."""
        out = self.folder / f"{len(list(self.folder.glob('signed-*')))}.cer"
        self.openssl(
            *("x509", "-req", "-in", str(csr), "-CA", "issuing.pem", "-CAkey", "issuing.key"),
            *("-days", "90", "-copy_extensions", "copy", "-out", f"signed-{out.name}"),
        )
        return self.folder / f"signed-{out.name}"

    def bag(self, certificates: list[Path]) -> Path:
        words = [word for each in certificates for word in ("-certfile", str(each))]
        self.openssl("crl2pkcs7", "-nocrl", *words, "-certfile", "issuing.pem", "-out", "bag.p7b")
        return self.folder / "bag.p7b"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path / "company")


def prepared(folder: Path, release: str, **certificates: object) -> LoopbackCluster:
    """A spec whose CA others have; nothing is made yet."""
    spec = loopback_spec(folder, release, size=3, certificates=certificates)
    (folder / "cluster.yaml").write_text(spec)
    return LoopbackCluster(folder, planned(spec, folder))


def assert_serves(cluster: LoopbackCluster) -> None:
    """Rendered, started, healthy by our own eyes and etcdctl's; good in later runs too."""
    cluster.etcdboot("render")
    try:
        cluster.start(Target.SCRIPT)
        seen = cluster.verify("--wait", "60s")
        assert seen["verdict"] == "healthy", f"{seen}\n{cluster.said()}"
        cluster.etcdctl("put", "k", "v")
        for command in ("certs", "certs status --live", "render --check"):
            cluster.etcdboot(*command.split())
        if not list(cluster.folder.glob("*/*.csr")):  # else out/ is a host too, with keys of its own
            cluster.etcdboot("certs", "verify")
    finally:
        cluster.close()


@pytest.mark.parametrize("release", ends(ETCD_RELEASES))
def test_what_a_company_signed_by_hand_serves(tmp_path: Path, company: Company, release: str) -> None:
    cluster = prepared(tmp_path, release)
    cluster.etcdboot("certs", "adopt", "company/root.pem")
    cluster.etcdboot("certs", "csr", "--all", "--out", "requests")
    signed = [company.sign(each) for each in sorted((tmp_path / "requests").iterdir())]
    cluster.etcdboot("certs", "adopt", str(company.bag(signed)))
    shutil.rmtree(tmp_path / "requests")
    assert_serves(cluster)


def test_its_ca_and_key_may_be_ours_to_sign_with(tmp_path: Path, company: Company) -> None:
    cluster = prepared(tmp_path, "3.6.14", intermediate=True, **{"ca-key": "rsa-2048"})
    cluster.etcdboot("certs", "adopt", "company/root.pem", "company/issuing.pem", "company/issuing.key")
    cluster.etcdboot("certs")
    assert not (tmp_path / "pki/root-ca-key.pem").exists()
    assert_serves(cluster)


def script(folder: Path, *lines: str) -> Path:
    path = folder / "sign.sh"
    path.write_text("\n".join(("#!/bin/sh", "set -eu", *lines, "")))
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("source", ["issued", "csr"])
@pytest.mark.parametrize("release", ["3.4.23", "3.6.14"])
def test_openssl_signs_for_us(tmp_path: Path, company: Company, release: str, source: str) -> None:
    script(
        tmp_path,
        "days=$((ETCDBOOT_CERT_LIFETIME / 86400))",
        "cd company",
        'openssl x509 -req -CA issuing.pem -CAkey issuing.key -days "$days" -copy_extensions copy',
        "cat issuing.pem root.pem",
    )
    cluster = prepared(tmp_path, release, source=source, signer={"command": ["./sign.sh"]})
    cluster.etcdboot("certs", "adopt", "company/root.pem")
    cluster.etcdboot("certs")
    if source == "csr":
        cluster.etcdboot("render")
        for member in cluster.plan.members:
            make_keys(tmp_path / f"out/{member.name}/make-csr.sh", "csr", cwd=tmp_path)
        cluster.etcdboot("certs", "sign", "csr")
    assert not list((tmp_path / "pki").glob("*ca-key.pem"))
    assert_serves(cluster)


def test_cfssl_signs_for_us(tmp_path: Path) -> None:
    cfssl, cfssljson = require_peer("cfssl"), require_peer("cfssljson")
    usages = ["digital signature", "server auth", "client auth"]
    (tmp_path / "config.json").write_text(
        json.dumps({"signing": {"default": {"expiry": "8760h", "usages": usages}}})
    )
    request = {"CN": "Company CA", "key": {"algo": "ecdsa", "size": 256}}
    made = subprocess.run(
        [str(cfssl), "gencert", "-initca", "-"], input=json.dumps(request), text=True, capture_output=True
    )
    subprocess.run([str(cfssljson), "-bare", "ca"], cwd=tmp_path, input=made.stdout, text=True, check=True)
    script(
        tmp_path,
        f"{cfssl} sign -ca ca.pem -ca-key ca-key.pem -config config.json - | {cfssljson} -bare -stdout",
    )
    cluster = prepared(tmp_path, "3.6.14", signer={"command": ["./sign.sh"], "timeout": "10s"})
    cluster.etcdboot("certs", "adopt", "ca.pem")
    cluster.etcdboot("certs")
    assert_serves(cluster)


def test_what_a_signer_said_is_told_and_nothing_is_half_done(tmp_path: Path, company: Company) -> None:
    script(
        tmp_path,
        'if [ "$ETCDBOOT_CERT_NAME" = etcd2/server ]; then',
        '  echo "permission denied: path pki/sign" >&2',
        "  exit 2",
        "fi",
        "cd company && openssl x509 -req -CA root.pem -CAkey root.key -copy_extensions copy 2>/dev/null",
    )
    cluster = prepared(tmp_path, "3.6.14", signer={"command": ["./sign.sh"]})
    cluster.etcdboot("certs", "adopt", "company/root.pem")
    done = cluster.etcdboot("certs", check=False)
    assert done.returncode == 7
    assert "etcd2/server (number 3 of 7)" in done.stderr
    assert "it said: permission denied: path pki/sign" in done.stderr
    assert not (tmp_path / "pki/members").exists()


@pytest.mark.parametrize(
    ("algorithm", "size", "key"), [("ecdsa", 256, "ecdsa-p256"), ("rsa", 2048, "rsa-2048")]
)
def test_requests_that_cfssl_made_are_signed(tmp_path: Path, algorithm: str, size: int, key: str) -> None:
    cfssl, cfssljson = require_peer("cfssl"), require_peer("cfssljson")
    cluster = prepared(tmp_path, "3.6.14", source="csr", key=key)
    folder = tmp_path / "from-the-hosts"
    folder.mkdir()
    cluster.etcdboot("certs")
    cluster.etcdboot("render")
    for member in cluster.plan.members:
        pki = Path(member.paths.pki_dir)
        for kind in ("server", "peer"):
            asked = {"CN": member.name, "hosts": ["127.0.0.1"], "names": [{"O": "Company"}]}
            body = json.dumps(asked | {"key": {"algo": algorithm, "size": size}})
            made = subprocess.run([str(cfssl), "genkey", "-"], input=body, text=True, capture_output=True)
            words = [str(cfssljson), "-bare", f"{member.name}-{kind}"]
            subprocess.run(words, cwd=folder, input=made.stdout, text=True, check=True)
            (folder / f"{member.name}-{kind}-key.pem").rename(pki / f"{kind}-key.pem")
    requests = sorted(str(each) for each in folder.glob("*.csr"))
    said = cluster.etcdboot("certs", "sign", *requests).stderr
    assert "is left out: O=Company" in said
    assert_serves(cluster)


# --- files that are on the hosts already

PATHS = {
    "cert-file": "/etc/company/{name}.crt",
    "key-file": "/etc/company/{name}.key",
    "trusted-ca-file": "/etc/company/roots.pem",
    "peer-cert-file": "/etc/company/{name}.crt",
    "peer-key-file": "/etc/company/{name}.key",
    "peer-trusted-ca-file": "/etc/company/roots.pem",
}


@pytest.fixture
def world() -> Iterator[World]:
    require_capability("root")
    require_capability("network namespaces")
    with World() as world:
        yield world


@pytest.mark.slow
@pytest.mark.parametrize("target", [Target.SYSTEMD, Target.SCRIPT])
@pytest.mark.parametrize("release", ["3.5.33", "3.7.1"])
def test_files_that_are_there_already_serve_and_are_not_touched(
    world: World, company: Company, release: str, target: Target
) -> None:
    spec = yaml.safe_load(example("three-hosts-tls", release))
    spec["certificates"] = {"source": "provided"}
    spec["defaults"] = {**spec.get("defaults", {}), **PATHS}
    spec["render"] = {"targets": [str(target)]}
    cluster = HostCluster(world, yaml.safe_dump(spec, sort_keys=False), "192.168.202.10")
    for member in cluster.plan.members:
        provide(company, cluster, member.name, [*map(str, member.addresses), "127.0.0.1"])
    state = "find /etc/company -printf '%p %m %u:%g %T@\\n' | sort; cksum /etc/company/*"
    before = {name: host.run(state).stdout for name, host in cluster.hosts.items()}
    cluster.etcdboot("certs")
    cluster.etcdboot("render")
    assert cluster.on_desk("find", "out", "-name", "*.pem").stdout == ""
    for name, host in cluster.hosts.items():
        if target is Target.SYSTEMD:
            cluster.deliver(name, f"/root/{name}")
            host.run(["sh", f"/root/{name}/install.sh"])
        else:
            cluster.deliver(name, "/etc/etcd")
        cluster.start(name, target)
    assert {name: host.run(state).stdout for name, host in cluster.hosts.items()} == before

    # The operator takes over what clients need, or names the files.
    cluster.operator.write("/srv/root.pem", (company.folder / "root.pem").read_bytes())
    client(company, cluster)
    cluster.etcdboot("certs", "adopt", "/srv/root.pem", "/srv/client.pem", "/srv/client.key")
    seen = cluster.verify("--wait", "60s")
    assert seen["verdict"] == "healthy", f"{seen}\n{cluster.said()}"
    cluster.on_desk("rm", "-r", "pki")
    named = ("--cacert", "/srv/root.pem", "--cert", "/srv/client.pem", "--key", "/srv/client.key")
    endpoints = ",".join(map(str, cluster.plan.endpoints))
    seen = cluster.verify("--endpoints", endpoints, *named)
    assert seen["verdict"] == "healthy", seen


def provide(company: Company, cluster: HostCluster, name: str, addresses: list[str]) -> None:
    """What the company has put on a member's host long before: one pair for both sides."""
    sans = ",".join(["DNS:localhost", *(f"IP:{each}" for each in addresses)])
    pair(company, name, f"subjectAltName={sans}")
    host = cluster.hosts[name]
    host.run("useradd --system etcd")
    for end in ("crt", "key"):
        host.write(f"/etc/company/{name}.{end}", (company.folder / f"{name}.{end}").read_bytes(), 0o600)
        host.run(f"chown etcd /etc/company/{name}.{end}")
    host.write("/etc/company/roots.pem", (company.folder / "root.pem").read_bytes())


def client(company: Company, cluster: HostCluster) -> None:
    pair(company, "root", "extendedKeyUsage=clientAuth")
    cluster.operator.write("/srv/client.pem", (company.folder / "root.crt").read_bytes())
    cluster.operator.write("/srv/client.key", (company.folder / "root.key").read_bytes(), 0o600)


def pair(company: Company, name: str, *extensions: str) -> None:
    """A key and its certificate, with the issuing CA behind it; it says nothing of usages unless told."""
    company.openssl(
        *("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
        *("-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}"),
        *(word for each in extensions for word in ("-addext", each)),
    )
    signed = company.sign(company.folder / f"{name}.csr")
    chain = signed.read_bytes() + (company.folder / "issuing.pem").read_bytes()
    (company.folder / f"{name}.crt").write_bytes(chain)
