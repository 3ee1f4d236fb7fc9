from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from etcdboot.base.errors import EtcdbootError, ExitCode
from etcdboot.effects.tls.credentials import CredentialFiles, read_credentials
from etcdboot.workflows.certs.issue import issue
from samples.observations import planned


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates") / "pki"
    issue(planned(), folder)
    return folder


def told(files: CredentialFiles) -> tuple[ExitCode, str, str]:
    with pytest.raises(EtcdbootError) as caught:
        read_credentials(files)
    [each] = caught.value.diagnostics
    assert each.hint
    return caught.value.exit_code, each.code, each.message


def test_good_files_are_read(pki: Path) -> None:
    ca, pair = pki / "ca.pem", pki / "clients"
    found = read_credentials(CredentialFiles(ca, pair / "root.pem", pair / "root-key.pem"))
    assert found.tls.roots == ca.read_bytes()
    assert found.tls.key == (pair / "root-key.pem").read_bytes()


def test_without_a_ca_the_system_s_are_trusted() -> None:
    assert read_credentials(CredentialFiles()).tls.certificate is None


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    exit_code, code, message = told(CredentialFiles(tmp_path / "ca.pem"))
    assert (exit_code, code) == (ExitCode.MISSING, "EB603")
    assert message == f"cannot read {tmp_path}/ca.pem: No such file or directory"


@pytest.mark.parametrize("content", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAAAA\n", b"\0\xff"])
def test_a_ca_file_that_is_none_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ca.pem").write_bytes(content)
    exit_code, code, message = told(CredentialFiles(tmp_path / "ca.pem"))
    assert (exit_code, code) == (ExitCode.REFUSED, "EB604")
    assert "ca.pem holds no certificate in PEM form" in message


def test_a_key_of_another_certificate_is_named(pki: Path) -> None:
    files = CredentialFiles(pki / "ca.pem", pki / "clients" / "root.pem", pki / "ca-key.pem")
    _, code, message = told(files)
    assert code == "EB604"
    assert "root.pem and " in message
    assert "mismatch" in message


def test_an_encrypted_key_is_named_and_no_password_asked_for(pki: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked.pem"
    argv = ["openssl", "pkcs8", "-topk8", "-in", str(pki / "clients" / "root-key.pem"), "-out", str(locked)]
    subprocess.run([*argv, "-passout", "pass:secret"], check=True, capture_output=True)
    _, code, message = told(CredentialFiles(pki / "ca.pem", pki / "clients" / "root.pem", locked))
    assert code == "EB604"
    assert "the key is encrypted" in message
