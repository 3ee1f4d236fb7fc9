"""Small plans to render in tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from etcdboot.etcd.releases import parse_release
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.plan import ClusterPlan, Flag
from etcdboot.plan.planner import plan
from etcdboot.spec.spec import (
    ClientTls,
    ClusterSpec,
    EtcdSpec,
    MemberSpec,
    PeerTls,
    RenderSpec,
    Settings,
    Target,
    TlsSpec,
)


def small_plan(
    settings: Settings = Settings.CONFIG,
    *targets: Target,
    release: str = "3.6.14",
    client: ClientTls = ClientTls.MUTUAL,
    names: tuple[str, ...] = ("etcd1", "etcd2"),
    flags: tuple[Flag, ...] = (),
    etcd: EtcdSpec | None = None,
) -> ClusterPlan:
    """A cluster on 10.0.0.1, 10.0.0.2 …; ``flags`` are told to the first member besides."""
    spec = ClusterSpec(
        name="prod-a",
        members=tuple(MemberSpec(name=name, host=f"10.0.0.{n}") for n, name in enumerate(names, 1)),
        etcd=replace(etcd or EtcdSpec(), version=parse_release(release)),
        tls=TlsSpec(client, PeerTls.MUTUAL if client is ClientTls.MUTUAL else PeerTls.OFF),
        render=RenderSpec(settings, targets or tuple(Target)),
    )
    planned = plan(spec, layout=HostLayout(PurePosixPath("/srv/spec")))
    first, *rest = planned.members
    return replace(planned, members=(replace(first, flags=first.flags + flags), *rest))
