"""Plans, requests and facts for the tests about certificates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from etcdboot.base.addresses import parse_host
from etcdboot.observations.certificate import BACKDATE, CertFacts
from etcdboot.plan.certificate_request import CA, USAGES, CertKind, CertRequest
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.plan import ClusterPlan
from etcdboot.plan.planner import plan
from etcdboot.spec.loader import load
from etcdboot.spec.spec import KeyAlgorithm
from etcdboot.spec.subject_names import permitted

DAY = 86400
NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)

AUTHORITY = CertRequest(
    name=CA,
    long_name="test CA",
    kind=CertKind.CA,
    ca_name=CA,
    subject=(("CN", "test CA"),),
    sans=(),
    usages=(),
    key=KeyAlgorithm.ECDSA_P256,
    lifetime=3650 * DAY,
    renew_before=30 * DAY,
)
SERVER = CertRequest(
    name="etcd1/server",
    long_name="server etcd1 certificate",
    kind=CertKind.SERVER,
    ca_name=CA,
    subject=(("CN", "etcd1"),),
    sans=tuple(map(parse_host, ("192.168.202.128", "2001:db8::1", "etcd1.example.com"))),
    usages=USAGES[CertKind.SERVER],
    key=KeyAlgorithm.ECDSA_P256,
    lifetime=365 * DAY,
    renew_before=30 * DAY,
)
CLIENT = replace(
    SERVER,
    name="client/root",
    long_name="client root certificate",
    kind=CertKind.CLIENT,
    subject=(("CN", "root"),),
    sans=(),
    usages=USAGES[CertKind.CLIENT],
)


def facts_of(request: CertRequest, signed_at: datetime = NOW) -> CertFacts:
    """What the certificate shows that was made for the request, at that time."""
    return CertFacts(
        subject=request.subject,
        issuer=AUTHORITY.subject,
        sans=request.sans,
        usages=tuple(map(str, request.usages)),
        key_usages=("keyCertSign", "cRLSign") if request.is_ca else ("digitalSignature",),
        is_ca=request.is_ca,
        key=str(request.key),
        not_before=signed_at - BACKDATE,
        not_after=signed_at + timedelta(seconds=request.lifetime),
        serial=1,
        sha256="00",
        public_key="00",
        signed=True,
        path_length=request.path_length if request.is_ca else None,
        constraints=permitted(request.constraints),
    )


def plan_of(members: int = 1, extra: str = "", certificates: str = "") -> ClusterPlan:
    """The plan of a cluster of that many members; ``certificates`` and ``extra`` are YAML.

    It has one CA, unless ``certificates`` sets another layout.
    """
    certificates = certificates if "ca:" in certificates else f"ca: shared, {certificates}"
    hosts = "".join(f"  - {{name: etcd{n}, host: 192.168.202.{n}}}\n" for n in range(1, members + 1))
    text = f"name: test\ncertificates: {{{certificates}}}\n{extra}\nmembers:\n{hosts}"
    loaded = load(text, "cluster.yaml")
    assert loaded.spec is not None, loaded.diagnostics
    return plan(loaded.spec, layout=HostLayout(PurePosixPath("/")))
