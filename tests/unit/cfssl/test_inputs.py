from __future__ import annotations

from etcdboot.cfssl.converter import translate
from etcdboot.cfssl.documents import Evidence


def test_no_evidence_comes_to_the_defaults() -> None:
    found = translate(Evidence())
    assert (found.cast.members, found.told, found.hosts) == ((), (), ())
