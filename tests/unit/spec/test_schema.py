from __future__ import annotations

from dataclasses import fields

import pytest

from etcdboot.spec import spec
from etcdboot.spec.container_types import Record
from etcdboot.spec.loader import load
from etcdboot.spec.schema import CLUSTER, belongs, json_schema, parse_client_name, parse_name


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
    "name", ["a", "_a", "system:app@example.com", "a" * 64, "A.b_c-d", "x+y=z,w", "a..b"]
)
def test_a_client_may_be_named_like_an_etcd_user(name: str) -> None:
    assert parse_client_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "-a",
        ":a",
        "@a",
        "a/b",
        "../a",
        "a b",
        "a\n",
        "a$b",
        "a%b",
        "a;b",
        "a'b",
        'a"b',
        "a*",
        "é",
    ]
    + ["a\\b", "a" * 65, "a\x00", "a~b", "(a)", "a\u2028"],
)
def test_what_a_path_or_a_shell_would_take_for_more_is_no_clients_name(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a client's name"):
        parse_client_name(name)


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
            inner = getattr(inner, "item", inner)
            records += [inner] if isinstance(inner, Record) else []
    sections = (each for name, each in vars(spec).items() if name.endswith(("Spec", "Defaults")))
    assert seen == set(sections)


def test_every_key_is_documented() -> None:
    assert [each.key for each in CLUSTER.fields if not each.doc.endswith((".", "):"))] == []


def test_the_schema_names_the_releases() -> None:
    assert "etcd 3.4 to " in json_schema()["description"]


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ("bootstrap: {initial-cluster-token: 'a!~b'}", None),
        ("bootstrap: {initial-cluster-token: a b}", "EB108"),
        ("bootstrap: {initial-cluster-token: é}", "EB108"),
        (f"bootstrap: {{initial-cluster-token: {'a' * 257}}}", "EB108"),
        ("etcd: {user: _etcd-1}", None),
        ("etcd: {user: Root}", "EB108"),
        ("etcd: {user: 'a:b'}", "EB108"),
        ("etcd: {data-dir: '/srv/{name}/{name}'}", None),
        ("etcd: {data-dir: '/srv/{nmae}'}", "EB108"),
        ("etcd: {data-dir: '/srv/name}'}", "EB108"),
        ("etcd: {data-dir: /srv/../etc}", "EB108"),
        ("etcd: {data-dir: /srv/..data}", None),
    ],
)
def test_a_text_has_the_form_that_its_readers_need(section: str, code: str | None) -> None:
    found = load(f"name: x\nmembers: [{{name: a}}]\n{section}\n").diagnostics
    assert [each.code for each in found] == ([code] if code else [])


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ("certificates: {subject: {C: us, O: 'Example, Inc.'}}", None),
        ("certificates: {subject: {C: USA}}", "EB108"),
        ("certificates: {subject: {C: NO}}", "EB106"),  # YAML 1.1 takes Norway for a boolean
        ("certificates: {subject: {CN: x}}", "EB103"),
        ("certificates: {name-constraints: [example.com, 10.0.0.0/8]}", None),
        ("certificates: {name-constraints: [10.0.0.1/8]}", "EB108"),
        ("certificates: {path-length: 17}", "EB109"),
        ("certificates: {signer: {command: [sign, --fast], timeout: 10s}}", None),
        ("certificates: {signer: {command: []}}", "EB105"),
        ("certificates: {signer: {timeout: 10s}}", "EB104"),
        ("certificates: {clients: [root, {name: metrics, lifetime: 90d, key: rsa-2048}]}", None),
        ("certificates: {clients: [{lifetime: 90d}]}", "EB104"),
        ("certificates: {server: {lifetime: 90d}, peer: {sans: [a.example.com]}}", None),
        ("certificates: {server: {clients: [a]}}", "EB103"),
        ("defaults: {cert-file: '/etc/ssl/{name}.pem'}", None),
        ("defaults: {cert-file: ssl/server.pem}", "EB108"),
        ("defaults: {key-file: /etc/../x}", "EB108"),
    ],
)
def test_what_certificates_may_say_is_looked_at_key_by_key(section: str, code: str | None) -> None:
    found = load(f"name: x\nmembers: [{{name: a}}]\n{section}\n").diagnostics
    assert [each.code for each in found] == ([code] if code else [])


def test_a_subject_is_kept_in_the_order_of_certificates() -> None:
    loaded = load("name: x\nmembers: [{name: a}]\ncertificates: {subject: {OU: u, C: de, L: l}}\n").spec
    assert loaded is not None
    assert loaded.certificates.subject == (("C", "DE"), ("L", "l"), ("OU", "u"))
