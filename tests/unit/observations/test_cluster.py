from __future__ import annotations

from dataclasses import replace

import pytest

from etcdboot.observations.cluster import LAYER_OF, Cause, Failure, Layer
from samples.observations import dead, denied, member, seen, without_quorum


def test_every_cause_sits_in_a_layer() -> None:
    assert set(LAYER_OF) == set(Cause)
    assert set(LAYER_OF.values()) == set(Layer)


@pytest.mark.parametrize("cause", Cause)
def test_only_network_and_tls_stand_before_etcd(cause: Cause) -> None:
    failure = Failure(cause, "")
    assert failure.before_etcd is (failure.layer in (Layer.NETWORK, Layer.TLS))


@pytest.mark.parametrize(
    ("cause", "vague"),
    [
        (Cause.SILENT, True),
        (Cause.UNTRUSTED, True),
        (Cause.CLOSED, True),
        (Cause.REFUSED, False),
        (Cause.UNRESOLVED, False),
        (Cause.DENIED, False),
        (Cause.NO_LEADER, False),
    ],
)
def test_a_second_look_is_for_what_failed_before_etcd_and_is_not_certain(cause: Cause, vague: bool) -> None:
    assert Failure(cause, "").is_vague is vague


def test_an_endpoint_that_gives_any_answer_is_reached() -> None:
    assert seen("etcd1").unreached is None
    assert without_quorum("etcd1").unreached is None
    assert denied().unreached is None


def test_of_several_failures_the_one_that_names_a_cause_is_told() -> None:
    silent = dead("etcd1", Cause.SILENT)
    mixed = replace(silent, alarms=Failure(Cause.EXPIRED, "expired"))
    assert silent.unreached is not None
    assert silent.unreached.cause is Cause.SILENT
    assert mixed.unreached is not None
    assert mixed.unreached.cause is Cause.EXPIRED


def test_a_read_or_its_denial_proves_a_quorum_and_nothing_else_does() -> None:
    assert seen("etcd1").has_quorum
    assert denied().has_quorum
    assert not without_quorum("etcd1").has_quorum
    assert not dead("etcd1").has_quorum


def test_a_member_without_a_name_has_never_started() -> None:
    assert member("etcd1").is_started
    assert not member("etcd1", name="").is_started
