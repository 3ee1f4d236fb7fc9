from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from etcdboot.effects.tls.certificate_text import describe, describe_own
from etcdboot.workflows.certs.issue import issue
from samples.observations import planned


def issued(folder: Path, year: int) -> Path:
    issue(planned(), folder, now=lambda: datetime(year, 1, 1, tzinfo=UTC))
    return folder


def test_names_issuer_and_dates_are_told(tmp_path: Path) -> None:
    pem = (issued(tmp_path / "pki", 2020) / "members/etcd1/server.pem").read_text()
    seen = describe(ssl.PEM_cert_to_DER_cert(pem))
    assert {"10.0.0.1", "127.0.0.1", "localhost"} <= set(seen.names)
    assert seen.issuer.startswith("CN=")
    assert (seen.not_before, seen.not_after) == ("2019-12-31T23:55:00Z", "2020-12-31T00:00:00Z")


def test_a_ca_has_no_names(tmp_path: Path) -> None:
    pem = (issued(tmp_path / "pki", 2020) / "ca.pem").read_text()
    assert describe(ssl.PEM_cert_to_DER_cert(pem)).names == ()


@pytest.mark.parametrize(("year", "says"), [(2020, "is not valid today: it holds"), (2026, "is valid from")])
def test_our_own_certificate_is_told_with_whether_it_holds(tmp_path: Path, year: int, says: str) -> None:
    year = datetime.now(UTC).year if year == 2026 else year
    assert says in describe_own((issued(tmp_path / "pki", year) / "clients/root.pem").read_bytes())


def test_what_is_no_certificate_is_an_error() -> None:
    with pytest.raises(ValueError, match="parsing"):
        describe(b"garbage")
