from __future__ import annotations

import pytest

from etcdboot.base.diagnostics import Severity
from etcdboot.plan.ca_layout import Held, remarks, resolved, tells_apart
from etcdboot.spec.spec import (
    CaLayout,
    CertificateSource,
    CertificatesSpec,
    ClientTls,
    ClusterSpec,
    PeerTls,
    SignerSpec,
    TlsSpec,
)
from samples.specs import three

SHARED, SPLIT = CaLayout.SHARED, CaLayout.SPLIT
EMPTY, ONE, TWO = Held(), Held(ca=True), Held(ca=True, peer_ca=True)


def spec(ca: CaLayout | None = None, *, tls: TlsSpec | None = None) -> ClusterSpec:
    return three(certificates=CertificatesSpec(ca=ca), tls=tls or TlsSpec())


@pytest.mark.parametrize(
    ("written", "held", "expected"),
    [
        (None, EMPTY, SPLIT),
        (None, ONE, SHARED),
        (None, TWO, SPLIT),
        (None, Held(peer_ca=True), SPLIT),
        (None, Held(ca=True, peer_ca=True, peers=SHARED), SHARED),  # a peer-ca.pem of earlier days
        (None, Held(ca=True, is_splitting=True), SPLIT),
        (SHARED, EMPTY, SHARED),
        (SHARED, TWO, SHARED),
        (SHARED, Held(ca=True, peer_ca=True, is_splitting=True), SPLIT),
        (SPLIT, ONE, SPLIT),
    ],
)
def test_the_layout_is_as_written_else_as_in_pki_else_split(
    written: CaLayout | None, held: Held, expected: CaLayout
) -> None:
    assert resolved(spec(written), held).certificates.ca is expected


@pytest.mark.parametrize(
    ("certificates", "expected"),
    [
        (CertificatesSpec(signer=SignerSpec(command=("sign",))), SHARED),
        (CertificatesSpec(source=CertificateSource.PROVIDED), SHARED),
        (CertificatesSpec(source=CertificateSource.CSR), SPLIT),
    ],
)
def test_for_an_empty_pki_there_are_two_cas_where_etcdboot_creates_them(
    certificates: CertificatesSpec, expected: CaLayout
) -> None:
    assert resolved(three(certificates=certificates), EMPTY).certificates.ca is expected


def test_what_a_command_assumes_counts_for_an_empty_pki_only() -> None:
    assert resolved(spec(), EMPTY, SHARED).certificates.ca is SHARED
    assert resolved(spec(), TWO, SHARED).certificates.ca is SPLIT
    assert resolved(spec(SPLIT), EMPTY, SHARED).certificates.ca is SPLIT


@pytest.mark.parametrize(
    ("written", "held", "expected"),
    [
        (None, ONE, False),
        (None, TWO, True),
        (SHARED, ONE, False),
        (SHARED, TWO, True),
        (SPLIT, ONE, True),
        (SPLIT, TWO, False),
        (SPLIT, EMPTY, False),
        (SHARED, Held(ca=True, peer_ca=True, is_splitting=True), False),
    ],
)
def test_peer_certificates_are_read_only_where_the_files_leave_it_open(
    written: CaLayout | None, held: Held, *, expected: bool
) -> None:
    assert tells_apart(written, held) is expected


def said(written: CaLayout | None, held: Held, tls: TlsSpec | None = None) -> list[tuple[str, Severity]]:
    return [(each.code, each.severity) for each in remarks(spec(written, tls=tls), held)]


@pytest.mark.parametrize(
    ("written", "held", "expected"),
    [
        (None, EMPTY, []),
        (None, ONE, [("EB369", Severity.NOTE)]),
        (None, TWO, []),
        (SHARED, ONE, []),
        (SPLIT, TWO, []),
        (SPLIT, EMPTY, []),
        (SPLIT, ONE, []),  # no peer certificates yet
        (SPLIT, Held(ca=True, peers=SHARED), [("EB338", Severity.ERROR)]),
        (SHARED, Held(ca=True, peer_ca=True, peers=SPLIT), [("EB339", Severity.ERROR)]),
        (SHARED, Held(ca=True, peer_ca=True, peers=SHARED), []),
        (SHARED, Held(ca=True, peer_ca=True, is_splitting=True), [("EB339", Severity.WARNING)]),
        (SPLIT, Held(ca=True, peer_ca=True, is_splitting=True), []),
    ],
)
def test_an_open_layout_is_a_note_and_a_contradiction_an_error(
    written: CaLayout | None, held: Held, expected: list[tuple[str, Severity]]
) -> None:
    assert said(written, held) == expected


def test_a_pki_that_may_be_elsewhere_makes_the_default_an_assumption() -> None:
    [found] = remarks(spec(), EMPTY, elsewhere=True)
    assert (found.code, found.severity) == ("EB369", Severity.NOTE)
    assert "split is assumed" in found.message
    assert list(remarks(spec(), TWO, elsewhere=True)) == []


@pytest.mark.parametrize("tls", [TlsSpec(peer=PeerTls.AUTO), TlsSpec(peer=PeerTls.OFF)])
def test_without_peer_certificates_there_is_nothing_to_say(tls: TlsSpec) -> None:
    assert said(None, ONE, tls) == said(SPLIT, Held(ca=True, peers=SHARED), tls) == []


def test_where_only_peers_have_certificates_an_open_layout_is_no_matter() -> None:
    assert said(None, ONE, TlsSpec(client=ClientTls.OFF)) == []


@pytest.mark.parametrize(("written", "held"), [(SPLIT, Held(ca=True, peers=SHARED)), (None, ONE)])
def test_the_way_from_one_ca_to_two_is_a_split_and_never_a_new_folder(
    written: CaLayout | None, held: Held
) -> None:
    [found] = remarks(spec(written), held)
    assert "etcdboot certs rotate-ca --split" in found.hint
    assert "away" not in found.hint
