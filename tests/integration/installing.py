"""A host on which root runs install.sh: all that a run may write to is throw-away."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from etcdboot.base.artifacts import Artifact
from etcdboot.effects.files.template_files import load_templates
from etcdboot.plan.plan import ClusterPlan
from etcdboot.render.renderer import render
from etcdboot.spec.spec import CertificateSource, EtcdSpec, Settings, Target
from lab.peers.fixtures import require_capability, require_peer
from lab.world.namespaces import ENVIRONMENT, new_world
from lab.world.pristine import HOST
from lab.world.state import upper_layers
from samples.plans import small_plan

FOLDERS = (
    "etc",
    "home",
    "opt",
    "root",
    "srv",
    "usr/local",
    "var",
)  # each is an overlay, and private to the host
WORLD = f"""\
set -e
mount -t tmpfs tmpfs /mnt
for top in {" ".join(FOLDERS)}; do
  mkdir -p /mnt/$top/upper /mnt/$top/work
  chmod --reference=/$top /mnt/$top/upper
  mount -t overlay overlay -o lowerdir=/$top,upperdir=/mnt/$top/upper,workdir=/mnt/$top/work /$top
done
mkdir /mnt/run && mount --bind /mnt/run /run
(cd / || exit
{HOST})
printf '#!/bin/sh\\necho "etcd Version: ${{FAKE_RELEASE:-3.6.14}}"\\n' >/usr/local/bin/etcd
chmod 755 /usr/local/bin/etcd
cd "$1"
"""
# systemd seems to run, and etcd with it.
RUNNING = """\
printf '#!/bin/sh\\nexit 0\\n' >/usr/local/bin/systemctl
chmod 755 /usr/local/bin/systemctl
mkdir -p /run/systemd/system
"""
INSTALL = "sh etcd1/install.sh >/dev/null"
# All that has changed in FOLDERS, with owners and content, and without times.
STATE = upper_layers(f"/mnt/{top}/upper" for top in FOLDERS)


@dataclass(frozen=True)
class Tried:
    """How a script on the host ended."""

    status: int
    out: str
    err: str


def without(program: str) -> str:
    """Make /mnt/bin the only folder with programs, all but that one."""
    links = "mkdir /mnt/bin; for program in /usr/bin/* /usr/sbin/*; do ln -sf $program /mnt/bin/; done"
    return f"{links}; rm /mnt/bin/{program}; export PATH=/mnt/bin"


def planned(
    etcd: EtcdSpec | None = None, *, source: CertificateSource = CertificateSource.ISSUED
) -> ClusterPlan:
    """One member, etcd1; its keys are issued here, or created on its host."""
    plan = small_plan(Settings.CONFIG, Target.SYSTEMD, names=("etcd1",), etcd=etcd)
    [member] = plan.members
    own = tuple(replace(request, source=source) for request in member.certificates)
    return replace(plan, members=(replace(member, certificates=own),))


def write_tree(
    folder: Path,
    content: bytes = b"key\n",
    *,
    plan: ClusterPlan | None = None,
    pki: Mapping[str, bytes] | None = None,
) -> None:
    """The member's rendered folder; ``pki`` holds its certificate files, by default text with ``content``."""
    names = ("server.pem", "client-ca.pem", "server-key.pem")
    files = {name: name.encode() + content for name in names} if pki is None else pki
    material = tuple(
        Artifact(PurePosixPath("pki", name), text, 0o600 if "key" in name else 0o644)
        for name, text in files.items()
    )
    for artifact in render(plan or planned(), load_templates(), {"etcd1": material}):
        top, *parts = artifact.path.parts
        if top != "etcd1":
            continue
        path = folder.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(artifact.content)
        path.chmod(artifact.mode)


@functools.cache
def pair() -> tuple[bytes, bytes]:
    """A self-signed certificate and its key."""
    words = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=e",
    ]
    done = subprocess.run(
        [require_peer("openssl"), *words, "-keyout", "-", "-out", "-"], capture_output=True, check=True
    )
    key, mark, certificate = done.stdout.partition(b"-----BEGIN CERTIFICATE-----")
    return mark + certificate, key


def on_a_host(folder: Path, script: str) -> Tried:
    """What comes of a script that root runs there, in ``folder``."""
    require_capability("root")
    require_capability("overlay mounts")
    done = subprocess.run(
        new_world("sh", "-c", WORLD + script, "sh", str(folder)),
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    return Tried(done.returncode, done.stdout, done.stderr)
