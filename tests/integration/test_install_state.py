"""What the tests of install.sh look at, to see that a run changes nothing: it shows any foreign change."""

from __future__ import annotations

from pathlib import Path

import pytest

from integration.installing import FOLDERS, STATE, on_a_host

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    "change",
    [
        *(f"echo x >/{folder}/foreign" for folder in FOLDERS),
        *(f"chmod 0711 /{folder}" for folder in FOLDERS),
        "chmod 600 /etc/debian_version",
        "chown 9 /etc/debian_version",
        "echo x >>/var/lib/dpkg/status",
        "rm /etc/debian_version",
        "rm -r /etc/apt",
        "mv /etc/apt /etc/apt.old",
        "rm /etc/passwd; ln -s other /etc/passwd",
        "rm -rf /etc/apt; mkdir /etc/apt",
        "echo y >/opt/mine",
        "chmod 700 /opt/mine",
        "ln -sfn b /opt/link",
        "rm /opt/mine",
    ],
)
def test_the_state_shows_a_foreign_change(tmp_path: Path, change: str) -> None:
    prepare = "echo x >/opt/mine; ln -s a /opt/link"
    run = f"{prepare}; {STATE} >/mnt/a; {change}; {STATE} >/mnt/b; cmp -s /mnt/a /mnt/b || echo seen"
    assert on_a_host(tmp_path, run).out == "seen\n"


def test_the_state_shows_nothing_else(tmp_path: Path) -> None:
    read = "cat /etc/debian_version; ls /var/lib >/dev/null"
    run = f"{STATE} >/mnt/a; {read}; {STATE} | diff /mnt/a - && echo same"
    assert on_a_host(tmp_path, run).out.endswith("same\n")
