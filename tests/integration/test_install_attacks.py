"""Three ways from etcd's account to root, by way of the scripts that root runs on a host."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from etcdboot.spec.spec import CertificateSource, EtcdSpec
from integration.installing import INSTALL, on_a_host, pair, planned, write_tree
from integration.test_install_ownership import EARLIER

pytestmark = pytest.mark.integration

VICTIM = "echo precious >/etc/victim; chmod 600 /etc/victim"
LOOK = "stat -c '%a %U:%G' /etc/victim; head -n 1 /etc/victim"
SAFE = "600 root:root\nprecious\n"
AS_ETCD = "setpriv --reuid=etcd --regid=etcd --clear-groups --"


def under_attack(kind: str, folder: str, script: str) -> str:
    """The script, while the attacker works in a folder as etcd; then what became of root's own file."""
    attack = f"cp attacker.py /mnt/; chmod 644 /mnt/attacker.py; {AS_ETCD} python3 -I -S /mnt/attacker.py"
    start = f"mkfifo -m 666 /mnt/ready; touch /mnt/go; {attack} {kind} {folder} & read word </mnt/ready"
    return f"{start}; echo $word; {script}; rm /mnt/go; wait; {LOOK}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(Path(__file__).with_name("attacker.py"), tmp_path)
    return tmp_path


def test_a_key_is_never_created_where_etcd_can_exchange_folders(folder: Path) -> None:
    """pki/ belongs to etcd, as an earlier release left it, and its key is gone."""
    write_tree(folder / "etcd1", plan=planned(source=CertificateSource.CSR))
    make = "code=0; sh etcd1/make-csr.sh csr >/dev/null 2>&1 || code=$?; echo code $code"
    script = under_attack("folder", "/etc/etcd/pki/", make)
    found = on_a_host(folder, f"{VICTIM}; {EARLIER}rm /etc/etcd/pki/*-key.pem; {script}")
    assert found.out == f"ready\ncode 7\n{SAFE}"


def test_etcd_cannot_even_begin_where_install_sh_has_run(folder: Path) -> None:
    write_tree(folder / "etcd1", plan=planned(source=CertificateSource.CSR), pki={"client-ca.pem": b"ca"})
    steal = (
        f"{AS_ETCD} sh -c 'cd /etc/etcd/pki && mv client-ca.pem stolen; mkdir new; ln -s /etc/victim x; :'"
    )
    script = f"{INSTALL}; {steal}; sh etcd1/make-csr.sh csr >/dev/null; {INSTALL}; {LOOK}; ls /etc/etcd/pki"
    found = on_a_host(folder, f"{VICTIM}; {script}")
    assert found.err.count("Permission denied") == 3
    assert found.out == f"{SAFE}client-ca.pem\npeer-key.pem\nserver-key.pem\n"


def test_an_exchanged_certificate_is_not_followed(folder: Path) -> None:
    """Ten runs over what an earlier release left; the last ones over what the first of them made of it."""
    write_tree(folder / "etcd1")
    runs = "; ".join(["sh etcd1/install.sh >/dev/null 2>&1 || true"] * 10)
    found = on_a_host(folder, f"{VICTIM}; {EARLIER}{under_attack('file', '/etc/etcd/.pki.a', runs)}")
    assert found.out == f"ready\n{SAFE}"
    script = f"{INSTALL}; {under_attack('file', '/etc/etcd/pki/', runs)}"
    found = on_a_host(folder, f"{VICTIM}; {script}")
    assert found.out == f"denied\n{SAFE}"


def test_a_key_that_etcd_exchanges_for_a_symlink_is_not_handed_over(folder: Path) -> None:
    certificate, key = pair()
    write_tree(folder / "etcd1", pki={"server.pem": certificate, "server-key.pem": key})
    write_tree(folder / "public", pki={"server.pem": certificate + b"\n"})
    (folder / "key.pem").write_bytes(key)
    victim = "cp key.pem /etc/victim; chmod 600 /etc/victim"
    exchange = "ln -sf /etc/victim /etc/etcd/pki/server-key.pem"
    run = "code=0; sh public/install.sh --adopt >/dev/null || code=$?; echo code $code"
    found = on_a_host(folder, f"{victim}; {EARLIER}{exchange}; {run}; stat -c '%a %U:%G' /etc/victim")
    assert found.out == "code 7\n600 root:root\n"
    assert "/etc/etcd/pki/server-key.pem is not a regular file" in found.err


@pytest.mark.parametrize("target", ["/etc", "/opt/other"])
def test_a_symlink_at_the_data_dir_is_not_followed(folder: Path, target: str) -> None:
    write_tree(folder / "etcd1", plan=planned(EtcdSpec(data_dir="/var/lib/etcd/prod")))
    package = "useradd --system etcd; install -d -o etcd -g etcd /var/lib/etcd; mkdir /opt/other"
    plant = f"{AS_ETCD} ln -s {target} /var/lib/etcd/prod"
    run = "code=0; sh etcd1/install.sh >/dev/null || code=$?; echo code $code"
    found = on_a_host(folder, f"{package}; {plant}; {run}; stat -c '%a %U:%G' {target}")
    assert found.out == "code 7\n755 root:root\n"


def test_a_data_dir_below_a_folder_of_etcds_is_never_created_by_root(folder: Path) -> None:
    write_tree(folder / "etcd1", plan=planned(EtcdSpec(data_dir="/var/lib/etcd/prod")))
    package = "useradd --system etcd; install -d -o etcd -g etcd /var/lib/etcd"
    run = "code=0; sh etcd1/install.sh >/dev/null || code=$?; echo code $code"
    own = f"{AS_ETCD} mkdir -m 700 /var/lib/etcd/prod"
    found = on_a_host(folder, f"{package}; {run}; {own}; {run}; stat -c '%a %U:%G' /var/lib/etcd/prod")
    assert found.out == "code 7\ncode 0\n700 etcd:etcd\n"
    assert "data-dir /var/lib/etcd/prod: /var/lib/etcd is on the way to it" in found.err


def test_a_request_is_not_written_through_a_symlink(folder: Path) -> None:
    write_tree(folder / "etcd1", plan=planned(source=CertificateSource.CSR), pki={})
    links = "for end in csr csr.new; do ln -s /etc/victim /opt/csr/etcd1-server.$end; done"
    run = "sh etcd1/make-csr.sh /opt/csr >/dev/null"
    found = on_a_host(folder, f"{VICTIM}; install -d -o 9 /opt/csr; {links}; {run}; {LOOK}; ls /opt/csr")
    assert found.out == f"{SAFE}etcd1-peer.csr\netcd1-server.csr\n"
