"""Reading what sets feature gates."""

from __future__ import annotations

import pytest

from etcdboot.etcd.feature_gates import FEATURE_GATES, gates_problem, parse_gates
from etcdboot.etcd.releases import parse_release


def test_reads_gates_in_the_order_written() -> None:
    assert parse_gates("B=true, A=false,") == (("B", True), ("A", False))
    assert parse_gates("") == ()


@pytest.mark.parametrize("value", ["A", "A=", "=true", "A=TRUE", "A=true=false", "A:true", "A=true B=true"])
def test_refuses_what_is_no_gate(value: str) -> None:
    with pytest.raises(ValueError, match="is not GATE=true or GATE=false"):
        parse_gates(value)


def test_takes_a_gate_twice_only_with_one_meaning() -> None:
    assert parse_gates("A=true,A=true") == (("A", True),)
    with pytest.raises(ValueError, match="feature gate A is set to both true and false"):
        parse_gates("A=true,A=false")


@pytest.mark.parametrize("minor", ["3.6", "3.7"])
def test_every_gate_can_be_set_to_what_it_is_anyway(minor: str) -> None:
    value = ",".join(f"{gate}={str(state).lower()}" for gate, state in FEATURE_GATES[minor].items())
    assert gates_problem(value, parse_release(f"{minor}.0")) is None
