from __future__ import annotations

import pytest

from etcdboot.effects import random_source
from etcdboot.pki.x509.certificate import key_type
from etcdboot.spec.spec import KeyAlgorithm


@pytest.mark.parametrize("algorithm", KeyAlgorithm)
def test_each_algorithm_of_the_spec_makes_keys_of_its_kind(algorithm: KeyAlgorithm) -> None:
    assert key_type(random_source.new_key(algorithm).public_key()) == algorithm


@pytest.mark.parametrize(
    "wanted",
    [
        [KeyAlgorithm.ECDSA_P256, KeyAlgorithm.ECDSA_P384],
        [KeyAlgorithm.RSA_2048, KeyAlgorithm.ECDSA_P256, KeyAlgorithm.RSA_2048],
        [],
    ],
)
def test_many_keys_come_in_the_order_asked_for_and_no_two_alike(wanted: list[KeyAlgorithm]) -> None:
    made = list(random_source.new_keys(wanted))
    assert [key_type(key.public_key()) for key in made] == wanted
    assert len({key.public_key().public_numbers() for key in made}) == len(wanted)


def test_serial_numbers_are_large_positive_and_never_the_same() -> None:
    made = {random_source.new_serial() for _ in range(50)}
    assert len(made) == 50
    assert all(0 < each < 1 << 159 for each in made)
