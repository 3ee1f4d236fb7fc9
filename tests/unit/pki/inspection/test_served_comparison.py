from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from etcdboot.base.addresses import parse_url
from etcdboot.base.errors import ExitCode
from etcdboot.pki.inspection.served_comparison import Place, Served, Sight, compare, exit_code, places
from etcdboot.pki.store.inventory import Found, judge
from etcdboot.pki.x509.signing import Authority, issue
from samples.certificates import AUTHORITY, NOW, SERVER, plan_of
from samples.foreign import new_key

CA = issue(AUTHORITY, new_key(), None, now=NOW, serial=1)


def leaf(at: datetime = NOW, ca: object = CA) -> bytes:
    signer = CA if ca is CA else issue(AUTHORITY, new_key(), None, now=NOW, serial=9)
    return issue(SERVER, new_key(), Authority.load(signer), now=at, serial=2).certificate


OURS = leaf()
PLACE = Place(parse_url("https://127.0.0.1:2379"), "etcd1", SERVER)


def seen(
    served: bytes,
    ours: bytes | None = OURS,
    now: datetime = NOW,
    cause: str = "",
    ca: bytes | None = CA.certificate,
) -> Sight:
    entries = judge((Found(AUTHORITY, ca, None), Found(SERVER, ours, None)), now)
    return compare(PLACE, served, cause, entries, now)


def test_the_one_in_pki_is_current() -> None:
    sight = seen(OURS)
    assert (sight.state, sight.problem) == (Served.CURRENT, None)
    assert sight.facts is not None
    assert sight.as_json() == {
        "url": "https://127.0.0.1:2379",
        "member": "etcd1",
        "name": "etcd1/server",
        "sha256": sight.facts.sha256,
        "not_after": "2027-11-23T12:00:00Z",
        "state": "current",
    }


@pytest.mark.parametrize(
    ("sight", "state", "code"),
    [
        (seen(leaf(NOW - timedelta(days=1))), Served.OLD, "EB342"),
        (seen(leaf(NOW + timedelta(days=1))), Served.NEWER, "EB342"),
        (seen(leaf(ca=None)), Served.OTHER_CA, "EB342"),
        (seen(leaf(NOW - timedelta(days=400))), Served.EXPIRED, "EB342"),
        (seen(OURS, now=NOW + timedelta(days=366)), Served.EXPIRED, "EB342"),
        (seen(OURS, ours=None), Served.UNKNOWN, "EB342"),
        (seen(leaf(), ca=None), Served.OTHER_CA, "EB342"),
        (seen(b"", cause="no answer"), Served.UNREACHABLE, "EB344"),
        (seen(b"nonsense"), Served.UNREACHABLE, "EB344"),
    ],
)
def test_anything_else_is_an_error_with_a_remedy(sight: Sight, state: Served, code: str) -> None:
    assert sight.state is state
    assert sight.problem is not None
    assert (sight.problem.code, str(sight.problem.severity)) == (code, "error")
    assert sight.problem.hint
    assert "https://127.0.0.1:2379 of etcd1" in sight.problem.message


def test_where_nothing_was_seen_there_is_nothing_to_tell_of_it() -> None:
    sight = seen(b"", cause="no answer")
    assert sight.problem is not None and "no answer" in sight.problem.message
    assert (sight.as_json()["sha256"], sight.as_json()["not_after"]) == (None, None)


def test_the_exit_code_is_down_only_where_nobody_answers() -> None:
    good, old, silent = seen(OURS), seen(leaf(NOW - timedelta(days=1))), seen(b"")
    assert exit_code((good, good)) is ExitCode.OK
    assert exit_code((good, old)) is exit_code((good, silent)) is ExitCode.DRIFT
    assert exit_code((silent, silent)) is ExitCode.DOWN
    assert exit_code(()) is ExitCode.OK


def test_every_advertised_url_of_a_certificate_of_ours_is_a_place() -> None:
    found = [(str(each.url), each.member, each.request.name) for each in places(plan_of(2))]
    assert found == [
        ("https://192.168.202.1:2379", "etcd1", "etcd1/server"),
        ("https://192.168.202.1:2380", "etcd1", "etcd1/peer"),
        ("https://192.168.202.2:2379", "etcd2", "etcd2/server"),
        ("https://192.168.202.2:2380", "etcd2", "etcd2/peer"),
    ]


def test_a_side_without_tls_or_with_tls_of_its_own_is_none() -> None:
    assert places(plan_of(extra="tls: {client: 'off', peer: auto}")) == ()
    assert [each.request.name for each in places(plan_of(extra="tls: {peer: 'off'}"))] == ["etcd1/server"]


def test_a_url_that_is_written_without_tls_is_none() -> None:
    plain = "defaults: {advertise-client-urls: ['http://127.0.0.1:2379']}"
    assert [each.request.name for each in places(plan_of(extra=plain))] == ["etcd1/peer"]
