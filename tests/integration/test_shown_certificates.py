"""openssl about the same certificates that ``certs show`` describes: they must say the same."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.certs.show import show
from lab.peers.fixtures import absent, require_peer
from samples.certificates import plan_of

pytestmark = pytest.mark.integration

USAGES = {"serverAuth": "TLS Web Server Authentication", "clientAuth": "TLS Web Client Authentication"}
KEY_USAGES = {
    "digitalSignature": "Digital Signature",
    "keyEncipherment": "Key Encipherment",
    "keyCertSign": "Certificate Sign",
    "cRLSign": "CRL Sign",
}
OPENSSL_ALGORITHMS = {
    "rsa-with-sha256": "sha256WithRSAEncryption",
    "ecdsa-with-sha256": "ecdsa-with-SHA256",
    "ecdsa-with-sha384": "ecdsa-with-SHA384",
}
SELF_SIGNED = ["req", "-x509", "-nodes", "-keyout", "/dev/null"]
EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]


def openssl(*arguments: str, stdin: bytes = b"") -> bytes:
    program = shutil.which("openssl") or absent("openssl")
    return subprocess.run([program, *arguments], input=stdin, capture_output=True, check=True).stdout


def ours(*certificates: str, name: str) -> Callable[[Path], bytes]:
    """A certificate of etcdboot's own; ``certificates`` is YAML."""

    def make(folder: Path) -> bytes:
        plan = plan_of(
            extra="defaults: {sans: ['*.example.com', '2001:db8::1']}", certificates=", ".join(certificates)
        )
        issue(plan, folder / "pki")
        return (folder / "pki" / name).read_bytes()

    return make


def theirs(*arguments: str) -> Callable[[Path], bytes]:
    """A certificate that openssl makes."""
    return lambda folder: openssl(*SELF_SIGNED, *arguments)


def of_version_1(folder: Path) -> bytes:
    """What ``openssl x509 -req`` makes of a request where no extensions are asked for."""
    key, request = folder / "key.pem", folder / "request.pem"
    openssl(
        "req", "-nodes", "-newkey", "rsa:2048", "-keyout", str(key), "-out", str(request), "-subj", "/CN=v1"
    )
    return openssl("x509", "-req", "-in", str(request), "-signkey", str(key), "-days", "30")


CASES: dict[str, Callable[[Path], bytes]] = {
    "P-256 with IPv6 and wildcard": ours(name="members/etcd1/server.pem"),
    "RSA": ours("key: rsa-2048", name="members/etcd1/peer.pem"),
    "P-384 CA": ours("ca-key: ecdsa-p384", name="ca.pem"),
    "client without SAN": ours(name="clients/root.pem"),
    "100 years": theirs(*EC, "-days", "36500", "-subj", "/CN=century"),
    "no SAN, several attributes": theirs(*EC, "-subj", "/C=DE/ST=X/L=Y/O=A, B/OU=one/OU=two/CN=many"),
    "every kind of name": theirs(
        *EC, "-subj", "/CN=x", "-addext",
        "subjectAltName=DNS:*.a.example,IP:10.0.0.1,IP:::1,URI:spiffe://x/y,email:a@b.example",
    ),
    "version 1": of_version_1,
    "empty subject": theirs(*EC, "-subj", "/", "-addext", "subjectAltName=critical,DNS:a.example"),
}  # fmt: skip


@pytest.fixture(params=CASES, ids=str)
def pem(request: pytest.FixtureRequest, tmp_path: Path) -> bytes:
    return CASES[request.param](tmp_path)


def shown(folder: Path, pem: bytes) -> dict[str, Any]:
    """The one certificate, as ``certs show -w json`` has it."""
    (folder / "shown.pem").write_bytes(pem)
    files: Any = json.loads(json.dumps(show([str(folder / "shown.pem")]).as_json()))["files"]
    [found] = files[0]["objects"]
    assert isinstance(found, dict)
    return found


def said(pem: bytes, *options: str) -> str:
    return openssl(
        "x509", "-noout", "-nameopt", "sep_comma_plus_space,sname,utf8", *options, stdin=pem
    ).decode()


def extension(pem: bytes, name: str) -> list[str]:
    """What an extension holds, in openssl's words; empty where there is none."""
    lines = said(pem, "-ext", name).splitlines()[1:]
    return [each.strip() for each in ", ".join(lines).split(",") if each.strip()]


def instant(text: str) -> str:
    moment = datetime.strptime(text, "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def test_names_dates_and_serial_are_the_same(pem: bytes, tmp_path: Path) -> None:
    found = shown(tmp_path, pem)
    told = dict(
        line.split("=", 1) for line in said(pem, "-serial", "-subject", "-issuer", "-dates").splitlines()
    )
    assert int(found["serial"], 16) == int(told["serial"], 16)
    assert found["subject_text"].replace("(empty)", "") == told["subject"].replace("\\", "").replace('"', "")
    assert found["issuer_text"].replace("(empty)", "") == told["issuer"].replace("\\", "").replace('"', "")
    assert found["not_before"] == instant(told["notBefore"])
    assert found["not_after"] == instant(told["notAfter"])


def test_fingerprint_key_and_version_are_the_same(pem: bytes, tmp_path: Path) -> None:
    found = shown(tmp_path, pem)
    told = said(pem, "-fingerprint", "-sha256").partition("=")[2].strip().replace(":", "").lower()
    assert found["sha256"] == told
    public = openssl(
        "pkey", "-pubin", "-outform", "DER", stdin=openssl("x509", "-noout", "-pubkey", stdin=pem)
    )
    assert found["public_key"] == hashlib.sha256(public).hexdigest()
    text = said(pem, "-text")
    assert f"Version: {found['version']} " in text
    bits = re.search(r"Public-Key: \((\d+) bit\)", text)
    assert bits and found["key"].endswith(bits[1])
    assert f"Signature Algorithm: {OPENSSL_ALGORITHMS[found['signature']]}\n" in text


def test_names_usages_and_constraints_are_the_same(pem: bytes, tmp_path: Path) -> None:
    found = shown(tmp_path, pem)
    assert [in_openssls_words(each) for each in found["sans"]] == extension(pem, "subjectAltName")
    assert [USAGES[each] for each in found["usages"]] == extension(pem, "extendedKeyUsage")
    assert [KEY_USAGES[each] for each in found["key_usages"]] == extension(pem, "keyUsage")
    basic = extension(pem, "basicConstraints")
    assert found["is_ca"] is ("CA:TRUE" in basic)
    length = [each.removeprefix("pathlen:") for each in basic if each.startswith("pathlen:")]
    assert length == ([] if found["path_length"] is None else [str(found["path_length"])])


def test_the_same_extensions_are_critical(pem: bytes, tmp_path: Path) -> None:
    listed = said(pem, "-text")
    found = shown(tmp_path, pem)["extensions"]
    assert listed.count(": critical") == sum(each["critical"] for each in found)


def in_openssls_words(san: str) -> str:
    """``::1`` as openssl spells it."""
    if san.startswith(("URI:", "email:")):
        return san
    try:
        address = ip_address(san)
    except ValueError:
        return f"DNS:{san}"
    if address.version == 4:
        return f"IP Address:{san}"
    return "IP Address:" + ":".join(f"{int(each, 16):X}" for each in address.exploded.split(":"))


# --- cfssl


def cfssl(folder: Path, *arguments: str, **contents: object) -> dict[str, str]:
    """What ``cfssl gencert`` makes; ``contents`` are JSON files that the arguments name as NAME.json."""
    for name, content in contents.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    done = subprocess.run(
        [str(require_peer("cfssl")), "gencert", *arguments],
        cwd=folder,
        capture_output=True,
        check=True,
        text=True,
    )
    made: dict[str, str] = json.loads(done.stdout)
    return made


def test_a_chain_made_by_cfssl_is_shown_as_it_is(tmp_path: Path) -> None:
    key = {"algo": "ecdsa", "size": 256}
    names = [{"C": "DE", "ST": "Here", "L": "There", "O": "We", "OU": "Us"}]
    signing = {
        "signing": {
            "default": {"expiry": "8760h"},
            "profiles": {
                "middle": {
                    "usages": ["cert sign", "crl sign"],
                    "expiry": "43800h",
                    "ca_constraint": {"is_ca": True, "max_path_len": 0, "max_path_len_zero": True},
                },
                "peer": {"usages": ["signing", "server auth", "client auth"], "expiry": "8760h"},
            },
        }
    }
    root = cfssl(
        tmp_path, "-initca", "csr.json", csr={"CN": "root", "key": key, "names": names}, config=signing
    )
    write(tmp_path, "root", root)
    by_root = ("-ca=root.pem", "-ca-key=root-key.pem", "-config=config.json", "-profile=middle")
    middle = cfssl(tmp_path, *by_root, "csr.json", csr={"CN": "middle", "key": key, "names": names})
    write(tmp_path, "middle", middle)
    by_middle = ("-ca=middle.pem", "-ca-key=middle-key.pem", "-config=config.json", "-profile=peer")
    hosts = ["10.0.0.1", "etcd1.example.com", "::1"]
    leaf = cfssl(
        tmp_path, *by_middle, "csr.json", csr={"CN": "etcd1", "hosts": hosts, "key": key, "names": names}
    )

    chain = tmp_path / "chain.pem"
    chain.write_text(leaf["cert"] + middle["cert"] + root["cert"])
    found = show([str(chain)])
    assert found.diagnostics == ()
    [file] = found.files
    assert file.judged and file.judged.order == "chain"
    bodies = [each.body for each in file.portraits]
    assert [each["subject"] for each in bodies] == [
        {"C": "DE", "ST": "Here", "L": "There", "O": "We", "OU": "Us", "CN": name}
        for name in ("etcd1", "middle", "root")
    ]
    assert [(each["is_ca"], each["path_length"]) for each in bodies] == [
        (False, None),
        (True, 0),
        (True, None),
    ]
    assert bodies[0]["usages"] == ["serverAuth", "clientAuth"]
    assert set(map(str, sans_of(bodies[0]))) == set(hosts)
    for name, made in (("leaf", leaf), ("middle", middle), ("root", root)):
        fingerprint = said(made["cert"].encode(), "-fingerprint", "-sha256").partition("=")[2].strip()
        assert fingerprint.replace(":", "").lower() in {each["sha256"] for each in bodies}, name


def sans_of(body: dict[str, object]) -> list[object]:
    found = body["sans"]
    assert isinstance(found, list)
    return found


def write(folder: Path, name: str, made: dict[str, str]) -> None:
    (folder / f"{name}.pem").write_text(made["cert"])
    (folder / f"{name}-key.pem").write_text(made["key"])
