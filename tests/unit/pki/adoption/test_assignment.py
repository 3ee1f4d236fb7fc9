from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.pki.adoption.assignment import assigned, authorities
from etcdboot.pki.adoption.pair_matching import Match, PemFile, matched
from samples.certificates import plan_of
from samples.foreign import BOTH, Made, authority, made, sans

PLAN = plan_of(2, certificates="clients: [root, app]")
HOSTS = ("192.168.202.1", "192.168.202.2")
SHOWN_ONLY = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
ROOT = authority("root")
ISSUING = authority("issuing", issuer=ROOT)


def matches(**found: Made) -> list[Match]:
    files = [PemFile(f"{name.replace('_', '-')}.pem", each.pem) for name, each in found.items()]
    seen = matched(files)
    return [*seen.authorities, *seen.leaves]


def leaf(*hosts: str, name: str = "etcd", usages: x509.ExtendedKeyUsage = BOTH, days: int = 30) -> Made:
    return made(name, usages, *([sans(*hosts)] if hosts else []), days=days)


def chosen(**found: Made) -> dict[str, str]:
    """Which file each certificate of the plan gets."""
    told: list[Diagnostic] = []
    seen = assigned(PLAN.certificates, matches(**found), told)
    assert all(each.code in ("EB394", "EB397") for each in told)
    return {name: each.file for name, each in seen.items()}


BOTH_MEMBERS = ("etcd1/server", "etcd1/peer", "etcd2/server", "etcd2/peer")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param({"server": leaf(*HOSTS)}, dict.fromkeys(BOTH_MEMBERS, "server.pem"), id="one for all"),
        pytest.param(
            {"server": leaf(*HOSTS), "peer": leaf(*HOSTS, days=9)},
            {
                "etcd1/server": "server.pem",
                "etcd1/peer": "peer.pem",
                "etcd2/server": "server.pem",
                "etcd2/peer": "peer.pem",
            },
            id="one for each purpose",
        ),
        pytest.param(
            {"etcd1": leaf(HOSTS[0]), "etcd2_peer": leaf(HOSTS[1])},
            {
                "etcd1/server": "etcd1.pem",
                "etcd1/peer": "etcd1.pem",
                "etcd2/server": "etcd2-peer.pem",
                "etcd2/peer": "etcd2-peer.pem",
            },
            id="one for each member",
        ),
        pytest.param(
            {"any": leaf(HOSTS[0], days=9), "newer": leaf(HOSTS[0])},
            {"etcd1/server": "newer.pem", "etcd1/peer": "newer.pem"},
            id="the one that lives longer",
        ),
        pytest.param(
            {"etcd2": leaf(HOSTS[0])}, dict.fromkeys(BOTH_MEMBERS[2:], "etcd2.pem"), id="its name counts"
        ),
        pytest.param({"any": leaf("10.9.9.9")}, {}, id="somebody else's"),
        pytest.param({"client": leaf(*HOSTS)}, {}, id="called a client's, and no client's"),
        pytest.param({"any": leaf(*HOSTS, usages=SHOWN_ONLY)}, {}, id="cannot serve"),
        pytest.param(
            {"x": leaf(name="root", usages=SHOWN_ONLY)}, {"client/root": "x.pem"}, id="a user's name"
        ),
        pytest.param({"app": leaf(name="app")}, {"client/app": "app.pem"}, id="a client that could serve"),
        pytest.param({"client": leaf(name="root")}, {"client/root": "client.pem"}, id="called a client's"),
        pytest.param({"x": leaf(name="root")}, {}, id="a server that has a user's name"),
        pytest.param(
            {"wild": leaf("*.1", HOSTS[1])}, dict.fromkeys(BOTH_MEMBERS[2:], "wild.pem"), id="no such name"
        ),
    ],
)
def test_each_certificate_gets_what_goes_with_it_best(
    found: dict[str, Made], expected: dict[str, str]
) -> None:
    assert chosen(**found) == expected


def test_a_key_that_several_members_share_is_named_and_so_is_what_nobody_wants() -> None:
    told: list[Diagnostic] = []
    assigned(PLAN.certificates, matches(server=leaf(*HOSTS), other=leaf("10.9.9.9")), told)
    assert [(each.code, each.file) for each in told] == [("EB397", "other.pem"), ("EB394", "server.pem")]
    assert told[1].message.startswith("one certificate and key for etcd1, etcd2: whoever takes it")


# --- CAs


def named(**found: Made) -> tuple[dict[str, str], list[tuple[str, str]]]:
    told: list[Diagnostic] = []
    seen = authorities(matches(**found), told)
    return {name: each.file for name, each in seen.items()}, [
        (each.code, str(each.severity)) for each in told
    ]


PUZZLE: tuple[dict[str, str], list[tuple[str, str]]] = ({}, [("EB399", "error")])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({}, ({}, [])),
        ({"ca": ROOT}, ({"ca": "ca.pem"}, [])),
        ({"peer_ca": ROOT}, ({"ca": "peer-ca.pem"}, [])),
        (
            {"etcd_ca": ROOT, "etcd_peer_ca": authority("other")},
            ({"ca": "etcd-ca.pem", "peer-ca": "etcd-peer-ca.pem"}, []),
        ),
        ({"root": ROOT, "ca": ISSUING}, ({"ca": "ca.pem", "root-ca": "root.pem"}, [])),
        (
            {"root": ROOT, "ca": ISSUING, "peer_ca": authority("peers", issuer=ROOT)},
            (
                {"ca": "ca.pem", "root-ca": "root.pem", "peer-ca": "peer-ca.pem", "peer-root-ca": "root.pem"},
                [],
            ),
        ),
        ({"a": ROOT, "b": authority("other")}, PUZZLE),
        ({"peer_a": ROOT, "peer_b": authority("other"), "c": authority("third")}, PUZZLE),
        ({"ca": ISSUING}, PUZZLE),
    ],
)
def test_cas_are_told_apart_by_who_signed_and_by_their_files_names(
    found: dict[str, Made], expected: tuple[dict[str, str], list[tuple[str, str]]]
) -> None:
    assert named(**found) == expected
