from __future__ import annotations

import pytest
import yaml

from etcdboot.formats import yaml_writer
from etcdboot.formats.characters import Unsayable


def test_writes_text_in_quotes_and_numbers_and_booleans_plain() -> None:
    document: dict[str, yaml_writer.Value] = {
        "name": "on",
        "heartbeat-interval": 100,
        "pre-vote": True,
        "enable-v2": False,
        "w": "22:22",
    }
    text = yaml_writer.dump(document)
    assert text == 'name: "on"\nheartbeat-interval: 100\npre-vote: true\nenable-v2: false\nw: "22:22"\n'
    assert yaml.safe_load(text) == document


def test_nests_sections_and_lists() -> None:
    text = yaml_writer.dump({"client-transport-security": {"cert-file": "/a", "names": ["x", "y"]}, "z": 1})
    assert text == ('client-transport-security:\n  cert-file: "/a"\n  names:\n    - "x"\n    - "y"\nz: 1\n')


def test_nests_sections_and_lists_in_lists() -> None:
    document: dict[str, yaml_writer.Value] = {"a": [{"b": 1, "c": ["x"]}, ["y", "z"], []]}
    text = yaml_writer.dump(document)
    assert text == 'a:\n  - b: 1\n    c:\n      - "x"\n  - - "y"\n    - "z"\n'


def test_leaves_out_sections_with_nothing_in_them() -> None:
    assert (
        yaml_writer.dump({"peer-transport-security": {}, "a": {"b": {"c": []}}, "name": "x"}) == 'name: "x"\n'
    )
    assert yaml_writer.dump({}) == ""


def test_writes_what_is_empty_when_asked_to() -> None:
    document: dict[str, yaml_writer.Value] = {"a": [], "b": {}, "c": {"d": []}, "e": None}
    assert yaml_writer.dump(document, hollow=True) == "a: []\nb: {}\nc:\n  d: []\ne: null\n"


def test_quotes_a_key_that_yaml_reads_as_something_else() -> None:
    document = {"no": 1, "1": 2, "a b": 3, "Y": 4}
    assert yaml.safe_load(yaml_writer.dump(document)) == document


def test_escapes_quotes_and_backslashes() -> None:
    assert yaml_writer.scalar('a"b\\c') == '"a\\"b\\\\c"'


def test_never_breaks_a_line() -> None:
    long = "etcd1=https://192.168.202.128:2380," * 200
    assert yaml_writer.dump({"initial-cluster": long}).count("\n") == 1
    assert yaml_writer.scalar("l1\nl2\x85\u2028\U0001f600\U000e0001") == (
        '"l1\\u000al2\\u0085\\u2028\U0001f600\\U000e0001"'
    )


def test_refuses_what_no_yaml_reader_takes() -> None:
    with pytest.raises(Unsayable, match="YAML cannot hold"):
        yaml_writer.scalar("a\ud800")
