from __future__ import annotations

import pytest

from etcdboot.base.diagnostics import Severity, error, warning
from etcdboot.formats.yaml_reader import MAX_BYTES, Mark
from etcdboot.spec.loader import SourceMap, dump, load
from etcdboot.spec.spec import ClusterSpec, MemberSpec

TEXT = """\
name: prod
etcd:
  flags:
    --wal-dir: /a
    a.b: 1
    a.b.c: 2
members:
  - name: etcd1
    host: 10.0.0.1
  - {name: etcd2, host: 10.0.0.2,
     data-dir: /d}
"""


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ("", 1, 1),
        ("name", 1, 7),
        ("etcd", 2, 1),
        ("etcd.flags", 3, 3),
        ("etcd.flags.wal-dir", 4, 16),
        ("etcd.flags.--wal-dir", 4, 16),
        ("etcd.flags.a.b", 5, 10),
        ("etcd.flags.a.b.c", 6, 12),
        ("etcd.flags.absent", 3, 3),
        ("etcd.binary", 2, 1),
        ("members", 7, 1),
        ("members[0]", 8, 5),
        ("members[0].host", 9, 11),
        ("members[1].data-dir", 11, 16),
        ("members[1].absent.deep[3]", 10, 5),
        ("members[9]", 7, 1),
        ("members.name", 7, 1),
        ("members[x]", 7, 1),
        ("name[0]", 1, 7),
        ("nam", 1, 1),
        ("names", 1, 1),
    ],
)
def test_a_path_is_found_or_the_nearest_thing_around_it(path: str, line: int, column: int) -> None:
    assert load(TEXT).source.locate(path) == Mark(line, column)


def test_without_a_text_nothing_has_a_line() -> None:
    source = SourceMap("gone.yaml")
    assert source.locate("name") is None
    placed = source.placed(error("EB201", "x", path="name"))
    assert (placed.file, placed.line) == ("gone.yaml", 0)


def test_diagnostics_come_in_the_order_of_the_text() -> None:
    source = load(TEXT, "c.yaml").source
    found = source.in_order(
        [
            error("EB206", "last", path="members[1]"),
            warning("EB204", "middle", path="members"),
            error("EB205", "also last", path="members[1]"),
            warning("EB239", "first", path="etcd"),
        ]
    )
    assert [each.message for each in found] == ["first", "middle", "last", "also last"]
    assert [each.place for each in found] == ["c.yaml:2:1", "c.yaml:7:1", "c.yaml:10:5", "c.yaml:10:5"]
    assert found[0].severity is Severity.WARNING


def test_what_is_too_large_is_not_even_read() -> None:
    assert load("a" * (MAX_BYTES + 1)).diagnostics[0].code == "EB102"
    assert load("#" * MAX_BYTES).diagnostics[0].message.startswith("empty")


def test_a_spec_with_an_unknown_key_is_no_spec() -> None:
    loaded = load(TEXT + "nmae: x\n")
    assert loaded.spec is None
    assert [each.code for each in loaded.diagnostics] == ["EB103"]


def test_the_smallest_spec_is_written_as_small() -> None:
    spec = ClusterSpec("prod", (MemberSpec(name="etcd1"),))
    assert dump(spec) == 'name: "prod"\nmembers:\n  - name: "etcd1"\n'
