from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import PurePosixPath

from etcdboot.base.diagnostics import has_errors
from etcdboot.cfssl.converter import Translation, translate
from etcdboot.cfssl.documents import Evidence, Shown
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.planner import plan
from etcdboot.rules import judge
from etcdboot.spec.loader import dump, load
from etcdboot.spec.spec import CaLayout, CertificateDefaults, ClientSpec, KeyAlgorithm
from samples.certificates import AUTHORITY, CLIENT, DAY, SERVER, facts_of, plan_of
from samples.cfssl import GUIDE, TUTORIAL, evidence, translated


def codes(found: Translation) -> list[str]:
    return [each.code for each in found.told]


def passes_check(found: Translation) -> bool:
    spec = load(dump(found.cluster("prod"))).spec
    assert spec == found.cluster("prod")
    return not has_errors(tuple(judge(spec, plan(spec, layout=HostLayout(PurePosixPath("/"))))))


def test_the_tutorial_comes_to_a_spec_that_passes_check() -> None:
    found = translated(TUTORIAL)
    section = found.certificates
    assert [(each.name, each.host) for each in found.cast.members] == [
        ("etcd1", "192.168.202.128"),
        ("etcd2", "192.168.202.129"),
        ("etcd3", "192.168.202.130"),
    ]
    assert (section.key, section.ca_key) == (KeyAlgorithm.RSA_2048, None)
    beijing = (("C", "CN"), ("ST", "Beijing"), ("L", "Beijing"))
    assert (section.server.subject, section.peer.subject) == (beijing, beijing)
    assert section.ca_subject == (("C", "CN"), ("ST", "Shanghai"), ("L", "Shanghai"))
    assert (section.subject, section.clients) == ((), (ClientSpec(name="root"),))
    assert section.lifetime == section.ca_lifetime == 5 * 365 * DAY
    assert codes(found) == ["EB395", "EB388", "EB390", "EB388", "EB391"]
    assert passes_check(found)


def test_a_guide_with_a_request_each_comes_to_members_and_kinds_of_their_own() -> None:
    found = translated(GUIDE)
    section = found.certificates
    assert [(each.name, each.host, each.sans) for each in found.cast.members] == [
        (f"member{n}", f"192.168.122.10{n}", (f"member{n}.local",)) for n in (1, 2, 3)
    ]
    assert [each.name for each in section.clients] == ["client"]
    assert section.client == CertificateDefaults(key=KeyAlgorithm.ECDSA_P384)
    assert section.peer == CertificateDefaults(lifetime=365 * DAY)
    assert (section.lifetime, section.ca_lifetime) == (5 * 365 * DAY, 10 * 365 * DAY)
    assert section.ca_key is KeyAlgorithm.RSA_2048
    assert sorted(codes(found)) == ["EB388", "EB389", "EB391", "EB395"]
    assert passes_check(found)


def test_certificates_of_their_own_are_enough() -> None:
    facts = replace(facts_of(SERVER), subject=(("O", "Acme"), ("CN", "etcd1")))
    found = translate(
        Evidence(
            authorities={"ca": Shown("ca.pem", facts_of(AUTHORITY))},
            leaves=(Shown("ssl/etcd1.pem", facts), Shown("root.pem", facts_of(CLIENT))),
        )
    )
    (member,) = found.cast.members
    assert (member.name, member.host, member.sans) == (
        "etcd1",
        "192.168.202.128",
        ("2001:db8::1", "etcd1.example.com"),
    )
    section = found.certificates
    assert (section.server.subject, section.peer.subject) == ((("O", "Acme"),), (("O", "Acme"),))
    assert (section.subject, section.clients[0].subject) == ((), None)
    assert found.certificates.lifetime == 365 * DAY
    assert [each.name for each in found.certificates.clients] == ["root"]
    assert passes_check(found)


def test_of_several_certificates_the_longest_lifetime_and_the_first_known_key_count() -> None:
    short = replace(facts_of(SERVER), not_after=facts_of(SERVER).not_after - timedelta(days=100), sha256="01")
    odd = replace(facts_of(SERVER), key="ecdsa-p521", sha256="02")
    files = (Shown("etcd1.pem", odd), Shown("etcd2.pem", short), Shown("etcd3.pem", facts_of(SERVER)))
    section = translate(Evidence(leaves=files)).certificates
    assert (section.lifetime, section.key) == (365 * DAY, SERVER.key)
    only_odd = translate(Evidence(leaves=files[:1])).certificates
    assert only_odd.key is KeyAlgorithm.ECDSA_P256


def test_a_request_tells_more_than_the_certificate_made_of_it() -> None:
    leaves = (Shown("server.pem", replace(facts_of(SERVER), subject=(("O", "Old"), ("CN", "x")))),)
    found = translate(replace(evidence(TUTORIAL), leaves=leaves))
    assert len(found.cast.members) == 3
    assert "O=Old" not in str(found.told)
    assert found.certificates.key is KeyAlgorithm.RSA_2048


def test_two_policies_are_one_too_many() -> None:
    found = translated(TUTORIAL | {"other.json": {"signing": {"profiles": {}}}})
    assert [(each.code, each.file) for each in found.told if each.code == "EB399"] == [
        ("EB399", "other.json")
    ]


def test_a_client_that_cannot_be_named_is_told_and_one_that_is_there_twice_counts_once() -> None:
    files = {
        "client.json": {"CN": "an app"},
        "root.json": {"CN": "root"},
        "client-2.json": {"CN": "Root", "hosts": ["10.0.0.9"]},
    }
    found = translated(TUTORIAL | files)
    assert [each.name for each in found.certificates.clients] == ["root"]
    assert "client 'an app' is not taken over" in str(found.told)


def test_a_client_with_hosts_keeps_them() -> None:
    found = translated(TUTORIAL | {"client.json": {"CN": "app", "hosts": ["10.0.0.9"]}})
    assert found.certificates.clients[0].sans == ("10.0.0.9",)


def test_beside_a_spec_what_no_member_certifies_belongs_to_all() -> None:
    files = {"server.json": {"hosts": ["192.168.202.1", "vip.example.com", "127.0.0.1"]}}
    assert translated(files).beside(plan_of(2)).sans == ("vip.example.com",)


def test_a_split_and_an_intermediate_are_kept() -> None:
    facts = facts_of(AUTHORITY)
    names = ("ca", "peer-ca", "root-ca", "peer-root-ca")
    section = translate(Evidence(authorities={each: Shown(each, facts) for each in names})).certificates
    assert (section.ca, section.intermediate) == (CaLayout.SPLIT, True)


def test_one_ca_that_exists_is_shared_and_none_leaves_the_layout_open() -> None:
    one = translate(Evidence(authorities={"ca": Shown("ca.pem", facts_of(AUTHORITY))})).certificates
    assert one.ca is CaLayout.SHARED
    assert translate(Evidence()).certificates.ca is None
