"""What was seen at a member's URL when a rotation asked whether its step is in force there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from etcdboot.base.diagnostics import Diagnostic, error
from etcdboot.base.fast_dataclasses import dataclass


class Question(StrEnum):
    """What is asked of a URL before the next step."""

    TRUSTS_NEW = "trusts-new"  # does it take callers of the new CA?
    SERVES_NEW = "serves-new"  # does it show a certificate of the new CA?
    FORGOT_OLD = "forgot-old"  # does it refuse callers of the old CA?
    SERVES_OLD = "serves-old"  # (before going back) does it show none of the new CA any more?


@dataclass(frozen=True, slots=True)
class Sighting:
    """One URL's answer: yes, no, or (None) none could be had; ``detail`` in words."""

    member: str
    url: str
    question: Question
    answer: bool | None
    detail: str = ""

    def as_json(self) -> dict[str, object]:
        """The object that ``-w json`` prints for it."""
        return {
            "member": self.member,
            "url": self.url,
            "question": str(self.question),
            "answer": self.answer,
            "detail": self.detail,
        }


def objections(seen: Iterable[Sighting]) -> Iterator[Diagnostic]:
    """Why the next step must wait: one complaint for each URL that does not say yes."""
    for each in seen:
        if each.answer:
            continue
        code, said, hint = _SAID[each.question]
        if each.answer is None:
            message = f"{each.url} of {each.member} could not be looked at: {each.detail}"
            yield error(code, message, "see whether the member runs and can be reached: etcdboot verify")
        else:
            told = f" ({each.detail})" if each.detail else ""
            yield error(code, f"{each.url} of {each.member} {said}{told}", hint)


_SAID = {
    Question.TRUSTS_NEW: (
        "EB381",
        "does not trust the new CA yet",
        "give the member its files and restart it: etcd reads whom it trusts only at its start",
    ),
    Question.SERVES_NEW: (
        "EB382",
        "serves a certificate that the new CA has not signed",
        "render and give the member its files; no restart is needed",
    ),
    Question.SERVES_OLD: (
        "EB382",
        "serves a certificate of the new CA",
        "render and give the member its files; no restart is needed",
    ),
    Question.FORGOT_OLD: (
        "EB383",
        "still trusts the old CA",
        "give the member its files and restart it: etcd reads whom it trusts only at its start",
    ),
}
