from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

import pytest

from etcdboot.base.diagnostics import Diagnostic, error, warning
from etcdboot.base.errors import Down, Drift, EtcdbootError, ExitCode, Missing, Refused
from etcdboot.bootstrap.preflight_data_dirs import Here
from etcdboot.bootstrap.preflight_peers import Neighbours, Seen
from etcdboot.bootstrap.preflight_report import Part, Preflight, judge, of_error, refusals
from etcdboot.bootstrap.preflight_validity import Validity
from etcdboot.observations.host import DataDir, PeerAnswer, Speech
from samples.specs import THREE, planned
from samples.wal import IDENTITY

PLAN = planned(THREE)
FRESH = DataDir(PurePosixPath("/data"))
BEGUN = replace(FRESH, exists=True, owner="etcd", segments=("0.wal",), identity=IDENTITY)
HELD = Validity("ca.pem", "ca", datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
WRONG, ODD = error("EB531", "wrong", "hint"), warning("EB535", "odd", "hint")


def found(*parts: Part, data: DataDir = FRESH, **rest: Any) -> Preflight:
    return Preflight(parts, Here(PLAN, {"etcd1": data}), Neighbours(PLAN, ()), **rest)


@pytest.mark.parametrize(
    ("codes", "raised"),
    [
        ([ExitCode.DRIFT], Drift),
        ([ExitCode.DRIFT, ExitCode.DOWN], Down),
        ([ExitCode.DOWN, ExitCode.REFUSED], Refused),
        ([ExitCode.REFUSED, ExitCode.MISSING], Missing),
    ],
)
def test_all_errors_are_raised_at_once_as_the_first_by_precedence(
    codes: list[ExitCode], raised: type[EtcdbootError]
) -> None:
    seen = found(*(Part(code, (WRONG, ODD)) for code in codes))
    assert seen.exit_code is raised.exit_code
    with pytest.raises(raised) as caught:
        seen.demand()
    assert caught.value.diagnostics == (WRONG,) * len(codes)


def test_warnings_do_not_stand_in_the_way() -> None:
    seen = found(Part(ExitCode.MISSING, (ODD,)), refusals([]))
    assert seen.exit_code is ExitCode.OK
    assert seen.demand() == (ODD,)


def test_what_stopped_one_look_counts_as_it_would_alone() -> None:
    part = of_error(Down(WRONG))
    assert part == Part(ExitCode.DOWN, (WRONG,))


def test_complaints_are_placed_unless_they_are_about_a_file_or_the_world() -> None:
    def place(each: Diagnostic) -> Diagnostic:
        return replace(each, file="cluster.yaml", line=3)

    others = [replace(WRONG, file="pki/ca.pem"), replace(WRONG, path="/srv/ca.pem"), replace(WRONG, path="")]
    placed = found(refusals([replace(WRONG, path="members[0]"), *others])).placed(place)
    assert [each.place for each in placed.diagnostics] == [
        "cluster.yaml:3:0",
        "pki/ca.pem",
        "/srv/ca.pem",
        "",
    ]
    assert placed.exit_code is ExitCode.REFUSED


def test_each_kind_of_finding_has_its_exit_code() -> None:
    peer = PLAN.members[1]
    url = peer.initial_advertise_peer_urls[0]
    seen = Seen(1, peer, PeerAnswer(url, Speech.HTTP, "", 7, (), 100))
    here = Here(PLAN, {"etcd1": BEGUN, "etcd3": replace(FRESH, trouble="denied")})
    parts = judge(here, Neighbours(PLAN, (seen,), here.fresh, here.cluster_ids))
    told = {each.code: part.exit_code for part in parts for each in part.diagnostics}
    assert told == {
        "EB530": ExitCode.MISSING,
        "EB532": ExitCode.REFUSED,
        "EB543": ExitCode.REFUSED,
        "EB540": ExitCode.DRIFT,
        "EB547": ExitCode.DRIFT,
    }


def test_what_is_printed_as_json() -> None:
    peer = PLAN.members[1]
    silent = Seen(1, peer, PeerAnswer(peer.initial_advertise_peer_urls[0], Speech.NOTHING, "refused"))
    whole = replace(found(data=BEGUN), around=Neighbours(PLAN, (silent,))).as_json()
    assert whole == {
        "members": [
            {
                "name": "etcd1",
                "data_dir": "/data",
                "bootstrapped": True,
                "in_use": False,
                "member_id": f"{IDENTITY.member_id:x}",
                "cluster_id": f"{IDENTITY.cluster_id:x}",
            }
        ],
        "peers": [
            {
                "name": "etcd2",
                "url": "https://10.0.0.2:2380",
                "speaks": None,
                "cluster_id": None,
                "clock_ahead": None,
                "detail": "refused",
            }
        ],
        "token": None,
        "dns": None,
        "certificates": [],
    }
    assert found().as_json()["members"][0]["member_id"] is None


def test_what_is_said_of_it() -> None:
    members = PLAN.members
    answers = [
        PeerAnswer(members[1].initial_advertise_peer_urls[0], Speech.HTTPS, "", 0xAB),
        PeerAnswer(members[2].initial_advertise_peer_urls[0], Speech.NOTHING),
    ]
    seen = tuple(Seen(at, members[at], each) for at, each in enumerate(answers, 1))
    whole = replace(
        found(token={"registered": [1], "size": 3}, dns={"records": [1, 2]}, certificates=(HELD,)),
        around=Neighbours(PLAN, seen),
    )
    assert whole.summary() == (
        "here: etcd1 (no data yet)",
        "peers: etcd2 runs in cluster ab, etcd3 does not answer",
        "token: 1 of 3 registered",
        "dns: 2 records looked up",
        "certificates: 1 looked at",
        "nothing stands in the way",
    )
    desk = replace(found(refusals([WRONG])), here=Here(PLAN, {}))
    assert desk.summary() == ("here: no member of this cluster",)
    running = Here(PLAN, {"etcd1": replace(BEGUN, in_use=True), "etcd2": BEGUN}, held=("etcd1",))
    assert "here: etcd1 (runs), etcd2 (has data)" in replace(found(), here=running).summary()
    odd = Seen(1, members[1], replace(answers[0], cluster_id=None))
    assert "peers: etcd2 speaks https" in replace(found(), around=Neighbours(PLAN, (odd,))).summary()
