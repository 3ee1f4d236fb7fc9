"""Which further flags a member is told: our baseline, then ``etcd.flags``, ``defaults`` and its own.

Later scopes win by name, ``null`` takes a flag away, and feature gates count one by one. What cannot be said
to the member's release is left out here and becomes a :class:`Misfit`, which a rule tells the user.
"""

from __future__ import annotations

from collections.abc import Iterator

from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.etcd.feature_gates import parse_gates
from etcdboot.etcd.flag_names import GATES_FLAG, Spelled, Unspellable, merge_gates, spell
from etcdboot.etcd.flags import value_problem
from etcdboot.etcd.recommended_flags import baseline
from etcdboot.etcd.releases import Release
from etcdboot.etcd.reserved_flags import owner_of, risk_of, why_forbidden
from etcdboot.plan.urls import merged
from etcdboot.spec.spec import BootstrapMode, ClusterSpec, ClusterState, FlagValues


@dataclass(frozen=True, slots=True)
class Misfit:
    """A written flag that cannot be told, or had better not be; ``path`` is where it is written."""

    code: str
    path: str
    message: str
    hint: str = ""
    stops: bool = True


def scopes(spec: ClusterSpec, index: int) -> tuple[tuple[str, FlagValues], ...]:
    """The places that set flags of the member at ``index``, the widest first."""
    return (
        ("etcd.flags", spec.etcd.flags),
        ("defaults.flags", spec.defaults.flags),
        (f"members[{index}].flags", spec.members[index].flags),
    )


def further_flags(spec: ClusterSpec, index: int, release: Release) -> tuple[tuple[str, str], ...]:
    """The member's flags beyond those that the plan derives, in the release's spelling, sorted by name."""
    chosen: dict[str, str] = {}
    joins = merged(spec.members[index], spec.defaults).initial_cluster_state is ClusterState.EXISTING
    for row in baseline(release, BootstrapMode.STATIC if joins else spec.bootstrap.mode):
        chosen.update(_parts(row.name, row.value))
    for path, values in scopes(spec, index):
        for name, value in values:
            _apply(chosen, path, name, value, release)
    return _joined(chosen)


def misfits(spec: ClusterSpec, index: int, release: Release) -> Iterator[Misfit]:
    """What of the written flags the member's release cannot be told, and why."""
    for path, values in scopes(spec, index):
        said: dict[str, str] = {}
        for name, value in values:
            spelled = _judge(path, name, value, release)
            if isinstance(spelled, Misfit):
                yield spelled
                if spelled.stops:
                    continue
            yield from _doubles(path, name, value, release, said)


def _apply(chosen: dict[str, str], path: str, name: str, value: str | None, release: Release) -> None:
    judged = _judge(path, name, value, release)
    if isinstance(judged, Misfit) and judged.stops:
        return
    parts = _spelled_parts(name, value, release)
    if value is not None:
        chosen.update(parts)
        return
    gone = {name, *parts}
    for key in [each for each in chosen if each in gone or each.partition("=")[0] in gone]:
        del chosen[key]


def _doubles(
    path: str, name: str, value: str | None, release: Release, said: dict[str, str]
) -> Iterator[Misfit]:
    """The same setting twice in one scope, once by an old name and once by a new one."""
    for part in _spelled_parts(name, value, release):
        if said.setdefault(part, name) != name:
            yield Misfit(
                "EB217", f"{path}.{name}", f"{name} and {said[part]} are the same setting", "keep one of them"
            )


def _judge(path: str, name: str, value: str | None, release: Release) -> Misfit | None:
    """Why ``name: value`` cannot be told to the release, or should not be; None when all is well."""
    place = f"{path}.{name}"
    owner, forbidden, risk = owner_of(name), why_forbidden(name), risk_of(name)
    if owner:
        return Misfit("EB213", place, f"etcdboot decides {name} from the spec", f"use {owner}")
    if forbidden:
        return Misfit("EB214", place, f"{name} cannot stand in a spec: {forbidden}", "leave it out")
    spelled = spell(name, _or_any(name, value), release)
    if isinstance(spelled, Unspellable):
        return Misfit("EB215", place, spelled.message, spelled.hint)
    for flag, text in spelled.flags if value is not None else ():
        if problem := value_problem(flag, text, release):
            return Misfit("EB216", place, f"{name}: {problem}")
    if spelled.remark:
        return Misfit("EB218", place, spelled.remark, stops=False)
    if risk and value not in (None, "false"):
        return Misfit("EB219", place, f"{name}: {risk}", stops=False)
    return None


def _or_any(name: str, value: str | None) -> str:
    """The value; for a flag that is taken away one that it can be spelled with, for only its name matters."""
    if value is not None:
        return value
    return "" if name == GATES_FLAG else "true"


def _spelled_parts(name: str, value: str | None, release: Release) -> dict[str, str]:
    """The parts of a flag that :func:`_judge` lets pass."""
    spelled = spell(name, _or_any(name, value), release)
    assert isinstance(spelled, Spelled), f"{name} was judged before"
    parts: dict[str, str] = {}
    for flag, text in spelled.flags:
        parts.update(_parts(flag, text))
    return parts


def _parts(name: str, value: str) -> dict[str, str]:
    """A flag under its name; feature gates each under ``feature-gates=GATE``."""
    if name != GATES_FLAG:
        return {name: value}
    return {f"{GATES_FLAG}={gate}": f"{gate}={str(state).lower()}" for gate, state in parse_gates(value)}


def _joined(chosen: dict[str, str]) -> tuple[tuple[str, str], ...]:
    gates = [value for key, value in chosen.items() if key.startswith(f"{GATES_FLAG}=")]
    plain = {key: value for key, value in chosen.items() if "=" not in key}
    if gates:
        plain[GATES_FLAG] = merge_gates(gates)
    return tuple(sorted(plain.items()))
