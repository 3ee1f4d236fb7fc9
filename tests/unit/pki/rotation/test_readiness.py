from __future__ import annotations

import pytest

from etcdboot.pki.rotation.readiness import Question, Sighting, objections

URL = "https://10.0.0.1:2379"


@pytest.mark.parametrize(
    ("question", "code", "words", "remedy"),
    [
        (Question.TRUSTS_NEW, "EB381", "does not trust the new CA yet", "restart it"),
        (Question.SERVES_NEW, "EB382", "the new CA has not signed", "no restart"),
        (Question.SERVES_OLD, "EB382", "serves a certificate of the new CA", "no restart"),
        (Question.FORGOT_OLD, "EB383", "still trusts the old CA", "restart it"),
    ],
)
def test_a_member_that_is_not_as_far_is_named_with_the_remedy(
    question: Question, code: str, words: str, remedy: str
) -> None:
    [said] = objections([Sighting("etcd1", URL, question, False, "unknown ca")])
    assert said.code == code
    assert said.message.startswith(f"{URL} of etcd1 ")
    assert words in said.message
    assert said.message.endswith("(unknown ca)")
    assert remedy in said.hint


def test_a_member_that_cannot_be_seen_is_no_better() -> None:
    [said] = objections([Sighting("etcd1", URL, Question.SERVES_NEW, None, "nobody there")])
    assert said.code == "EB382"
    assert "could not be looked at: nobody there" in said.message


def test_nothing_is_said_of_members_that_are_as_far() -> None:
    assert list(objections([Sighting("etcd1", URL, each, True) for each in Question])) == []


def test_an_answer_is_told_in_json() -> None:
    assert Sighting("etcd1", URL, Question.FORGOT_OLD, None, "silent").as_json() == {
        "member": "etcd1",
        "url": URL,
        "question": "forgot-old",
        "answer": None,
        "detail": "silent",
    }
