from __future__ import annotations

from pathlib import Path

from cli.running import etcdboot, in_json

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_schema_is_the_file_beside_the_examples() -> None:
    done = etcdboot("schema")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == (EXAMPLES / "cluster.schema.json").read_text()


def test_json_holds_the_schema_below_its_own_key() -> None:
    assert in_json(etcdboot("schema", "-w", "json"))["schema"]["title"] == "etcdboot cluster.yaml"
