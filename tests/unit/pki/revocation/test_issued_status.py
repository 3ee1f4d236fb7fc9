from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from etcdboot.pki.revocation.issued_status import (
    IssuedState,
    Recorded,
    Trust,
    guarded_ports,
    has_own_authority,
)
from etcdboot.pki.store.issued_register import Issued, IssuedRegister
from etcdboot.plan.plan import ClusterPlan
from samples.certificates import NOW, plan_of

CA, PEER_CA, OLD = "a" * 64, "b" * 64, "c" * 64
SHARED = plan_of(1, certificates="ca: shared, crl: {}")
SPLIT = plan_of(1, certificates="ca: split, crl: {}")
TRUST = Trust({"ca": frozenset({CA}), "peer-ca": frozenset({PEER_CA})})
END = NOW + timedelta(days=300)


def issued(name: str, serial: int = 1, ca: str = CA) -> Issued:
    return Issued(name, "ca", ca, serial, NOW, END, f"{serial:064x}")


ROOT, ALICE = issued("client/root"), issued("client/alice", 2)


def told(
    *certificates: Issued, plan: ClusterPlan = SPLIT, trust: Trust = TRUST, revoked: int = 0
) -> list[str]:
    """The messages and hints about who is no longer in the spec."""
    register = IssuedRegister().with_(certificates)
    known = Recorded(register, plan, trust, {revoked}, NOW)
    return [text for each in known.departed() for text in (each.message, each.hint)]


def test_each_certificate_has_a_state() -> None:
    certificates = {
        ROOT: IssuedState.CURRENT,
        issued("client/root", 3): IssuedState.REPLACED,
        ALICE: IssuedState.NOT_IN_SPEC,
        issued("client/alice", 4): IssuedState.REVOKED,
        issued("CLIENT/ROOT", 5): IssuedState.REPLACED,
        issued("client/root", 6, OLD): IssuedState.UNTRUSTED,
    }
    expired = replace(issued("client/root", 7), not_after=NOW)
    register = IssuedRegister().with_([*certificates, expired])
    known = Recorded(register, SPLIT, TRUST, {4}, NOW, frozenset({ROOT.sha256}))
    assert dict(known.states()) == certificates


def test_who_left_the_spec_is_named_with_the_port_and_the_day() -> None:
    assert told(ROOT, ALICE) == [
        "client/alice is no longer in the spec; its certificate opens the client port until 2027-09-19",
        "revoke it with: etcdboot certs revoke client/alice",
    ]


def test_a_member_is_named_once_for_all_its_certificates() -> None:
    assert told(issued("etcd9/server", 3), issued("etcd9/peer", 4, PEER_CA)) == [
        "etcd9 is no longer in the spec; its server and peer certificates open the client and peer ports "
        "until 2027-09-19",
        "revoke it with: etcdboot certs revoke etcd9/peer etcd9/server",
    ]


def test_renewed_certificates_are_counted_and_the_last_day_is_named() -> None:
    later = replace(issued("client/alice", 3), not_after=END + timedelta(days=1))
    assert told(ALICE, later)[0] == (
        "client/alice is no longer in the spec; its 2 certificates open the client port until 2027-09-20"
    )


@pytest.mark.parametrize(
    "certificates",
    [[ROOT], [issued("client/alice", ca=OLD)], [replace(ALICE, not_after=NOW)], [issued("peer-ca", 3)]],
    ids=["in the spec", "of a CA that is not trusted", "expired", "a CA"],
)
def test_nobody_else_is_named(certificates: list[Issued]) -> None:
    trust = Trust({"ca": TRUST.bundles["ca"]}) if certificates[0].is_ca else TRUST
    assert told(*certificates, trust=trust) == []


def test_with_one_ca_a_client_opens_the_peer_port_too() -> None:
    assert "opens the client and peer ports until" in told(ALICE, plan=SHARED)[0]


def test_the_revoked_are_named_only_where_no_member_reads_a_list() -> None:
    assert told(ALICE, revoked=2) == []
    hint = told(ALICE, plan=plan_of(1, certificates="ca: split"), revoked=2)[1]
    assert hint.startswith("it is revoked, but no member reads a revocation list: set  crl: {}")
    hint = told(ALICE, plan=plan_of(1, certificates="ca: split"))[1]
    assert hint == "set  crl: {}  under certificates, then revoke it with: etcdboot certs revoke client/alice"


def test_where_the_ca_is_not_etcdboots_its_owner_must_revoke() -> None:
    plan = plan_of(1, certificates="signer: {command: [sign]}")
    assert not has_own_authority(plan)
    assert told(ALICE, plan=plan)[1] == "have the CA that signed it revoke it"


def test_a_port_that_demands_no_certificate_is_not_guarded() -> None:
    assert guarded_ports(SPLIT) == {"client": "ca", "peer": "peer-ca"}
    plan = plan_of(1, "tls: {client: server}", certificates="ca: split")
    assert guarded_ports(plan) == {"peer": "peer-ca"}
    assert "its certificate is valid until" in told(ALICE, plan=plan)[0]


def test_an_intermediate_whose_certificate_is_gone_is_taken_for_trusted() -> None:
    trust = Trust({"root-ca": frozenset({CA})}, {PEER_CA: frozenset()}, {"ca": frozenset({"root-ca"})})
    assert trust.of(issued("client/alice", ca=OLD)) == {"root-ca"}
    assert trust.of(issued("client/alice", ca=PEER_CA)) == frozenset()


def test_the_day_is_that_of_the_last_certificate_that_is_trusted() -> None:
    assert (
        "its certificate opens the client port until 2027-09-19"
        in told(ALICE, issued("client/alice", 3, OLD))[0]
    )
