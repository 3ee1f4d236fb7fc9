from __future__ import annotations

from pathlib import PurePosixPath

from etcdboot.base.artifacts import Artifact, Change, ChangeKind, HostPlace, Standing

KEY = b"-----BEGIN PRIVATE KEY-----"


def test_no_repr_shows_a_content() -> None:
    artifact = Artifact(PurePosixPath("a-key.pem"), KEY, 0o600, secret=True)
    shown = repr((artifact, Standing(KEY, 0o600), Change(artifact, ChangeKind.UPDATE, before=KEY)))
    assert "a-key.pem" in shown
    assert "PRIVATE" not in shown


def test_an_artifact_is_public_and_roots_unless_said() -> None:
    artifact = Artifact(PurePosixPath("a"), b"")
    assert (artifact.mode, artifact.secret, artifact.host) == (0o644, False, None)
    place = HostPlace("/etc/etcd/a", 0o644)
    assert (place.owner, place.group) == ("root", "root")
