from __future__ import annotations

import pytest

from etcdboot.pki.store.permissions import is_beside, stands_in_pki
from etcdboot.plan.certificate_request import pair_paths
from samples.certificates import plan_of

SPLIT = plan_of(2, certificates="ca: split, intermediate: true, crl: {}")


def test_whatever_the_plan_puts_into_pki_is_known_there() -> None:
    paths = [path for request in SPLIT.certificates for path in pair_paths(request.name)]
    assert {path.parts[0] for path in paths if not stands_in_pki(path.parts[0])} == set()
    assert not any(is_beside(str(path)) for path in paths)


@pytest.mark.parametrize("path", ["crl.der", "peer-crl.pem", "revoked.json", "rotation/ca.pem", "csr/x.csr"])
def test_what_commands_of_their_own_keep_is_beside_the_plan(path: str) -> None:
    assert is_beside(path)
    assert stands_in_pki(path.partition("/")[0])


@pytest.mark.parametrize("path", ["hosts", "server.pem", "cluster.yaml", "out"])
def test_anything_else_is_a_stranger(path: str) -> None:
    assert not is_beside(path)
    assert not stands_in_pki(path)
