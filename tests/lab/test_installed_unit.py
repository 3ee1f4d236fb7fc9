"""A host with a real systemd: install.sh puts a rendered tree in its place, and the confined unit serves."""

from __future__ import annotations

from pathlib import Path

import pytest

from etcdboot.effects.files.template_files import load_templates
from etcdboot.plan.plan import Flag
from etcdboot.render.renderer import render
from etcdboot.spec.spec import Settings, Target
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.host_files import material
from lab.peers.fixtures import require_capability, require_peer
from lab.world.process import wait_until
from lab.world.world import World
from samples.plans import small_plan

CASES = {
    "3.4.23": Settings.CONFIG,
    "3.5.33": Settings.ENV,
    "3.6.14": Settings.CONFIG,
    "3.7.1": Settings.FLAGS,
}
# A config file with a secret in it is for root and etcd's group, as keys are.
SECRET = Flag("snapshot-count", "10000", secret=True)
# What etcd's account may do there: read its secrets, and change nothing.
ATTEMPTS = """\
for path in "$@" /etc/etcd/pki/client-ca.pem /etc/etcd/pki/new /etc/etcd/new; do
  if (: >>"$path"); then echo "changed $path"; fi
done 2>/dev/null
for path in "$@"; do cat "$path" >/dev/null && echo read; done"""


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.parametrize("release", list(CASES))
def test_an_installed_unit_serves_until_it_is_stopped(release: str, tmp_path: Path) -> None:
    require_capability("root")
    require_capability("cgroups")
    form = CASES[release]
    etcd, etcdctl = require_peer("etcd", release), require_peer("etcdctl", release)
    flags = (SECRET,) if form is Settings.CONFIG else ()
    plan = small_plan(form, Target.SYSTEMD, release=release, names=("etcd1",), flags=flags)
    issue(plan, tmp_path / "pki")
    files = render(plan, load_templates(), material(plan, tmp_path / "pki").members)
    with World() as world:
        host = world.host("etcd1", "10.0.0.1")
        host.boot_systemd()
        for program in (etcd, etcdctl):
            host.install(program)
        for each in files:
            host.write(f"/root/{each.path}", each.content, mode=each.mode)
        said = host.run("sh /root/etcd1/install.sh").stdout
        assert "systemctl enable --now --no-block etcd.service" in said
        host.run("systemctl enable --now --no-block etcd.service")
        wait_until(
            "the unit to be ready", lambda: active(host.run("systemctl is-active etcd", check=False).stdout)
        )
        health = "set -a; . /etc/etcd/etcdctl.env; set +a; etcdctl endpoint health 2>&1"
        assert "is healthy" in host.run(["sh", "-c", health]).stdout
        owner = host.run("stat -c %U /var/lib/etcd/member/wal").stdout.strip()
        assert owner == host.run("ps -o user= -C etcd").stdout.strip() == "etcd"
        secrets = ["/etc/etcd/pki/server-key.pem", *(["/etc/etcd/etcd.conf.yml"] if flags else [])]
        modes = host.run(["stat", "-Lc", "%a %U:%G", *secrets]).stdout.splitlines()
        assert modes == ["640 root:etcd"] * len(secrets)
        attempts = host.run(["sh", "-c", ATTEMPTS, "sh", *secrets], user="etcd").stdout.splitlines()
        assert attempts == ["read"] * len(secrets)
        assert "already up to date" in host.run("sh /root/etcd1/install.sh").stdout
        host.run("systemctl stop etcd")
        result = host.run("systemctl show -p Result -p NRestarts etcd").stdout.split()
        assert sorted(result) == ["NRestarts=0", "Result=success"]


def active(said: str) -> bool:
    state = said.strip()
    assert state != "failed", "the unit failed"
    return state == "active"
