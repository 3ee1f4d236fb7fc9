from __future__ import annotations

import pytest

from etcdboot.base.errors import EtcdbootError
from etcdboot.workflows.local.detach import detach


def test_a_child_that_ends_without_a_word_is_told_with_its_last_ones() -> None:
    with pytest.raises(EtcdbootError, match="has ended: exit code 2") as caught:
        detach(("no-such-command",), lambda event: None, reads_stdin=False)
    (told,) = caught.value.diagnostics
    assert told.code == "EB524"
    assert "no-such-command" in told.hint
