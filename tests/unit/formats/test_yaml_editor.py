from __future__ import annotations

import pytest

from etcdboot.formats.yaml_editor import CannotEdit, line, put
from etcdboot.formats.yaml_reader import YamlProblem

# before -> after, for put(…, "boot", "token", "t")
CASES = {
    "plain": ("boot:\n  token: old # mine\n  mode: x\n", 'boot:\n  token: "t" # mine\n  mode: x\n'),
    "single quotes": ("boot: {token: 'a # b', mode: x}", 'boot: {token: "t", mode: x}'),
    "double quotes": ('boot:\n  token: "a\\"b"\n', 'boot:\n  token: "t"\n'),
    "two lines": ("boot:\n  token: a\n    b\n  mode: x\n", 'boot:\n  token: "t"\n  mode: x\n'),
    "nothing": ("boot:\n  token:\n  mode: x\n", 'boot:\n  token: "t"\n  mode: x\n'),
    "nothing, and a comment": ("boot:\n  token: # here\n  mode: x", 'boot:\n  token: "t" # here\n  mode: x'),
    "null": ("boot:\n  token: ~\n", 'boot:\n  token: "t"\n'),
    "nothing in braces": ("boot: {token: , mode: x}", 'boot: {token: "t", mode: x}'),
    "no colon": ("boot: {token, mode: x}", 'boot: {token: "t", mode: x}'),
    "nothing at the end": ("boot: {mode: x, token: }", 'boot: {mode: x, token: "t"}'),
    "a literal block": ("boot:\n  token: |-\n    a\n\n  mode: x\n", 'boot:\n  token: "t"\n\n  mode: x\n'),
    "a list in brackets": ("boot:\n  token: [a,\n   b] # c\n", 'boot:\n  token: "t" # c\n'),
    "another key": (
        "boot:\n    mode: x # y\n\n# z\nn: 1\n",
        'boot:\n    mode: x # y\n    token: "t"\n\n# z\nn: 1\n',
    ),
    "a list before": (
        "boot:\n  at:\n  - a\n  - b # c\nn: 1\n",
        'boot:\n  at:\n  - a\n  - b # c\n  token: "t"\nn: 1\n',
    ),
    "a block before": (
        "boot:\n  mode: >\n    x\n\nn: 1\n",
        'boot:\n  mode: >\n    x\n  token: "t"\n\nn: 1\n',
    ),
    "braces": (
        "boot: {mode: discovery-v3} # c\nn: 1\n",
        'boot: {mode: discovery-v3, token: "t"} # c\nn: 1\n',
    ),
    "a last comma": ("boot: { mode: x, }\n", 'boot: { mode: x, token: "t", }\n'),
    "empty braces": ("boot: { }\nn: 1\n", 'boot: {token: "t" }\nn: 1\n'),
    "braces over lines": ("boot: {\n  mode: x,\n}\n", 'boot: {\n  mode: x,\n  token: "t",\n}\n'),
    "braces, a comment": ("boot: {\n  mode: x # c\n}\n", 'boot: {\n  mode: x, token: "t" # c\n}\n'),
    "an empty section": ("boot: # c\n  # d\nn:\n   m: 1\n", 'boot: # c\n   token: "t"\n  # d\nn:\n   m: 1\n'),
    "an empty section, last": ("n: 1\nboot:", 'n: 1\nboot:\n  token: "t"'),
    "a null section": ("boot: null # c\n", 'boot: {token: "t"} # c\n'),
    "no section": ("n: 1 # c\n# d\n", 'n: 1 # c\n# d\nboot:\n  token: "t"\n'),
    "no final newline": ("n: 1\n# d", 'n: 1\n# d\nboot:\n  token: "t"'),
    "carriage returns": (
        "n: 1\r\nm:\r\n    a: b\r\n",
        'n: 1\r\nm:\r\n    a: b\r\nboot:\r\n    token: "t"\r\n',
    ),
    "old line ends": ("n: 1\rboot:\r", 'n: 1\rboot:\r  token: "t"\r'),
    "an end mark": ("---\nn: 1\n...\n", '---\nn: 1\nboot:\n  token: "t"\n...\n'),
    "a byte order mark": ("\ufeffn: é\nboot:\n  token: x\n", '\ufeffn: é\nboot:\n  token: "t"\n'),
    "an indented text": ("  n: 1\n  m: 2\n", '  n: 1\n  m: 2\n  boot:\n    token: "t"\n'),
    "a text in braces": ("{n: 1, boot: {mode: x}}", '{n: 1, boot: {mode: x, token: "t"}}'),
    "a text in braces without": ("{n: 1}\n", '{n: 1, boot: {token: "t"}}\n'),
    "a text in braces with nothing": ("{boot: , n: 1}\n", '{boot: {token: "t"}, n: 1}\n'),
    "json": ('{"n": 1,\n "m": 2\n}\n', '{"n": 1,\n "m": 2,\n "boot": {"token": "t"}\n}\n'),
    "json over lines": (
        '{\n  "boot": {\n    "mode": "x"\n  }\n}',
        '{\n  "boot": {\n    "mode": "x",\n    "token": "t"\n  }\n}',
    ),
    "unusual line ends": ("n: 1\x85m: 2 # c\u2028boot:\n", 'n: 1\x85m: 2 # c\u2028boot:\x85  token: "t"\n'),
    "a question mark": ("boot:\n  ? token\n  : x\n", 'boot:\n  ? token\n  : "t"\n'),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_only_the_one_value_changes(name: str) -> None:
    before, after = CASES[name]
    assert put(before, "boot", "token", "t") == after
    assert put(after, "boot", "token", "t") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("b:\n  at: [x, y] # c\n", 'b:\n  at: ["p:1", "q"] # c\n'),
        ("b:\n  at: x\n", 'b:\n  at: ["p:1", "q"]\n'),
        ("b:\n  at:\n  - x\n  - y # c\n  - z # d\n", None),
        ("b:\n  at:\n  - x\n  - y # c\nn: 1\n", 'b:\n  at:\n  - "p:1"\n  - "q" # c\nn: 1\n'),
        ("b:\n  at:\n      -  x\n  n: 1", 'b:\n  at:\n      - "p:1"\n      - "q"\n  n: 1'),
        ("b:\n  n: 1\n", 'b:\n  n: 1\n  at: ["p:1", "q"]\n'),
    ],
)
def test_a_list_is_written_as_the_one_before(before: str, after: str | None) -> None:
    if after is None:
        with pytest.raises(CannotEdit, match="comment stands inside"):
            put(before, "b", "at", ["p:1", "q"])
    else:
        assert put(before, "b", "at", ["p:1", "q"]) == after


@pytest.mark.parametrize("value", ["a'b", 'a"b', "a: b # c", "22:22", "on", "{x}", "é\\n", "\U0001f600"])
def test_every_value_is_quoted(value: str) -> None:
    assert put('b: {k: "v"}', "b", "k", value) == put("b: {k: other}", "b", "k", value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no keys"),
        ("- a\n", "no keys"),
        ("{}", "no keys"),
        ("b: word\n", "b is not a mapping"),
        ("b: [x]\n", "b is not a mapping"),
        ("b: {k: [x, # c\n  y]}", "comment stands inside"),
        ("b:\n  k: | # c\n   x\n", "comment stands inside"),
        ("b:\n  k:\n  - x\n", "block of several lines"),
        ("b:\n  k:\n    x: y\n", "block of several lines"),
        ("b:\n  n: |+\n    x\n\n", "layout"),
        ("n: |\n  x", "layout"),
        ("b:\n  ? a\n", "layout"),
        ("--- {a: b}\n# {\n...\n", ""),
    ],
)
def test_what_cannot_be_set_alone_is_refused(text: str, why: str) -> None:
    if why:
        with pytest.raises(CannotEdit, match=why):
            put(text, "b", "k", "v")
    else:
        assert put(text, "b", "k", "v") == '--- {a: b, b: {k: "v"}}\n# {\n...\n'


def test_what_is_no_yaml_is_not_edited() -> None:
    with pytest.raises(YamlProblem):
        put("a: *b\n", "b", "k", "v")


def test_the_line_by_hand_is_what_would_have_been_written() -> None:
    assert line("b", "k", "v") == 'b: {k: "v"}'
    assert put("n: 1\n", "b", "k", ["v", "w"]) == "n: 1\nb:\n  " + 'k: ["v", "w"]\n'
    assert line("b", "k", ["v", "w"]) == 'b: {k: ["v", "w"]}'
