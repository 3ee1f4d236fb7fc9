from __future__ import annotations

from etcdboot.base.progress import Event, EventKind, Reporter, silent


def test_an_event_counts_nothing_unless_told() -> None:
    event = Event(EventKind.STEP, "issuing")
    assert (event.subject, event.done, event.total) == ("", 0, 0)


def test_silence_is_a_reporter() -> None:
    heard: Reporter = silent
    heard(Event(EventKind.WARNING, "x"))
