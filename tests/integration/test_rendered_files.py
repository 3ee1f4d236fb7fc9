"""Rendered files before their real judges: systemd-analyze, shellcheck, sh, honcho."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from honcho.environ import parse_procfile

from etcdboot.effects.files.template_files import load_templates
from etcdboot.formats import systemd
from etcdboot.formats.characters import Unsayable
from etcdboot.plan.plan import ClusterPlan, Flag, MemberPlan
from etcdboot.render.launch import launch
from etcdboot.render.renderer import render
from etcdboot.spec.spec import CertificateSource, Settings, Target
from lab.peers.fixtures import absent, require_peer
from samples import parsers
from samples.plans import small_plan

pytestmark = pytest.mark.integration

TEMPLATES = load_templates()
# What a real etcd would be started with, as JSON: its words, and the ETCD_* variables it sees.
ETCD = """\
#!{python} -IS
import json, os, sys
seen = {{name: value for name, value in os.environ.items() if name.startswith("ETCD_")}}
open({out!r}, "w").write(json.dumps([sys.argv[1:], seen]))
"""
HARD = Flag("host-whitelist", 'it\'s "a\\b" %n #x; `y`')


def put_on_this_host(plan: ClusterPlan, folder: Path) -> tuple[ClusterPlan, MemberPlan]:
    """The plan with its first member below a folder, its files written there."""
    member = plan.members[0]
    home = PurePosixPath(folder) / "my 50% home"
    paths = replace(member.paths, binary=home / "etcd", config_dir=home / "etc", data_dir=home / "data")
    files = replace(member.files, key_file=f"{paths.pki_dir}/server-key.pem")
    moved = replace(member, paths=paths, files=files, flags=(*member.flags, HARD))
    plan = replace(plan, members=(moved,))
    Path(paths.config_dir).mkdir(parents=True)
    Path(paths.data_dir).mkdir()
    binary = Path(paths.binary)
    binary.write_text(ETCD.format(python=sys.executable, out=str(folder / "seen")))
    binary.chmod(0o755)
    for each in render(plan, TEMPLATES):
        path = Path(each.host.path if each.host else folder / each.path.name)
        path.write_bytes(each.content)
        path.chmod(each.mode)
    return plan, plan.members[0]


def seen(folder: Path) -> tuple[list[str], dict[str, str]]:
    words, variables = json.loads((folder / "seen").read_text())
    return words, variables


@pytest.mark.parametrize("form", list(Settings))
def test_systemd_has_nothing_to_say_about_a_unit(form: Settings, tmp_path: Path) -> None:
    analyze = require_peer("systemd-analyze")
    flags = (Flag("wal-dir", "/var/log/my wal/50%"), Flag("log-outputs", "stderr,/var/log/etcd.log"))
    _, member = put_on_this_host(small_plan(form, Target.SYSTEMD, flags=flags), tmp_path)
    unit = Path(member.paths.config_dir, member.unit)
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_refuses_the_executables_that_are_refused(tmp_path: Path) -> None:
    analyze = str(require_peer("systemd-analyze"))
    for odd in "'\"\\\t":
        with pytest.raises(Unsayable):
            systemd.executable(f"/opt/{odd}/etcd")
        binary = tmp_path / f"a{odd}b"
        binary.symlink_to("/bin/true")
        unit = tmp_path / "odd.service"
        unit.write_text(f"[Service]\nExecStart={systemd.quote(str(binary))}\n")
        done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)
        assert done.stderr, f"systemd takes {odd!r}"


def test_systemd_calls_the_unit_well_confined(tmp_path: Path) -> None:
    analyze = str(require_peer("systemd-analyze"))
    _, member = put_on_this_host(small_plan(Settings.CONFIG, Target.SYSTEMD), tmp_path)
    unit = Path(member.paths.config_dir, member.unit)
    argv = [analyze, "security", "--offline=true", "--threshold=17", str(unit)]  # as in docs/rendering.md
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_quick_exits_reach_the_start_limit(tmp_path: Path) -> None:
    """An etcd that exits within ten seconds of each start."""
    _, member = put_on_this_host(small_plan(Settings.CONFIG, Target.SYSTEMD), tmp_path)
    unit = Path(member.paths.config_dir, member.unit).read_text()
    told = {key: value for _, key, value in parsers.parse_unit(unit)}
    start = int(told["RestartSec"].removesuffix("s")) + 10
    assert int(told["StartLimitBurst"]) * start < int(told["StartLimitIntervalSec"])


@pytest.mark.parametrize("there", [False, True], ids=["keys of ours", "keys of the host"])
@pytest.mark.parametrize("form", list(Settings))
def test_shells_have_nothing_to_say_about_the_scripts(form: Settings, tmp_path: Path, *, there: bool) -> None:
    plan = small_plan(form, Target.SCRIPT, Target.SYSTEMD)
    if there:
        own = tuple(replace(each, source=CertificateSource.CSR) for each in plan.members[0].certificates)
        plan = replace(plan, members=(replace(plan.members[0], certificates=own),))
    _, member = put_on_this_host(plan, tmp_path)
    names = ("etcd.sh", "install.sh", *(["make-csr.sh"] if there else []))
    scripts = [str(Path(member.paths.config_dir, name)) for name in names]
    for script in scripts:
        subprocess.run(["sh", "-n", script], check=True)
    program = shutil.which("shellcheck", path=os.pathsep.join((str(Path(sys.executable).parent), os.defpath)))
    if program is None:
        absent("shellcheck")
    # SC1091: etcd.env is read on the host. SC2016: what looks like an expansion is a value that is meant so.
    done = subprocess.run(
        [program, "--shell=sh", "--exclude=SC1091,SC2016", *scripts],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""


@pytest.mark.parametrize("form", list(Settings))
def test_the_script_becomes_etcd_and_inherits_no_settings(form: Settings, tmp_path: Path) -> None:
    _, member = put_on_this_host(small_plan(form, Target.SCRIPT), tmp_path)
    inherited = {"ETCD_NAME": "x", "ETCD_FOO": "a\nETCD_BAR=b", "ETCD_UNSUPPORTED_ARCH": "arm"}
    script = str(member.paths.config_dir / "etcd.sh")
    subprocess.run([script], env={"PATH": os.defpath, **inherited}, check=True)
    words, variables = seen(tmp_path)
    start = launch(member, form)
    assert words == list(start.argv[1:])
    assert variables.pop("ETCD_UNSUPPORTED_ARCH") == "arm"
    if form is not Settings.CONFIG:  # with a configuration file etcd looks at no variable
        assert variables == dict(start.environment)


@pytest.mark.parametrize("form", list(Settings))
def test_honcho_and_sh_start_what_was_planned(form: Settings, tmp_path: Path) -> None:
    _, member = put_on_this_host(small_plan(form, Target.PROCFILE), tmp_path)
    processes = parse_procfile((tmp_path / "Procfile").read_text()).processes
    assert list(processes) == [member.name]
    subprocess.run(["sh", "-c", processes[member.name]], env={"PATH": os.defpath}, check=True)
    words, variables = seen(tmp_path)
    start = launch(member, form)
    assert words == list(start.argv[1:])
    assert variables == dict(start.environment)


def test_a_shell_reads_what_etcdctl_is_told(tmp_path: Path) -> None:
    _, member = put_on_this_host(small_plan(), tmp_path)
    file = Path(member.paths.config_dir, "etcdctl.env")
    line = next(each for each in file.read_text().splitlines() if "set -a" in each)
    done = subprocess.run(
        ["sh", "-c", f"{line.removeprefix('#')}; env"],
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"ETCDCTL_KEY={member.paths.pki_dir}/server-key.pem\n" in done.stdout
