"""The built wheel, alone in an environment of its own, does the main job up to the rendered files."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


def run(*command: str, folder: Path) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the programs of an environment are that has the wheel; its dependencies are lent by ours."""
    folder = tmp_path_factory.mktemp("wheel")
    run(
        *PIP,
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(folder),
        str(ROOT),
        folder=folder,
    )
    (wheel,) = folder.glob("etcdboot-*.whl")
    home = folder / "environment"
    venv.create(home, with_pip=False)
    python = str(home / "bin" / "python")
    run(*PIP, "--python", python, "install", "--no-deps", "--no-index", str(wheel), folder=folder)
    # A plain path in a .pth: .pth files behind it are not read, so no editable install of ours comes along.
    (site,) = home.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    found = run(python, "-c", "import etcdboot; print(etcdboot.__file__)", folder=folder)
    assert found.startswith(str(site))
    return home / "bin"


def test_a_wheel_does_init_check_certs_render(bin_folder: Path, tmp_path: Path) -> None:
    etcdboot = str(bin_folder / "etcdboot")
    run(etcdboot, "init", "etcd1=10.0.0.1", "etcd2=10.0.0.2", "etcd3=10.0.0.3", folder=tmp_path)
    assert "is good" in run(etcdboot, "check", folder=tmp_path)
    run(etcdboot, "certs", folder=tmp_path)
    said = run(etcdboot, "render", "--target", "systemd", "--target", "procfile", folder=tmp_path)
    assert said.endswith("35 files in out: 35 new\n")
    assert (tmp_path / "out/etcd3/pki/peer-key.pem").stat().st_mode & 0o777 == 0o600
    assert "Type=notify" in (tmp_path / "out/etcd1/etcd.service").read_text()
