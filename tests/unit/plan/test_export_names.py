from __future__ import annotations

from dataclasses import replace

from etcdboot.plan.export_names import STYLES, cfssl
from etcdboot.plan.host_files import Needed
from etcdboot.spec.spec import CertificateSource
from samples.certificates import plan_of


def names(*needed: Needed) -> dict[str, str]:
    return {str(each.target): str(each.source) for each in needed}


def test_all_stand_in_one_folder_under_the_names_that_cfssl_users_know() -> None:
    assert names(*cfssl(plan_of())) == {
        "ca.pem": "ca.pem",
        "etcd1.pem": "members/etcd1/server.pem",
        "etcd1-key.pem": "members/etcd1/server-key.pem",
        "etcd1-peer.pem": "members/etcd1/peer.pem",
        "etcd1-peer-key.pem": "members/etcd1/peer-key.pem",
        "root.pem": "clients/root.pem",
        "root-key.pem": "clients/root-key.pem",
    }


def test_split_cas_have_a_file_each_and_it_is_the_root_that_is_trusted() -> None:
    found = names(*cfssl(plan_of(certificates="ca: split, intermediate: true")))
    assert (found["ca.pem"], found["peer-ca.pem"]) == ("root-ca.pem", "peer-root-ca.pem")


def test_keys_are_secret_and_no_cas_key_is_among_them() -> None:
    found = cfssl(plan_of(3, certificates="ca: split"))
    assert {each.secret for each in found if "key" in each.target.name} == {True}
    assert not [each for each in found if "ca-key" in each.source.name]


def test_a_client_called_like_a_member_or_a_ca_gives_way() -> None:
    found = names(*cfssl(plan_of(certificates="clients: [ETCD1, ca]")))
    assert found["etcd1.pem"] == "members/etcd1/server.pem"
    assert found["ETCD1-client.pem"] == "clients/ETCD1.pem"
    assert found["ca-client.pem"] == "clients/ca.pem"


def test_no_two_certificates_share_a_file() -> None:
    found = cfssl(plan_of(certificates='clients: [etcd1-key, ETCD1-peer, "a:b", ca-key]'))
    targets = [str(each.target) for each in found]
    assert len({target.lower() for target in targets}) == len(targets)
    assert {"etcd1-key-client.pem", "ETCD1-peer-client.pem", "a%3Ab.pem", "ca-key.pem"} <= set(targets)


def test_a_key_that_was_made_on_its_host_is_not_asked_for() -> None:
    plan = plan_of()
    elsewhere = replace(
        plan, certificates=tuple(replace(each, source=CertificateSource.CSR) for each in plan.certificates)
    )
    assert not [each for each in cfssl(elsewhere) if each.secret]


def test_without_certificates_there_is_nothing() -> None:
    assert cfssl(plan_of(extra="tls: {client: 'off', peer: 'off'}")) == ()
    assert list(STYLES) == ["cfssl"]
