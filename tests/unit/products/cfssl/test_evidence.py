from __future__ import annotations

from etcdboot.products.cfssl.evidence import Evidence
from etcdboot.products.cfssl.translating import translate


def test_no_evidence_comes_to_the_defaults() -> None:
    found = translate(Evidence())
    assert (found.cast.members, found.told, found.hosts) == ((), (), ())
