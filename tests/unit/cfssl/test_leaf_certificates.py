from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from etcdboot.base.addresses import parse_host
from etcdboot.base.diagnostics import Diagnostic
from etcdboot.cfssl.documents import KeyWish
from etcdboot.cfssl.leaf_certificates import Leaf, lasting, offered, standing
from etcdboot.cfssl.locations import Place
from etcdboot.plan.certificate_request import CertKind
from etcdboot.plan.filename_hints import clue
from etcdboot.spec.spec import KeyAlgorithm
from samples.certificates import CLIENT, DAY, NOW, SERVER, facts_of


def leaf(stem: str, *hosts: str, usages: tuple[str, ...] | None = None) -> Leaf:
    found = tuple(map(parse_host, hosts))
    return Leaf(Place("x"), clue(stem), "", (), found, None, usages=usages)


def kinds(found: Leaf) -> set[str]:
    return {str(kind) for kind in CertKind if kind is not CertKind.CA and found.is_for(kind)}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (leaf("etcd", "10.0.0.1"), {"server", "peer"}),
        (leaf("server", "10.0.0.1"), {"server"}),
        (leaf("etcd1-peer", "10.0.0.1"), {"peer"}),
        (leaf("client", "10.0.0.1"), {"client"}),
        (leaf("client-server", "10.0.0.1"), {"server"}),
        (leaf("root"), {"client"}),
        (leaf("peer"), {"peer"}),
        (leaf("etcd", "127.0.0.1"), {"server", "peer"}),
        (leaf("etcd", "10.0.0.1", usages=("clientAuth",)), {"client"}),
        (leaf("etcd", usages=("serverAuth",)), {"client"}),
    ],
)
def test_what_it_may_be_for_follows_from_name_hosts_and_usages(found: Leaf, expected: set[str]) -> None:
    assert kinds(found) == expected


def test_only_hosts_that_others_can_reach_count_for_members() -> None:
    found = leaf("server", "127.0.0.1", "::1", "localhost", "0.0.0.0", "10.0.0.1")
    assert {str(each) for each in found.far} == {"10.0.0.1"}
    assert found.is_dialled
    assert not leaf("server", "127.0.0.1").is_dialled


@pytest.mark.parametrize(
    ("algorithm", "size", "key", "why"),
    [
        ("rsa", 1024, KeyAlgorithm.RSA_2048, "too weak"),
        ("rsa", 2560, KeyAlgorithm.RSA_3072, "none of that size"),
        ("rsa", 8192, KeyAlgorithm.RSA_4096, "none of that size"),
        ("ecdsa", 521, KeyAlgorithm.ECDSA_P384, "gRPC for Python"),
        ("ed25519", 0, KeyAlgorithm.ECDSA_P256, "gRPC for Python"),
        ("ecdsa", 224, KeyAlgorithm.ECDSA_P256, "cfssl makes no such key"),
        ("", 0, KeyAlgorithm.ECDSA_P256, "cfssl makes no such key"),
    ],
)
def test_a_key_that_we_do_not_make_is_named_and_the_next_best_taken(
    algorithm: str, size: int, key: KeyAlgorithm, why: str
) -> None:
    told: list[Diagnostic] = []
    assert offered(KeyWish(algorithm, size, Place("x", 4, 2)), told) is key
    assert [(each.code, each.line) for each in told] == [("EB393", 4)]
    assert why in told[0].message
    assert told[0].message.endswith(f"{key} is written instead")


def test_a_key_that_we_make_is_taken_as_it_is() -> None:
    told: list[Diagnostic] = []
    assert offered(KeyWish("rsa", 3072, Place("x")), told) is KeyAlgorithm.RSA_3072
    assert told == []


def test_a_certificate_is_a_leaf_too() -> None:
    facts = replace(facts_of(SERVER), subject=(("O", "Acme"), ("CN", "etcd1")))
    found = standing("ssl/server.pem", clue("server"), facts)
    assert (found.common_name, found.subject, found.key) == ("etcd1", (("O", "Acme"),), SERVER.key)
    assert found.hosts == SERVER.sans
    assert kinds(found) == {"server"}
    assert standing("a.pem", clue("a"), facts_of(CLIENT)).is_client
    assert standing("a.pem", clue("a"), replace(facts, key="ecdsa-p521")).key is None


@pytest.mark.parametrize("seconds", [365 * DAY, 3600, 5 * 8760 * 3600, 90])
def test_a_lifetime_is_told_whoever_backdated_it(seconds: int) -> None:
    ours = replace(facts_of(SERVER), not_after=facts_of(SERVER).not_before + timedelta(seconds=seconds + 300))
    assert lasting(ours) == (seconds if seconds % 60 == 0 else seconds + 300)
    cfssl = replace(ours, not_after=NOW + timedelta(seconds=seconds), not_before=NOW)
    assert lasting(cfssl) == seconds
