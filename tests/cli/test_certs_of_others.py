"""``etcdboot certs csr``, ``sign`` and ``adopt`` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.running import process as etcdboot
from etcdboot.effects import clock
from etcdboot.pki.x509.pem import dump_key
from lab.peers.fixtures import require_peer
from samples.requests import Company, ec_key, name, request_of

SPEC = """\
name: prod-a
etcd: {version: "3.6.14"}
certificates: {source: SOURCE}
members:
  - {name: etcd1, host: 192.168.202.128}
  - {name: etcd2, host: 192.168.202.129}
  - {name: etcd3, host: 192.168.202.130}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cluster.yaml").write_text(SPEC.replace("SOURCE", "issued"))
    return tmp_path


@pytest.fixture
def hosts(tmp_path: Path) -> Path:
    """Where the keys are made on the hosts."""
    (tmp_path / "cluster.yaml").write_text(SPEC.replace("SOURCE", "csr"))
    assert etcdboot(tmp_path, "certs", "-q").returncode == 0
    return tmp_path


def company(folder: Path) -> Company:
    made = Company()
    (folder / "company.pem").write_bytes(made.pem)
    return made


def test_requests_are_listed_and_what_comes_next_is_said(folder: Path) -> None:
    done = etcdboot(folder, "certs", "csr", "--all", "--out", "for-the-ca")
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["etcd1/server", "new", "for-the-ca/etcd1-server.csr"]
    assert len(lines) == 7
    assert "[7/7] made the request for client/root\n" in done.stderr
    assert "2. take over what they give: etcdboot certs adopt FILE...\n" in done.stderr
    again = etcdboot(folder, "certs", "csr", "etcd1/server", "-w", "table")
    assert "kept" in again.stdout and "CN=etcd1" in again.stdout


def test_requests_in_json(folder: Path) -> None:
    told = json.loads(etcdboot(folder, "certs", "csr", "client/root", "-w", "json", "-q").stdout)
    assert (told["ok"], told["exit"]) == (True, 0)
    [found] = told["requests"]
    assert set(found) == {"name", "file", "subject", "sans", "key", "new"}
    assert found["subject"] == {"CN": "root"}
    assert "PRIVATE" not in json.dumps(told)


def test_where_all_keys_are_elsewhere_there_is_nothing_to_ask(hosts: Path) -> None:
    (hosts / "cluster.yaml").write_text(SPEC.replace("{source: SOURCE}", "{source: csr, clients: []}"))
    done = etcdboot(hosts, "certs", "csr", "--all")
    assert (done.returncode, done.stdout) == (0, "nothing to ask for: no key of this cluster is kept here\n")


@pytest.mark.parametrize("words", [("csr",), ("csr", "etcd1/server", "--all"), ("sign",), ("adopt",)])
def test_a_command_without_its_words_is_a_mistake(folder: Path, words: tuple[str, ...]) -> None:
    assert etcdboot(folder, "certs", *words).returncode == 2


def test_what_the_hosts_ask_for_is_signed(hosts: Path) -> None:
    first = etcdboot(hosts, "certs")
    assert "note EB358: wait for the requests of their hosts: etcd1/server, etcd1/peer" in first.stderr
    (hosts / "csr").mkdir()
    for member in ("etcd1", "etcd2", "etcd3"):
        for kind in ("server", "peer"):
            csr = request_of(ec_key(), name(member))
            (hosts / "csr" / f"{member}-{kind}.csr").write_bytes(csr)
    done = etcdboot(hosts, "certs", "sign", "csr")
    assert done.returncode == 0, done.stderr
    assert [line.split()[1] for line in done.stdout.splitlines()] == ["kept", "kept", *["new"] * 6]
    assert "1. write each member's files: etcdboot render" in done.stderr
    assert etcdboot(hosts, "certs", "status").returncode == 0
    assert "EB358" not in etcdboot(hosts, "certs").stderr


def test_a_greedy_request_is_refused_with_all_that_is_wrong(hosts: Path) -> None:
    csr = request_of(ec_key(), name("root"), sans=["evil.example.com"])
    (hosts / "etcd1-server.csr").write_bytes(csr)
    done = etcdboot(hosts, "certs", "sign", "etcd1-server.csr", "-w", "json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["exit"]) == (7, 7)
    assert [each["code"] for each in told["diagnostics"]] == ["EB352", "EB352"]
    assert {each["file"] for each in told["diagnostics"]} == {"etcd1-server.csr"}


def test_what_a_company_signed_is_adopted(folder: Path) -> None:
    ca = company(folder)
    first = etcdboot(folder, "certs", "adopt", "company.pem")
    assert first.stdout.split()[:2] == ["ca", "adopted"]
    assert "note EB277: certificates.ca is now shared in cluster.yaml" in first.stderr
    assert etcdboot(folder, "certs", "csr", "--all", "--out", "csr").returncode == 0
    now = clock.now()
    for each in (folder / "csr").iterdir():
        each.with_suffix(".crt").write_bytes(ca.sign(each.read_bytes(), start=now))
    done = etcdboot(folder, "certs", "adopt", "csr", "-w", "json")
    told = json.loads(done.stdout)
    assert (done.returncode, len(told["certificates"])) == (0, 7), told
    kinds = {each["kind"] for each in told["changes"] if each["path"] != "issued.json"}
    assert kinds == {"new", "same"}
    assert etcdboot(folder, "certs").returncode == 0
    (folder / "pki/.etcdboot.json").unlink()
    lost = etcdboot(folder, "certs")
    assert lost.returncode == 7
    assert "etcdboot certs adopt pki" in lost.stderr
    assert etcdboot(folder, "certs", "adopt", "pki").returncode == 0
    assert etcdboot(folder, "certs").returncode == 0


def test_a_ca_and_its_key_are_adopted_and_sign(folder: Path) -> None:
    ca = company(folder)
    (folder / "company-key.pem").write_bytes(dump_key(ca.key))
    done = etcdboot(folder, "certs", "adopt", "company.pem", "company-key.pem", "--as", "ca")
    assert done.returncode == 0, done.stderr
    assert "PRIVATE" not in done.stdout + done.stderr
    assert etcdboot(folder, "certs").returncode == 0


def test_a_missing_file_is_missing(folder: Path) -> None:
    for command in ("sign", "adopt"):
        assert etcdboot(folder, "certs", command, "nowhere.pem").returncode == 8


def test_what_others_provide_is_not_missed_and_a_client_may_still_ask(folder: Path) -> None:
    paths = {
        f"{side}{what}": f"/etc/company/{{name}}.{what}"
        for side in ("", "peer-")
        for what in ("cert-file", "key-file", "trusted-ca-file")
    }
    lines = "".join(f"  {key}: {value!r}\n" for key, value in paths.items())
    (folder / "cluster.yaml").write_text(SPEC.replace("SOURCE", "provided") + f"defaults:\n{lines}")
    done = etcdboot(folder, "certs")
    assert (done.returncode, done.stdout[:26]) == (0, "no certificates here: othe")
    assert not (folder / "pki").exists()
    asked = etcdboot(folder, "certs", "csr", "--all")
    assert (asked.returncode, asked.stdout.split()[:2]) == (0, ["client/root", "new"]), asked.stderr


def adopted_without_a_layout(folder: Path, *, key: bool = False) -> None:
    """The company's CA is in ``pki/``, and the spec sets no layout of CAs; ``key``: its key is next to it."""
    before = (folder / "cluster.yaml").read_text()
    ca = company(folder)
    if key:
        (folder / "company-key.pem").write_bytes(dump_key(ca.key))
    assert etcdboot(folder, "certs", "adopt", "company.pem", "-q").returncode == 0
    (folder / "cluster.yaml").write_text(before)


def test_a_request_to_a_company_records_its_one_ca_in_the_spec(folder: Path) -> None:
    adopted_without_a_layout(folder)
    asked = etcdboot(folder, "certs", "csr", "--all")
    assert asked.returncode == 0, asked.stderr
    assert "note EB277: certificates.ca is now shared in cluster.yaml" in asked.stderr
    assert "EB369" not in asked.stderr
    assert 'ca: "shared"' in (folder / "cluster.yaml").read_text()
    again = etcdboot(folder, "certs", "csr", "--all")
    assert (again.returncode, again.stderr.partition("Next")[0].count("EB277")) == (0, 0)


def test_without_a_ca_a_request_leaves_the_layout_open(folder: Path) -> None:
    before = (folder / "cluster.yaml").read_text()
    assert etcdboot(folder, "certs", "csr", "--all").returncode == 0
    assert (folder / "cluster.yaml").read_text() == before


def test_signing_requests_records_the_layout_in_the_spec(hosts: Path) -> None:
    (hosts / "etcd1-server.csr").write_bytes(request_of(ec_key(), name("etcd1")))
    done = etcdboot(hosts, "certs", "sign", "etcd1-server.csr")
    assert done.returncode == 0, done.stderr
    assert "note EB277: certificates.ca is now split in cluster.yaml" in done.stderr


SIGNER = """\
#!/bin/sh
exec openssl x509 -req -days 30 -copy_extensions copyall -CA company.pem -CAkey company-key.pem
"""


def test_what_a_signer_issues_records_the_layout_in_the_spec(folder: Path) -> None:
    require_peer("openssl")
    adopted_without_a_layout(folder, key=True)
    (folder / "sign.sh").write_text(SIGNER)
    (folder / "sign.sh").chmod(0o755)
    text = SPEC.replace("{source: SOURCE}", "{signer: {command: [./sign.sh]}}")
    for words in (("certs",), ("certs", "renew", "client/root")):
        (folder / "cluster.yaml").write_text(text)
        done = etcdboot(folder, *words)
        assert done.returncode == 0, done.stderr
        assert "note EB277: certificates.ca is now shared in cluster.yaml" in done.stderr
    (folder / "cluster.yaml").write_text(text)
    assert "EB277" not in etcdboot(folder, "certs", "renew", "client/root", "--dry-run").stderr
    assert (folder / "cluster.yaml").read_text() == text
