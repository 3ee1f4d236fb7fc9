from __future__ import annotations

import subprocess
import sys

import pytest

from etcdboot.cli import COMMANDS

HEAVY = ("grpc", "cryptography", "jinja2", "yaml", "rich", "asyncio", "etcd3", "dns")
_PROBE = """
import sys
from etcdboot.cli import program
try:
    program.main({arguments!r}, prog_name="etcdboot")
except SystemExit as end:
    loaded = [name for name in {heavy!r} if name in sys.modules]
    sys.exit(f"exit {{end.code}}, loaded {{loaded}}" if end.code or loaded else 0)
"""


def loaded_by(*arguments: str) -> str:
    """What of the heavy modules a command line loads; empty for none."""
    probe = _PROBE.format(arguments=list(arguments), heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stderr if done.returncode else ""


def test_help_loads_nothing_heavy() -> None:
    assert loaded_by("--help") == ""


def test_version_loads_nothing_heavy() -> None:
    assert loaded_by("--version") == ""


def test_the_program_loads_nothing_heavy_from_start_to_end() -> None:
    """``__main__`` too, which ends the process before anybody could look at its modules."""
    command = [sys.executable, "-X", "importtime", "-m", "etcdboot", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "etcdboot.effects.signals" in loaded
    assert loaded & set(HEAVY) == set()


def test_a_new_discovery_token_needs_no_cryptography() -> None:
    probe = "import sys, etcdboot.workflows.discovery.new; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_loads_nothing_heavy(command: str) -> None:
    assert loaded_by(command, "--help") == ""


def test_a_heavy_module_would_be_seen() -> None:
    assert "yaml" in loaded_by("check", "-f", "/dev/null")


def test_issuing_loads_nothing_that_only_other_commands_need() -> None:
    """The slowest of cold starts: PKCS #7 brings half of email, a signer subprocess and tempfile."""
    unwanted = (
        "cryptography.hazmat.primitives.serialization.pkcs7",
        "tempfile",
        "subprocess",
        "grpc",
        "jinja2",
    )
    probe = f"""
import sys, etcdboot.cli.certs.issue, etcdboot.workflows.certs.issue, etcdboot.workflows.certs.renew
sys.exit(str([name for name in {unwanted!r} if name in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)
    assert done.stderr == "[]\n"
