"""Specs for tests of the model: three members on three hosts, and whatever differs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from etcdboot.etcd.releases import Release
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.plan import ClusterPlan
from etcdboot.plan.planner import plan
from etcdboot.spec.spec import ClusterSpec, EtcdSpec, MemberSpec

ROOT = PurePosixPath("/here")
RELEASE = Release(3, 6, 14)
THREE = ClusterSpec(
    "prod",
    tuple(MemberSpec(name=f"etcd{number}", host=f"10.0.0.{number}") for number in (1, 2, 3)),
    etcd=EtcdSpec(version=RELEASE),
)


def three(**changes: Any) -> ClusterSpec:
    """The cluster of three with other sections."""
    return replace(THREE, **changes)


def one(**changes: Any) -> ClusterSpec:
    """A cluster of one whose member is changed."""
    return replace(THREE, members=(replace(THREE.members[0], **changes),))


def planned(spec: ClusterSpec) -> ClusterPlan:
    return plan(spec, layout=HostLayout(ROOT))
