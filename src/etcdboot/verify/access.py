"""What a plan tells about how to verify its cluster: which endpoints to ask, and with which files."""

from __future__ import annotations

from pathlib import PurePosixPath

from etcdboot.base.addresses import Url
from etcdboot.base.errors import UsageError
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.plan.certificate_request import CertKind, PairPaths, pair_paths
from etcdboot.plan.host_files import trusted_by_clients
from etcdboot.plan.plan import ClusterPlan


@dataclass(frozen=True, slots=True)
class PlannedAccess:
    """The endpoints, and the files below ``pki/``: the CA (None where none signs) and a client's pair."""

    endpoints: tuple[Url, ...]
    ca: PurePosixPath | None = None
    pair: PairPaths | None = None


def planned_access(plan: ClusterPlan, client: str | None) -> PlannedAccess:
    """Every client URL of every member, the endpoints that clients are told, and a certificate to show.

    ``client`` is a name from ``certificates.clients``; None takes the first, if there is one.

    Raises:
        UsageError: EB605, there is no such client certificate in the spec.
    """
    every = (url for member in plan.members for url in member.advertise_client_urls)
    endpoints = tuple(dict.fromkeys([*every, *plan.endpoints]))
    trusted = trusted_by_clients(plan)
    if trusted is None:
        return PlannedAccess(endpoints)
    name = _certificate(plan, client)
    return PlannedAccess(endpoints, trusted, pair_paths(name) if name else None)


def _certificate(plan: ClusterPlan, client: str | None) -> str | None:
    names = [each.name for each in plan.certificates if each.kind is CertKind.CLIENT]
    if client is None:
        return names[0] if names else None
    for each in names:
        if each.lower() == f"client/{client}".lower():
            return each
    known = ", ".join(each.removeprefix("client/") for each in names) or "none"
    raise UsageError.because(
        "EB605", f"the spec has no client certificate {client!r}", f"certificates.clients holds: {known}"
    )
