from __future__ import annotations

from dataclasses import replace

import pytest

from etcdboot.base.addresses import parse_host
from etcdboot.base.diagnostics import Diagnostic
from etcdboot.observations.certificate import CsrFacts
from etcdboot.pki.adoption.csr_matching import Asked, recognised
from samples.certificates import plan_of

LEAVES = tuple(
    each for each in plan_of(2, certificates="clients: [root, etcd2]").certificates if not each.is_ca
)
BLANK = CsrFacts((), (), (), (), (), is_ca=False, key="ecdsa-p256", public_key="00", signed=True)


def asked(common_name: str, *sans: str) -> CsrFacts:
    subject = (("CN", common_name),) if common_name else ()
    return replace(BLANK, subject=subject, sans=tuple(map(parse_host, sans)))


def name_of(file: str, facts: CsrFacts, *holders: str) -> str:
    found = recognised(Asked(file, facts), LEAVES, holders)
    assert not isinstance(found, Diagnostic), found.message
    return found.name


@pytest.mark.parametrize(
    ("file", "common_name", "name"),
    [
        ("etcd1-server.csr", "etcd1", "etcd1/server"),
        ("from/host/ETCD1-PEER.csr", "", "etcd1/peer"),
        ("client-root.csr", "root", "client/root"),
        ("etcd1-peer-csr.pem", "etcd1", "etcd1/peer"),
        ("etcd1-server.csr", "somebody else", "etcd1/server"),  # and is refused for it
        ("server.csr", "etcd2", "etcd2/server"),
        ("peer-1.csr", "etcd1", "etcd1/peer"),
        ("mine.pem", "root", "client/root"),
        ("client.csr", "etcd2", "client/etcd2"),
    ],
)
def test_the_files_name_and_the_subject_tell(file: str, common_name: str, name: str) -> None:
    assert name_of(file, asked(common_name)) == name


def test_the_key_tells_before_the_subject_does() -> None:
    assert name_of("x.csr", asked("etcd1"), "etcd1/peer") == "etcd1/peer"
    assert name_of("etcd1-server.csr", asked("etcd1"), "etcd1/peer") == "etcd1/server"


def test_what_only_one_of_them_allows_tells() -> None:
    assert name_of("x.csr", asked("etcd1", "localhost")) == "etcd1/server"


@pytest.mark.parametrize(
    ("file", "facts", "said"),
    [
        ("x.csr", asked("etcd1"), "etcd1/server or etcd1/peer?"),
        ("x.csr", asked(""), "nobody can tell"),
        ("x.csr", asked("stranger"), "nobody can tell"),
        ("<stdin>", asked("etcd1"), "which certificate is <stdin> for"),
    ],
)
def test_where_nothing_tells_it_is_asked_for(file: str, facts: CsrFacts, said: str) -> None:
    found = recognised(Asked(file, facts), LEAVES)
    assert isinstance(found, Diagnostic)
    assert (found.code, found.file) == ("EB354", file)
    assert said in found.message
    assert "--as " in found.hint


def test_a_lone_certificate_is_not_taken_for_any_request() -> None:
    assert isinstance(recognised(Asked("x.csr", asked("stranger")), LEAVES[:1]), Diagnostic)
    assert isinstance(recognised(Asked("x.csr", asked("stranger")), ()), Diagnostic)
