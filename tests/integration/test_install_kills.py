"""install.sh killed before each of its commands that change something: the next run completes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from integration.installing import on_a_host, write_tree
from integration.test_install_ownership import EARLIER
from samples.sampling import WHOLE

pytestmark = [pytest.mark.integration, pytest.mark.slow]

STEP = 1 if WHOLE else 5  # one kill point in so many
# The real programs, but before the n-th call, SIGKILL ends the script with all of its session.
COUNTED = """\
mkdir /mnt/bin
for name in chmod chown cp install ln mkdir mv rm rmdir sync; do
  cat >/mnt/bin/$name <<END
#!/bin/sh
left=\\$((\\$(cat /mnt/left) - 1))
echo \\$left >/mnt/left
[ \\$left != 0 ] || kill -9 0
exec $(command -v $name) "\\$@"
END
  chmod 755 /mnt/bin/$name
done
"""
RESET = """\
rm -rf /etc/etcd /var/lib/etcd /etc/systemd/system/etcd.service /run/etcdboot
! id etcd >/dev/null 2>&1 || userdel etcd
"""
# The content of all files, however pki/ is named.
CONTENT = """\
cd /etc/etcd; stat -Lc '%n %a %U:%G' pki pki/* *.*; cat pki/* *.*
ls -A | sed 's/[.]pki[.].$/GENERATION/' | sort
cut -c 67- .etcdboot.sha256 | sed 's/[.]pki[.]./GENERATION/' | sort; sha256sum --status -c .etcdboot.sha256"""
ROUNDS = """\
point=1
while :; do
  {{ {reset}{before}
  }} >/dev/null 2>&1
  echo $point >/mnt/left
  (export PATH=/mnt/bin:$PATH; setsid -w sh {run} >/mnt/out 2>&1) && break
  {invariant}
  sh {run} >/mnt/out 2>&1 || {{ echo "point $point: not healed"; cat /mnt/out; break; }}
  ({content}) >/mnt/healed 2>&1
  diff /mnt/wanted /mnt/healed >/mnt/diff || {{ echo "point $point differs"; cat /mnt/diff; }}
  point=$((point + {step}))
done
echo $point >/mnt/points
"""
SERVED = """\
for file in server.pem server-key.pem; do
    cat /etc/etcd/pki/$file >/dev/null || echo "point $point: $file"
  done"""


def healed(folder: Path, before: str, run: str, invariant: str = ":") -> int:
    """How many calls there are to be killed before; each kill left what the next run completes."""
    rounds = ROUNDS.format(
        reset=RESET, before=before, run=run, invariant=invariant, content=CONTENT, step=STEP
    )
    wanted = f"{{ {before}\nsh {run}; }} >/dev/null 2>&1; ({CONTENT}) >/mnt/wanted 2>&1"
    found = on_a_host(folder, f"{COUNTED}\n{wanted}\nset +e\n{rounds}\ncat /mnt/points")
    *complaints, points = found.out.splitlines()
    assert (complaints, set(found.err.split())) == ([], {"Killed"})
    return int(points)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tree(tmp_path / "etcd1")
    write_tree(tmp_path / "newer", b"new\n")
    with (tmp_path / "newer/etcd.conf.yml").open("a") as config:
        config.write("# newer\n")
    return tmp_path


def test_the_first_run_is_completed(folder: Path) -> None:
    assert healed(folder, ":", "etcd1/install.sh") > 20


def test_a_new_tree_is_completed_and_pki_never_missing(folder: Path) -> None:
    assert healed(folder, "sh etcd1/install.sh", "newer/install.sh", SERVED) > 20


def test_a_folder_that_was_copied_there_by_hand_is_completed(folder: Path) -> None:
    assert healed(folder, "cp -r etcd1 /etc/etcd", "etcd1/install.sh") > 20


def test_what_an_earlier_release_left_is_completed_and_pki_never_missing(folder: Path) -> None:
    assert healed(folder, EARLIER, "etcd1/install.sh", SERVED) > 20
