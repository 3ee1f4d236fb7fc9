from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from etcdboot.base.addresses import parse_host
from etcdboot.base.errors import ExitCode
from etcdboot.pki.inspection.status import Row, State, exit_code, rows
from etcdboot.pki.store.expiry import Within, parse_within
from etcdboot.pki.store.inventory import Found, judge
from etcdboot.pki.x509.signing import Authority, issue
from etcdboot.spec.spec import CertificateSource
from samples.certificates import AUTHORITY, CLIENT, DAY, NOW, SERVER
from samples.foreign import new_key

CA = issue(AUTHORITY, new_key(), None, now=NOW, serial=1)
LEAF = issue(SERVER, new_key(), Authority.load(CA), now=NOW, serial=2)
CA_FOUND = Found(AUTHORITY, CA.certificate, CA.key)
LEAF_FOUND = Found(SERVER, LEAF.certificate, LEAF.key)


def stood(*found: Found, now: datetime = NOW, within: Within | None = None) -> tuple[Row, ...]:
    return rows(judge(found, now), now, within)


def leaf(found: Found = LEAF_FOUND, now: datetime = NOW, within: Within | None = None) -> Row:
    """How the leaf stands beside a good CA; every problem of it has a remedy."""
    row = stood(CA_FOUND, found, now=now, within=within)[1]
    assert all(each.hint for each in row.problems)
    return row


def codes(row: Row) -> list[str]:
    return [each.code for each in row.problems]


def test_what_is_there_and_fits_is_ok() -> None:
    row = leaf()
    assert (row.state, row.due, row.residual, row.problems) == (State.OK, False, 365 * DAY, ())
    assert (row.has_key, row.lacking) == (True, ())
    assert exit_code([row]) is ExitCode.OK


def test_what_is_planned_and_not_there_is_missing() -> None:
    row = leaf(Found(SERVER, None, None))
    assert (row.state, row.residual, row.due, codes(row)) == (State.MISSING, None, False, ["EB340"])
    assert (row.has_key, len(row.lacking)) == (False, 3)
    assert exit_code([row]) is ExitCode.DRIFT


@pytest.mark.parametrize(
    ("source", "remedy"),
    [
        (CertificateSource.ISSUED, "etcdboot certs"),
        (CertificateSource.CSR, "etcdboot certs sign"),
        (CertificateSource.PROVIDED, "etcdboot certs adopt"),
    ],
)
def test_the_remedy_for_a_missing_one_depends_on_whose_work_it_is(
    source: CertificateSource, remedy: str
) -> None:
    assert leaf(Found(replace(SERVER, source=source), None, None)).problems[0].hint.endswith(remedy)


def test_a_certificate_without_its_key_is_judged_as_well() -> None:
    row = leaf(replace(LEAF_FOUND, key=None))
    assert (row.state, row.has_key, row.problems) == (State.OK, False, ())


def test_a_key_without_its_certificate_is_half_a_pair() -> None:
    row = leaf(replace(LEAF_FOUND, certificate=None))
    assert (row.state, codes(row)) == (State.MISSING, ["EB310"])


@pytest.mark.parametrize(
    ("days", "within", "state"),
    [
        (334, None, State.OK),
        (335, None, State.DUE),
        (335, "10d", State.OK),
        (200, "50%", State.DUE),
        (100, "50%", State.OK),
        (365, "1s", State.EXPIRED),
    ],
)
def test_it_is_due_by_the_plan_or_by_what_is_asked(days: int, within: str | None, state: State) -> None:
    row = leaf(now=NOW + timedelta(days=days), within=parse_within(within) if within else None)
    assert row.state is state
    assert row.due is (state is not State.OK)
    assert exit_code([row]) is (ExitCode.OK if state is State.OK else ExitCode.DRIFT)
    assert codes(row) == {State.OK: [], State.DUE: ["EB320"], State.EXPIRED: ["EB314"]}[state]


def test_what_lacks_a_name_does_not_fit() -> None:
    wanted = replace(SERVER, sans=(*SERVER.sans, parse_host("more.example")))
    row = leaf(replace(LEAF_FOUND, request=wanted))
    assert (row.state, row.lacking, codes(row)) == (State.UNFIT, ("more.example",), ["EB311"])
    assert exit_code([row]) is ExitCode.DRIFT


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (replace(LEAF_FOUND, certificate=b"nonsense"), "EB301"),
        (replace(LEAF_FOUND, key=CA.key), "EB302"),
        (replace(LEAF_FOUND, key=b"nonsense"), "EB301"),
    ],
)
def test_what_is_damaged_is_refused(found: Found, code: str) -> None:
    row = leaf(found)
    assert (row.state, codes(row)) == (State.DAMAGED, [code])
    assert exit_code([row]) is ExitCode.REFUSED


def test_an_expired_ca_is_expired_and_refused() -> None:
    ca, below = stood(CA_FOUND, LEAF_FOUND, now=NOW + timedelta(days=3651))
    assert (ca.state, below.state, exit_code([ca])) == (State.EXPIRED, State.EXPIRED, ExitCode.REFUSED)


def test_a_ca_that_is_gone_is_missing_and_refused() -> None:
    ca, below = stood(Found(AUTHORITY, None, None), LEAF_FOUND)
    assert (ca.state, codes(ca), exit_code([ca])) == (State.MISSING, ["EB304"], ExitCode.REFUSED)
    assert below.state is State.UNFIT  # nobody there has signed it


def test_a_note_is_told_and_changes_nothing() -> None:
    row = leaf(replace(LEAF_FOUND, request=replace(SERVER, sans=SERVER.sans[:1])))
    assert (row.state, codes(row), exit_code([row])) == (State.OK, ["EB321"], ExitCode.OK)


def test_the_worst_of_all_counts() -> None:
    good, missing = leaf(), leaf(Found(CLIENT, None, None))
    assert exit_code([good, missing]) is ExitCode.DRIFT
    assert exit_code([missing, leaf(replace(LEAF_FOUND, key=CA.key))]) is ExitCode.REFUSED
    assert exit_code([]) is ExitCode.OK
