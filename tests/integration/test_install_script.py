"""install.sh on a host of its own: what it installs, what it prints, and what it refuses at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from etcdboot.spec.spec import CertificateSource, EtcdSpec
from integration.installing import INSTALL, RUNNING, STATE, on_a_host, pair, planned, without, write_tree
from lab.peers.fixtures import require_peer

pytestmark = pytest.mark.integration

MODES = (
    "stat -Lc '%A %U:%G %n' /etc/etcd /etc/etcd/* /etc/etcd/pki/* /etc/etcd/.etcdboot.sha256 /var/lib/etcd"
)


FILES = ("etcdctl.env", "etcd.conf.yml", "etcd.service", "install.sh")
PKI = ("client-ca.pem", "server-key.pem", "server.pem")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    write_tree(tmp_path / "etcd1")
    return tmp_path / "etcd1"


def test_everything_gets_its_place_owner_and_mode(tree: Path) -> None:
    script = f"sh etcd1/install.sh; {MODES}; readlink /etc/systemd/system/etcd.service; id etcd"
    found = on_a_host(tree.parent, script)
    assert found.status == 0, found
    for line in (
        "drwxr-xr-x root:root /etc/etcd",
        "-rw-r--r-- root:root /etc/etcd/etcd.conf.yml",
        "-rw-r--r-- root:root /etc/etcd/etcd.service",
        "drwxr-x--- root:etcd /etc/etcd/pki",
        "-rw-r----- root:etcd /etc/etcd/pki/server-key.pem",
        "-rw-r----- root:etcd /etc/etcd/pki/server.pem",
        "-rw------- root:root /etc/etcd/.etcdboot.sha256",
        "drwx------ etcd:etcd /var/lib/etcd",
        "/etc/etcd/etcd.service",
    ):
        assert f"{line}\n" in found.out
    assert "etcd1: installed." in found.out
    assert "systemctl enable --now --no-block etcd.service" in found.out
    assert found.err == ""


def test_the_group_of_the_spec_may_read_keys_and_etcd_may_change_none(tmp_path: Path) -> None:
    write_tree(tmp_path / "etcd1", plan=planned(EtcdSpec(group="certs")))
    as_etcd = "setpriv --reuid=etcd --regid=certs --clear-groups"
    changes = (
        "for name in server-key.pem new.pem; do echo x >/etc/etcd/pki/$name && echo changed; done; exit 0"
    )
    script = f"{INSTALL}; {as_etcd} cat /etc/etcd/pki/server-key.pem; {as_etcd} sh -c '{changes}'; {MODES}"
    found = on_a_host(tmp_path, script)
    assert "server-key.pemkey" in found.out
    assert "changed" not in found.out and found.err.count("cannot create") == 2
    assert "-rw-r----- root:certs /etc/etcd/pki/server-key.pem\n" in found.out
    assert "Group=certs\n" in (tmp_path / "etcd1/etcd.service").read_text()


def test_the_manifest_is_in_the_form_of_sha256sum(tree: Path) -> None:
    found = on_a_host(tree.parent, f"{INSTALL}; cd /etc/etcd; sha256sum --strict -c .etcdboot.sha256")
    assert found.status == 0
    assert set(found.out.split()) - {"OK"} == {
        *("etcd.conf.yml:", "etcd.service:", "etcdctl.env:", "install.sh:"),
        *(".pki.a/server.pem:", ".pki.a/server-key.pem:", ".pki.a/client-ca.pem:"),
    }


def test_a_second_run_changes_nothing(tree: Path) -> None:
    script = f"{INSTALL}; {STATE} >/mnt/a; sh etcd1/install.sh | head -n 1; {STATE} | diff /mnt/a -"
    found = on_a_host(tree.parent, script)
    assert (found.status, found.out, found.err) == (0, "etcd1: already up to date.\n", "")


def test_a_dry_run_names_each_file_and_changes_nothing(tree: Path) -> None:
    dry = "sh etcd1/install.sh --dry-run"
    found = on_a_host(tree.parent, f"{STATE} >/mnt/a; {dry}; {STATE} | diff /mnt/a -")
    assert (found.status, found.err) == (0, "")
    assert found.out.splitlines() == [
        "would create: user etcd",
        "would create: /etc/etcd",
        "would create: /var/lib/etcd",
        *(f"would install: /etc/etcd/{name}" for name in FILES),
        *(f"would install: /etc/etcd/pki/{name}" for name in PKI),
        "would swap: /etc/etcd/pki",
        "would link: /etc/systemd/system/etcd.service",
        "etcd.service is not running.",
    ]
    found = on_a_host(tree.parent, f"{INSTALL}; {RUNNING}{dry}; echo '# new' >>etcd1/etcd.service; {dry}")
    first, second = found.out.split("No restart of etcd.service would be needed.\n")
    assert first.splitlines() == [
        *(f"unchanged: /etc/etcd/{name}" for name in FILES),
        "etcd1: already up to date.",
    ]
    assert "would replace: /etc/etcd/etcd.service\n" in second
    assert second.endswith("A restart of etcd.service would be needed.\n")


@pytest.mark.parametrize(
    ("before", "status", "said"),
    [
        ("export FAKE_RELEASE=3.5.33", 7, "is etcd 3.5.33, and these files are for 3.6.14"),
        ("rm /usr/local/bin/etcd", 8, "/usr/local/bin/etcd is missing"),
        ("ln -sf /bin/true /usr/local/bin/etcd", 7, "does not report an etcd version"),
        (
            "touch /etc/systemd/system/etcd.service",
            7,
            "etcd.service is not recorded as installed by etcdboot",
        ),
        ("rm etcd1/etcdctl.env", 8, "etcdctl.env is missing"),
    ],
)
def test_refuses_before_it_touches_anything(tree: Path, before: str, status: int, said: str) -> None:
    script = f"{before}; code=0; sh etcd1/install.sh || code=$?; echo code $code; ls /etc/etcd 2>&1 || true"
    found = on_a_host(tree.parent, script)
    assert f"code {status}\n" in found.out
    assert said in found.err
    assert "cannot access '/etc/etcd'" in found.out


def test_another_patch_is_a_warning(tree: Path) -> None:
    found = on_a_host(tree.parent, "FAKE_RELEASE=3.6.1 sh etcd1/install.sh")
    assert found.status == 0
    assert "warning: /usr/local/bin/etcd is etcd 3.6.1; these files are for 3.6.14" in found.err


def test_only_root_installs_and_words_are_checked(tree: Path) -> None:
    as_nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups sh /mnt/etcd1/install.sh || echo code $?"
    found = on_a_host(
        tree.parent, f"cp -r etcd1 /mnt/; chmod -R a+rX /mnt; {as_nobody}; sh etcd1/install.sh now || echo $?"
    )
    assert "only root can install" in found.err
    assert found.out == "code 7\n2\n"


def test_new_certificates_replace_all_old_ones_at_once(tree: Path) -> None:
    write_tree(tree.parent / "newer", b"new\n")
    (tree / "pki" / "old.pem").write_text("goes")
    script = f"{INSTALL}; sh newer/install.sh >/dev/null; cd /etc/etcd; ls -A pki; cat pki/*; ls -A"
    found = on_a_host(tree.parent, script)
    assert (found.status, found.err) == (0, "")
    assert "old.pem" not in found.out
    assert found.out.count("new\n") == 3
    assert ".pki.b\n" in found.out and found.out.count(".pki") == 1  # one folder, behind the symlink


def test_a_certificate_without_its_key_keeps_the_one_on_the_host(tmp_path: Path) -> None:
    certificate, key = pair()
    write_tree(tmp_path / "etcd1", pki={"server.pem": certificate, "server-key.pem": key})
    write_tree(tmp_path / "public", pki={"server.pem": certificate + b"\n", "client-ca.pem": b"ca"})
    found = on_a_host(
        tmp_path, f"{INSTALL}; sh public/install.sh >/dev/null; {MODES}; cat /etc/etcd/pki/*-key.pem"
    )
    assert (found.status, found.err) == (0, "")
    assert "-rw-r----- root:etcd /etc/etcd/pki/server-key.pem\n" in found.out
    assert found.out.endswith(key.decode())


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [("", 8, "openssl is missing"), ("--unchecked", 0, "installed")],
)
def test_without_openssl_a_kept_key_is_only_installed_unchecked(
    tmp_path: Path, options: str, status: int, said: str
) -> None:
    certificate, key = pair()
    write_tree(tmp_path / "etcd1", pki={"server.pem": certificate, "server-key.pem": key})
    write_tree(tmp_path / "public", pki={"server.pem": certificate + b"\n"})
    run = f"code=0; /bin/sh public/install.sh {options} || code=$?; echo $code; ls -A /etc/etcd"
    found = on_a_host(tmp_path, f"{INSTALL}; {without('openssl')}; {run}")
    assert (f"\n{status}\n" in f"\n{found.out}") and said in found.out + found.err
    assert (".pki.b" in found.out) is (status == 0)


@pytest.mark.parametrize(
    ("change", "restart"),
    [
        ("true", ""),
        ("echo new >>etcd1/pki/server.pem", "No restart is needed"),
        ("echo new >>etcd1/etcdctl.env", "No restart is needed"),
        ("echo new >>etcd1/pki/client-ca.pem", "systemctl restart etcd.service"),
        ("echo '# new' >>etcd1/etcd.conf.yml", "systemctl restart etcd.service"),
        ("echo '# new' >>etcd1/etcd.service", "systemctl restart etcd.service"),
    ],
)
def test_a_restart_is_asked_for_only_where_etcd_would_not_see_the_change(
    tree: Path, change: str, restart: str
) -> None:
    found = on_a_host(tree.parent, f"{RUNNING}{INSTALL}; {change}; sh etcd1/install.sh")
    assert (found.status, found.err) == (0, "")
    assert restart in found.out
    assert ("systemctl restart" in found.out) is restart.startswith("systemctl")
    assert ("No restart is" in found.out) is restart.startswith("No")


def test_only_one_run_at_a_time_works_on_a_config_dir(tree: Path) -> None:
    """The first run waits in the lookup of the release, with the lock in its hand."""
    fifos = "mkfifo /mnt/waits /mnt/gate"
    waiting = "printf '#!/bin/sh\\necho >/mnt/waits; cat /mnt/gate\\n' >/usr/local/bin/etcd"
    first = f"{fifos}; {waiting}; sh etcd1/install.sh >/mnt/first 2>&1 & read _ </mnt/waits"
    second = "code=0; sh etcd1/install.sh || code=$?; echo code $code"
    end = (
        "echo 'etcd Version: 3.6.14' >/mnt/gate; wait; cat /mnt/first; ls /etc/etcd; stat -c %a /run/etcdboot"
    )
    found = on_a_host(tree.parent, f"{first}; {second}; ls /etc/etcd 2>&1 || true; {end}")
    before, _, after = found.out.partition("code 7\n")
    assert before == "" and "No such file" in after.splitlines()[0]
    assert "another run of install.sh or make-csr.sh works on /etc/etcd" in found.err
    assert "etcd1: installed." in after and after.endswith("700\n")


def test_without_flock_nothing_is_installed(tree: Path) -> None:
    found = on_a_host(tree.parent, f"{without('flock')}; /bin/sh etcd1/install.sh")
    assert (found.status, found.out) == (8, "")
    assert "flock is missing: install it (package util-linux)" in found.err


BUSYBOX = """\
mkdir /mnt/applets; cp busybox /mnt/applets/
for name in $(/mnt/applets/busybox --list); do
  case $name in busybox | adduser | getent | id) ;; *) ln -s busybox /mnt/applets/$name ;; esac
done
PATH=/mnt/applets:$PATH; hash -r
"""


def test_busybox_installs_the_same_as_dash_and_gnu_programs_do(tmp_path: Path) -> None:
    busybox = require_peer("busybox")
    write_tree(tmp_path / "etcd1", plan=planned(source=CertificateSource.CSR), pki={"client-ca.pem": b"ca"})
    (tmp_path / "busybox").write_bytes(busybox.read_bytes())
    (tmp_path / "busybox").chmod(0o755)
    runs = "\n".join(
        (
            "mkdir -p /etc/etcd; echo mine >/etc/etcd/etcd.conf.yml",
            "code=0; sh etcd1/install.sh 2>&1 || code=$?; echo code $code",
            "sh etcd1/install.sh --adopt | sed s/etcdboot-[0-9TZ]*/DATED/; rm /etc/etcd/*.before-*",
            "sh etcd1/make-csr.sh /mnt/csr; sh etcd1/install.sh; sh etcd1/install.sh --dry-run",
            MODES,
            "cd /etc/etcd; sha256sum -c .etcdboot.sha256 | sort",
        )
    )
    gnu, other = on_a_host(tmp_path, runs), on_a_host(tmp_path, BUSYBOX + runs)
    assert (gnu.status, gnu.err) == (0, "")
    assert other.status == 0
    assert other.out.splitlines() == gnu.out.splitlines()


# Two certificates in one bundle, as while a CA is replaced: the one that signs comes first.
TWO = "printf 'one\\ntwo\\n' >etcd1/pki/peer-ca.pem"
OTHER_WAY_ROUND = "printf 'two\\none\\n' >etcd1/pki/peer-ca.pem"


def test_the_order_of_certificates_in_a_trust_file_needs_no_restart(tree: Path) -> None:
    found = on_a_host(tree.parent, f"{TWO}; {RUNNING}{INSTALL}; {OTHER_WAY_ROUND}; sh etcd1/install.sh")
    assert found.status == 0, found.err
    assert "No restart is needed" in found.out


# systemd's own name for a run of a unit; another one after a restart.
NAMED_RUN = """\
printf '#!/bin/sh\\ncase "$1" in show) cat /run/invocation ;; esac\\n' >/usr/local/bin/systemctl
echo first >/run/invocation
"""


def test_a_restart_is_asked_for_until_it_has_happened(tree: Path) -> None:
    change = "echo '# new' >>etcd1/etcd.conf.yml"
    again = "sh etcd1/install.sh"
    asked = on_a_host(tree.parent, f"{RUNNING}{NAMED_RUN}{INSTALL}; {change}; {INSTALL}; {again}")
    assert asked.out.startswith("etcd1: already up to date.\n")
    assert "systemctl restart etcd.service" in asked.out
    restarted = f"{RUNNING}{NAMED_RUN}{INSTALL}; {change}; {INSTALL}; echo second >/run/invocation; {again}"
    found = on_a_host(tree.parent, restarted)
    assert found.out.startswith("etcd1: already up to date.\n")
    assert "systemctl" not in found.out


def test_help_explains_each_option_and_an_unknown_one_is_named(tree: Path) -> None:
    shown = on_a_host(tree.parent, "sh etcd1/install.sh --help")
    options = ("--dry-run", "--adopt", "--unchecked", "--remove-source")
    assert [line.split()[0] for line in shown.out.splitlines()[1:]] == list(options)
    wrong = on_a_host(tree.parent, "sh etcd1/install.sh --frob")
    assert (wrong.status, "unknown option --frob" in wrong.err) == (2, True)
