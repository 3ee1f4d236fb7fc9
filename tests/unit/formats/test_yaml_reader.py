from __future__ import annotations

import pytest

from etcdboot.formats.yaml_reader import (
    MAX_DEPTH,
    Mapping,
    Mark,
    Scalar,
    Sequence,
    Tag,
    YamlProblem,
    compose,
)


def test_every_part_knows_its_line_and_column() -> None:
    root = compose("a: 1\nb:\n  - x\n  - {c: 'y'}\n")
    assert root == Mapping(
        (
            (Scalar("a", True, Mark(1, 1)), Scalar("1", True, Mark(1, 4))),
            (
                Scalar("b", True, Mark(2, 1)),
                Sequence(
                    (
                        Scalar("x", True, Mark(3, 5)),
                        Mapping(
                            ((Scalar("c", True, Mark(4, 6)), Scalar("y", False, Mark(4, 9))),), Mark(4, 5)
                        ),
                    ),
                    Mark(3, 3),
                ),
            ),
        ),
        Mark(1, 1),
    )


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "---\n...\n", "\n\n"])
def test_nothing_is_none(text: str) -> None:
    assert compose(text) is None


@pytest.mark.parametrize("text", ['""', "''"])
def test_an_empty_text_is_not_nothing(text: str) -> None:
    assert compose(text) == Scalar("", False, Mark(1, 1))


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("~", Tag.NULL), ("null", Tag.NULL), ("", Tag.NULL), ("true", Tag.BOOLEAN), ("false", Tag.BOOLEAN),
        ("0", Tag.INTEGER), ("-12", Tag.INTEGER), ("3.6", Tag.NUMBER), ("-0.5", Tag.NUMBER),
        ("abc", Tag.TEXT), ("3.6.14", Tag.TEXT), ("10.0.0.1", Tag.TEXT), ("fd00::1", Tag.TEXT),
        ("a:b", Tag.TEXT), ("365d", Tag.TEXT),
        ("::1", Tag.TEXT), ("-", Tag.TEXT),
    ],
)  # fmt: skip
def test_a_plain_word_is_what_yaml_1_2_says(text: str, tag: Tag) -> None:
    assert Scalar(text, True, Mark(1, 1)).tag is tag
    assert Scalar(text, False, Mark(1, 1)).tag is Tag.TEXT


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("yes", "boolean"), ("No", "boolean"), ("on", "boolean"), ("OFF", "boolean"), ("y", "boolean"),
        ("True", "boolean"), ("010", "octal"), ("-07", "octal"), ("0x1F", "number"), ("0b101", "number"),
        ("0o17", "number"), ("22:22", "sexagesimal"), ("1:2:3", "sexagesimal"), ("1_000", "number"),
        ("+5", "number"), ("1e3", "number"), (".5", "number"), ("1.", "number"), (".inf", "number"),
        ("-.NaN", "number"), ("2026-01-01", "date"), ("2026-1-1 10:00:00", "date"), ("=", "special"),
    ],
)  # fmt: skip
def test_what_readers_disagree_about_is_a_surprise(text: str, said: str) -> None:
    found = Scalar(text, True, Mark(1, 1))
    assert found.tag is Tag.SURPRISE
    assert said in found.surprise


@pytest.mark.parametrize(
    ("text", "mark", "said"),
    [
        ("a: &x 1", Mark(1, 4), "anchors"),
        ("a: &x [1]", Mark(1, 4), "anchors"),
        ("a: *x", Mark(1, 4), "aliases"),
        ("a: !!str 1", Mark(1, 4), "tag"),
        ("a: !x {}", Mark(1, 4), "tag"),
        ("<<: {a: 1}", Mark(1, 1), "merge keys"),
        ("a: 1\na: 2", Mark(2, 1), "'a' stands twice; the first is in line 1"),
        ("? [a]\n: 1", Mark(1, 3), "a plain word"),
        ("a\n---\nb", Mark(2, 1), "second document"),
        ("a: [", Mark(2, 1), "not YAML"),
        ("a: b: c", Mark(1, 5), "not YAML"),
        ("é\n\x07", Mark(2, 1), r"not text: it has the character '\x07'"),
        ("x\ud800", Mark(1, 2), r"not text: it has the character '\ud800'"),
        ("{" * (MAX_DEPTH + 1), Mark(1, MAX_DEPTH + 1), "nested deeper"),
    ],
)
def test_what_is_refused_is_refused_in_its_place(text: str, mark: Mark, said: str) -> None:
    with pytest.raises(YamlProblem) as caught:
        compose(text)
    assert said in str(caught.value)
    assert caught.value.mark == mark


def test_quoted_merge_keys_and_the_tag_of_no_tag_are_harmless() -> None:
    assert isinstance(compose('"<<": 1'), Mapping)
    assert isinstance(compose("! x"), Scalar)


def test_a_tab_is_told_as_one() -> None:
    with pytest.raises(YamlProblem) as caught:
        compose("a:\n\t- b\n")
    assert "tabs" in caught.value.hint
    with pytest.raises(YamlProblem) as caught:
        compose("a: [\n")
    assert caught.value.hint == ""


def test_a_byte_order_mark_is_not_part_of_the_text() -> None:
    root = compose("\ufeffa: 1")
    assert isinstance(root, Mapping)
    assert root.items[0][0].text == "a"
