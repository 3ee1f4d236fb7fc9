"""install.sh replaces, removes and hands over only what it has installed itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from etcdboot.spec.spec import CertificateSource, EtcdSpec
from integration.installing import INSTALL, STATE, on_a_host, pair, planned, write_tree

pytestmark = pytest.mark.integration

BY_HAND = """\
mkdir -p /etc/etcd/pki/sub
echo K >/etc/etcd/pki/ca-key.pem; echo K >/etc/etcd/pki/sub/only-copy.key; echo N >/etc/etcd/my-notes.txt
echo hand >/etc/etcd/etcd.conf.yml; echo hand >/etc/systemd/system/etcd.service
"""
IN_THE_WAY = (
    *("/etc/etcd/etcd.conf.yml", "/etc/etcd/pki/ca-key.pem", "/etc/etcd/pki/sub"),
    "/etc/systemd/system/etcd.service",
)
ASIDE = r"before-etcdboot-[0-9]{8}T[0-9]{6}Z"
# What the install.sh of before the manifest has left: pki/ and all in it are the user's.
EARLIER = """\
useradd --system etcd
mkdir -p /etc/etcd; cp etcd1/*.* /etc/etcd/; cp -r etcd1/pki /etc/etcd/.pki.a; ln -s .pki.a /etc/etcd/pki
chmod 0600 /etc/etcd/.pki.a/*; chmod 0750 /etc/etcd/.pki.a; chown -R etcd:etcd /etc/etcd/.pki.a
ln -s /etc/etcd/etcd.service /etc/systemd/system/etcd.service
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    write_tree(tmp_path / "etcd1")
    return tmp_path / "etcd1"


@pytest.mark.parametrize("option", ["", "--dry-run"])
def test_foreign_files_are_all_named_and_nothing_changes(tree: Path, option: str) -> None:
    run = f"code=0; sh etcd1/install.sh {option} >/mnt/out || code=$?; echo code $code"
    found = on_a_host(tree.parent, f"{BY_HAND}{STATE} >/mnt/a; {run}; {STATE} | diff /mnt/a -")
    assert (found.status, found.out) == (0, "code 7\n")
    for path in IN_THE_WAY:
        assert f"install.sh: {path} is not recorded as installed by etcdboot\n" in found.err or path.endswith(
            "/sub"
        )
    assert "/etc/etcd/pki/sub is not a regular file" in found.err
    assert "nothing was changed. To move these files aside under a dated name, use --adopt" in found.err
    assert "my-notes" not in found.err


def test_adopt_moves_foreign_files_aside_and_loses_none(tree: Path) -> None:
    look = f"cd /etc/etcd; ls -A | sed -E s/{ASIDE}/DATED/; cat pki.before*/ca-key.pem pki.before*/sub/*; "
    more = f"cat etcd.conf.yml.before*; ls /etc/systemd/system | sed -E s/{ASIDE}/DATED/ | grep etcd; ls pki"
    found = on_a_host(tree.parent, f"{BY_HAND}sh etcd1/install.sh --adopt; {look}{more}")
    assert (found.status, found.err) == (0, "")
    assert found.out.count("moved aside: ") == 3
    listed = found.out.splitlines()
    assert {"etcd.conf.yml.DATED", "pki.DATED", "etcd.service.DATED", "my-notes.txt", "pki"} <= set(listed)
    assert (listed.count("K"), listed.count("hand")) == (2, 1)
    assert listed[-3:] == ["client-ca.pem", "server-key.pem", "server.pem"]


def test_adopt_never_overwrites_what_was_moved_aside_before(tree: Path) -> None:
    """The clock of the host stands still, so both names are the same."""
    clock = (
        "printf '#!/bin/sh\\necho 20300101T000000Z\\n' >/usr/local/bin/date; chmod 755 /usr/local/bin/date"
    )
    adopt = "sh etcd1/install.sh --adopt >/dev/null"
    twice = f"{adopt}; rm /etc/etcd/etcd.conf.yml; echo more >/etc/etcd/etcd.conf.yml; {adopt}"
    found = on_a_host(tree.parent, f"{clock}; {BY_HAND}{twice}; cd /etc/etcd; cat etcd.conf.yml.before*")
    assert (found.status, found.out) == (0, "hand\nmore\n")


def test_an_edited_file_is_refused_and_adopt_keeps_the_edit(tree: Path) -> None:
    edit = "echo '# mine' >>/etc/etcd/etcd.conf.yml; echo x >>/etc/etcd/pki/server.pem"
    run = "code=0; sh etcd1/install.sh >/dev/null || code=$?; echo code $code"
    adopt = "sh etcd1/install.sh --adopt >/dev/null"
    look = (
        "cd /etc/etcd; grep -h mine *.conf.yml*; tail -qn 1 pki.before*/server.pem; tail -n 1 pki/server.pem"
    )
    found = on_a_host(tree.parent, f"{INSTALL}; {edit}; {run}; {adopt}; {look}")
    assert (found.status, found.out) == (0, "code 7\n# mine\nx\nserver.pemkey\n")
    for path in ("/etc/etcd/etcd.conf.yml", "/etc/etcd/pki/server.pem"):
        assert f"{path} was changed by hand since it was installed" in found.err


@pytest.mark.parametrize("option", ["", "--adopt"])
def test_the_folder_of_another_program_is_never_touched(tmp_path: Path, option: str) -> None:
    write_tree(tmp_path / "etcd1", plan=planned(EtcdSpec(config_dir="/etc/kubernetes")))
    other = "mkdir -p /etc/kubernetes/pki/etcd; echo K >/etc/kubernetes/pki/ca.key"
    run = f"code=0; sh etcd1/install.sh {option} || code=$?; echo code $code"
    found = on_a_host(tmp_path, f"{other}; {STATE} >/mnt/a; {run}; {STATE} | diff /mnt/a -")
    assert (found.status, found.out) == (0, "code 7\n")
    assert "config-dir /etc/kubernetes is a folder of the system" in found.err


def test_files_equal_to_the_planned_ones_are_taken_over(tree: Path) -> None:
    """Copied by hand into config-dir, then installed: from there, and from elsewhere."""
    for run in ("sh /etc/etcd/install.sh", "sh etcd1/install.sh"):
        look = "stat -Lc '%a %U:%G' /etc/etcd/pki /etc/etcd/pki/*; ls -A /etc/etcd"
        found = on_a_host(tree.parent, f"cp -r etcd1 /etc/etcd; chmod 777 /etc/etcd/pki/*; {run}; {look}")
        assert (found.status, found.err) == (0, "")
        assert found.out.count("640 root:etcd\n") == 3 and "750 root:etcd\n" in found.out
        assert found.out.count(".pki.") == 1 and ".etcdboot.sha256" in found.out


def test_running_from_config_dir_again_changes_nothing(tree: Path) -> None:
    again = "sh /etc/etcd/install.sh | head -n 1"
    script = f"{INSTALL}; rm -r etcd1; {STATE} >/mnt/a; {again}; {STATE} | diff /mnt/a -"
    found = on_a_host(tree.parent, f"cp -r etcd1 /mnt/; cd /mnt; {script}")
    assert (found.status, found.out, found.err) == (0, "etcd1: already up to date.\n", "")


def test_an_edit_in_config_dir_is_not_taken_over_from_there(tree: Path) -> None:
    run = "code=0; sh /etc/etcd/install.sh >/dev/null || code=$?; echo code $code"
    found = on_a_host(tree.parent, f"{INSTALL}; echo '# mine' >>/etc/etcd/etcd.conf.yml; {run}")
    assert found.out == "code 7\n"
    assert "etcd.conf.yml was changed by hand" in found.err


def test_what_an_earlier_install_sh_has_placed_is_taken_over(tree: Path) -> None:
    look = "stat -Lc '%a %U:%G' /etc/etcd/pki /etc/etcd/pki/*; ls -A /etc/etcd"
    found = on_a_host(tree.parent, f"{EARLIER}{INSTALL}; {look}")
    assert (found.status, found.err) == (0, "")
    assert found.out.count("640 root:etcd\n") == 3 and "750 root:etcd\n" in found.out
    assert ".pki.b\n" in found.out and ".pki.a\n" not in found.out


def test_other_content_of_an_earlier_install_sh_is_refused_and_kept_by_adopt(tree: Path) -> None:
    write_tree(tree.parent / "newer", b"new\n")
    run = "code=0; sh newer/install.sh >/dev/null || code=$?; echo code $code"
    adopt = "sh newer/install.sh --adopt >/dev/null 2>&1; cat /etc/etcd/pki/* /etc/etcd/pki.before*/*"
    found = on_a_host(tree.parent, f"{EARLIER}{run}; {adopt}")
    assert found.status == 0
    assert found.err.count("is not recorded as installed by etcdboot") == 3
    assert (found.out.count("new\n"), found.out.count("key\n")) == (3, 3)


def test_the_keys_of_the_host_survive_whatever_becomes_of_pki(tmp_path: Path) -> None:
    """Its symlink is led elsewhere: the folder that it led to holds the only copy of the key."""
    certificate, key = pair()
    plan = planned(source=CertificateSource.CSR)
    write_tree(tmp_path / "etcd1", plan=plan, pki={"server.pem": certificate})
    made = "mkdir -p /etc/etcd/pki; cat >/etc/etcd/pki/server-key.pem <<'END'\n" + key.decode() + "END\n"
    elsewhere = "mkdir /etc/etcd/other; ln -sfn other /etc/etcd/pki"
    adopt = "sh etcd1/install.sh --adopt >/dev/null 2>&1; cd /etc/etcd; grep -rlF 'PRIVATE KEY' .pki.* pki.*"
    found = on_a_host(tmp_path, f"{made}{INSTALL}; {elsewhere}; {adopt} | sed -E s/{ASIDE}/DATED/")
    assert (found.status, found.out) == (0, "pki.DATED.1/server-key.pem\n")


def test_a_file_that_is_no_longer_planned_stays_and_is_named(tree: Path) -> None:
    write_tree(tree.parent / "newer")
    (tree.parent / "newer/etcd.service").rename(tree.parent / "newer/etcd-x.service")
    for script in (tree.parent / "newer").glob("*.sh"):
        script.write_text(script.read_text().replace("etcd.service", "etcd-x.service"))
    run = "sh newer/install.sh >/dev/null; ls /etc/etcd/*.service; grep -c service /etc/etcd/.etcdboot.sha256"
    found = on_a_host(tree.parent, f"{INSTALL}; {run}")
    assert found.status == 0
    assert "/etc/etcd/etcd.service no longer belongs to the installation" in found.err
    assert found.out == "/etc/etcd/etcd-x.service\n/etc/etcd/etcd.service\n2\n"


# --- the folder that the script was copied in


def test_the_command_that_removes_the_copied_folder_is_printed(tmp_path: Path) -> None:
    write_tree(tmp_path / "it's mine/etcd1")
    found = on_a_host(tmp_path, 'cd "it\'s mine"; sh etcd1/install.sh >/mnt/out; tail -n 1 /mnt/out')
    command = found.out.strip().partition("When you no longer need it: ")[2]
    assert command.startswith("rm -rf -- '/")
    command = command.replace(str(tmp_path), "/mnt/copy")
    again = on_a_host(tmp_path, f"cp -r . /mnt/copy; {command}; ls /mnt/copy/*")
    assert (again.status, again.out) == (0, "")


def test_the_folder_is_removed_on_demand_and_the_installation_can_be_run_again(tree: Path) -> None:
    copy = "cp -r etcd1 /mnt/; cd /mnt"
    remove = "sh etcd1/install.sh --remove-source | tail -n 1; ls -d /mnt/etcd1 || true"
    again = "sh /etc/etcd/install.sh | head -n 1; cat /etc/etcd/pki/server-key.pem"
    found = on_a_host(tree.parent, f"{copy}; {remove}; {again}")
    assert found.status == 0
    assert "cannot access '/mnt/etcd1'" in found.err
    assert found.out == (
        "Removed: /mnt/etcd1. To run the installer again: sh /etc/etcd/install.sh\n"
        "etcd1: already up to date.\nserver-key.pemkey\n"
    )


@pytest.mark.parametrize("extra", ["notes.txt", ".hidden", "pki/mine.txt", "csr/etcd1-server.csr"])
def test_a_folder_with_anything_else_in_it_is_not_removed(tree: Path, extra: str) -> None:
    put = (
        f"cp -r etcd1 /mnt/; cd /mnt; mkdir -p etcd1/csr; rmdir etcd1/csr; install -D /dev/null etcd1/{extra}"
    )
    run = "code=0; sh etcd1/install.sh --remove-source || code=$?; echo code $code; ls /etc/etcd 2>&1 || true"
    found = on_a_host(tree.parent, f"{put}; {run}; ls etcd1/{extra}")
    assert found.status == 0 and "code 7\nls: cannot access '/etc/etcd'" in found.out
    named = extra if extra.startswith(("pki", ".", "notes")) else "csr"
    assert f"--remove-source: /mnt/etcd1/{named} is not rendered" in found.err


@pytest.mark.parametrize("accounts", ["useradd --system etcd", "groupadd keys; useradd -g keys etcd"])
def test_a_group_of_etcds_alone_is_accepted(tree: Path, accounts: str) -> None:
    found = on_a_host(tree.parent, f"{accounts}; useradd alice; {INSTALL}")
    assert (found.status, found.err) == (0, "")


def test_a_shared_group_that_the_spec_names_is_accepted_with_a_warning(tmp_path: Path) -> None:
    write_tree(tmp_path / "etcd1", plan=planned(EtcdSpec(group="keys")))
    accounts = "useradd --system etcd; groupadd keys; useradd -G keys alice"
    found = on_a_host(tmp_path, f"{accounts}; {INSTALL}")
    assert found.status == 0
    assert "warning: the keys are for group keys, as etcd.group says" in found.err
    assert found.err.endswith("can read them: alice\n")


def test_the_folder_of_another_member_is_refused_and_adopt_takes_it(tree: Path) -> None:
    other = "cp -r etcd1 /mnt/etcd2; sed -i 's/^identity=.*/identity=other/' /mnt/etcd2/install.sh"
    attempt = "sh /mnt/etcd2/install.sh || code=$?"
    look = f"{STATE} >/mnt/a; {attempt}; {STATE} | diff /mnt/a - && echo $code"
    refused = on_a_host(tree.parent, f"{INSTALL}; {other}; {look}")
    assert refused.out == "7\n", refused
    assert "/etc/etcd holds the installation of 'member etcd1 of cluster" in refused.err
    adopted = on_a_host(tree.parent, f"{INSTALL}; {other}; sh /mnt/etcd2/install.sh --adopt")
    assert (adopted.status, adopted.out.startswith("etcd1: installed.\n")) == (0, True)
