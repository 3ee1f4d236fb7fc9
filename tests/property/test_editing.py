"""Editing a spec in place: whatever the layout, one value changes and nothing else does."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from etcdboot.base.errors import SpecError
from etcdboot.spec.editor import put
from etcdboot.spec.loader import dump, load
from etcdboot.spec.spec import ClusterSpec
from property.strategies import clusters
from property.test_spec import GOOD, PIECES

TOKEN = "bootstrap.initial-cluster-token"
tokens = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
comments = st.sampled_from(["", " # why", "  # a: {b", " #", " # 'x"])
breaks = st.sampled_from(["\n", "\r\n"])
standing = st.sampled_from(["", "old", "'it''s #1'", '"a\\"b"', "|-\n{pad}  old", "plain\n{pad}  words", "~"])


@st.composite
def layouts(draw: st.DrawFn) -> str:
    """A small spec in one of the many ways to write it; the section may be there, and the key."""
    pad = " " * draw(st.integers(1, 5))
    pairs = draw(st.permutations(["mode: static", f"initial-cluster-token: {draw(standing)}"]))
    kept = pairs[: draw(st.integers(0, 2))]
    flow = draw(st.booleans())
    if draw(st.integers(0, 3)) == 0:
        section = ""
    elif flow:
        gap = draw(st.sampled_from(["", " ", f"\n{pad}"]))
        inner = f",{draw(st.sampled_from([' ', f'{pad}']))}".join(each.format(pad=pad) for each in kept)
        section = f"bootstrap: {{{gap}{inner}{gap}}}{draw(comments)}\n"
    else:
        lines = [f"{pad}{each.format(pad=pad)}{draw(comments) if '|' not in each else ''}\n" for each in kept]
        between = draw(st.sampled_from(["", "\n", f"{pad}# a remark\n", "# at the margin\n"]))
        section = f"bootstrap:{draw(comments)}\n" + between.join(["", *lines])
    rest = ["name: prod\n", "members:\n- {name: a, host: 10.0.0.1}" + draw(comments) + "\n", section]
    text = draw(st.sampled_from(["", "---\n", "# head\n"])) + "".join(draw(st.permutations(rest)))
    text += draw(st.sampled_from(["", "\n", "# the end\n", "# the end", "...\n"]))
    return (text if draw(st.booleans()) else text.rstrip("\n")).replace("\n", draw(breaks))


def outside(before: str, after: str) -> tuple[str, str]:
    """What of the first text is gone in the second, and what is new there."""
    head = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    return before[head : len(before) - tail], after[head : len(after) - tail]


@given(layouts(), tokens)
def test_one_value_changes_in_any_layout(text: str, token: str) -> None:
    before = load(text)
    try:
        edited = put(text, {TOKEN: token})
    except SpecError:
        assert before.spec is None
        return
    after = load(edited)
    assert after.spec is not None and after.spec.bootstrap.initial_cluster_token == token
    if before.spec is not None:
        bootstrap = replace(before.spec.bootstrap, initial_cluster_token=token)
        assert after.spec == replace(before.spec, bootstrap=bootstrap)
    gone, new = outside(text, edited)
    assert gone.count("\n") <= 1 and new.count("\n") <= 2
    assert gone.count("#") <= 1  # of a value in quotes
    assert put(edited, {TOKEN: token}) == edited


@given(clusters(), tokens)
def test_every_spec_that_we_wrote_can_be_edited(spec: ClusterSpec, token: str) -> None:
    edited = load(put(dump(spec), {TOKEN: token}))
    assert edited.spec == replace(spec, bootstrap=replace(spec.bootstrap, initial_cluster_token=token))


@given(st.lists(st.sampled_from(PIECES) | st.sampled_from(GOOD.splitlines(keepends=True)), max_size=12))
def test_no_text_is_spoilt(pieces: list[str]) -> None:
    text = "".join(pieces)
    try:
        edited = put(text, {TOKEN: "t"})
    except SpecError as refused:
        assert refused.diagnostics
    else:
        assert len(load(edited).diagnostics) <= len(load(text).diagnostics)
