"""What one certificate's subject holds never gets into another one's."""

from __future__ import annotations

from typing import Any

import pytest

from etcdboot.cfssl.converter import Translation
from samples.cfssl import translated
from samples.specs import planned

CA = {"CN": "my CA", "key": {"algo": "ecdsa", "size": 256}, "names": [{"O": "authority"}]}
HOSTS = ["10.0.0.1", "10.0.0.2", "10.0.0.3"]


def request(name: str, organization: str, *hosts: str, **more: str) -> dict[str, Any]:
    return {"CN": name, "hosts": list(hosts), "names": [{"O": organization, **more}]}


def subjects(found: Translation) -> dict[str, dict[str, str]]:
    """The subject of each certificate that the import plans, without its common name."""
    plan = planned(found.cluster("k"))
    return {
        each.name: {key: value for key, value in each.subject if key != "CN"} for each in plan.certificates
    }


def messages(found: Translation) -> list[str]:
    return [each.message for each in found.told if "subject" in each.message]


def test_each_certificate_has_the_subject_of_its_own_request() -> None:
    found = translated(
        {
            "admin-csr.json": request("admin", "admins"),
            "ca-csr.json": CA,
            "etcd-csr.json": request("etcd", "k8s", *HOSTS),
            "app-csr.json": request("app", "apps", OU="shop"),
        }
    )
    assert subjects(found) == {
        "ca": {"O": "authority"},
        "peer-ca": {"O": "authority"},
        **{f"etcd{n}/{what}": {"O": "k8s"} for n in (1, 2, 3) for what in ("server", "peer")},
        "client/admin": {"O": "admins"},
        "client/app": {"O": "apps", "OU": "shop"},
    }
    assert messages(found) == []


def test_superusers_of_kubernetes_are_taken_over_for_nobody_and_named() -> None:
    found = translated(
        {
            "admin-csr.json": request("admin", "system:masters", C="DE"),
            "etcd-csr.json": request("etcd", "system:masters", *HOSTS),
            "ca-csr.json": CA | {"names": [{"O": "system:masters"}]},
        }
    )
    assert "system:masters" not in str(subjects(found))
    assert subjects(found)["client/admin"] == {"C": "DE"}
    told = {(each.code, each.file, each.message) for each in found.told if each.code == "EB284"}
    assert {(file, message.split(" of ")[1].split(" is not")[0]) for _, file, message in told} == {
        ("admin-csr.json", "client admin"),
        ("etcd-csr.json", "the members"),
        ("ca-csr.json", "the CA"),
    }


def test_a_subject_that_all_have_is_written_once() -> None:
    files = {
        "ca-csr.json": CA,
        "etcd-csr.json": request("etcd", "authority", *HOSTS),
        "admin-csr.json": request("admin", "authority"),
    }
    section = translated(files).certificates
    assert (section.subject, section.ca_subject, section.server.subject) == (
        (("O", "authority"),),
        None,
        None,
    )
    assert section.clients[0].subject is None


@pytest.mark.parametrize("absent", ["ca-csr.json", "admin-csr.json"])
def test_a_certificate_that_nobody_asked_for_gets_no_subject(absent: str) -> None:
    files = {
        "ca-csr.json": CA,
        "etcd-csr.json": request("etcd", "authority", *HOSTS),
        "admin-csr.json": request("admin", "authority"),
    }
    found = subjects(translated({name: content for name, content in files.items() if name != absent}))
    assert found["ca" if absent == "ca-csr.json" else "client/root"] == {}
    assert found["etcd1/server"] == {"O": "authority"}


def test_members_have_what_all_their_requests_have_and_the_rest_is_named() -> None:
    files = {
        "a1.json": request("a", "a", "10.0.0.1", C="Germany", L="Bonn"),
        "b1.json": request("b", "b", "10.0.0.2", L="Bonn"),
        "c1.json": request("c", "a", "10.0.0.3", L="Bonn"),
    }
    found = translated(files)
    assert found.certificates.server.subject == (("L", "Bonn"),)
    assert messages(found) == [
        "subject C=Germany is not taken over: 'Germany' is not a country: two letters, "
        "as ISO 3166 has them (DE, US)",
        "subject O=a is not taken over: others for the members do not have it",
        "subject O=b is not taken over: others for the members do not have it",
        "subject O=a is not taken over: others for the members do not have it",
    ]


def test_servers_and_peers_have_subjects_of_their_own() -> None:
    files = {
        "server.json": request("etcd", "front", *HOSTS),
        "peer.json": request("etcd", "back", *HOSTS),
    }
    found = subjects(translated(files))
    assert (found["etcd1/server"], found["etcd1/peer"]) == ({"O": "front"}, {"O": "back"})


def test_two_requests_of_one_user_share_only_what_both_have() -> None:
    files = {
        "etcd-csr.json": request("etcd", "k8s", *HOSTS),
        "client-a.json": request("app", "one", L="Bonn"),
        "client-b.json": request("app", "two", L="Bonn"),
    }
    assert subjects(translated(files))["client/app"] == {"L": "Bonn"}
