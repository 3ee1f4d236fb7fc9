from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from etcdboot.effects.files.staged_names import final_name, staged_name


@pytest.mark.parametrize("path", ["a", "pki/ca-key.pem", ".etcdboot.json", "m/.x.etcdboot-new"])
def test_a_staged_name_leads_back_to_the_final_one_beside_it(path: str) -> None:
    final = PurePosixPath(path)
    assert staged_name(final).parent == final.parent
    assert staged_name(final) != final
    assert final_name(staged_name(final)) == final


@pytest.mark.parametrize("path", ["a", ".a", "a.etcdboot-new", ".etcdboot.json"])
def test_any_other_name_stays(path: str) -> None:
    assert final_name(PurePosixPath(path)) == PurePosixPath(path)
