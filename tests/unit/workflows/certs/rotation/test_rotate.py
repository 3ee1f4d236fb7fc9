from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from etcdboot.base.addresses import parse_url
from etcdboot.base.errors import Refused, UsageError
from etcdboot.effects.files.root_folder import Watcher, unwatched
from etcdboot.effects.passphrase import Passphrases
from etcdboot.pki.store.rotation_state import Rotations, Step
from etcdboot.pki.x509 import crl
from etcdboot.pki.x509.certificate import public_hash, public_key_of, read
from etcdboot.pki.x509.pem import is_encrypted
from etcdboot.plan.certificate_request import pair_paths
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.certs.renew import renew
from etcdboot.workflows.certs.revoke import revoke
from etcdboot.workflows.certs.rotation.context import Rotated
from etcdboot.workflows.certs.rotation.rotate import abort, advance, begin, is_under_way, standing
from etcdboot.workflows.certs.sign import sign
from samples.certificates import NOW, plan_of
from samples.killing import killed
from samples.requests import ec_key, name, request_of
from samples.sampling import kill_points

PLAN = plan_of(1, certificates="crl: {}")
SPLIT = plan_of(1, certificates="ca: split")
DEEP = plan_of(1, certificates="intermediate: true, crl: {}")


def made(pki: Path, plan: ClusterPlan) -> Path:
    issue(plan, pki, now=lambda: NOW)
    return pki


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    return made(tmp_path / "pki", PLAN)


def go_on(pki: Path, plan: ClusterPlan = PLAN, ca: str | None = None) -> Rotated:
    return advance(plan, pki, ca, offline=True, now=lambda: NOW)


def start(pki: Path, plan: ClusterPlan = PLAN, ca: str | None = None) -> Rotated:
    return begin(plan, pki, ca, now=lambda: NOW)


def certificates(path: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(path.read_bytes())


def names(path: Path) -> list[str]:
    """The common names of all certificates of a file."""
    return [each.subject.rfc4514_string().removeprefix("CN=") for each in certificates(path)]


def step(pki: Path, ca: str = "ca") -> Step | None:
    found = Rotations.parse((pki / "rotation.json").read_bytes()).of(ca)
    return found.step if found else None


def files(pki: Path, folder: str = "") -> set[str]:
    return {
        str(path.relative_to(pki))
        for path in (pki / folder).rglob("*")
        if path.is_file() and path.name != ".etcdboot.json"
    }


def assert_sound(pki: Path, plan: ClusterPlan = PLAN) -> None:
    """Every leaf is signed by what signs now, which somebody trusts; every key is its certificate's."""
    said = [each.code for each in issue(plan, pki, now=lambda: NOW).diagnostics]
    under_way = Rotations.parse((pki / "rotation.json").read_bytes()).under_way if said else {}
    assert said == ["EB380"] * len(under_way)  # a note for each rotation, and nothing else
    for request in plan.certificates:
        paths = pair_paths(request.name)
        facts = read(
            (pki / paths.certificate).read_bytes(),
            (pki / pair_paths(request.ca_name).certificate).read_bytes(),
        )
        assert facts.signed
        assert public_key_of((pki / paths.key).read_bytes()) == facts.public_key


# --- the three steps


def test_first_both_are_trusted_and_the_old_one_signs(pki: Path) -> None:
    leaf = (pki / "members/etcd1/server.pem").read_bytes()
    done = start(pki)
    assert done.rotation is not None
    assert (done.rotation.step, step(pki)) == (Step.BUNDLE, Step.BUNDLE)
    assert names(pki / "ca.pem") == ["test CA", "test CA G2"]
    assert files(pki, "rotation") == {"rotation/ca.pem", "rotation/ca-key.pem"}
    assert (pki / "rotation/ca-key.pem").stat().st_mode & 0o777 == 0o600
    assert (pki / "members/etcd1/server.pem").read_bytes() == leaf
    assert_sound(pki)
    renew(PLAN, pki, ["etcd1/server"], now=lambda: NOW)
    assert_sound(pki)


def test_then_the_new_one_signs_everything_and_both_are_trusted(pki: Path) -> None:
    start(pki)
    before = {
        path: (pki / path).read_bytes() for path in files(pki) if "members" in path or "clients" in path
    }
    go_on(pki)
    assert step(pki) is Step.REISSUE
    assert names(pki / "ca.pem") == ["test CA G2", "test CA"]
    assert names(pki / "rotation/ca.pem") == ["test CA"]
    assert all((pki / path).read_bytes() != content for path, content in before.items())
    assert_sound(pki)


def test_then_the_new_one_alone_is_trusted_and_the_old_one_retired_with_its_key(pki: Path) -> None:
    key = (pki / "ca-key.pem").read_bytes()
    start(pki)
    go_on(pki)
    done = go_on(pki)
    assert step(pki) is Step.DROP
    assert names(pki / "ca.pem") == ["test CA G2"]
    assert files(pki, "rotation") == set()
    assert not (pki / "rotation").exists()
    assert done.rotation is not None
    retired = f"retired/ca-{done.rotation.old[:12]}"
    assert files(pki, "retired") == {f"{retired}.pem", f"{retired}-key.pem"}
    assert (pki / f"{retired}-key.pem").read_bytes() == key
    assert_sound(pki)


def test_at_the_end_nothing_is_under_way_and_the_next_one_is_of_the_next_generation(pki: Path) -> None:
    start(pki)
    for _ in range(3):
        assert is_under_way(PLAN, pki)
        go_on(pki)
    assert not is_under_way(PLAN, pki)
    assert step(pki) is None
    start(pki)
    assert names(pki / "ca.pem") == ["test CA G2", "test CA G3"]
    go_on(pki)
    go_on(pki)
    assert len(files(pki, "retired")) == 4
    assert_sound(pki)


def test_the_lists_are_signed_by_who_signs_and_tell_of_all_that_were_revoked(pki: Path) -> None:
    revoke(PLAN, pki, ["client/root"], now=lambda: NOW)
    [serial] = crl.read((pki / "crl.der").read_bytes(), None).serials
    start(pki)
    go_on(pki)
    facts = crl.read((pki / "crl.der").read_bytes(), (pki / "ca.pem").read_bytes())
    assert (facts.signed, list(facts.serials), facts.number) == (True, [serial], 3)
    revoke(PLAN, pki, ["client/root"], now=lambda: NOW)
    facts = crl.read((pki / "crl.der").read_bytes(), (pki / "ca.pem").read_bytes())
    assert (facts.signed, len(facts.serials), facts.number) == (True, 2, 4)


def test_what_an_older_ca_signed_is_revoked_in_the_list_of_the_new_one(pki: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.pem"
    old.write_bytes((pki / "clients/root.pem").read_bytes())
    start(pki)
    go_on(pki)
    go_on(pki)
    revoke(PLAN, pki, [str(old)], now=lambda: NOW)
    facts = crl.read((pki / "crl.der").read_bytes(), (pki / "ca.pem").read_bytes())
    assert facts.serials == {read(old.read_bytes(), None).serial}


# --- several CAs


def test_each_of_two_cas_is_replaced_alone(tmp_path: Path) -> None:
    pki = made(tmp_path / "pki", SPLIT)
    with pytest.raises(UsageError, match="several CAs match") as caught:
        start(pki, SPLIT)
    assert caught.value.diagnostics[0].hint == "choose one with --ca ca or --ca peer-ca"
    client = (pki / "ca.pem").read_bytes()
    server = (pki / "members/etcd1/server.pem").read_bytes()
    start(pki, SPLIT, "peer-ca")
    go_on(pki, SPLIT)  # the only one under way is meant
    assert names(pki / "peer-ca.pem") == ["test peer CA G2", "test peer CA"]
    assert (pki / "ca.pem").read_bytes() == client
    assert (pki / "members/etcd1/server.pem").read_bytes() == server
    start(pki, SPLIT, "ca")
    assert (step(pki, "ca"), step(pki, "peer-ca")) == (Step.BUNDLE, Step.REISSUE)
    go_on(pki, SPLIT, "peer-ca")
    assert files(pki, "rotation") == {"rotation/ca.pem", "rotation/ca-key.pem"}
    assert_sound(pki, SPLIT)


def test_a_root_is_replaced_with_the_intermediate_below_it(tmp_path: Path) -> None:
    pki = made(tmp_path / "pki", DEEP)
    start(pki, DEEP)
    assert names(pki / "root-ca.pem") == ["test root CA", "test root CA G2"]
    assert names(pki / "ca.pem") == ["test CA"]
    assert_sound(pki, DEEP)
    go_on(pki, DEEP)
    assert names(pki / "root-ca.pem") == ["test root CA G2", "test root CA"]
    assert names(pki / "ca.pem") == ["test CA G2"]
    assert names(pki / "members/etcd1/server.pem")[1:] == ["test CA G2"]
    assert_sound(pki, DEEP)
    go_on(pki, DEEP)
    assert len(files(pki, "retired")) == 4
    assert_sound(pki, DEEP)


def test_an_intermediate_is_replaced_at_once_under_its_root(tmp_path: Path) -> None:
    pki = made(tmp_path / "pki", DEEP)
    root = (pki / "root-ca.pem").read_bytes()
    done = start(pki, DEEP, "ca")
    assert done.inner
    assert step(pki) is Step.REISSUE
    assert (pki / "root-ca.pem").read_bytes() == root
    assert names(pki / "ca.pem") == ["test CA G2"]
    assert names(pki / "clients/root.pem")[1:] == ["test CA G2"]
    assert len(files(pki, "retired")) == 2
    assert crl.read((pki / "crl.der").read_bytes(), (pki / "ca.pem").read_bytes()).signed
    assert_sound(pki, DEEP)
    with pytest.raises(Refused, match="no way back"):
        abort(DEEP, pki, "ca", offline=True)
    assert go_on(pki, DEEP, "ca").rotation is None


def test_a_root_that_is_kept_elsewhere_need_not_come_back(tmp_path: Path) -> None:
    pki = made(tmp_path / "pki", DEEP)
    (pki / "root-ca-key.pem").unlink()
    start(pki, DEEP)
    (pki / "rotation/root-ca-key.pem").unlink()
    go_on(pki, DEEP)
    assert names(pki / "clients/root.pem")[1:] == ["test CA G2"]
    go_on(pki, DEEP)
    assert not list((pki / "retired").glob("root-ca-*-key.pem"))


def test_the_key_of_the_old_ca_may_be_away_all_the_time(pki: Path) -> None:
    (pki / "ca-key.pem").unlink()
    start(pki)
    go_on(pki)
    assert files(pki, "rotation") == {"rotation/ca.pem"}
    assert_sound(pki)
    go_on(pki)
    assert len(files(pki, "retired")) == 1
    assert_sound(pki)


def test_encrypted_keys_stay_encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETCDBOOT_CA_PASSPHRASE", "correct horse")
    pki = tmp_path / "pki"
    issue(PLAN, pki, now=lambda: NOW, passphrases=Passphrases(encrypts=True))
    start(pki)
    assert is_encrypted((pki / "rotation/ca-key.pem").read_bytes())
    go_on(pki)
    assert is_encrypted((pki / "ca-key.pem").read_bytes())
    go_on(pki)
    assert all(is_encrypted(path.read_bytes()) for path in (pki / "retired").glob("*-key.pem"))


def test_a_key_that_its_host_keeps_gets_a_certificate_of_the_new_ca(tmp_path: Path) -> None:
    pki = made(tmp_path / "pki", PLAN)
    key = public_key_of((pki / "members/etcd1/server-key.pem").read_bytes())
    (pki / "members/etcd1/server-key.pem").unlink()
    plan = plan_of(1, certificates="crl: {}, source: csr")
    start(pki, plan)
    go_on(pki, plan)
    facts = read((pki / "members/etcd1/server.pem").read_bytes(), (pki / "ca.pem").read_bytes())
    assert (facts.signed, facts.public_key) == (True, key)
    assert not (pki / "members/etcd1/server-key.pem").exists()


# --- back


def test_the_first_step_is_called_off(pki: Path) -> None:
    ca = (pki / "ca.pem").read_bytes()
    start(pki)
    done = abort(PLAN, pki, offline=True)
    assert done.aborted
    assert (pki / "ca.pem").read_bytes() == ca
    assert step(pki) is None
    assert files(pki, "rotation") == set()
    assert len(files(pki, "retired")) == 2
    assert_sound(pki)


def test_the_second_step_goes_back_to_the_first(pki: Path) -> None:
    start(pki)
    go_on(pki)
    done = abort(PLAN, pki, offline=True, now=lambda: NOW)
    assert (done.aborted, step(pki)) == (True, Step.BUNDLE)
    assert names(pki / "ca.pem") == ["test CA", "test CA G2"]
    assert_sound(pki)
    abort(PLAN, pki, offline=True, now=lambda: NOW)
    assert names(pki / "ca.pem") == ["test CA"]
    assert_sound(pki)


# --- what is refused


def refused(pki: Path, act: Callable[[], object]) -> str:
    """The code of a refusal that leaves everything as it was."""
    before = {path: (pki / path).read_bytes() for path in files(pki)}
    with pytest.raises((Refused, UsageError)) as caught:
        act()
    assert {path: (pki / path).read_bytes() for path in files(pki)} == before
    assert caught.value.diagnostics[0].hint
    return caught.value.diagnostics[0].code


def test_steps_are_taken_in_their_order(pki: Path) -> None:
    assert refused(pki, lambda: go_on(pki)) == "EB380"
    assert refused(pki, lambda: abort(PLAN, pki)) == "EB380"
    start(pki)
    assert refused(pki, lambda: start(pki)) == "EB380"
    go_on(pki)
    go_on(pki)
    assert refused(pki, lambda: abort(PLAN, pki)) == "EB380"


def test_no_step_is_taken_while_members_cannot_be_seen(pki: Path) -> None:
    first, nobody = PLAN.members[0], tuple(map(parse_url, ("https://127.0.0.1:1", "https://127.0.0.1:2")))
    member = replace(first, advertise_client_urls=nobody[:1], initial_advertise_peer_urls=nobody[1:])
    here = replace(PLAN, members=(member,))
    start(pki, PLAN)
    for code in ("EB381", "EB382", "EB383"):
        seen = standing(here, pki).seen
        assert [each.answer for each in seen] == [None, None]
        assert refused(pki, lambda: advance(here, pki, now=lambda: NOW)) == code
        advance(here, pki, offline=True, now=lambda: NOW)


def test_to_go_on_unseen_is_said(pki: Path) -> None:
    start(pki)
    assert [each.code for each in go_on(pki).diagnostics] == ["EB384"]


def test_a_ca_that_is_not_there_or_not_ours_is_not_replaced(pki: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    with pytest.raises(Refused) as caught:
        start(empty)
    assert caught.value.diagnostics[0].code == "EB380"
    signer = plan_of(1, certificates="signer: {command: [sign]}")
    assert refused(pki, lambda: start(pki, signer)) == "EB380"
    off = plan_of(1, 'tls: {client: "off", peer: "off"}')
    with pytest.raises(Refused, match="no CA"):
        start(pki, off)
    assert refused(pki, lambda: start(pki, PLAN, "root-ca")) == "EB380"


def test_an_expired_ca_is_past_replacing(pki: Path) -> None:
    late = NOW + timedelta(days=4000)
    assert refused(pki, lambda: begin(PLAN, pki, now=lambda: late)) == "EB305"


def test_a_leaf_that_was_changed_by_hand_stops_the_reissue(pki: Path) -> None:
    start(pki)
    certificate = pki / "clients/root.pem"
    certificate.write_bytes(b"# mine\n" + certificate.read_bytes())
    assert refused(pki, lambda: go_on(pki)) == "EB309"


@pytest.mark.parametrize(("lost", "code"), [("rotation/ca.pem", "EB304"), ("rotation/ca-key.pem", "EB303")])
def test_what_is_gone_must_come_back(pki: Path, lost: str, code: str) -> None:
    start(pki)
    content = (pki / lost).read_bytes()
    (pki / lost).unlink()
    assert refused(pki, lambda: go_on(pki)) == code
    (pki / lost).write_bytes(content)
    go_on(pki)
    assert_sound(pki)


def test_a_damaged_state_is_named(pki: Path) -> None:
    start(pki)
    (pki / "rotation.json").write_text("{}")
    assert refused(pki, lambda: go_on(pki)) == "EB375"


def test_json_tells_the_step(pki: Path) -> None:
    body = json.loads(json.dumps(start(pki).as_json()))
    assert (body["ca"], body["rotation"]["step"], body["seen"]) == ("ca", "bundle", [])
    assert {"path": "rotation/ca-key.pem", "kind": "new"} in body["changes"]
    body = json.loads(json.dumps(abort(PLAN, pki, offline=True).as_json()))
    assert body["rotation"] is None


# --- killed


def taken(pki: Path, steps: int) -> None:
    """The rotation as far as that many steps."""
    for number in range(steps):
        if number == 0:
            start(pki)
        else:
            go_on(pki)


@pytest.mark.parametrize("number", range(4))
def test_killed_at_any_moment_a_step_is_taken_wholly_or_not_at_all(tmp_path: Path, number: int) -> None:
    ready = made(tmp_path / "ready", PLAN)
    taken(ready, number)
    for turn, moment in enumerate(kill_points(f"rotate-ca {number}")):
        pki = tmp_path / str(moment)
        shutil.copytree(ready, pki)

        def act(watcher: Watcher, pki: Path = pki) -> None:
            if number == 0:
                begin(PLAN, pki, now=lambda: NOW, watcher=watcher)
            else:
                advance(PLAN, pki, offline=True, now=lambda: NOW, watcher=watcher)

        if not killed(act, moment):
            break
        issue(PLAN, pki, now=lambda: NOW)  # what runs next settles it
        assert_sound(pki)
        before, after = ([None, *Step, None][number + each] for each in (0, 1))
        found = step(pki) if (pki / "rotation.json").exists() else None
        assert found in (before, after)
        if found is before:
            act(unwatched)
        if turn % 5 == 0:
            finish(pki)
        shutil.rmtree(pki)
    assert moment > 10


def finish(pki: Path) -> None:
    """To the end, where nothing of the other CA is left in its waiting place."""
    while is_under_way(PLAN, pki):
        go_on(pki)
    start(pki)
    abort(PLAN, pki, offline=True)
    assert files(pki, "rotation") == set()
    assert_sound(pki)


def test_whoever_keeps_a_key_gets_a_certificate_for_it(tmp_path: Path) -> None:
    """Also where etcdboot makes the keys of the others."""
    plan = plan_of(1, certificates="clients: [root, alice]")
    key, asked = ec_key(), tmp_path / "alice.csr"
    asked.write_bytes(request_of(key, name("alice")))
    pki = tmp_path / "pki"
    sign(plan, pki, [str(asked)], as_name="client/alice", now=lambda: NOW)
    made(pki, plan)
    before = (pki / "clients/alice.pem").read_bytes()
    start(pki, plan)
    go_on(pki, plan)
    after = (pki / "clients/alice.pem").read_bytes()
    assert after != before
    assert read(after, None).public_key == public_hash(key.public_key())
    assert not (pki / "clients/alice-key.pem").exists()
