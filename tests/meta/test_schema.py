"""The JSON Schema for editors against what ``load`` takes: made from one table, and held together here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from jsonschema import Draft7Validator

from etcdboot.spec.loader import dump, load
from etcdboot.spec.schema import json_schema
from etcdboot.spec.spec import ClusterSpec
from meta.source import ROOT
from property.strategies import clusters
from samples.sampling import examples

SCHEMA = json_schema()
EXAMPLES = sorted(ROOT.glob("examples/*/cluster.yaml"))
GOOD = """\
name: prod
etcd: {version: "3.6.14", flags: {cors: [http://a, http://b], pre-vote: null, snapshot-count: 10}}
bootstrap: {mode: static, initial-cluster-token: t}
tls: {client: off, peer: auto}
certificates: {lifetime: 1d12h, sans: ["*.example.com"], clients: [root]}
endpoints: http://lb.example.com:2379
defaults: {client-port: 2379, address: 10.0.0.1}
members: [{name: etcd1, host: 10.0.0.1, address: [10.0.0.1, fd00::1]}]
render: {settings: env, targets: [script]}
"""
# What stands in the good spec, and what does not fit there.
MISFITS = (
    ("name: prod", "name: 1"),
    ("name: prod", "name: [prod]"),
    ("name: prod", "name: a b"),
    ("name: prod", f"name: {'a' * 64}"),
    ("name: prod", "nam: prod"),
    ("name: prod\n", ""),
    ('"3.6.14"', "3.6"),
    ('"3.6.14"', '"3.6"'),
    ("{version:", "{versoin:"),
    ("[http://a, http://b]", "{a: b}"),
    ("[http://a, http://b]", "[[a]]"),
    ("[http://a, http://b]", "[null]"),
    ("pre-vote: null", "pre vote: null"),
    ("pre-vote: null", '"": null'),
    ("mode: static", "mode: statik"),
    ("client: off", "client: 0"),
    ("peer: auto", "peer: server"),
    ("lifetime: 1d12h", "lifetime: 1w"),
    ("lifetime: 1d12h", "lifetime: 365"),
    ("clients: [root]", "clients: root"),
    ("clients: [root]", "clients: [a/b]"),
    ("clients: [root]", 'clients: ["a b"]'),
    ("clients: [root]", "clients: ['-a']"),
    ("clients: [root]", f"clients: [{'a' * 65}]"),
    ("endpoints: http://lb.example.com:2379", "endpoints: 1"),
    ("client-port: 2379", "client-port: 0"),
    ("client-port: 2379", "client-port: 65536"),
    ("client-port: 2379", 'client-port: "2379"'),
    ("client-port: 2379", "client-port: 1.5"),
    ("client-port: 2379", "client-port: true"),
    ("client-port: 2379", "name: etcd1"),
    ("address: [10.0.0.1, fd00::1]", "address: {}"),
    ("name: etcd1, ", ""),
    ("members: [{", "members: [1, {"),
    ("targets: [script]", "targets: []"),
    ("targets: [script]", "targets: script"),
    ("settings: env", "settings: null"),
    ("{settings: env, targets: [script]}", ""),
    ("{settings: env, targets: [script]}", "[]"),
)


@pytest.mark.parametrize("name", ["system:app@example.com", "_a", "a" * 64, "a+b=c,d"])
def test_a_client_is_named_like_an_etcd_user(name: str) -> None:
    text = GOOD.replace("[root]", f'["{name}"]')
    assert (fits(text), loads(text)) == (True, True)


def fits(text: str) -> bool:
    return bool(Draft7Validator(SCHEMA).is_valid(yaml.safe_load(text)))


def loads(text: str) -> bool:
    return load(text).spec is not None


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_an_example_fits_the_schema(path: Any) -> None:
    assert fits(path.read_text())


def test_the_good_spec_fits_both() -> None:
    assert fits(GOOD)
    assert loads(GOOD)


@pytest.mark.parametrize(("old", "new"), MISFITS)
def test_what_has_the_wrong_shape_fits_neither(old: str, new: str) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    assert (fits(text), loads(text)) == (False, False)


@examples(60)
@given(clusters())
def test_whatever_loads_fits_the_schema(spec: ClusterSpec) -> None:
    assert fits(dump(spec))


def test_more_members_than_anybody_has_fit_neither() -> None:
    hosts = "".join(f"  - {{name: m{at}}}\n" for at in range(1001))
    text = f"name: x\nmembers:\n{hosts}"
    assert (fits(text), loads(text)) == (False, False)


def test_every_key_is_described() -> None:
    assert [path for path, body in properties(SCHEMA, "") if not body.get("description")] == []


def properties(schema: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, body in schema.get("properties", {}).items():
        yield f"{path}.{key}", body
        yield from properties(body, f"{path}.{key}")
        yield from properties(body.get("items", {}), f"{path}.{key}[]")


def test_the_schema_beside_the_examples_is_the_one_that_etcdboot_prints() -> None:
    assert json.loads((ROOT / "examples" / "cluster.schema.json").read_text()) == SCHEMA
