"""What ``check`` lets pass can be certified, and strangers accept it; what cannot is refused with a code."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st

from etcdboot.base.addresses import Host
from etcdboot.base.diagnostic_codes import CODES
from etcdboot.base.diagnostics import has_errors
from etcdboot.effects import random_source
from etcdboot.pki.store.audit import audit
from etcdboot.pki.x509.certificate import read
from etcdboot.pki.x509.pem import PrivateKey
from etcdboot.pki.x509.signing import Pair, issue_all
from etcdboot.plan.certificate_request import CertKind, CertRequest
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.planner import plan
from etcdboot.rules import judge
from etcdboot.rules.certificates import taken_for_a_host
from etcdboot.spec.loader import load
from etcdboot.spec.spec import KeyAlgorithm
from lab.peers.fixtures import absent
from property.strategies import subjects
from samples.certificates import NOW
from samples.sampling import examples

Spec = dict[str, Any]
Texts = st.SearchStrategy[str]
KEYS: dict[KeyAlgorithm, PrivateKey] = {each: random_source.new_key(each) for each in KeyAlgorithm}

# --- what may stand in a certificate, and what may not

LONGEST = ".".join(["l" * 63] * 3 + ["m" * 61])
LABELS = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?", fullmatch=True)
DOMAINS = st.one_of(
    st.lists(LABELS, min_size=1, max_size=4).map(".".join),
    LABELS.map("*.{}.example.com".format),
    LABELS.map("{}.example.com".format),
    st.sampled_from(("localhost", "xn--mnchen-3ya.de", "a_b.example.com", LONGEST)),
).filter(lambda text: not text.replace(".", "").isdigit())
HOSTS = DOMAINS | st.ip_addresses().map(str)
ODD_HOSTS = """
    * *. *.com *.*.example.com a.*.example.com w*.example.com example.com. .example.com a..b -a.example.com
    a-.example.com _etcd.example.com 1.2.3 1.2.3.4.5 256.1.1.1 1 010.0.0.1 0x7f.0.0.1 :: 0.0.0.0
    fe80::1%eth0 [::1] fd00::/8 10.0.0.1:2379 https://a.example.com a@example.com LOCALHOST xn--
    ::ffff:10.0.0.1 xn--ü münchen.de straße.de 例え.jp *.münchen.de \uff21.example.com a\u3002b.com
"""
ODD = st.sampled_from(
    [
        *ODD_HOSTS.split(),
        "",
        "a b.example.com",
        "a\x00b",
        "example.com\n",
        f"{'l' * 64}.a.com",
        f"l.{LONGEST}",
    ]
)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", fullmatch=True)
ODD_NAMES = st.sampled_from(
    ["N" * 64, "a@b", "a/b", "..", "client", "ca", "root-ca", "e.example.com", "ü", "a\n", ""]
)
LIFETIMES = st.sampled_from(("1s", "59s", "1h", "30d", "365d", "10y"))
ODD_LIFETIMES = st.sampled_from(("0s", "1000y", "1001y", "9999999999y", "1w", "-1d"))
ATTRIBUTES: st.SearchStrategy[Spec] = subjects.map(lambda pairs: {str(key): value for key, value in pairs})
ODD_ATTRIBUTES = st.dictionaries(st.sampled_from(("C", "ST", "L", "O", "OU", "CN")), st.text(max_size=130))


def mapping(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[Spec]:
    """Any of these keys, spelled with hyphens."""
    return st.fixed_dictionaries({}, optional={key.replace("_", "-"): each for key, each in values.items()})


def specs(
    hosts: Texts,
    constraints: st.SearchStrategy[list[str]],
    names: Texts = NAMES,
    lifetimes: Texts = LIFETIMES,
    attributes: st.SearchStrategy[Spec] = ATTRIBUTES,
) -> st.SearchStrategy[Spec]:
    """Specs of every shape that a PKI can have."""
    sans = st.lists(hosts, max_size=3)
    algorithms = st.sampled_from(KeyAlgorithm).map(str)
    own = mapping(lifetime=lifetimes, key=algorithms, sans=sans)
    clients = st.builds(lambda more, name: {**more, "name": name}, own, names) | names
    certificates = mapping(
        ca=st.sampled_from(("shared", "split")),
        intermediate=st.booleans(),
        path_length=st.integers(1, 3),
        subject=attributes,
        name_constraints=constraints,
        key=algorithms,
        ca_key=algorithms,
        lifetime=lifetimes,
        ca_lifetime=lifetimes | st.just("1000y"),
        renew_before=lifetimes,
        sans=sans,
        clients=st.lists(clients, max_size=3, unique_by=lambda each: str(each).lower()),
        server=own,
        peer=own,
        client=mapping(lifetime=lifetimes, key=algorithms),
    )
    members = st.builds(
        lambda name, host, more: {"name": name, "host": host, **more},
        names,
        hosts.filter(lambda host: not host.startswith("*")),
        mapping(sans=sans, address=st.ip_addresses().map(str)),
    )
    return st.builds(
        lambda *values: dict(zip(("name", "members", "certificates", "tls"), values, strict=True)),
        names,
        st.lists(members, min_size=1, max_size=3, unique_by=lambda each: each["host"].lower()),
        certificates,
        mapping(client=st.sampled_from(("mutual", "server")), peer=st.sampled_from(("mutual", "off"))),
    )


INNER = st.one_of(
    st.just("a_b.example.com"),
    LABELS.map("{}.example.com".format),
    LABELS.map("*.{}.example.com".format),
    st.ip_addresses(network="10.0.0.0/8").map(str),
    st.ip_addresses(network="fd00::/8").map(str),
)
CLOSED = [["example.com"], ["com", "0.0.0.0/0", "::/0"], ["example.com", "10.0.0.0/8", "fd00::/8"]]
GOOD = specs(HOSTS, st.just([])) | specs(INNER, st.sampled_from(CLOSED))
ANY = specs(
    HOSTS | ODD,
    st.lists(HOSTS | ODD, max_size=3),
    NAMES | ODD_NAMES,
    LIFETIMES | ODD_LIFETIMES,
    ATTRIBUTES | ODD_ATTRIBUTES,
)


def passing(spec: Spec) -> tuple[CertRequest, ...]:
    """The certificates of a spec that ``check`` lets pass; of another none, and each refusal has its code."""
    loaded = load(json.dumps(spec, ensure_ascii=False), "cluster.yaml")
    assert all(each.code in CODES and each.message for each in loaded.diagnostics)
    if loaded.spec is None:
        assert has_errors(loaded.diagnostics)
        return ()
    planned = plan(loaded.spec, layout=HostLayout(PurePosixPath("/")))
    found = judge(loaded.spec, planned)
    assert all(each.code in CODES for each in found)
    return () if has_errors(found) else planned.certificates


def issued(wanted: tuple[CertRequest, ...]) -> dict[str, Pair]:
    return issue_all(wanted, {}, lambda each: KEYS[each.key], random_source.new_serial, NOW)


@examples(300)
@given(ANY)
def test_any_spec_is_refused_with_a_code_or_makes_certificates_that_fit(spec: Spec) -> None:
    wanted = passing(spec)
    made = issued(wanted)
    for request in wanted:
        chain = b"".join(made[name].certificate for name in request.chain)
        facts = read(made[request.name].certificate, made[request.ca_name].certificate, chain)
        assert [each for each in audit(request, facts, NOW) if each.severity == "error"] == []


MEMBER = {"name": "etcd1", "host": "10.0.0.1"}
UNFIT: list[tuple[str, Spec]] = [
    *(
        ("EB108", {"certificates": {"sans": [san]}})
        for san in (
            "münchen.de",
            "*",
            "*.com",
            "a.*.com",
            "a..b",
            "-a.com",
            f"{'l' * 64}.com",
            f"l.{LONGEST}",
        )
    ),
    *(("EB108", {"certificates": {"clients": [name]}}) for name in ("c" * 65, "ü", "a b", "a/CN=root")),
    ("EB108", {"members": [{"name": "m" * 64, "host": "10.0.0.1"}]}),
    ("EB108", {"name": "c" * 64}),
    ("EB108", {"certificates": {"subject": {"O": "o" * 65}}}),
    ("EB108", {"certificates": {"subject": {"C": "Germany"}}}),
    ("EB108", {"certificates": {"lifetime": "1001y"}}),
    ("EB107", {"certificates": {"key": "rsa-1024"}}),
    ("EB236", {"certificates": {"lifetime": "11y"}}),
    ("EB272", {"certificates": {"intermediate": True, "path-length": 0}}),
    ("EB271", {"certificates": {"name-constraints": ["10.1.0.0/16"]}}),
]


@pytest.mark.parametrize(("code", "spec"), UNFIT, ids=[json.dumps(spec)[:60] for _, spec in UNFIT])
def test_what_cannot_be_certified_is_refused_with_its_code(code: str, spec: Spec) -> None:
    loaded = load(json.dumps({"name": "c", "members": [MEMBER]} | spec, ensure_ascii=False), "cluster.yaml")
    found = loaded.diagnostics
    if loaded.spec is not None:
        found = judge(loaded.spec, plan(loaded.spec, layout=HostLayout(PurePosixPath("/"))))
    assert [each.code for each in found if each.severity == "error"] == [code]


# --- strangers

CA_POLICY = ExtensionPolicy.webpki_defaults_ca()
NAMED = ExtensionPolicy.webpki_defaults_ee()
NAMELESS = NAMED.may_be_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, None)  # of a client


def verifies(request: CertRequest, made: Mapping[str, Pair]) -> None:
    """Let cryptography's verifier, which trusts the root alone, look at a leaf from every side."""
    leaf, *between = x509.load_pem_x509_certificates(made[request.name].certificate)
    store = Store(x509.load_pem_x509_certificates(made[request.root].certificate))
    trusting = PolicyBuilder().store(store).time(NOW)
    policy = trusting.extension_policies(ca_policy=CA_POLICY, ee_policy=NAMELESS)
    assert policy.build_client_verifier().verify(leaf, between).chain[0] == leaf
    for san in request.sans if request.kind is not CertKind.CLIENT else ():
        if "_" not in san.text:  # else nobody can ask the verifier for it
            assert trusting.build_server_verifier(dialled(san)).verify(leaf, between)[0] == leaf


def dialled(san: Host) -> x509.DNSName | x509.IPAddress:
    """What a client asks for when it dials that name; something below a wildcard."""
    if san.is_address:
        return x509.IPAddress(ip_address(san.text))
    return x509.DNSName(san.text.replace("*", "some", 1))


PURPOSES = {
    CertKind.SERVER: ("sslserver", "sslclient"),
    CertKind.PEER: ("sslserver", "sslclient"),
    CertKind.CLIENT: ("sslclient",),
}


def openssl(wanted: Iterable[CertRequest], made: Mapping[str, Pair]) -> str:
    """What openssl has against the leaves, for each purpose that they serve; it knows the roots alone."""
    program = shutil.which("openssl") or absent("openssl")
    said = ""
    with tempfile.TemporaryDirectory() as name:
        for number, request in enumerate(wanted):
            leaf, root = Path(name, f"{number}.pem"), Path(name, "root.pem")
            leaf.write_bytes(made[request.name].certificate)
            root.write_bytes(made[request.root].certificate)
            for purpose in PURPOSES[request.kind]:
                argv = [program, "verify", "-x509_strict", "-check_ss_sig", "-purpose", purpose]
                argv += ["-attime", str(int(NOW.timestamp())), "-CAfile", str(root), "-untrusted", str(leaf)]
                done = subprocess.run([*argv, str(leaf)], capture_output=True, text=True, check=False)
                said += "" if done.returncode == 0 else f"{request.name} as {purpose}: {done.stderr}"
    return said


@pytest.mark.slow
@examples(100, HealthCheck.too_slow)
@given(GOOD)
def test_strangers_accept_whatever_passes(spec: Spec) -> None:
    wanted = passing(spec)
    assume(wanted)
    made = issued(wanted)
    leaves = [each for each in wanted if not each.is_ca]
    constrained = bool(spec["certificates"].get("name-constraints"))
    for request in leaves:
        if not (constrained and any("_" in san.text for san in request.sans)):  # check warns: EB274
            verifies(request, made)
    # Of the others check warns too (EB271): openssl alone takes their common name for a host.
    assert openssl((each for each in leaves if not (constrained and taken_for_a_host(each))), made) == ""
