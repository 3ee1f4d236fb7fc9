"""Whom the plan makes a bundle for: what one who is to dial the cluster is given."""

from __future__ import annotations

from collections.abc import Iterable

from etcdboot.plan.certificate_request import CertKind, CertRequest
from etcdboot.plan.plan import ClientPlan
from etcdboot.spec.spec import ClusterSpec


def client_plans(spec: ClusterSpec, certificates: Iterable[CertRequest]) -> tuple[ClientPlan, ...]:
    """A bundle for each of the spec's clients, where the servers show certificates of ours.

    A client that shows none (``tls.client: server``) still needs to know whom to trust.
    """
    certificates = tuple(certificates)
    server = next((each for each in certificates if each.kind is CertKind.SERVER), None)
    if server is None:
        return ()
    shown = {each.name: each for each in certificates if each.kind is CertKind.CLIENT}
    return tuple(
        ClientPlan(each.name, server.root, shown.get(f"client/{each.name}"))
        for each in spec.certificates.clients
    )
