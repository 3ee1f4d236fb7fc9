from __future__ import annotations

from typing import Any

import pytest

from etcdboot.cfssl.documents import Policy
from etcdboot.cfssl.profiles import chosen, judged
from etcdboot.plan.certificate_request import CertKind
from samples.cfssl import BOTH, GUIDE, TUTORIAL, evidence


def policy(profiles: dict[str, Any], default: dict[str, Any] | None = None) -> Policy:
    signing = {
        "profiles": {name: {"expiry": "8760h", "usages": BOTH} | each for name, each in profiles.items()}
    }
    if default is not None:
        signing["default"] = default
    return evidence({"ca-config.json": {"signing": signing}}).policies[0]


def names(found: Policy) -> list[str]:
    return [chosen(found)[kind].name for kind in (CertKind.SERVER, CertKind.PEER, CertKind.CLIENT)]


@pytest.mark.parametrize(
    ("profiles", "expected"),
    [
        (["etcd"], ["etcd", "etcd", "etcd"]),
        (["server", "client", "peer"], ["server", "peer", "client"]),
        (["www", "kubernetes-etcd"], ["kubernetes-etcd"] * 3),
        (["etcd-server", "client_server"], ["etcd-server", "client_server", "client_server"]),
        (["clients"], ["clients"] * 3),
    ],
)
def test_a_kind_has_the_profile_called_so_else_the_general_one(
    profiles: list[str], expected: list[str]
) -> None:
    assert names(policy({name: {} for name in profiles})) == expected


def test_the_default_comes_last() -> None:
    found = policy({"server": {}}, {"expiry": "1h"})
    assert names(found) == ["server", "default", "default"]
    assert chosen(policy({})) == {}


def test_nothing_is_said_of_a_policy_that_would_do() -> None:
    assert list(judged(evidence(TUTORIAL).policies[0])) == []


def test_a_profile_without_client_auth_is_named() -> None:
    (told,) = judged(evidence(GUIDE).policies[0])
    assert told.code == "EB389"
    assert told.message.startswith("profile server lacks client auth for server certificates: etcd dials")
    assert told.line > 1


def test_a_profile_that_can_neither_sign_nor_serve_says_so_once() -> None:
    (told,) = judged(policy({"etcd": {"usages": ["key encipherment"]}}))
    assert told.message.startswith("profile etcd lacks server auth, client auth, signing for server")


def test_a_default_without_usages_is_judged_where_it_is_used() -> None:
    codes = [each.code for each in judged(policy({"peer": {}}, {"expiry": "1h"}))]
    assert codes == ["EB389"]


def test_surplus_usages_and_idle_profiles_are_named() -> None:
    told = list(judged(policy({"etcd": {"usages": [*BOTH, "code signing", "s/mime"]}, "www": {}})))
    assert [(each.code, each.message) for each in told] == [
        ("EB388", "profile etcd: code signing, s/mime is not taken over: etcd has no use for it"),
        ("EB388", "profile www is for no certificate of etcd's and is not taken over"),
    ]
