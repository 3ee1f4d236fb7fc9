"""A client that is named like a user of Kubernetes or a mail address, through all the commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.running import etcdboot, in_json

USER = "system:app@example.com"
STEM = "system%3Aapp%40example.com"
SPEC = f"""\
name: prod
etcd: {{version: "3.6.14"}}
certificates: {{clients: [root, "{USER}"]}}
members:
  - {{name: etcd1, host: 10.0.0.1}}
  - {{name: etcd2, host: 10.0.0.2}}
  - {{name: etcd3, host: 10.0.0.3}}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a spec and its certificates."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cluster.yaml").write_text(SPEC)
    assert etcdboot("certs").exit_code == 0
    return tmp_path


def test_its_files_have_an_encoded_name_everywhere(here: Path) -> None:
    certificate = (here / f"pki/clients/{STEM}.pem").read_bytes()
    assert etcdboot("render").exit_code == 0
    assert (here / f"out/clients/{STEM}/client.pem").read_bytes() == certificate
    assert f"client {USER} of cluster prod" in (here / f"out/clients/{STEM}/etcdctl.env").read_text()
    assert etcdboot("render", "--check").exit_code == 0
    assert etcdboot("certs", "verify").exit_code == 0
    assert etcdboot("certs", "export", "--style", "cfssl", "--out", "flat").exit_code == 0
    assert (here / f"flat/{STEM}.pem").exists()


def test_commands_name_it_as_it_is(here: Path) -> None:
    name = f"client/{USER}"
    before = (here / f"pki/clients/{STEM}.pem").read_bytes()
    shown = in_json(etcdboot("certs", "status", "-w", "json"))["certificates"]
    assert name in {each["name"] for each in shown}
    assert etcdboot("certs", "renew", name.upper()).exit_code == 0
    assert (here / f"pki/clients/{STEM}.pem").read_bytes() != before
    assert etcdboot("certs", "csr", name, "--out", "csr").exit_code == 0
    assert (here / f"csr/client-{STEM}.csr").exists()
    assert etcdboot("certs", "revoke", name).exit_code == 0
    assert etcdboot("certs", "status").exit_code == 4


def test_its_pair_is_adopted_whatever_its_file_is_named(here: Path) -> None:
    ends = ("", "-key")
    for number, stem in enumerate((STEM, "app")):
        files = [here / f"{stem}{end}.pem" for end in ends]
        for file, end in zip(files, ends, strict=True):
            file.write_bytes((here / f"pki/clients/{STEM}{end}.pem").read_bytes())
        pki = here / f"pki{number}"
        words = ("certs", "adopt", "pki/ca.pem", *map(str, files), "--pki", str(pki))
        done = etcdboot(*words)
        assert done.exit_code == 0, done.stderr
        assert (pki / f"clients/{STEM}-key.pem").read_bytes() == files[1].read_bytes()
