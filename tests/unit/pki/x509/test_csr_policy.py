from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from etcdboot.base.addresses import parse_host
from etcdboot.observations.certificate import CsrFacts
from etcdboot.pki.x509.csr_policy import excess, left_out
from etcdboot.plan.certificate_request import csr_path
from samples.certificates import CLIENT, SERVER

ASKED = CsrFacts(
    subject=SERVER.subject,
    sans=SERVER.sans,
    others=(),
    usages=("serverAuth", "clientAuth"),
    key_usages=("digitalSignature",),
    is_ca=False,
    key="ecdsa-p256",
    public_key="00",
    signed=True,
)


def codes(**changes: Any) -> list[str]:
    return [each.code for each in excess(SERVER, replace(ASKED, **changes))]


def test_a_request_for_just_what_is_planned_may_be_signed() -> None:
    assert excess(SERVER, ASKED) == ()
    assert list(left_out(SERVER, ASKED)) == []


@pytest.mark.parametrize(
    "less",
    [
        {"sans": ()},
        {"sans": SERVER.sans[:1]},
        {"usages": ()},
        {"usages": ("clientAuth",)},
        {"key_usages": ()},
        {"subject": ()},
    ],
)
def test_asking_for_less_is_fine(less: dict[str, Any]) -> None:
    assert codes(**less) == []


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ({"subject": (("CN", "root"),)}, "EB352", "'root'"),
        ({"subject": (("CN", "etcd1"), ("CN", "root"))}, "EB352", "'root'"),
        ({"subject": (("CN", "ETCD1"),)}, "EB352", "'ETCD1'"),
        ({"sans": (*SERVER.sans, parse_host("evil.example.com"))}, "EB352", "evil.example.com"),
        ({"others": ("email:root@example.com",)}, "EB352", "email:root@example.com"),
        ({"usages": ("serverAuth", "codeSigning")}, "EB352", "codeSigning"),
        ({"usages": ("anyExtendedKeyUsage",)}, "EB352", "anyExtendedKeyUsage"),
        ({"is_ca": True}, "EB352", "be a CA"),
        ({"key_usages": ("digitalSignature", "keyCertSign")}, "EB352", "keyCertSign"),
        ({"key_usages": ("cRLSign",)}, "EB352", "cRLSign"),
        ({"key": "rsa-1024"}, "EB353", "rsa-1024"),
        ({"key": "rsa-4096"}, "EB353", "rsa-4096"),
        ({"key": "ecdsa-p384"}, "EB353", "ecdsa-p384"),
        ({"signed": False}, "EB351", "not signed"),
    ],
)
def test_asking_for_more_is_refused_and_named(more: dict[str, Any], code: str, said: str) -> None:
    [found] = excess(SERVER, replace(ASKED, **more))
    assert found.code == code
    assert said in found.message
    assert found.hint


def test_all_that_is_too_much_is_named_at_once() -> None:
    assert codes(signed=False, is_ca=True, key="ed25519", others=("URI:x",)) == [
        "EB351",
        "EB352",
        "EB352",
        "EB353",
    ]


def test_a_client_must_not_ask_for_a_servers_usage() -> None:
    asked = replace(ASKED, subject=CLIENT.subject, sans=())
    [found] = excess(CLIENT, asked)
    assert "serverAuth" in found.message


def test_what_gives_nothing_is_left_out_and_told() -> None:
    asked = replace(
        ASKED,
        subject=(("O", "Widgits"), ("CN", "etcd1")),
        key_usages=("nonRepudiation",),
        extensions=("1.2.3",),
    )
    assert excess(SERVER, asked) == ()
    [note] = left_out(SERVER, asked)
    assert (note.code, str(note.severity)) == ("EB355", "note")
    assert "O=Widgits, 1.2.3" in note.message


def test_a_request_waits_under_its_certificates_name() -> None:
    assert str(csr_path("etcd1/server")) == "csr/etcd1-server.csr"
    assert str(csr_path("ca")) == "csr/ca.csr"
