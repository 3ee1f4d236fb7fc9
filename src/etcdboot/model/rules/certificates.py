"""Rules about lifetimes and clients."""

from __future__ import annotations

from collections.abc import Iterator

from etcdboot.ground.duration import format_lifetime
from etcdboot.model.plan import ClusterPlan
from etcdboot.model.rules.finding import Finding
from etcdboot.model.spec import ClusterSpec


def lifetimes_nest(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """A certificate cannot outlive its CA, nor be due before it is born."""
    written = spec.certificates
    if written.lifetime > written.ca_lifetime:
        message = f"lifetime {format_lifetime(written.lifetime)} is longer than ca-lifetime"
        hint = f"make ca-lifetime longer than {format_lifetime(written.lifetime)}"
        yield Finding("EB236", "certificates.lifetime", message, hint)
    if written.renew_before is not None and written.renew_before >= written.lifetime:
        message = f"renew-before {format_lifetime(written.renew_before)} is the whole lifetime or more"
        yield Finding("EB236", "certificates.renew-before", message, "make it shorter than lifetime")


def clients_are_unique(spec: ClusterSpec, plan: ClusterPlan) -> Iterator[Finding]:
    """One client, one pair of files."""
    seen: set[str] = set()
    for index, name in enumerate(spec.certificates.clients):
        if name.lower() in seen:
            message = f"the client {name!r} stands twice (case does not count)"
            yield Finding("EB235", f"certificates.clients[{index}]", message, "keep one")
        seen.add(name.lower())
