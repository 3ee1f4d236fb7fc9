from __future__ import annotations

import pytest

from etcdboot.plan.planner import client_plans
from etcdboot.spec.spec import CertificatesSpec, ClientSpec, ClientTls, TlsSpec
from samples.specs import planned, three

TWO = CertificatesSpec(clients=(ClientSpec(name="root"), ClientSpec(name="app")))


def test_each_client_has_a_bundle_with_its_certificate_and_whom_to_trust() -> None:
    found = planned(three(certificates=TWO)).clients
    assert [(each.name, each.ca_name) for each in found] == [("root", "ca"), ("app", "ca")]
    assert [each.certificate.name for each in found if each.certificate] == ["client/root", "client/app"]


def test_a_client_that_shows_nothing_still_trusts_somebody() -> None:
    found = planned(three(certificates=TWO, tls=TlsSpec(client=ClientTls.SERVER))).clients
    assert [(each.name, each.ca_name, each.certificate) for each in found] == [
        ("root", "ca", None),
        ("app", "ca", None),
    ]


def test_with_an_intermediate_the_root_is_trusted() -> None:
    found = planned(three(certificates=CertificatesSpec(intermediate=True))).clients
    assert [each.ca_name for each in found] == ["root-ca"]


@pytest.mark.parametrize("tls", [ClientTls.OFF, ClientTls.AUTO])
def test_without_a_ca_of_ours_there_is_nothing_to_hand_out(tls: ClientTls) -> None:
    assert planned(three(tls=TlsSpec(client=tls))).clients == ()


def test_no_certificates_are_no_clients() -> None:
    assert client_plans(three(), ()) == ()
