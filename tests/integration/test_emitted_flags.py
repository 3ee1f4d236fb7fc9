"""Every release's own binary takes each flag, variable and key that the examples make us write for it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from etcdboot.spec.spec import Settings, Target
from etcdboot.workflows.render import Pki, RenderRequest, run
from lab.cluster.operating import EXAMPLES, example, planned
from lab.cluster.starting import Start, by_unit
from lab.peers.fixtures import ETCD_RELEASES, require_peer

pytestmark = pytest.mark.integration

NAMES = tuple(sorted(each.parent.name for each in EXAMPLES.glob("*/cluster.yaml")))
WRONG = {"of": "the wrong type"}
cells = pytest.mark.parametrize(
    ("release", "name"), [(release, name) for release in ETCD_RELEASES for name in NAMES]
)


def rendered(name: str, release: str, settings: Settings, folder: Path) -> Iterator[tuple[Start, Path]]:
    """What starts each member of an example, planned for that release, and its rendered folder.

    The examples' paths are those of other machines; nothing here ever starts far enough to open one.
    """
    spec = folder / "cluster.yaml"
    spec.write_text(re.sub("-dir: (?!/)", "-dir: /nowhere/", example(name, release)))  # fit for another host
    plan = planned(spec.read_text(), folder)
    result = run(RenderRequest(str(spec), pki=Pki.NONE, settings=settings, targets=(Target.SYSTEMD,)))
    for member in plan.members:
        own = result.out / member.name
        files = {str(member.paths.config_dir / each.name): each.read_text() for each in own.iterdir()}
        yield by_unit(files[str(member.paths.config_dir / member.unit)], files.__getitem__), own


def said_by(etcd: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    """All that etcd says until it ends, which it must do soon."""
    done = subprocess.run(
        [etcd, *arguments], env=env or {}, capture_output=True, text=True, timeout=30, check=False
    )
    return done.stdout + done.stderr


@cells
def test_etcd_takes_every_flag(release: str, name: str, tmp_path: Path) -> None:
    """Flags are all parsed before --version is answered."""
    etcd = require_peer("etcd", release)
    for start, _ in rendered(name, release, Settings.FLAGS, tmp_path):
        assert len(start.argv) > 5
        assert said_by(etcd, *start.argv[1:], "--version").startswith(f"etcd Version: {release}\n")
        assert "not defined: -bogus" in said_by(etcd, *start.argv[1:], "--bogus=1", "--version")


@cells
def test_etcd_takes_every_variable(release: str, name: str, tmp_path: Path) -> None:
    """etcd names each unknown variable, then stops at the last wrong value in the flags' order.

    advertise-client-urls is the first of ours in that order: told wrong, it is named only if all others are
    right.
    """
    etcd = require_peer("etcd", release)
    for start, _ in rendered(name, release, Settings.ENV, tmp_path):
        first = min(start.environment)
        assert first == "ETCD_ADVERTISE_CLIENT_URLS"
        said = said_by(etcd, env=start.environment | {first: "%"})
        assert f"for {first}" in said and "invalid value" in said
        assert "unrecognized environment variable" not in said
        assert "unrecognized environment variable" in said_by(etcd, env={first: "%", "ETCD_BOGUS": "1"})


@pytest.mark.parametrize("release", ETCD_RELEASES)
def test_etcd_reads_every_key(release: str, tmp_path: Path) -> None:
    """A key that etcd reads stops it when its value is of the wrong type, and one that it does not never."""
    etcd = require_peer("etcd", release)
    file = tmp_path / "etcd.conf.yml"
    tried: set[tuple[str, ...]] = set()
    for name in NAMES:
        for _, own in rendered(name, release, Settings.CONFIG, tmp_path):
            body = yaml.safe_load((own / file.name).read_text())
            for path in set(leaves(body)) - tried:
                file.write_text(yaml.safe_dump(broken(body, path)))
                assert re.search(
                    rf"cannot unmarshal object into Go struct field \S*\b{path[-1]} of type",
                    said_by(etcd, f"--config-file={file}"),
                ), path
                tried.add(path)
    assert ("client-transport-security", "cert-file") in tried


def leaves(body: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every value."""
    if not isinstance(body, dict):
        yield path
        return
    for key, value in body.items():
        yield from leaves(value, (*path, key))


def broken(body: dict[str, object], path: tuple[str, ...]) -> dict[str, object]:
    """A copy with something of no key's type at that path."""
    first, *rest = path
    below = body[first]
    return {**body, first: broken(below, tuple(rest)) if rest and isinstance(below, dict) else WRONG}
