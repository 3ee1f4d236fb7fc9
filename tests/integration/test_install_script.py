"""install.sh on a host of its own: root's /etc, /opt and /var are throw-away there."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

from etcdboot.effects.templates import load_templates
from etcdboot.ground.artifact import Artifact
from etcdboot.model.spec import Settings, Target
from etcdboot.products.render.rendering import render
from lab.peers.fixtures import require_capability
from lab.world.namespaces import ENVIRONMENT, new_world
from lab.world.pristine import HOST
from samples.plans import small_plan

pytestmark = pytest.mark.integration

WORLD = f"""\
set -e
mount -t tmpfs tmpfs /mnt
for top in etc opt usr/local var; do
  mkdir -p /mnt/$top/upper /mnt/$top/work
  mount -t overlay overlay -o lowerdir=/$top,upperdir=/mnt/$top/upper,workdir=/mnt/$top/work /$top
done
(cd / || exit
{HOST})
printf '#!/bin/sh\\necho "etcd Version: ${{FAKE_RELEASE:-3.6.14}}"\\n' >/usr/local/bin/etcd
chmod 755 /usr/local/bin/etcd
cd "$1"
"""
STATE = "stat -Lc '%A %U:%G %n' /etc/etcd /etc/etcd/* /etc/etcd/pki/* /var/lib/etcd; ls -A /etc/etcd | wc -l"

INSTALL = "sh etcd1/install.sh >/dev/null"


@dataclass(frozen=True)
class Tried:
    status: int
    out: str
    err: str


def write_tree(folder: Path, keys: bytes = b"key\n", *, public: bool = False) -> None:
    files = {"server.pem": 0o644, "client-ca.pem": 0o644, "server-key.pem": 0o600}
    material = tuple(
        Artifact(PurePosixPath("pki", name), name.encode() + keys, mode)
        for name, mode in files.items()
        if not (public and mode == 0o600)
    )
    plan = small_plan(Settings.CONFIG, Target.SYSTEMD, names=("etcd1",))
    for each in render(plan, load_templates(), {"etcd1": material}):
        path = folder / each.path.name if "pki" not in each.path.parts else folder / "pki" / each.path.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(each.content)
        path.chmod(each.mode)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    require_capability("root")
    require_capability("overlay mounts")
    write_tree(tmp_path / "etcd1")
    return tmp_path / "etcd1"


def on_a_host(tree: Path, script: str) -> Tried:
    done = subprocess.run(
        new_world("sh", "-c", WORLD + script, "sh", str(tree.parent)),
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Tried(done.returncode, done.stdout, done.stderr)


def test_everything_gets_its_place_owner_and_mode(tree: Path) -> None:
    found = on_a_host(
        tree, f"sh etcd1/install.sh; {STATE}; readlink /etc/systemd/system/etcd.service; id etcd"
    )
    assert found.status == 0, found
    for line in (
        "drwxr-xr-x root:root /etc/etcd",
        "-rw-r--r-- root:root /etc/etcd/etcd.conf.yml",
        "-rw-r--r-- root:root /etc/etcd/etcd.service",
        "drwxr-x--- etcd:etcd /etc/etcd/pki",
        "-rw------- etcd:etcd /etc/etcd/pki/server-key.pem",
        "-rw-r--r-- etcd:etcd /etc/etcd/pki/server.pem",
        "drwx------ etcd:etcd /var/lib/etcd",
        "/etc/etcd/etcd.service",
    ):
        assert f"{line}\n" in found.out
    assert "etcd1 is in its place." in found.out
    assert "systemctl enable --now --no-block etcd.service" in found.out
    assert found.err == ""


def test_a_second_run_changes_nothing(tree: Path) -> None:
    listing = "find /etc/etcd /var/lib/etcd -printf '%p %i %m %u\\n' | sort"
    script = f"{INSTALL}; {listing} >/mnt/a; {INSTALL}; {listing} >/mnt/b"
    found = on_a_host(
        tree, f"{script}; grep pki /mnt/a >/mnt/c; grep pki /mnt/b | diff /mnt/c - && wc -l </mnt/c"
    )
    assert (found.status, found.out.strip(), found.err) == (
        0,
        "5",
        "",
    )  # the symlink, its folder, three files


def test_a_dry_run_says_all_and_does_nothing(tree: Path) -> None:
    found = on_a_host(tree, "sh etcd1/install.sh --dry-run; set +e; ls -d /etc/etcd /var/lib/etcd; id etcd")
    assert "would run: install -d -m 0700 -o etcd -g etcd -- /var/lib/etcd" in found.out
    assert "would replace: /etc/etcd/pki" in found.out
    assert "would run: ln -s -- /etc/etcd/etcd.service /etc/systemd/system/etcd.service" in found.out
    assert "cannot access '/etc/etcd'" in found.err and "no such user" in found.err


@pytest.mark.parametrize(
    ("before", "status", "said"),
    [
        ("export FAKE_RELEASE=3.5.33", 7, "is etcd 3.5.33, and these files are for 3.6.14"),
        ("rm /usr/local/bin/etcd", 8, "/usr/local/bin/etcd is not there"),
        ("ln -sf /bin/true /usr/local/bin/etcd", 7, "does not say that it is etcd"),
        ("touch /etc/systemd/system/etcd.service", 7, "is there already and leads elsewhere"),
        ("rm etcd1/etcdctl.env", 8, "etcdctl.env is not there"),
    ],
)
def test_refuses_before_it_touches_anything(tree: Path, before: str, status: int, said: str) -> None:
    script = f"{before}; code=0; sh etcd1/install.sh || code=$?; echo code $code; ls /etc/etcd 2>&1 || true"
    found = on_a_host(tree, script)
    assert f"code {status}\n" in found.out
    assert said in found.err
    assert "cannot access '/etc/etcd'" in found.out


def test_no_file_is_handed_over_by_way_of_a_symlink(tree: Path) -> None:
    (tree / "pki" / "server-key.pem").unlink()
    planted = "touch /etc/secret; chmod 640 /etc/secret; ln -s /etc/secret /etc/etcd/pki"
    script = f"cp -r etcd1 /etc/etcd; {planted}/planted.pem; sh /etc/etcd/install.sh >/dev/null; echo $?"
    found = on_a_host(tree, f"{script}; stat -c '%a %U' /etc/secret")
    assert (found.out, found.err) == ("0\n640 root\n", "")
    found = on_a_host(tree, f"cp -r etcd1 /etc/etcd; {planted}/server-key.pem; {INSTALL}")
    assert found.status == 7
    assert "server-key.pem is a symlink" in found.err


def test_another_patch_is_a_warning(tree: Path) -> None:
    found = on_a_host(tree, "FAKE_RELEASE=3.6.1 sh etcd1/install.sh")
    assert found.status == 0
    assert "warning: /usr/local/bin/etcd is etcd 3.6.1; these files are for 3.6.14" in found.err


def test_only_root_installs_and_words_are_checked(tree: Path) -> None:
    as_nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups sh /mnt/etcd1/install.sh || echo code $?"
    found = on_a_host(
        tree, f"cp -r etcd1 /mnt/; chmod -R a+rX /mnt; {as_nobody}; sh etcd1/install.sh now || echo $?"
    )
    assert "only root can install" in found.err
    assert found.out == "code 7\n2\n"


def test_new_certificates_replace_all_old_ones_at_once(tree: Path) -> None:
    write_tree(tree.parent / "newer", b"new\n")
    (tree / "pki" / "old.pem").write_text("goes")
    script = f"{INSTALL}; sh newer/install.sh >/dev/null; cd /etc/etcd; ls -A pki; cat pki/*; ls -A"
    found = on_a_host(tree, script)
    assert found.status == 0, found
    assert "old.pem" not in found.out
    assert found.out.count("new\n") == 3
    assert ".pki.b\n" in found.out and found.out.count(".pki") == 1  # one folder, behind the symlink


def test_a_certificate_without_its_key_keeps_the_one_on_the_host(tree: Path) -> None:
    write_tree(tree.parent / "public", b"new\n", public=True)
    found = on_a_host(
        tree,
        f"{INSTALL}; sh public/install.sh >/dev/null; stat -c '%a %U' /etc/etcd/pki/*-key.pem",
    )
    assert (found.status, found.out, found.err) == (0, "600 etcd\n", "")


@pytest.mark.parametrize(
    "between",
    ["cp -r .pki.a .pki.b; ln -s .pki.b .pki.link", "rm pki; mv .pki.a .pki.old", "cp -r .pki.a .pki.old"],
    ids=["before the new link", "while a folder is put aside", "before it is removed"],
)
def test_a_run_that_was_killed_is_finished(tree: Path, between: str) -> None:
    script = f"{INSTALL}; (cd /etc/etcd; {between}); {INSTALL}; ls -A /etc/etcd; cat /etc/etcd/pki/*"
    found = on_a_host(tree, script)
    assert (found.status, found.err) == (0, "")
    assert "pki\n" in found.out and found.out.count("key\n") == 3
    assert not {".pki.old", ".pki.link", ".pki.b"} & set(found.out.split())


def test_a_folder_that_was_copied_there_by_hand_is_replaced(tree: Path) -> None:
    write_tree(tree.parent / "newer", b"new\n")
    found = on_a_host(
        tree, "cp -r etcd1 /etc/etcd; sh newer/install.sh >/dev/null; cd /etc/etcd; ls -A; cat pki/*"
    )
    assert (found.status, found.err) == (0, "")
    assert found.out.count("new\n") == 3
    assert ".pki.a\n" in found.out and ".pki.old" not in found.out


def test_a_tree_copied_into_its_place_only_gets_owners_and_modes(tree: Path) -> None:
    found = on_a_host(
        tree, f"cp -r etcd1 /etc/etcd; chmod 777 /etc/etcd/pki/*; sh /etc/etcd/install.sh; {STATE}"
    )
    assert (found.status, found.err) == (0, "")
    assert "-rw------- etcd:etcd /etc/etcd/pki/server-key.pem" in found.out


RUNNING = """\
printf '#!/bin/sh\\nexit 0\\n' >/usr/local/bin/systemctl
chmod 755 /usr/local/bin/systemctl
mkdir -p /mnt/run && mount --bind /mnt/run /run && mkdir -p /run/systemd/system
"""


@pytest.mark.parametrize(
    ("change", "restart"),
    [
        ("true", False),
        ("echo new >>etcd1/pki/server.pem", False),
        ("echo new >>etcd1/etcdctl.env", False),
        ("echo new >>etcd1/pki/client-ca.pem", True),
        ("echo '# new' >>etcd1/etcd.conf.yml", True),
        ("echo '# new' >>etcd1/etcd.service", True),
    ],
)
def test_a_restart_is_asked_for_only_where_etcd_would_not_see_the_change(
    tree: Path, change: str, restart: bool
) -> None:
    found = on_a_host(tree, f"{RUNNING}{INSTALL}; {change}; sh etcd1/install.sh")
    assert (found.status, found.err) == (0, "")
    assert ("systemctl restart etcd.service" in found.out) is restart
    assert ("needs no restart" in found.out) is not restart
