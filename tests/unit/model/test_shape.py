from __future__ import annotations

from dataclasses import fields

import pytest

from etcdboot.model import spec
from etcdboot.model.records import Record
from etcdboot.model.shape import CLUSTER, belongs, json_schema, parse_name


@pytest.mark.parametrize("name", ["a", "etcd-1", "9", "A.b_c-d", "a" * 63])
def test_a_name_fits_files_units_and_certificates(name: str) -> None:
    assert parse_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "a b", ".a", "-a", "_a", "a/b", "../a", "a\n", "a$", "{{a}}", "é", "a" * 64, "a'b", 'a"b']
)
def test_what_could_break_one_of_them_is_no_name(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a name"):
        parse_name(name)


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("user", "user belongs in etcd"),
        ("clients", "clients belongs in certificates"),
        ("host", "host belongs in defaults"),
        ("name", "name belongs in members[]"),
        ("quota-backend-bytes", "quota-backend-bytes is an etcd flag: write it under flags"),
        ("nonsense", ""),
    ],
)
def test_a_key_in_the_wrong_place_is_told_the_right_one(key: str, place: str) -> None:
    assert belongs(key) == place


def test_the_table_and_the_dataclasses_have_the_same_keys() -> None:
    assert CLUSTER.cls is spec.ClusterSpec
    records = [CLUSTER]
    seen = set()
    while records:
        record = records.pop()
        seen.add(record.cls)
        assert {each.attribute for each in record.fields} == {each.name for each in fields(record.cls)}
        for each in record.fields:
            inner = getattr(each.shape, "item", each.shape)
            records += [inner] if isinstance(inner, Record) else []
    sections = (each for name, each in vars(spec).items() if name.endswith(("Spec", "Defaults")))
    assert seen == set(sections)


def test_every_key_is_documented() -> None:
    assert [each.key for each in CLUSTER.fields if not each.doc.endswith((".", "):"))] == []


def test_the_schema_names_the_releases() -> None:
    assert "etcd 3.4 to " in json_schema()["description"]
