"""Scripts on a host refuse, by name, what is not as they need it, before they change anything."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from etcdboot.effects.files.template_files import load_templates
from etcdboot.plan.plan import Flag
from etcdboot.render.renderer import render
from etcdboot.spec.spec import CertificateSource, EtcdSpec, Settings, Target
from integration.installing import INSTALL, STATE, on_a_host, planned, write_tree
from samples import parsers
from samples.plans import small_plan

pytestmark = pytest.mark.integration

MAKE = {
    "folder": "mkdir {0}",
    "symlink": "ln -s nowhere {0}",
    "special file": "mkfifo {0}",
    "file": "echo x >{0}",
}
OWN = {
    ".etcdboot.sha256": "file",
    ".etcdboot.restart": "file",
    ".etcdboot.new": "folder",
    ".etcdboot.keys": "folder",
    ".etcdboot.ready": "symlink",
}
TRY = "code=0; sh etcd1/{} >/dev/null || code=$?; echo code $code"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        *((f"/etc/etcd/{name}", kind) for name, own in OWN.items() for kind in MAKE if kind != own),
        *(("/run/etcdboot", kind) for kind in ("file", "symlink")),
        ("/run/etcdboot/$lock", "folder"),
        ("/run/etcdboot/$lock", "symlink"),
    ],
)
def test_install_refuses_another_kind_of_file_by_name(tmp_path: Path, path: str, kind: str) -> None:
    write_tree(tmp_path / "etcd1")
    lock = "lock=$(printf /etc/etcd | sha256sum | cut -c 1-32).lock"
    before = f"{INSTALL}; {lock}; rm -rf {path}; {MAKE[kind].format(path)}"
    adopt = f"echo '# new' >>etcd1/etcdctl.env; {TRY.format('install.sh --adopt')}"
    found = on_a_host(tmp_path, f"{before}; {STATE} >/mnt/a; {adopt}; {STATE} | diff /mnt/a -")
    assert (found.status, found.out) == (0, "code 7\n"), found
    shown = path.partition("$")[0]
    assert f"install.sh: {shown}" in found.err and f" is a {kind}, and a " in found.err


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/etc/etcd/.etcdboot.keys", "symlink"),
        ("/etc/etcd/.etcdboot.keys", "file"),
        ("/mnt/csr/etcd1-server.csr", "folder"),
    ],
)
def test_make_csr_refuses_another_kind_of_file_by_name(tmp_path: Path, path: str, kind: str) -> None:
    write_tree(tmp_path / "etcd1", plan=planned(source=CertificateSource.CSR), pki={})
    before = f"mkdir -p /etc/etcd /mnt/csr; {MAKE[kind].format(path)}"
    found = on_a_host(tmp_path, f"{before}; {TRY.format('make-csr.sh /mnt/csr')}")
    assert found.out == "code 7\n"
    assert f"make-csr.sh: {path} is a {kind}, and a " in found.err


def test_a_file_in_place_of_a_folder_for_logs_is_refused(tmp_path: Path) -> None:
    plan = small_plan(names=("etcd1",), flags=(Flag("log-outputs", "/opt/logs/etcd.log"),))
    write_tree(tmp_path / "etcd1", plan=plan)
    found = on_a_host(tmp_path, f"touch /opt/logs; {TRY.format('install.sh')}")
    assert found.out == "code 7\n"
    assert "/opt/logs is a file, and a folder belongs there" in found.err


@pytest.mark.parametrize("place", ["/tmp/x/etcd", "/var/tmp/etcd", "/opt/open/below/etcd"])
@pytest.mark.parametrize("key", ["config-dir", "data-dir", "wal-dir"])
def test_a_folder_below_one_that_every_user_can_write_to_is_refused(
    tmp_path: Path, key: str, place: str
) -> None:
    flags = (Flag("wal-dir", place),) if key == "wal-dir" else ()
    etcd = {"config-dir": EtcdSpec(config_dir=place), "data-dir": EtcdSpec(data_dir=place)}.get(key)
    plan = small_plan(Settings.CONFIG, Target.SYSTEMD, names=("etcd1",), flags=flags, etcd=etcd)
    write_tree(tmp_path / "etcd1", plan=plan)
    tops = "mount -t tmpfs -o mode=1777 tmpfs /opt; mkdir -p -m 1777 /opt/open; mkdir /opt/open/below"
    run = "code=0; sh /mnt/etcd1/install.sh >/dev/null || code=$?; echo code $code"
    found = on_a_host(tmp_path, f"cp -r etcd1 /mnt/; {tops}; chmod 755 /opt; {run}")
    assert found.out == "code 7\n"
    below = {"/tmp/x/etcd": "/tmp", "/var/tmp/etcd": "/var/tmp"}.get(place, "/opt/open")
    assert f"{key} {place} is below {below}, where every user can create files" in found.err


@pytest.mark.parametrize("script", ["install.sh", "make-csr.sh /mnt/csr"])
def test_a_primary_group_with_other_accounts_is_refused(tmp_path: Path, script: str) -> None:
    write_tree(tmp_path / "etcd1", plan=planned(source=CertificateSource.CSR), pki={"client-ca.pem": b"ca"})
    accounts = "useradd --system -g users etcd; useradd -g users alice; useradd bob; usermod -aG users bob"
    found = on_a_host(tmp_path, f"{accounts}; {STATE} >/mnt/a; {TRY.format(script)}; {STATE} | diff /mnt/a -")
    assert (found.status, found.out) == (0, "code 7\n")
    assert (
        "group users, the primary group of etcd, and these accounts in it could read them: alice bob"
        in found.err
    )
    assert "Set etcd.group in the spec" in found.err


HARD = "/opt/it's my 50% $HOME/etcd"


@pytest.mark.parametrize("before", ['install -d -o 9 "{0}"', 'mkdir -p "{0}"; chmod 777 "{0}"'])
def test_a_printed_command_works_with_every_path(tmp_path: Path, before: str) -> None:
    write_tree(tmp_path / "etcd1", plan=planned(EtcdSpec(config_dir=HARD)))
    quoted = HARD.replace("$", "\\$")
    paste = "sed -n 's/.* can change it: //p' /mnt/said | sh"
    run = f"{before.format(quoted)}; sh etcd1/install.sh 2>/mnt/said || echo code $?; {paste}; {INSTALL}"
    found = on_a_host(tmp_path, run)
    assert (found.status, found.out, found.err) == (0, "code 7\n", "")


def test_the_unit_prints_a_command_that_removes_its_marker_wherever_it_is(tmp_path: Path) -> None:
    plan = small_plan(
        Settings.CONFIG, Target.SYSTEMD, names=("etcd1",), etcd=EtcdSpec(config_dir=f"{tmp_path}{HARD}")
    )
    [unit] = (artifact for artifact in render(plan, load_templates()) if artifact.path.name == "etcd.service")
    command = next(
        value for _, key, value in parsers.parse_unit(unit.content.decode()) if key == "ExecStartPre"
    )
    marker = Path(f"{tmp_path}{HARD}/.etcdboot.ready")
    marker.parent.mkdir(parents=True)
    marker.symlink_to("/var/lib/etcd")
    words = [word.replace("$$", "$").replace("%%", "%") for word in shlex.split(command)]
    refused = subprocess.run(words, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    removal = refused.stderr.strip().rpartition("only then: ")[2]
    subprocess.run(["sh", "-c", removal], check=True)
    assert not marker.is_symlink()
    assert subprocess.run(words, capture_output=True, check=False).returncode == 0
