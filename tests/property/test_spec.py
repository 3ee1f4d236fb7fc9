"""Reading and writing a cluster.yaml: nothing is lost, and no text makes it fall over."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from etcdboot.base.diagnostics import has_errors
from etcdboot.base.durations import format_lifetime, parse_lifetime
from etcdboot.spec.loader import dump, load
from etcdboot.spec.spec import ClusterSpec
from property.strategies import clusters, lifetimes

GOOD = """\
name: prod
etcd:
  version: "3.6.14"
  flags: {quota-backend-bytes: 8589934592, cors: [http://a, http://b], pre-vote: null}
tls: {client: mutual, peer: off}
certificates: {lifetime: 365d, clients: [root]}
members:
  - {name: etcd1, host: 10.0.0.1}
  - name: etcd2
    host: fd00::2
    address: [fd00::2, 10.0.0.2]
    sans: ["*.example.com"]
render: {targets: [systemd, procfile]}
"""
# What breaks readers of YAML: its own signs, other readers' surprises, and what is hardly text at all.
PIECES = [
    "\t", "\0", "\ud800", "\ufeff", "\u2028", "\x85", "&a ", "*a", "!!int ", "<<: ", "? ", ": ", "- ", "[",
    "]", "{", "}", "'", '"', "|\n", ">\n", "---\n", "...\n", "%YAML 9.9\n", "#", "22:22", "010", "on", "~",
    "1e999", "0x1F", "${HOME}", "{{ name }}", "../", "\\", '"\\ud800"', "9" * 5000, "é", "\U0001f600",
    "\r", "\n",
]  # fmt: skip


def told(text: str) -> None:
    """A spec or errors, never neither nor both; each in its place."""
    loaded = load(text, "cluster.yaml")
    assert (loaded.spec is None) == has_errors(loaded.diagnostics)
    for each in loaded.diagnostics:
        assert each.code and each.message and each.file == "cluster.yaml" and each.line >= 1
    assert list(loaded.diagnostics) == sorted(loaded.diagnostics, key=lambda each: (each.line, each.column))


@given(clusters())
def test_what_is_written_is_read_back(spec: ClusterSpec) -> None:
    loaded = load(dump(spec))
    assert loaded.diagnostics == ()
    assert loaded.spec == spec


@given(lifetimes)
def test_every_lifetime_is_read_back(seconds: int) -> None:
    assert parse_lifetime(format_lifetime(seconds)) == seconds


@given(st.text(st.characters(exclude_categories=())) | st.binary().map(lambda raw: raw.decode("latin-1")))
@example("\ud800")
def test_no_text_makes_load_fall_over(text: str) -> None:
    told(text)


@given(st.lists(st.sampled_from(PIECES) | st.sampled_from(GOOD.splitlines(keepends=True)), max_size=12))
def test_no_heap_of_yaml_signs_makes_load_fall_over(pieces: list[str]) -> None:
    told("".join(pieces))


@given(st.data())
def test_no_mutation_of_a_good_spec_makes_load_fall_over(data: st.DataObject) -> None:
    text = GOOD
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 12))
        text = text[:start] + data.draw(st.sampled_from(["", *PIECES])) + text[start + length :]
    told(text)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_no_depth_makes_load_fall_over(opening: str) -> None:
    told(opening * 100_000)


def test_the_good_spec_is_good() -> None:
    assert load(GOOD).diagnostics == ()
