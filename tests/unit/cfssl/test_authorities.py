from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.cfssl.authorities import Authority, authority
from etcdboot.cfssl.documents import Evidence, Shown, Wish, read
from etcdboot.observations.certificate import BACKDATE, CertFacts
from etcdboot.spec.spec import CaLayout, KeyAlgorithm
from etcdboot.spec.subject_names import LOOPBACK
from samples.certificates import AUTHORITY, DAY, facts_of

FACTS = facts_of(AUTHORITY)


def asked(**files: Any) -> tuple[Authority, list[Diagnostic]]:
    read_files = [read(json.dumps(content), f"{name}.json").content for name, content in files.items()]
    told: list[Diagnostic] = []
    wishes = tuple(each for each in read_files if isinstance(each, Wish))
    return authority(Evidence(wishes=wishes), told), told


def existing(**facts: CertFacts) -> tuple[Authority, list[Diagnostic]]:
    told: list[Diagnostic] = []
    found = {name.replace("_", "-"): Shown(f"{name}.pem", each) for name, each in facts.items()}
    return authority(Evidence(authorities=found), told), told


def test_cfssls_own_lifetime_counts_where_none_is_written() -> None:
    found, told = asked(ca={"key": {"algo": "rsa", "size": 2048}})
    assert replace(found, titled=()) == Authority(KeyAlgorithm.RSA_2048, 5 * 365 * DAY, None)
    assert told == []


def test_what_is_asked_for_counts_and_what_we_name_ourselves_is_told() -> None:
    found, told = asked(ca={"CN": "x", "names": [{"O": "Acme"}], "ca": {"expiry": "1h", "pathlen": 2}})
    assert replace(found, titled=()) == Authority(KeyAlgorithm.ECDSA_P256, 3600, None, path_length=2)
    assert [each.message for each in told] == [
        "CN 'x' is not taken over: a CA that etcdboot makes is called after the cluster",
    ]
    assert [titled.subject for titled in found.titled] == [(("O", "Acme"),)]


def test_a_ca_for_peers_beside_another_splits_them_and_a_third_is_named() -> None:
    assert asked(**{"ca": {"key": None, "hosts": []}, "peer-ca": {"hosts": []}})[0].layout is CaLayout.SPLIT
    assert asked(**{"peer-ca": {"hosts": []}})[0].layout is None
    found, told = asked(**{"ca": {"hosts": []}, "old-ca": {"hosts": []}})
    assert found.layout is None
    assert [(each.code, each.file) for each in told] == [("EB399", "old-ca.json")]


def test_a_ca_that_exists_counts_more_than_any_wish() -> None:
    facts = replace(FACTS, not_after=FACTS.not_before + timedelta(days=30) + BACKDATE, path_length=1)
    found, told = existing(ca=facts)
    assert replace(found, titled=()) == Authority(AUTHORITY.key, 30 * DAY, CaLayout.SHARED, path_length=1)
    assert told == []


def test_the_longest_lived_of_several_counts() -> None:
    longer = replace(FACTS, not_after=FACTS.not_after + timedelta(days=1))
    found, _ = existing(ca=FACTS, peer_ca=longer)
    assert (found.layout, found.lifetime) == (CaLayout.SPLIT, AUTHORITY.lifetime + DAY)


def test_what_a_ca_is_held_to_is_kept_but_for_loopback() -> None:
    found, _ = existing(ca=replace(FACTS, constraints=("example.com", *LOOPBACK), path_length=0))
    assert (found.constraints, found.path_length) == (("example.com",), None)


def test_a_ca_with_a_key_that_we_do_not_make_is_kept_and_named() -> None:
    found, told = existing(ca=replace(FACTS, key="ecdsa-p521"))
    assert found.key is None
    assert [(each.code, each.file) for each in told] == [("EB393", "ca.pem")]
