from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from etcdboot.pki.x509.certificate import periods
from etcdboot.workflows.certs.issue import issue
from samples.observations import planned


def test_every_certificate_of_a_file_tells_from_when_to_when(tmp_path: Path) -> None:
    issue(planned(), tmp_path / "pki")
    leaf, ca = (tmp_path / "pki" / each for each in ("members/etcd1/peer.pem", "ca.pem"))
    found = periods(leaf.read_bytes() + ca.read_bytes())
    assert len(found) == 2
    now = datetime.now(UTC)
    for each in found:
        assert each.not_before < now < each.not_after
    assert found[1].not_after - found[0].not_after > timedelta(days=1000)


def test_what_is_no_certificate_tells_nothing() -> None:
    assert periods(b"") == () == periods(b"-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n")
