"""The flag table against every release whose binary is there: flags, variables, keys of the file.

Nothing here starts a member: ``--version`` ends etcd once the flags are parsed, a variable or a file that
cannot be read stops it a little later.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from etcdboot.etcd.flag_table import TABLE
from etcdboot.etcd.flags import env_name, flag, known_in, yaml_key
from etcdboot.etcd.releases import Release, parse_release
from etcdboot.etcd.settings_forms import SECRET_FLAGS, forms_for
from lab.peers.fixtures import ETCD_RELEASES, require_peer

RELEASES = tuple(parse_release(each) for each in ETCD_RELEASES)
pytestmark = [pytest.mark.lab, pytest.mark.parametrize("release", RELEASES, ids=str)]

# What the file's types in our table are in etcd's own (Go) words.
GO_TYPES = {
    "boolean": {"bool"},
    "integer": {"int", "int64", "uint", "uint32", "uint64"},
    "nanoseconds": {"time.Duration"},
    "sequence": {"[]string"},
    "text": {"string", "config.V2DeprecationEnum"},
}


def said_by(etcd: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    """All that etcd says until it ends, which it must do soon."""
    done = subprocess.run(
        [etcd, *arguments], env=env or {}, capture_output=True, text=True, timeout=30, check=False
    )
    return done.stdout + done.stderr


def test_a_release_takes_exactly_the_flags_that_the_table_gives_it(release: Release) -> None:
    etcd = require_peer("etcd", str(release))
    taken = {
        name
        for name in TABLE
        if f"flag provided but not defined: -{name}\n" not in said_by(etcd, f"--{name}=1", "--version")
    }
    assert taken == {name for name in TABLE if known_in(name, release)}


def test_the_table_has_every_flag_of_the_help(release: Release) -> None:
    etcd = require_peer("etcd", str(release))
    named = set(re.findall(r"^ +--([a-z0-9-]+)", said_by(etcd, "--help"), re.MULTILINE))
    assert len(named) > 70, "the help is no longer laid out as this test reads it"
    assert named <= set(TABLE)


def test_a_release_reads_exactly_the_variables_that_the_table_gives_it(release: Release) -> None:
    """All at once: etcd names each variable that it does not know, and then fails on a value."""
    etcd = require_peer("etcd", str(release))
    special = ("version", "config-file")  # never warned of: etcd looks at these two before the others
    by_variable = {env_name(name): name for name in TABLE if name not in special}
    said = said_by(etcd, env=dict.fromkeys(by_variable, "%"))
    assert "invalid value" in said
    unknown = set(
        re.findall(r"unrecognized environment variable\W+(?:environment-variable\W+)?(\w+)=%", said)
    )
    readable = {name for name in by_variable.values() if "env" in forms_for(name, release)}
    readable |= {name for name in SECRET_FLAGS if known_in(name, release)}  # read too, and logged
    assert {by_variable[each] for each in by_variable.keys() - unknown} == readable


def test_a_release_reads_the_configuration_file_that_a_variable_names(
    release: Release, tmp_path: Path
) -> None:
    etcd = require_peer("etcd", str(release))
    said = said_by(etcd, env={"ETCD_CONFIG_FILE": str(tmp_path / "absent.yml")})
    assert f"open {tmp_path / 'absent.yml'}: no such file or directory" in said


def go_type(etcd: Path, path: tuple[str, ...], scratch: Path) -> str | None:
    """What etcd says it wanted at that key when it finds a mapping there; None if it does not look.

    A key that etcd does not look at lets it go on until it misses its name in the cluster.
    """
    file = scratch / "etcd.conf.yml"
    value = "{of: wrong-type}"
    for key in reversed(path[1:]):
        value = f"{{{key}: {value}}}"
    settings = {
        "name": "etcd1",
        "data-dir": str(scratch / "data"),
        "initial-cluster": "etcd2=http://127.0.0.1:2380",
        # etcd listens before it looks for its name: at ports that nobody else can have.
        "listen-peer-urls": "http://127.0.0.1:0",
        "listen-client-urls": "http://127.0.0.1:0",
        "logger": "zap",
        path[0]: value,
    }
    file.write_text("".join(f"{key}: {text}\n" for key, text in settings.items()))
    said = said_by(etcd, f"--config-file={file}")
    if found := re.search(r"cannot unmarshal object into Go struct field \S+ of type ([\w.\[\]]+)", said):
        return found[1].rstrip(".")  # 3.4 ends the sentence
    assert "couldn't find local name" in said
    return None


def test_a_release_reads_exactly_the_keys_that_the_table_gives_it(release: Release, tmp_path: Path) -> None:
    etcd = require_peer("etcd", str(release))
    seen: dict[str, str | None] = {}
    planned: dict[str, str | None] = {}
    for name in TABLE:
        facts = flag(name)
        assert facts is not None
        seen[name] = go_type(etcd, facts.file_path or (name,), tmp_path)
        has_key = yaml_key(name, release) is not None
        fits = seen[name] in GO_TYPES.get(facts.file_type, ())
        planned[name] = (seen[name] if fits else facts.file_type) if has_key else None
    assert seen == planned
