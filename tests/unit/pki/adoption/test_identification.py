from __future__ import annotations

import pytest

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.pki.adoption.identification import Places, authorities, leaves
from etcdboot.pki.adoption.input_files import Handed, handed
from etcdboot.pki.x509.certificate import public_hash, read
from etcdboot.pki.x509.pem import dump_key
from samples.certificates import plan_of
from samples.requests import Company, ec_key, name, request_of

ROOT = Company()
ISSUING = Company("Company Issuing", ROOT)
OTHER = Company("Other")
KEY = ec_key()
PUBLIC = public_hash(KEY.public_key())
SHARED = plan_of().certificates
SPLIT = plan_of(certificates="ca: split").certificates
BELOW = plan_of(certificates="intermediate: true").certificates
NOTHING = Places({}, frozenset(each.name for each in (*SPLIT, *BELOW) if each.is_ca), {})


def given(*files: tuple[str, bytes]) -> Handed:
    found, problems = handed(files, lambda file: b"")
    assert problems == ()
    return found


def test_a_lone_ca_takes_the_only_place() -> None:
    found = authorities(given(("x", ROOT.pem)), SHARED, NOTHING, None)
    assert isinstance(found, dict)
    assert {name: each.certificate for name, each in found.items()} == {"ca": ROOT.pem}


def test_the_one_with_a_key_is_meant() -> None:
    files = given(("x", ROOT.pem + ISSUING.pem), ("k", dump_key(ISSUING.key)))
    found = authorities(files, SHARED, NOTHING, None)
    assert isinstance(found, dict)
    assert found["ca"].certificate == ISSUING.pem


def test_of_a_chain_each_takes_the_place_that_is_for_it() -> None:
    found = authorities(given(("x", ISSUING.pem + ROOT.pem)), BELOW, NOTHING, None)
    assert isinstance(found, dict)
    assert {name: each.certificate for name, each in found.items()} == {
        "ca": ISSUING.pem,
        "root-ca": ROOT.pem,
    }
    for pem, place in ((ROOT.pem, "root-ca"), (ISSUING.pem, "ca")):
        alone = authorities(given(("x", pem)), BELOW, NOTHING, None)
        assert isinstance(alone, dict)
        assert list(alone) == [place]


@pytest.mark.parametrize(
    "files", [[("x", ROOT.pem)], [("x", ROOT.pem), ("y", OTHER.pem)], [("x", ROOT.pem + OTHER.pem)]]
)
def test_where_nothing_tells_two_cas_apart_it_is_asked(files: list[tuple[str, bytes]]) -> None:
    found = authorities(given(*files), SPLIT, NOTHING, None)
    assert isinstance(found, Diagnostic)
    assert (found.code, "--as ca or peer-ca" in found.hint) == ("EB363", True)


@pytest.mark.parametrize(
    ("file", "place"), [("ca.pem", "ca"), ("peer-ca.pem", "peer-ca"), ("peer.crt", "peer-ca")]
)
def test_the_files_name_tells_two_cas_apart(file: str, place: str) -> None:
    found = authorities(given((file, ROOT.pem)), SPLIT, NOTHING, None)
    assert isinstance(found, dict)
    assert list(found) == [place]


def test_two_for_one_place_are_asked_about() -> None:
    found = authorities(given(("x", ROOT.pem), ("y", OTHER.pem)), SHARED, NOTHING, None)
    assert isinstance(found, Diagnostic)
    assert "x, y" in found.message


def test_what_is_said_counts() -> None:
    for place in ("ca", "peer-ca"):
        found = authorities(given(("x", ROOT.pem)), SPLIT, NOTHING, place)
        assert isinstance(found, dict)
        assert list(found) == [place]
    chain = given(("x", ISSUING.pem + ROOT.pem))
    for place, pem in (("ca", ISSUING.pem), ("root-ca", ROOT.pem)):
        found = authorities(chain, BELOW, NOTHING, place)
        assert isinstance(found, dict)
        assert found[place].certificate == pem
    nobody = authorities(given(("k", dump_key(KEY))), SHARED, NOTHING, "ca")
    assert isinstance(nobody, Diagnostic)
    assert nobody.code == "EB306"


def test_a_chain_behind_a_leaf_takes_no_place() -> None:
    leaf = ISSUING.sign(request_of(KEY, name("etcd1")))
    taken = Places({}, frozenset(), {read(ROOT.pem, None).sha256: "ca"})
    files = given(("x", leaf + ISSUING.pem + ROOT.pem))
    found = authorities(files, SHARED, taken, None)
    assert isinstance(found, dict)
    assert {name: each.certificate for name, each in found.items()} == {"ca": ROOT.pem}


def names(files: Handed, places: Places, as_name: str | None = None) -> list[str]:
    found, nobody = leaves(files, SHARED, places, as_name)
    return [*found, *(each.code for each in nobody)]


def leaf(common_name: str = "etcd1", *, company: Company = ROOT, days: int = 90) -> bytes:
    return company.sign(request_of(KEY, name(common_name), sans=["192.168.202.1"]), days=days)


def test_a_certificate_goes_where_its_key_is() -> None:
    places = Places({PUBLIC: ("etcd1/peer",)}, frozenset(), {})
    assert names(given(("etcd1-server.pem", leaf("anything"))), places) == ["etcd1/peer"]
    assert names(given(("x", leaf())), NOTHING) == ["EB362"]
    assert names(given(("x", leaf())), NOTHING, "etcd1/server") == ["etcd1/server"]


def test_of_one_key_for_several_the_files_name_tells() -> None:
    places = Places({PUBLIC: ("etcd1/server", "etcd1/peer")}, frozenset(), {})
    assert names(given(("etcd1-peer.pem", leaf())), places) == ["etcd1/peer"]
    assert names(given(("etcd1-server.pem", leaf())), places) == ["etcd1/server"]


def test_of_two_certificates_the_later_one_is_taken() -> None:
    places = Places({PUBLIC: ("etcd1/server",)}, frozenset(), {})
    later = leaf(days=200)
    found, _ = leaves(given(("a", leaf()), ("b", later), ("c", leaf(days=10))), SHARED, places, None)
    assert found["etcd1/server"].certificate == later


def test_one_that_brings_its_key_is_told_by_what_it_shows() -> None:
    stems = {"etcd1-server": ["etcd1/server"], "etcd1-peer": ["etcd1/peer"]}
    for stem, expected in (*stems.items(), ("etcd1", ["etcd1/server", "etcd1/peer"])):
        files = given((f"{stem}.pem", leaf()), (f"{stem}.key", dump_key(KEY)))
        assert names(files, NOTHING) == expected
