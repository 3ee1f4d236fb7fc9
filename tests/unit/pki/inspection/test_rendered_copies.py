from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath

import pytest

from etcdboot.pki.inspection.rendered_copies import lagging, misplaced, planned
from etcdboot.pki.store.permissions import Kept, Kind
from etcdboot.pki.x509.signing import Authority, Pair, issue
from samples.certificates import AUTHORITY, NOW, SERVER, plan_of
from samples.foreign import new_key

PLAN = plan_of()
CA = issue(AUTHORITY, new_key(), None, now=NOW, serial=1)


def pair(at: datetime = NOW, ca: Pair = CA) -> Pair:
    return issue(SERVER, new_key(), Authority.load(ca), now=at, serial=2)


NEW, OLD = pair(), pair(NOW - timedelta(days=1))
PKI = {
    "ca.pem": CA.certificate,
    "members/etcd1/server.pem": NEW.certificate,
    "members/etcd1/server-key.pem": NEW.key,
    "members/etcd1/peer.pem": NEW.certificate,
    "members/etcd1/peer-key.pem": NEW.key,
    "clients/root.pem": NEW.certificate,
    "clients/root-key.pem": NEW.key,
}
OUT = {
    "etcd1/etcd.conf.yml": b"",
    "etcd1/pki/client-ca.pem": CA.certificate,
    "etcd1/pki/peer-ca.pem": CA.certificate,
    "etcd1/pki/server.pem": NEW.certificate,
    "etcd1/pki/server-key.pem": NEW.key,
    "etcd1/pki/peer.pem": NEW.certificate,
    "etcd1/pki/peer-key.pem": NEW.key,
    "clients/root/ca.pem": CA.certificate,
    "clients/root/client.pem": NEW.certificate,
    "clients/root/client-key.pem": NEW.key,
}


def told(out: Mapping[str, bytes], now: datetime = NOW) -> list[tuple[str, str]]:
    found = list(lagging(PLAN, PKI, out, now))
    assert all(each.hint for each in found)
    return [(each.code, each.message) for each in found]


def test_copies_of_what_is_in_pki_are_well() -> None:
    assert told(OUT) == []


def test_a_tree_that_was_never_rendered_is_not_missed() -> None:
    assert told({}) == []
    assert told({path: content for path, content in OUT.items() if path.startswith("etcd1/")}) == []


def test_a_key_is_not_missed_and_a_certificate_is() -> None:
    public = {path: content for path, content in OUT.items() if not path.endswith("-key.pem")}
    assert told(public) == []
    del public["etcd1/pki/server.pem"]
    assert told(public) == [
        ("EB349", "etcd1/pki/server.pem is not there, and pki/members/etcd1/server.pem is")
    ]


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (OLD, "it is the older one"),
        (pair(NOW + timedelta(hours=1)), "it is the newer one"),
        (pair(NOW - timedelta(days=500)), "it expired on"),
    ],
)
def test_a_pair_that_lags_behind_is_told_with_why(other: Pair, why: str) -> None:
    out = OUT | {"etcd1/pki/server.pem": other.certificate, "etcd1/pki/server-key.pem": other.key}
    [(code, message), (second, _)] = told(out)
    assert (code, second) == ("EB349", "EB349")
    assert why in message


def test_so_is_one_that_another_ca_signed() -> None:
    other = issue(replace(AUTHORITY, subject=(("CN", "other"),)), new_key(), None, now=NOW, serial=1)
    [(_, message)] = told(OUT | {"clients/root/client.pem": pair(ca=other).certificate})[:1]
    assert message.endswith("another CA has signed it")


def test_what_is_no_certificate_is_told_without_a_reason() -> None:
    [(code, message)] = told(OUT | {"etcd1/pki/peer-ca.pem": b"nonsense"})
    assert (code, message) == ("EB349", "etcd1/pki/peer-ca.pem is not what pki/ca.pem holds")


def test_half_a_copied_pair_is_no_pair() -> None:
    found = told(OUT | {"etcd1/pki/server.pem": OLD.certificate})
    assert [code for code, _ in found] == ["EB349", "EB302"]
    assert found[1][1] == "etcd1/pki/server-key.pem is not the key of the certificate beside it"


def test_only_the_files_of_hosts_and_clients_are_planned() -> None:
    assert planned(PLAN) == {path for path in OUT if path.endswith(".pem")}


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("etcd1/pki/server-key.pem", NEW.key, False),
        ("etcd1/pki/server-key.pem", CA.key, True),
        ("etcd1/anything", CA.key, True),
        ("etcd1/pki/ca-key.pem", b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n", True),
        ("etcd1/pki/peer-ca-key.pem", NEW.key, True),
        ("etcd1/pki/x-key.pem", b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n", False),
        ("etcd1/pki/ca.pem", CA.certificate, False),
    ],
)
def test_the_key_of_a_ca_is_found_by_what_it_is_or_by_its_name(
    name: str, content: bytes, found: bool
) -> None:
    kept = Kept(PurePosixPath(name), Kind.FILE, 0o600, 0, content)
    assert [each.code for each in misplaced([CA.certificate, b"nonsense"], [kept])] == ["EB347"] * found
