from __future__ import annotations

import pytest

from etcdboot.base.errors import SpecError
from etcdboot.spec.editor import put

TEXT = "name: prod # ours\nmembers:\n- {name: etcd1, host: 10.0.0.1}\n"
TOKEN = "bootstrap.initial-cluster-token"


def refused(text: str, changes: dict[str, str | list[str]]) -> tuple[str, str, str]:
    with pytest.raises(SpecError) as caught:
        put(text, changes)
    first = caught.value.diagnostics[0]
    return first.code, first.message, first.hint


def test_several_keys_are_set_one_after_the_other() -> None:
    edited = put(TEXT, {TOKEN: "a:b", "bootstrap.mode": "static", "certificates.sans": ["a.b", "c"]})
    assert edited == TEXT + (
        'bootstrap:\n  initial-cluster-token: "a:b"\n  mode: "static"\ncertificates:\n  sans: ["a.b", "c"]\n'
    )


def test_nothing_to_change_changes_nothing() -> None:
    assert put(TEXT, {}) == TEXT


def test_what_cannot_be_edited_is_shown_to_be_written_by_hand() -> None:
    text = TEXT + "bootstrap:\n  initial-cluster-token: |  # kept\n    abc\n"
    code, message, hint = refused(text, {TOKEN: "t"})
    assert code == "EB120"
    assert message == f"{TOKEN} cannot be set in place: a comment stands inside the value"
    assert hint == 'write by hand: bootstrap: {initial-cluster-token: "t"}'


def test_what_is_no_yaml_is_told_as_load_tells_it() -> None:
    assert refused("a: [", {TOKEN: "t"})[0] == "EB101"


def test_a_value_that_the_spec_does_not_take_is_refused() -> None:
    assert refused(TEXT, {TOKEN: "with a blank"})[0] == "EB108"
    assert refused(TEXT, {"bootstrap.no-such-key": "t"})[0] == "EB103"


def test_a_spec_that_was_bad_before_may_be_edited() -> None:
    text = "bootstrap:\n  initial-cluster-token:\nmembers: []\n"
    assert put(text, {TOKEN: "t"}) == text.replace("token:", 'token: "t"')
