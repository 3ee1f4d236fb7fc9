from __future__ import annotations

from pathlib import Path

from etcdboot.workflows.render_explain import explain

SPEC = """\
name: a
etcd: {{version: "{release}", flags: {{{flags}}}}}
members: [{{name: etcd1, host: 10.0.0.1}}]
"""


def explained(folder: Path, release: str, flags: str = "") -> dict[str, bool]:
    spec = folder / "cluster.yaml"
    spec.write_text(SPEC.format(release=release, flags=flags))
    return {f"{each.name}={each.value}": each.kept for each in explain(str(spec))}


def test_tells_what_is_set_unasked(tmp_path: Path) -> None:
    assert explained(tmp_path, "3.6.14") == {"feature-gates=InitialCorruptCheck=true": True}
    assert explained(tmp_path, "3.4.45").keys() >= {"logger=zap", "pre-vote=true"}


def test_tells_where_the_spec_says_otherwise(tmp_path: Path) -> None:
    assert explained(tmp_path, "3.4.45", "pre-vote: false")["pre-vote=true"] is False
    gates = 'feature-gates: "InitialCorruptCheck=false"'
    assert explained(tmp_path, "3.6.14", gates) == {"feature-gates=InitialCorruptCheck=true": False}
    other = 'feature-gates: "StopGRPCServiceOnDefrag=true"'
    assert explained(tmp_path, "3.6.14", other) == {"feature-gates=InitialCorruptCheck=true": True}
