"""Whatever a request asks for: no traceback, and nobody gets more than the plan."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import event, given
from hypothesis import strategies as st

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.errors import EtcdbootError
from etcdboot.pki.adoption import signed_reply
from etcdboot.pki.adoption.csr_matching import Asked, recognised
from etcdboot.pki.adoption.input_files import handed
from etcdboot.pki.x509 import csr
from etcdboot.pki.x509.certificate import public_hash, read
from etcdboot.pki.x509.csr_policy import excess, left_out
from etcdboot.pki.x509.pem import PrivateKey, Unreadable
from etcdboot.pki.x509.signing import Authority, certify
from etcdboot.plan.certificate_request import csr_name
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.certs.sign import sign
from samples.certificates import NOW, SERVER, plan_of
from samples.requests import Company, ec_key, rsa_key
from samples.sampling import examples

KEYS: tuple[PrivateKey, ...] = (ec_key(), rsa_key())
COMPANY = Company()
PLAN: ClusterPlan = plan_of(certificates="source: csr")
LEAVES = tuple(each for each in PLAN.certificates if not each.is_ca)
PLANNED = {"etcd1", "root", "localhost", "127.0.0.1", "192.168.202.1"}

# Bytes that look like a request for a while, and those that do not.
SOUND = [
    x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, SHA256()).public_bytes(form)
    for key in KEYS
    for form in (Encoding.PEM, Encoding.DER)
]
texts = st.sampled_from(sorted(PLANNED)) | st.text(min_size=1, max_size=20)
hosts = st.sampled_from(["localhost", "etcd1", "a.example.com", "*.example.com", "*", "xn--mnchen-3ya.de"])
addresses = st.sampled_from(["127.0.0.1", "192.168.202.1", "0.0.0.0", "::1", "2001:db8::1"])


files = st.sampled_from(["etcd1-server.csr", "client-root.csr", "x.csr", "y"])


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A request with some bytes changed, cut off or put in."""
    content = bytearray(draw(st.sampled_from(SOUND)))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(content) - 1))
        content[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(content)


@st.composite
def wishes(draw: st.DrawFn) -> bytes:
    """A well-formed request for anything at all."""
    kinds = st.sampled_from([NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.EMAIL_ADDRESS])
    parts = draw(st.lists(st.tuples(kinds, texts), max_size=3))
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])
    )
    names: list[x509.GeneralName] = [x509.DNSName(each) for each in draw(st.lists(hosts, max_size=3))]
    names += [x509.IPAddress(ip_address(each)) for each in draw(st.lists(addresses, max_size=3))]
    if draw(st.booleans()):
        names.append(x509.RFC822Name("root@example.com"))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=draw(st.booleans()))
    usages = draw(st.lists(st.sampled_from(list(vars(ExtendedKeyUsageOID).values())), max_size=3))
    usages = [each for each in usages if isinstance(each, x509.ObjectIdentifier)]
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    if draw(st.booleans()):
        basic = x509.BasicConstraints(ca=draw(st.booleans()), path_length=None)
        builder = builder.add_extension(basic, critical=True)
    return builder.sign(draw(st.sampled_from(KEYS)), SHA256()).public_bytes(Encoding.PEM)


@given(st.binary(max_size=200) | spoilt())
def test_any_bytes_are_a_request_or_told_to_be_none(content: bytes) -> None:
    try:
        facts = csr.read(content)
    except Unreadable as cause:
        assert str(cause).isprintable()
        return
    for each in (*excess(SERVER, facts), *left_out(SERVER, facts)):
        assert each.message.isprintable()
    found = recognised(Asked("x.csr", facts), LEAVES)
    assert isinstance(found, Diagnostic) or found in LEAVES


@given(wishes(), st.sampled_from([csr_name(each.name) for each in LEAVES] + ["x.csr", "peer.csr"]))
def test_no_request_gets_more_than_the_plan(content: bytes, file: str) -> None:
    facts = csr.read(content)
    wanted = recognised(Asked(file, facts), LEAVES)
    if isinstance(wanted, Diagnostic) or excess(wanted, facts):
        event("not signed")
        return
    event("signed")
    asked = csr.public_key_of(content)
    authority = Authority(COMPANY.certificate, COMPANY.key)
    pem = certify(wanted, asked, authority, now=NOW, serial=7)
    shown = read(pem, COMPANY.pem)
    assert (shown.subject, shown.sans, shown.usages) == (wanted.subject, wanted.sans, wanted.usages)
    assert not shown.is_ca
    assert shown.public_key == public_hash(asked)
    assert shown.not_after.astimezone(UTC) <= COMPANY.certificate.not_valid_after_utc
    assert {str(each) for each in facts.sans} <= PLANNED
    assert facts.common_name in ("", wanted.common_name)


@examples(60)
@given(
    st.lists(
        st.tuples(st.sampled_from(["etcd1-server.csr", "client-root.csr", "x.csr", "y"]), wishes() | spoilt())
    )
)
def test_a_folder_of_anything_is_signed_or_refused_whole(came: list[tuple[str, bytes]]) -> None:
    with TemporaryDirectory() as place:
        folder, pki = Path(place, "csr"), Path(place, "pki")
        folder.mkdir()
        issue(PLAN, pki, now=lambda: NOW)
        before = {path for path in pki.rglob("*") if path.is_file()}
        for name, content in came:
            (folder / name).write_bytes(content)
        try:
            sign(PLAN, pki, [str(folder)], now=lambda: NOW)
        except EtcdbootError:
            assert {path for path in pki.rglob("*") if path.is_file()} == before
        assert not list(pki.glob("members/*/*-key.pem"))


@given(
    st.binary(max_size=200) | spoilt() | st.sampled_from([COMPANY.pem]).map(lambda pem: pem[:-40] + pem[-39:])
)
def test_any_bytes_may_be_handed_over(content: bytes) -> None:
    with suppress(Unreadable):
        signed_reply.certificates(content)
    _, problems = handed([("x", content)], lambda file: b"secret")
    for each in problems:
        assert each.message.isprintable()
    reply = signed_reply.reply("etcd1/server", "00", content, (COMPANY.certificate,))
    assert isinstance(reply, Diagnostic)
    assert reply.message.isprintable()
