from __future__ import annotations

import pytest

from etcdboot.plan.certificate_request import ROOTS, CertKind, CertRequest, Usage
from etcdboot.plan.certificates import authorities, peer_ca_name, serves_certificates
from etcdboot.spec.spec import (
    CaLayout,
    CertificateDefaults,
    CertificateSource,
    CertificatesSpec,
    ClientSpec,
    ClientTls,
    ClusterSpec,
    KeyAlgorithm,
    MemberSpec,
    PeerTls,
    SignerSpec,
    TlsSpec,
)
from samples.specs import one, planned, three

DAY = 86400
MEMBERS = ["etcd1", "etcd2", "etcd3"]


def names(spec: ClusterSpec) -> list[str]:
    return [request.name for request in planned(spec).certificates]


def wanted(spec: ClusterSpec, name: str) -> CertRequest:
    return next(request for request in planned(spec).certificates if request.name == name)


def sans(spec: ClusterSpec, name: str) -> list[str]:
    return [str(san) for san in wanted(spec, name).sans]


@pytest.mark.parametrize(
    ("tls", "ca", "expected"),
    [
        (TlsSpec(), CaLayout.SHARED,
         ["ca", *(f"{m}/{w}" for m in MEMBERS for w in ("server", "peer")), "client/root"]),
        (TlsSpec(), CaLayout.SPLIT,
         ["ca", "peer-ca", *(f"{m}/{w}" for m in MEMBERS for w in ("server", "peer")), "client/root"]),
        (TlsSpec(ClientTls.SERVER), CaLayout.SHARED,
         ["ca", *(f"{m}/{w}" for m in MEMBERS for w in ("server", "peer"))]),
        (TlsSpec(ClientTls.OFF), CaLayout.SHARED, ["ca", *(f"{m}/peer" for m in MEMBERS)]),
        (TlsSpec(ClientTls.OFF), CaLayout.SPLIT, ["peer-ca", *(f"{m}/peer" for m in MEMBERS)]),
        (TlsSpec(peer=PeerTls.AUTO), CaLayout.SPLIT,
         ["ca", *(f"{m}/server" for m in MEMBERS), "client/root"]),
        (TlsSpec(ClientTls.AUTO, PeerTls.OFF), CaLayout.SHARED, []),
    ],
)  # fmt: skip
def test_each_mode_wants_its_certificates(tls: TlsSpec, ca: CaLayout, expected: list[str]) -> None:
    spec = three(tls=tls, certificates=CertificatesSpec(ca=ca))
    assert names(spec) == expected
    assert serves_certificates(spec) == ("etcd1/server" in expected)


def test_a_split_ca_signs_the_peers_alone() -> None:
    spec = three(certificates=CertificatesSpec(ca=CaLayout.SPLIT))
    assert peer_ca_name(spec) == "peer-ca"
    signed = {request.name: request.ca_name for request in planned(spec).certificates}
    assert signed["etcd1/peer"] == signed["peer-ca"] == "peer-ca"
    assert signed["etcd1/server"] == signed["client/root"] == signed["ca"] == "ca"


def test_a_server_certificate_names_whatever_is_dialled() -> None:
    spec = three(
        members=(
            MemberSpec(name="a", host="e1.example.com", address=("10.0.0.1",), sans=("*.own.example.com",)),
        ),
        certificates=CertificatesSpec(sans=("all.example.com",)),
        endpoints=("https://lb.example.com:2379",),
    )
    assert sans(spec, "a/server") == [
        "*.own.example.com", "all.example.com", "e1.example.com", "lb.example.com", "localhost", "10.0.0.1",
        "127.0.0.1",
    ]  # fmt: skip


def test_a_peer_certificate_names_the_peer_side_only() -> None:
    spec = three(
        members=(
            MemberSpec(name="a", host="h", peer_host="p.example.com", address=("10.0.0.1",), sans=("own",)),
        ),
        certificates=CertificatesSpec(sans=("all.example.com",)),
    )
    assert sans(spec, "a/peer") == ["own", "p.example.com", "10.0.0.1"]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("::1", ["localhost", "::1"]),
        ("fd00::1", ["localhost", "::1", "fd00::1"]),
        ("e1", ["e1", "localhost", "127.0.0.1"]),
        ("localhost", ["localhost", "127.0.0.1"]),
    ],
)
def test_loopback_is_certified_where_it_is_listened_on(host: str, expected: list[str]) -> None:
    assert sans(one(host=host), "etcd1/server") == expected


def test_nobody_certifies_an_address_that_cannot_be_dialled() -> None:
    spec = one(host="0.0.0.0", address=("0.0.0.0", "10.0.0.1"))
    assert "0.0.0.0" not in sans(spec, "etcd1/server") + sans(spec, "etcd1/peer")


def test_usages_subjects_and_keys_follow_the_table() -> None:
    spec = three(certificates=CertificatesSpec(key=KeyAlgorithm.RSA_2048, ca_key=KeyAlgorithm.ECDSA_P384))
    server, client, ca = (wanted(spec, name) for name in ("etcd1/server", "client/root", "ca"))
    assert server.usages == (Usage.SERVER_AUTH, Usage.CLIENT_AUTH)
    assert (server.common_name, server.key, server.is_ca) == ("etcd1", KeyAlgorithm.RSA_2048, False)
    assert (client.usages, client.common_name, client.sans) == ((Usage.CLIENT_AUTH,), "root", ())
    assert (ca.usages, ca.common_name, ca.key, ca.is_ca) == ((), "prod CA", KeyAlgorithm.ECDSA_P384, True)
    assert ca.kind is CertKind.CA


@pytest.mark.parametrize(
    ("written", "due", "ca_due"),
    [
        (CertificatesSpec(), 30 * DAY, 30 * DAY),
        (CertificatesSpec(lifetime=9 * DAY), 3 * DAY, 30 * DAY),
        (CertificatesSpec(renew_before=5), 5, 5),
    ],
)
def test_renewal_is_due_30_days_or_a_third_before_the_end(
    written: CertificatesSpec, due: int, ca_due: int
) -> None:
    spec = three(certificates=written)
    assert wanted(spec, "etcd1/server").renew_before == due
    assert wanted(spec, "ca").renew_before == ca_due
    assert wanted(spec, "ca").lifetime == 3650 * DAY


def test_a_cas_name_fits_into_a_certificate() -> None:
    spec = three(name="x" * 63, certificates=CertificatesSpec(ca=CaLayout.SPLIT))
    assert [len(ca.common_name) for ca in authorities(spec)] == [59, 64]
    deep = three(name="x" * 63, certificates=CertificatesSpec(ca=CaLayout.SPLIT, intermediate=True))
    assert [len(ca.common_name) for ca in authorities(deep)] == [64, 59, 64, 64]


def test_what_a_client_says_counts_before_its_section_and_that_before_the_rest() -> None:
    written = CertificatesSpec(
        lifetime=100 * DAY,
        renew_before=10 * DAY,
        server=CertificateDefaults(lifetime=50 * DAY, sans=("s.example.com",)),
        peer=CertificateDefaults(key=KeyAlgorithm.RSA_2048, sans=("p.example.com",)),
        client=CertificateDefaults(lifetime=20 * DAY, renew_before=2 * DAY),
        clients=(ClientSpec(name="root"), ClientSpec(name="metrics", lifetime=5 * DAY, sans=("m",))),
    )
    spec = three(certificates=written)
    server, peer = wanted(spec, "etcd1/server"), wanted(spec, "etcd1/peer")
    root, metrics = wanted(spec, "client/root"), wanted(spec, "client/metrics")
    assert [each.lifetime // DAY for each in (server, peer, root, metrics)] == [50, 100, 20, 5]
    assert [each.renew_before // DAY for each in (server, peer, root, metrics)] == [10, 10, 2, 2]
    assert (server.key, peer.key) == (KeyAlgorithm.ECDSA_P256, KeyAlgorithm.RSA_2048)
    assert "s.example.com" in sans(spec, "etcd1/server") and "p.example.com" in sans(spec, "etcd1/peer")
    assert "s.example.com" not in sans(spec, "etcd1/peer")
    assert (sans(spec, "client/root"), sans(spec, "client/metrics")) == ([], ["m"])


def test_the_subject_stands_in_every_certificate_before_the_name() -> None:
    subject = (("C", "DE"), ("O", "Example"))
    spec = three(certificates=CertificatesSpec(subject=subject))
    assert all(request.subject[:-1] == subject for request in planned(spec).certificates)
    assert [request.subject[-1][0] for request in planned(spec).certificates] == ["CN"] * 9


@pytest.mark.parametrize("ca", CaLayout)
def test_a_root_comes_before_the_ca_that_it_signs(ca: CaLayout) -> None:
    spec = three(certificates=CertificatesSpec(ca=ca, intermediate=True))
    expected = ["root-ca", "ca"] + (["peer-root-ca", "peer-ca"] if ca is CaLayout.SPLIT else [])
    found = authorities(spec)
    assert [each.name for each in found] == expected
    assert [each.path_length for each in found] == [1, 0] * (len(found) // 2)
    peer = wanted(spec, "etcd1/peer")
    assert (peer.chain, peer.root) == ((expected[-1],), expected[-2])


@pytest.mark.parametrize(
    ("intermediate", "written", "expected"),
    [(False, None, [0]), (False, 3, [3]), (True, None, [1, 0]), (True, 3, [3, 2]), (True, 0, [0, 0])],
)
def test_the_path_length_is_the_topmost_cas(
    intermediate: bool, written: int | None, expected: list[int]
) -> None:
    spec = three(
        certificates=CertificatesSpec(ca=CaLayout.SHARED, intermediate=intermediate, path_length=written)
    )
    assert [each.path_length for each in authorities(spec)] == expected


@pytest.mark.parametrize(("intermediate", "held"), [(False, {"ca", "peer-ca"}), (True, set(ROOTS.values()))])
def test_the_topmost_cas_are_held_to_the_constraints(intermediate: bool, held: set[str]) -> None:
    written = CertificatesSpec(ca=CaLayout.SPLIT, intermediate=intermediate, name_constraints=("10.0.0.0/8",))
    found = planned(three(certificates=written)).certificates
    assert {request.name for request in found if request.constraints} == held


OURS, CSR, PROVIDED = CertificateSource.ISSUED, CertificateSource.CSR, CertificateSource.PROVIDED
SIGNER = SignerSpec(("sign",))


@pytest.mark.parametrize(
    ("written", "ca", "server", "client"),
    [
        (CertificatesSpec(), OURS, OURS, OURS),
        (CertificatesSpec(signer=SIGNER), PROVIDED, OURS, OURS),
        (CertificatesSpec(source=CSR), OURS, CSR, OURS),
        (CertificatesSpec(source=CSR, signer=SIGNER), PROVIDED, CSR, OURS),
        (CertificatesSpec(source=PROVIDED), PROVIDED, None, PROVIDED),
    ],
)
def test_each_certificate_knows_whose_work_it_is(
    written: CertificatesSpec,
    ca: CertificateSource,
    server: CertificateSource | None,
    client: CertificateSource,
) -> None:
    found = {request.name: request.source for request in planned(three(certificates=written)).certificates}
    assert (found["ca"], found.get("etcd1/server"), found["client/root"]) == (ca, server, client)
    assert found.get("etcd1/peer") == server
