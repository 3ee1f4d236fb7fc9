"""Observations of a made-up cluster of three, well by default; each test changes what it is about."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from etcdboot.base.addresses import parse_url
from etcdboot.observations.cluster import (
    Alarm,
    Alarms,
    Cause,
    Failure,
    MemberList,
    Observation,
    Read,
    SeenMember,
    Status,
    unreachable,
)
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.plan import ClusterPlan
from etcdboot.plan.planner import plan
from etcdboot.spec.loader import load
from etcdboot.verify.check import CheckResult, Outcome
from etcdboot.verify.report import VerifyReport

NAMES = ("etcd1", "etcd2", "etcd3")
IDS = dict(zip(NAMES, (0xA1, 0xB2, 0xC3), strict=True))
CLUSTER = 0xCAFE

SPEC = """
name: prod
etcd: {version: "3.6.14"}
members:
  - {name: etcd1, host: 10.0.0.1}
  - {name: etcd2, host: 10.0.0.2}
  - {name: etcd3, host: 10.0.0.3}
"""


@cache
def planned() -> ClusterPlan:
    spec = load(SPEC, "cluster.yaml").spec
    assert spec is not None
    return plan(spec, layout=HostLayout(PurePosixPath("/")))


def url(name: str, port: int = 2379) -> str:
    return f"https://10.0.0.{NAMES.index(name) + 1}:{port}"


def member(name: str, /, **changed: Any) -> SeenMember:
    return replace(SeenMember(IDS[name], name, (url(name, 2380),), (url(name),)), **changed)


def members(*changed: SeenMember, without: str | None = None) -> tuple[SeenMember, ...]:
    by_id = {each.id: each for each in (*map(member, NAMES), *changed)}
    return tuple(each for each in by_id.values() if each.name != without)


def status(name: str, **changed: Any) -> Status:
    usual = Status(CLUSTER, IDS[name], "3.6.14", IDS["etcd1"], 2, 100, 100, 20480, 16384)
    return replace(usual, **changed)


def seen(name: str, **changed: Any) -> Observation:
    usual = Observation(
        parse_url(url(name)), Read(0.002), status(name), MemberList(CLUSTER, members()), Alarms(())
    )
    return replace(usual, **changed)


def dead(name: str, cause: Cause = Cause.REFUSED) -> Observation:
    return unreachable(parse_url(url(name)), Failure(cause, f"it is {cause}", 0.001))


def all_well(**changed: Any) -> tuple[Observation, ...]:
    """Three good observations, with the same change in each."""
    return tuple(seen(name, **changed) for name in NAMES)


def with_alarm(kind: str, name: str) -> Alarms:
    return Alarms((Alarm(IDS[name], kind),))


def without_quorum(name: str) -> Observation:
    waits = Failure(Cause.NO_LEADER, "no quorum answered within 5.0 s", 5.0)
    told = status(name, leader_id=0, errors=("etcdserver: no leader",))
    return seen(name, read=waits, alarms=waits, status=told)


def denied(**changed: Any) -> Observation:
    return seen("etcd1", read=Failure(Cause.DENIED, "etcdserver: permission denied", 0.002), **changed)


def only(report: VerifyReport, code: str, *outcomes: Outcome) -> list[CheckResult]:
    """The results of one check that came out so; without outcomes those that failed or warn."""
    wanted = outcomes or (Outcome.FAIL, Outcome.WARN)
    return [each for each in report.checks if each.code == code and each.status in wanted]
