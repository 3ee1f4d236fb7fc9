from __future__ import annotations

import pytest

from etcdboot.base.errors import ExitCode
from etcdboot.effects.etcd.discovery_errors import unusable
from etcdboot.observations.cluster import Cause, Failure


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_a_code_and_a_remedy(cause: Cause) -> None:
    [said] = unusable([("http://h:2379", Failure(cause, "why"))]).diagnostics
    assert said.code in ("EB560", "EB561", "EB563", "EB564")
    assert said.message == "discovery at http://h:2379: why"
    assert said.hint


@pytest.mark.parametrize(
    ("causes", "code"),
    [
        ([Cause.REFUSED], ExitCode.DOWN),
        ([Cause.REFUSED, Cause.NO_LEADER], ExitCode.DOWN),
        ([Cause.UNTRUSTED], ExitCode.REFUSED),
        ([Cause.NOT_ETCD], ExitCode.REFUSED),
        ([Cause.REFUSED, Cause.DENIED], ExitCode.REFUSED),
    ],
)
def test_what_is_down_may_come_back_and_what_keeps_us_out_does_not(
    causes: list[Cause], code: ExitCode
) -> None:
    error = unusable([("h", Failure(each, "why")) for each in causes])
    assert error.exit_code is code
    assert len(error.diagnostics) == len(causes)
