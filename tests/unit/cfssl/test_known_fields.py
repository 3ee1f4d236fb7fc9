from __future__ import annotations

from etcdboot.cfssl import known_fields
from etcdboot.plan.certificate_request import USAGES, CertKind
from etcdboot.spec.spec import KeyAlgorithm

TABLES = (
    known_fields.CONFIG,
    known_fields.SIGNING,
    known_fields.PROFILE,
    known_fields.REQUEST,
    known_fields.KEY,
    known_fields.AUTHORITY,
    known_fields.NAME,
)


def test_no_field_has_two_names_that_go_reads_as_one() -> None:
    for table in TABLES:
        assert len({name.lower() for name in table}) == len(table)


def test_what_is_left_behind_has_a_reason_in_a_sentence() -> None:
    reasons = [reason for table in TABLES for reason in table.values() if reason]
    assert reasons
    assert not [each for each in reasons if each.endswith(".") or len(each) < 20]


def test_every_usage_that_etcd_wants_has_a_word() -> None:
    wanted = {str(usage) for usage in USAGES[CertKind.PEER]} | {known_fields.SIGNATURE}
    assert wanted <= set(known_fields.USAGES.values())


def test_every_key_that_we_make_has_a_word() -> None:
    assert set(known_fields.KEYS.values()) == set(KeyAlgorithm)
