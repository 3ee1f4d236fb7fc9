"""Whatever a request asks for, the certificate shows; and nothing that stands in pki/ gives a traceback."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path, PurePosixPath

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store
from hypothesis import given
from hypothesis import strategies as st

from etcdboot.base.addresses import Host, HostKind
from etcdboot.base.diagnostics import has_errors
from etcdboot.base.errors import EtcdbootError
from etcdboot.effects import random_source
from etcdboot.pki.store.audit import audit
from etcdboot.pki.x509.certificate import public_key_of, read
from etcdboot.pki.x509.pem import PrivateKey, load_certificate
from etcdboot.pki.x509.signing import Authority, Pair, issue
from etcdboot.pki.x509.signing import issue_all as make_all
from etcdboot.plan.certificate_request import USAGES, CertKind, CertRequest
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.planner import plan
from etcdboot.rules import judge
from etcdboot.spec.spec import (
    CaLayout,
    CertificateDefaults,
    CertificatesSpec,
    ClusterSpec,
    KeyAlgorithm,
    MemberSpec,
)
from etcdboot.workflows.certs.issue import issue as issue_all
from etcdboot.workflows.certs.renew import renew
from property.strategies import subjects
from samples.certificates import AUTHORITY, NOW, plan_of
from samples.sampling import examples

# RSA keys are made once: what is asked for does not depend on the primes.
KEYS: dict[KeyAlgorithm, PrivateKey] = {each: random_source.new_key(each) for each in KeyAlgorithm}

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
HOSTS = st.one_of(
    st.lists(LABELS, min_size=1, max_size=4).map(lambda labels: Host(".".join(labels), HostKind.DNS)),
    LABELS.map(lambda label: Host(f"*.{label}.example", HostKind.DNS)),
    st.ip_addresses(v=4).map(lambda address: Host(str(IPv4Address(address)), HostKind.IPV4)),
    st.ip_addresses(v=6).map(lambda address: Host(str(IPv6Address(address)), HostKind.IPV6)),
)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", fullmatch=True)
LEAVES = st.sampled_from([CertKind.SERVER, CertKind.PEER, CertKind.CLIENT])
LIFETIMES = st.integers(60, 1000 * 365 * 86400)
TITLES = NAMES.map(lambda name: f"{name[:61]} CA")


@st.composite
def requests(draw: st.DrawFn) -> CertRequest:
    kind, name = draw(LEAVES), draw(NAMES)
    lifetime = draw(LIFETIMES)
    return CertRequest(
        name=f"{name}/{kind}",
        long_name=name,
        kind=kind,
        ca_name="ca",
        subject=(*draw(subjects), ("CN", name)),
        sans=tuple(draw(st.lists(HOSTS, unique=True, max_size=8))),
        usages=USAGES[kind],
        key=draw(st.sampled_from(KeyAlgorithm)),
        lifetime=lifetime,
        renew_before=lifetime // 3,
    )


MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2500, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@examples(300)
@given(requests(), st.sampled_from(KeyAlgorithm), LIFETIMES, TITLES, MOMENTS)
def test_a_certificate_shows_what_was_asked_for_and_ends_with_its_ca(
    request: CertRequest, ca_key: KeyAlgorithm, ca_lifetime: int, title: str, now: datetime
) -> None:
    ca_request = replace(AUTHORITY, key=ca_key, lifetime=ca_lifetime, subject=(("CN", title),))
    ca = issue(ca_request, KEYS[ca_key], None, now=now, serial=random_source.new_serial())
    signer = Authority(load_certificate(ca.certificate), KEYS[ca_key])
    pair = issue(request, KEYS[request.key], signer, now=now, serial=random_source.new_serial())
    authority, facts = read(ca.certificate, ca.certificate), read(pair.certificate, ca.certificate)
    assert {each.code for each in audit(request, facts, now)} <= {"EB320"}  # the CA may end soon
    assert {each.code for each in audit(ca_request, authority, now)} <= {"EB320"}
    assert facts.sans == request.sans
    assert facts.not_after <= authority.not_after
    assert facts.not_before < now
    assert facts.public_key == public_key_of(pair.key)
    assert facts.issuer == authority.subject == (("CN", title),)


@examples(200)
@given(requests(), requests())
def test_a_certificate_fits_another_request_only_if_it_grants_all_of_that(
    request: CertRequest, other: CertRequest
) -> None:
    ca = issue(AUTHORITY, KEYS[KeyAlgorithm.ECDSA_P256], None, now=NOW, serial=1)
    pair = issue(request, KEYS[request.key], Authority.load(ca), now=NOW, serial=2)
    facts = read(pair.certificate, ca.certificate)
    errors = [each for each in audit(other, facts, NOW) if each.severity == "error"]
    granted = (
        set(other.sans) <= set(request.sans)
        and set(other.usages) <= set(request.usages)
        and other.key == request.key
        and other.subject == request.subject
        and (facts.not_after - NOW).total_seconds() <= other.lifetime
    )
    assert bool(errors) != granted


def certificates_of(
    key: KeyAlgorithm, spec: CertificatesSpec
) -> tuple[tuple[CertRequest, ...], dict[str, Pair], bool]:
    """All certificates of a cluster of two with these, and whether the rules let it pass."""
    members = (
        MemberSpec(name="etcd1", host="192.168.202.128"),
        MemberSpec(name="e2.example.com", host="e2.example.com", address=("fd00::2",)),
    )
    cluster = ClusterSpec("test", members, certificates=replace(spec, key=key))
    planned = plan(cluster, layout=HostLayout(PurePosixPath("/")))
    passes = not has_errors(judge(cluster, planned))
    wanted = planned.certificates if passes else ()
    return wanted, make_all(wanted, {}, lambda each: KEYS[each.key], random_source.new_serial, NOW), passes


SECTIONS = st.builds(
    CertificatesSpec,
    ca=st.sampled_from(CaLayout),
    intermediate=st.booleans(),
    subject=subjects,
    name_constraints=st.lists(
        st.sampled_from(("example.com", "com", "192.168.0.0/16", "fd00::/8", "10.0.0.0/8")), max_size=3
    ).map(tuple),
    path_length=st.none() | st.integers(0, 3),
    ca_key=st.none() | st.sampled_from(KeyAlgorithm),
    server=st.builds(CertificateDefaults, sans=st.sampled_from(((), ("etcd.example.com",), ("10.1.1.1",)))),
)


@examples(120)
@given(st.sampled_from(KeyAlgorithm), SECTIONS)
def test_whatever_the_rules_let_pass_makes_chains_that_a_stranger_accepts(
    key: KeyAlgorithm, spec: CertificatesSpec
) -> None:
    wanted, made, passes = certificates_of(key, spec)
    signers = {request.name: made[request.name].certificate for request in wanted if request.is_ca}
    for request in wanted:
        chain = b"".join(signers[name] for name in request.chain)
        facts = read(made[request.name].certificate, signers[request.ca_name], chain)
        assert audit(request, facts, NOW) == ()
        if request.kind not in (CertKind.SERVER, CertKind.PEER):
            continue
        leaf, *between = x509.load_pem_x509_certificates(made[request.name].certificate)
        store = Store(x509.load_pem_x509_certificates(signers[request.root]))
        for san in request.sans:
            named = x509.IPAddress(ip_address(san.text)) if san.is_address else x509.DNSName(san.text)
            verifier = PolicyBuilder().store(store).time(NOW).build_server_verifier(named)
            assert len(verifier.verify(leaf, between)) == (3 if spec.intermediate else 2)
    assert passes or spec.name_constraints or spec.path_length == 0


FILES = ("ca.pem", "ca-key.pem", "members/etcd1/server.pem", "members/etcd1/server-key.pem", ".etcdboot.json")
DAMAGES = st.one_of(
    st.binary(max_size=40).map(lambda junk: lambda content: junk),
    st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=4)).map(
        lambda at: lambda content: content[: at[0]] + at[1] + content[at[0] + len(at[1]) :]
    ),
    st.integers(0, 2000).map(lambda length: lambda content: content[:length]),
)
PLAN = plan_of()


@examples(300)
@given(st.sampled_from(FILES), DAMAGES, st.sampled_from(FILES), DAMAGES)
def test_damaged_files_give_a_refusal_or_a_finding_and_stay_as_they_are(
    one: str, harm: object, other: str, more: object
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pki = Path(folder, "pki")
        issue_all(PLAN, pki, now=lambda: NOW)
        for path, damage in ((one, harm), (other, more)):
            assert callable(damage)
            (pki / path).write_bytes(damage((pki / path).read_bytes()))
        before = {path: (pki / path).read_bytes() for path in FILES[:4]}
        for _ in range(2):
            try:
                result = issue_all(PLAN, pki, now=lambda: NOW)
                assert all(each.code.startswith("EB3") for each in result.diagnostics)
            except EtcdbootError as refusal:
                assert all(each.hint for each in refusal.diagnostics)
            assert {path: (pki / path).read_bytes() for path in FILES[:4]} == before


@examples(50)
@given(st.lists(st.sampled_from(["etcd1/server", "etcd1/peer", "client/root"]), min_size=1, unique=True))
def test_after_any_renewals_all_fits(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pki = Path(folder, "pki")
        first = {each.name: each.facts.sha256 for each in issue_all(PLAN, pki).certificates}
        renew(PLAN, pki, names)
        result = issue_all(PLAN, pki)
        assert result.diagnostics == ()
        now = {each.name: each.facts.sha256 for each in result.certificates}
        assert {name for name in now if now[name] != first[name]} == set(names)


@examples(40)
@given(st.sampled_from([KeyAlgorithm.ECDSA_P256, KeyAlgorithm.RSA_2048]))
def test_a_pair_never_shows_its_key(key: KeyAlgorithm) -> None:
    pair: Pair = issue(replace(AUTHORITY, key=key), KEYS[key], None, now=NOW, serial=1)
    assert "PRIVATE" not in repr(pair)
