from __future__ import annotations

from datetime import timedelta

import pytest

from etcdboot.effects.random_source import new_key, new_serial
from etcdboot.pki.revocation.lists import NO_LISTS, Lists
from etcdboot.pki.store.inventory import Entry, Found, judge
from etcdboot.pki.store.revocation_register import Register, Roll
from etcdboot.pki.x509 import crl
from etcdboot.pki.x509.crl_entry import Revoked
from etcdboot.pki.x509.signing import Authority, Pair, issue
from etcdboot.plan.revocation_lists import CrlRequest
from samples.certificates import AUTHORITY, DAY, NOW

BOB = Revoked(7, "client/bob", NOW, NOW + timedelta(days=9))
REQUESTS = (CrlRequest("ca", 30 * DAY),)


def pair() -> Pair:
    return issue(AUTHORITY, new_key(AUTHORITY.key), None, now=NOW, serial=new_serial())


def standing(made: Pair) -> tuple[Entry, ...]:
    return judge([Found(AUTHORITY, made.certificate, made.key)], NOW)


def listed(made: Pair, *revoked: Revoked, number: int = 1) -> bytes:
    return crl.make(Authority.load(made), revoked, number=number, now=NOW, lifetime=30 * DAY)


def test_a_list_is_made_from_the_register() -> None:
    made = pair()
    lists = Lists(REQUESTS, Register({"ca": Roll(4, (BOB,))}))
    assert lists.missing() == ("ca",)
    after, files = lists.made(standing(made), {"ca": Authority.load(made)}, NOW)
    assert [str(each.path) for each in files] == ["crl.der", "crl.pem", "revoked.json"]
    assert after.register.of("ca").number == 5
    assert crl.read(after.found["ca"], made.certificate).serials == {7}
    assert Register.parse(files[-1].content) == after.register
    assert (after.missing(), after.flaws(standing(made), NOW)) == ((), ())


def test_the_number_is_above_all_that_were_ever_seen() -> None:
    made = pair()
    lists = Lists(REQUESTS, Register({"ca": Roll(4)}), {"ca": listed(made, number=9)})
    after, _ = lists.made(standing(made), {"ca": Authority.load(made)}, NOW)
    assert after.register.of("ca").number == 10


def test_who_has_no_signer_is_left_alone() -> None:
    lists = Lists(REQUESTS, Register())
    assert lists.made(standing(pair()), {}, NOW) == (lists, ())
    assert NO_LISTS.made((), {}, NOW) == (NO_LISTS, ())


@pytest.mark.parametrize(
    ("content", "state", "codes"),
    [
        (lambda made: listed(made, BOB), "ok", []),
        (lambda made: listed(made), "unfit", ["EB373"]),
        (lambda made: listed(pair(), BOB), "unfit", ["EB372"]),
        (lambda made: crl.as_pem(listed(made, BOB)), "unfit", ["EB371"]),
        (lambda made: b"nothing of the kind", "damaged", ["EB372"]),
        (None, "missing", ["EB370"]),
    ],
)
def test_each_list_is_judged(content: object, state: str, codes: list[str]) -> None:
    made = pair()
    found = {"ca": content(made)} if callable(content) else {}
    lists = Lists(REQUESTS, Register({"ca": Roll(1, (BOB,))}), found)
    [one] = lists.standing(standing(made), NOW)
    assert (one.state, [each.code for each in one.problems]) == (state, codes)
    assert lists.behind(standing(made), NOW) == (("ca",) if codes else ())
    assert (one.residual(NOW) is None) == (state in ("damaged", "missing"))


def test_a_list_is_due_before_it_runs_out() -> None:
    made = pair()
    lists = Lists(REQUESTS, Register(), {"ca": listed(made)})
    late = NOW + timedelta(days=25)
    [one] = lists.standing(standing(made), late)
    assert (one.state, one.residual(late)) == ("due", 5 * DAY)
    assert lists.behind(standing(made), late) == ()
