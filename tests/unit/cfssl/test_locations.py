from __future__ import annotations

from etcdboot.base.diagnostics import Severity
from etcdboot.cfssl.locations import Place, lost, spelled
from etcdboot.formats.yaml_reader import Mark


def test_a_word_about_a_place_says_where() -> None:
    place = Place.of("a.json", Mark(3, 9))
    told = [place.error("EB385", "m"), place.warning("EB388", "m"), place.note("EB395", "m", "h")]
    assert [each.severity for each in told] == list(Severity)
    assert {each.place for each in told} == {"a.json:3:9"}
    assert told[2].hint == "h"
    assert Place("a.pem").note("EB395", "m").place == "a.pem"


def test_what_is_lost_is_said_with_why() -> None:
    assert lost(Place("a"), "CN 'x'", "no room").message == "CN 'x' is not taken over: no room"


def test_a_subject_is_spelled_on_one_line() -> None:
    assert spelled((("C", "DE"), ("O", "Acme"))) == "C=DE, O=Acme"
