from __future__ import annotations

import pytest

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.effects.random_source import new_key, new_serial
from etcdboot.pki.revocation.revocation import Culprit, Sentence, consequences, sentence
from etcdboot.pki.x509.certificate import read
from etcdboot.pki.x509.crl_entry import Reason
from etcdboot.pki.x509.signing import Authority, Pair, issue
from etcdboot.plan.certificate_request import CertKind
from samples.certificates import AUTHORITY, CLIENT, NOW, SERVER


def made(authority: Pair | None = None) -> Pair:
    """A CA, or a client's pair below one."""
    request = CLIENT if authority else AUTHORITY
    signer = Authority.load(authority) if authority else None
    return issue(request, new_key(request.key), signer, now=NOW, serial=new_serial())


def test_the_ca_that_signed_it_is_to_tell_of_it_whichever_of_its_bundle() -> None:
    old, new, other = made(), made(), made()
    leaf = made(old)
    known = {"peer-ca": (other.certificate,), "ca": (new.certificate + old.certificate,)}
    found = sentence(Culprit("x", "client/root", leaf.certificate), known, Reason.SUPERSEDED, NOW)
    facts = read(leaf.certificate, None)
    assert isinstance(found, Sentence)
    assert (found.ca_name, found.entry.serial, found.entry.until) == ("ca", facts.serial, facts.not_after)
    assert (found.entry.name, found.entry.when, found.entry.reason) == (
        "client/root",
        NOW,
        Reason.SUPERSEDED,
    )


@pytest.mark.parametrize("what", ["text", "ca", "stranger"])
def test_what_cannot_stand_in_a_list_is_told(what: str) -> None:
    authority = made()
    content = {
        "text": b"hello",
        "ca": authority.certificate,
        "stranger": made(made()).certificate,
    }[what]
    said = sentence(
        Culprit("x.pem", "x.pem", content), {"ca": (authority.certificate,)}, Reason.UNSPECIFIED, NOW
    )
    assert isinstance(said, Diagnostic)
    assert (said.code, bool(said.hint)) == ("EB376", True)
    assert said.message.startswith("x.pem ")


@pytest.mark.parametrize(
    ("kind", "count"), [(CertKind.SERVER, 1), (CertKind.PEER, 1), (CertKind.CLIENT, 0), (None, 0)]
)
def test_what_becomes_of_members_is_said_of_members_alone(kind: CertKind | None, count: int) -> None:
    said = list(consequences(Culprit("x", SERVER.name, b"", kind)))
    assert len(said) == count
    assert all("etcd1" in each.message and "etcd1/server" in each.hint for each in said)
