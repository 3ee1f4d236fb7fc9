from __future__ import annotations

from etcdboot.formats.yaml_positions import Places

TEXT = "a: 'x' # c\nb:\n  - 1\n  - |\n    two\n\nc: {d: e}\n"


def test_every_value_is_where_it_is_written() -> None:
    places = Places(TEXT)
    shown = {name.text: TEXT[value.start : places.end(value)] for name, value in places.root.pairs}
    assert shown == {"a": "'x'", "b": "- 1\n  - |\n    two", "c": "{d: e}"}
    assert [each.text for each in places.root.scalars()] == ["a", "x", "b", "1", "two\n", "c", "d", "e"]
    assert places.root.value("x") is None


def test_a_block_has_no_braces_and_nothing_is_null() -> None:
    places = Places(TEXT + "n: ~\n")
    found = {name.text: value for name, value in places.root.pairs}
    assert (
        places.root.is_block and found["b"].is_block and not found["c"].is_block and not found["a"].is_block
    )
    assert [name for name, value in found.items() if value.is_null] == ["n"]


def test_lines_and_margins() -> None:
    places = Places(TEXT)
    b, items = places.root.pairs[1]
    assert (places.column(items), places.margin(b), places.margin(items)) == (2, "", "  ")
    assert places.margin(places.root.pairs[0][1]) is None
    assert TEXT[places.line_start(items.start) : places.line_end(items.start)] == "  - 1"


def test_the_end_is_before_an_end_mark() -> None:
    assert Places("a: b\n...\n").bottom == 5
    assert Places("a: b\n# c").bottom == 8


def test_a_comment_is_not_a_sign_in_quotes() -> None:
    assert not Places("['#', a#b, \"#\"] # c").has_comment(Places("['#', a#b, \"#\"] # c").root)
    assert Places("['#', # c\n b]").has_comment(Places("['#', # c\n b]").root)
