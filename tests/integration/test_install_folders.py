"""install.sh refuses folders that are not a member's, before it changes anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from etcdboot.plan.plan import Flag
from etcdboot.plan.system_folders import SYSTEM_FOLDERS
from etcdboot.spec.spec import EtcdSpec, Settings, Target
from integration.installing import INSTALL, STATE, on_a_host, planned, write_tree
from samples.plans import small_plan

pytestmark = pytest.mark.integration

TRY = "code=0; sh etcd1/install.sh >/dev/null || code=$?; echo code $code"
DATA = "/var/lib/etcd /var/lib/etcd/member /var/lib/etcd/member/wal"
MEMBER = f"useradd --system etcd; install -d -o etcd -g etcd -m 700 {DATA}"


MOVED = {"config-dir": EtcdSpec(config_dir="/opt/a/c"), "data-dir": EtcdSpec(data_dir="/opt/a/c")}


def refused(folder: Path, etcd: EtcdSpec, before: str = "true") -> str:
    """What it prints about a host that it must leave as it is."""
    write_tree(folder / "etcd1", plan=planned(etcd))
    modes = "for path in / /tmp /home /etc /var /usr /opt; do stat -c '%a %u:%g' $path; done"
    script = f"{before}; {{ {STATE}; {modes}; }} >/mnt/a; {TRY}; {{ {STATE}; {modes}; }} | diff /mnt/a -"
    found = on_a_host(folder, script)
    assert (found.status, found.out) == (0, "code 7\n"), found
    assert "nothing was changed" in found.err
    return found.err


def test_system_folders_are_refused_and_left_as_they_are(tmp_path: Path) -> None:
    """One script serves them all: only the path in it differs."""
    write_tree(tmp_path / "etcd1", plan=planned(EtcdSpec(config_dir="/etc/SOME", data_dir="/var/lib/OTHER")))
    text = (tmp_path / "etcd1/install.sh").read_text()
    assert f"system_folders='{' '.join(SYSTEM_FOLDERS)}'\n" in text
    paths = ["/", "//var/lib", "/tmp", "/data", "/var/lib", "/etc/kubernetes", "/usr/local/bin", "/opt/lib"]
    paths += ["/run/etcd", "/var/run/etcd", "/dev/shm/etcd"]
    (tmp_path / "paths").write_text("".join(f"{path}\n" for path in paths))
    attempt = (
        "while read -r path; do for line in config_dir=/etc/SOME data_dir=/var/lib/OTHER; do\n"
        'sed "s|^$line|${line%%=*}=$path|" etcd1/install.sh >etcd1/try.sh\n'
        "code=0; sh etcd1/try.sh >/dev/null 2>/mnt/err || code=$?\n"
        'if ! grep -q "is a folder of the system" /mnt/err || [ $code != 7 ]; then echo "$line $path"; fi\n'
        "done; done <paths"
    )
    look = f"{{ {STATE}; stat -c '%a %u:%g' / /tmp /home /etc /var /var/lib /usr /opt; }}"
    prepare = "ln -s /var/lib /opt/lib; cp -r . /mnt/x; cd /mnt/x"
    found = on_a_host(tmp_path, f"{prepare}; {look} >/mnt/a; {attempt}\n{look} | diff /mnt/a -")
    assert (found.status, found.out) == (0, "")


@pytest.mark.parametrize(
    ("config_dir", "data_dir", "said"),
    [
        ("/etc/etcd", "/etc/etcd/pki", "data-dir /etc/etcd/pki is in config-dir /etc/etcd"),
        ("/etc/etcd", "/etc/etcd", "data-dir /etc/etcd is in config-dir /etc/etcd"),
        ("/var/lib/etcd/conf", "/var/lib/etcd", "config-dir /var/lib/etcd/conf is in data-dir /var/lib/etcd"),
        ("/etc/etcd", "/opt/link/etcd/data", "is in config-dir /etc/etcd"),
    ],
)
def test_one_folder_in_the_other_is_refused(
    tmp_path: Path, config_dir: str, data_dir: str, said: str
) -> None:
    etcd = EtcdSpec(config_dir=config_dir, data_dir=data_dir)
    assert said in refused(tmp_path, etcd, "mkdir /etc/etcd; ln -s /etc /opt/link")


@pytest.mark.parametrize("key", ["config-dir", "data-dir"])
def test_a_symlink_is_refused(tmp_path: Path, key: str) -> None:
    place = {"config-dir": "/etc/etcd", "data-dir": "/var/lib/etcd"}[key]
    said = refused(tmp_path, EtcdSpec(), f"mkdir /opt/real; ln -s /opt/real {place}")
    assert f"{key} {place} is a symlink to /opt/real" in said


@pytest.mark.parametrize(
    ("before", "step"),
    [
        ("install -d -o 9 -g 9 /opt/a", "/opt/a"),
        ("install -d /opt/a; chmod 777 /opt/a", "/opt/a"),
        ("install -d -o 9 /opt/theirs; ln -s /opt/theirs /opt/a", "/opt/theirs"),
        (
            "install -d -o 9 /opt/theirs; ln -s /opt/srv /opt/theirs/l; ln -s /opt/theirs/l /opt/a",
            "/opt/theirs",
        ),
        ("install -d -o 9 /opt/theirs; ln -s theirs/. /opt/a", "/opt/theirs"),
        ("ln -s nowhere /opt/a", "/opt/a"),
        (
            "install -d -m 1777 /opt/s; ln -s /opt/srv /opt/s/a; chown -h 9 /opt/s/a; ln -s s/a /opt/a",
            "/opt/s/a",
        ),
    ],
)
@pytest.mark.parametrize("key", list(MOVED))
def test_a_way_that_another_user_could_exchange_is_refused(
    tmp_path: Path, key: str, before: str, step: str
) -> None:
    said = refused(tmp_path, MOVED[key], f"mkdir /opt/srv; {before}")
    assert f"{key} /opt/a/c: " in said and step in said


def test_a_config_dir_that_another_user_could_change_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, EtcdSpec(), "install -d -o 9 /etc/etcd")
    assert "config-dir /etc/etcd: another user than root can change it: chown root:root /etc/etcd" in said


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("mkdir /var/lib/etcd; touch /var/lib/etcd/x", "holds files, no member/ and is not etcd's"),
        ("touch /var/lib/etcd", "is not a folder"),
        (f"{MEMBER}; chown root /var/lib/etcd", "/var/lib/etcd belongs to root"),
        (f"{MEMBER}; chown root /var/lib/etcd/member", "/var/lib/etcd/member belongs to root"),
        (f"{MEMBER}; chown root /var/lib/etcd/member/wal", "/var/lib/etcd/member/wal belongs to root"),
        (f"{MEMBER}; touch /var/lib/etcd/member/wal/0.wal", "/var/lib/etcd/member/wal/0.wal belongs to root"),
        ("mkdir -p /var/lib/etcd/member", "/var/lib/etcd belongs to root"),
    ],
)
def test_data_that_are_not_the_users_are_refused_with_the_remedy(
    tmp_path: Path, before: str, said: str
) -> None:
    err = refused(tmp_path, EtcdSpec(), before)
    assert said in err
    assert ("chown -R etcd:etcd /var/lib/etcd\n" in err) is ("belongs to" in said)


def test_data_of_a_user_that_the_host_lacks_are_refused_with_a_remedy_that_works(tmp_path: Path) -> None:
    """A data volume that is mounted on another host."""
    write_tree(tmp_path / "etcd1")
    data = "install -d -m 0700 -o 994 /var/lib/etcd /var/lib/etcd/member"
    paste = "sed -n 's/.* runs as etcd: //p' /mnt/said | sh"
    again = "sh etcd1/install.sh >/dev/null"
    found = on_a_host(tmp_path, f"{data}; sh etcd1/install.sh 2>/mnt/said || echo code $?; {paste}; {again}")
    assert (found.status, found.out, found.err) == (0, "code 7\n", "")


def test_a_wal_dir_of_another_user_is_refused(tmp_path: Path) -> None:
    plan = small_plan(
        Settings.CONFIG, Target.SYSTEMD, names=("etcd1",), flags=(Flag("wal-dir", "/opt/wal/etcd"),)
    )
    write_tree(tmp_path / "etcd1", plan=plan)
    before = "useradd --system etcd; install -d -o etcd /opt/wal; install -d /opt/wal/etcd"
    found = on_a_host(tmp_path, f"{before}; {TRY}")
    assert found.out == "code 7\n"
    remedy = "chown -R etcd:etcd /opt/wal/etcd"
    assert f"/opt/wal/etcd belongs to root, and etcd runs as etcd: {remedy}" in found.err


@pytest.mark.parametrize(
    ("before", "state"),
    [
        ("mkdir /var/lib/etcd", "700 etcd:etcd"),
        ("mkdir -p /var/lib/etcd/lost+found", "700 etcd:etcd"),
        (f"{MEMBER}", "700 etcd:etcd"),
        (
            "useradd --system etcd; install -d -o etcd -g etcd /var/lib/etcd; touch /var/lib/etcd/x",
            "755 etcd:etcd",
        ),
    ],
)
def test_an_empty_folder_etcds_or_the_users_own_is_taken(tmp_path: Path, before: str, state: str) -> None:
    write_tree(tmp_path / "etcd1")
    found = on_a_host(tmp_path, f"{before}; {INSTALL}; stat -c '%a %U:%G' /var/lib/etcd")
    assert (found.status, found.out) == (0, f"{state}\n")
    assert ("is open to other users" in found.err) is state.startswith("755")
