"""Feature gates: which there are, and the ``A=true,B=false`` that sets them."""

from __future__ import annotations

from typing import Final

from etcdboot.etcd.releases import Release

# Gate -> its default, per minor (docs/etcd/flags-and-config-file.md#feature-gates).
_GATES_3_6 = {
    "AllAlpha": False,
    "AllBeta": False,
    "CompactHashCheck": False,
    "InitialCorruptCheck": False,
    "LeaseCheckpoint": False,
    "LeaseCheckpointPersist": False,
    "SetMemberLocalAddr": False,
    "StopGRPCServiceOnDefrag": False,
    "TxnModeWriteWithSharedBuffer": True,
}
FEATURE_GATES: Final[dict[str, dict[str, bool]]] = {
    "3.4": {},
    "3.5": {},
    "3.6": _GATES_3_6,
    "3.7": {**_GATES_3_6, "FastLeaseKeepAlive": True, "PriorityRequest": False},
}


def parse_gates(value: str) -> tuple[tuple[str, bool], ...]:
    """``A=true,B=false`` as pairs, in the order written; blanks around commas do not count.

    Raises:
        ValueError: a part is not GATE=true or GATE=false, or a gate is set twice with two values.
    """
    gates: dict[str, bool] = {}
    for part in filter(None, (part.strip() for part in value.split(","))):
        gate, equals, state = part.partition("=")
        if not gate or not equals or state not in ("true", "false"):
            raise ValueError(f"{part!r} is not GATE=true or GATE=false")
        if gates.setdefault(gate, state == "true") != (state == "true"):
            raise ValueError(f"feature gate {gate} is set to both true and false")
    return tuple(gates.items())


def gates_problem(value: str, release: Release) -> str | None:
    """Why that release would not take ``--feature-gates=value``, or None."""
    try:
        gates = parse_gates(value)
    except ValueError as problem:
        return str(problem)
    known = FEATURE_GATES[release.minor_name]
    unknown = [gate for gate, _ in gates if gate not in known]
    if unknown:
        return f"etcd {release} has no feature gate {unknown[0]}; it has {', '.join(known)}"
    states = known | dict(gates)
    # server/embed/config.go:1302@v3.6.14; AllAlpha turns both on
    if states["LeaseCheckpointPersist"] and not (states["LeaseCheckpoint"] or states["AllAlpha"]):
        return "LeaseCheckpointPersist=true needs LeaseCheckpoint=true"
    return None
