from __future__ import annotations

import pytest

from etcdboot.pki.store.permissions import is_beside
from etcdboot.pki.store.rotation_state import (
    Rotation,
    Rotations,
    Step,
    generation,
    in_generation,
    retired_paths,
    waiting_paths,
)

STATE = Rotations({"ca": Rotation(Step.REISSUE, "aa", "bb", ("rotation/ca-key.pem", "rotation/ca.pem"))})


def test_what_is_written_is_read_back() -> None:
    assert Rotations.parse(STATE.dump()) == STATE
    assert Rotations.parse(Rotations().dump()) == Rotations()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b'{"etcdboot-rotation": 1}',
        b'{"etcdboot-rotation": 1, "authorities": {"ca": {"step": "dance", "files": []}}}',
        b'{"etcdboot-rotation": "1", "authorities": {}}',
        b"[" * 100_000,
    ],
)
def test_anything_else_is_no_state(text: bytes) -> None:
    with pytest.raises(ValueError, match="not the state of a rotation"):
        Rotations.parse(text)


def test_a_newer_state_says_so() -> None:
    with pytest.raises(ValueError, match="newer etcdboot"):
        Rotations.parse(b'{"etcdboot-rotation": 2, "authorities": {}}')


def test_each_ca_has_a_rotation_of_its_own() -> None:
    other = Rotation(Step.BUNDLE, "cc", "dd", ("rotation/peer-ca.pem",))
    both = STATE.with_("peer-ca", other)
    assert (both.of("ca"), both.of("peer-ca")) == (STATE.of("ca"), other)
    assert both.files == {"rotation/ca-key.pem", "rotation/ca.pem", "rotation/peer-ca.pem"}
    assert both.with_("ca", None) == Rotations({"peer-ca": other})
    assert Rotations().of("ca") is None


def test_the_other_ca_has_a_place_that_tells_which_it_is() -> None:
    assert list(map(str, waiting_paths("ca"))) == ["rotation/ca.pem", "rotation/ca-key.pem"]
    first, second = retired_paths("root-ca", "0123456789abcdef"), retired_paths("root-ca", "1123456789abcdef")
    assert str(first.certificate) == "retired/root-ca-0123456789ab.pem"
    assert str(first.key) == "retired/root-ca-0123456789ab-key.pem"
    assert first != second


@pytest.mark.parametrize("name", ["prod CA", "prod peer root CA", "x" * 64])
def test_each_generation_has_a_name_of_its_own(name: str) -> None:
    names = [in_generation(name, number) for number in (1, 2, 3, 10, 999_999)]
    assert names[0] == name
    assert [generation(each) for each in names[1:]] == [2, 3, 10, 999_999]
    assert len(set(names)) == 5
    assert max(map(len, names)) <= 64


def test_a_name_that_says_nothing_is_the_first_of_its_kind() -> None:
    assert [generation(each) for each in ("prod CA", "", "G2", "prod G0", "prod CA G2 old")] == [1] * 5


@pytest.mark.parametrize(
    ("path", "beside"),
    [
        ("rotation.json", True),
        ("rotation/ca.pem", True),
        ("retired/ca-0123.pem", True),
        ("revoked.json", True),
        ("crl.der", True),
        ("peer-crl.pem", True),
        ("ca.pem", False),
        ("members/etcd1/rotation.pem", False),
        ("members/retired/server.pem", False),
        ("clients/crl.pem", False),
    ],
)
def test_what_no_plan_asks_for_is_told_from_what_one_might(path: str, beside: bool) -> None:
    assert is_beside(path) is beside
