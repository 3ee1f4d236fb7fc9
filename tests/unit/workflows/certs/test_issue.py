from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from etcdboot.base.errors import EtcdbootError, ExitCode, Refused, UsageError
from etcdboot.base.manifest import MANIFEST
from etcdboot.base.progress import Event
from etcdboot.effects.files.pki_tree import open_pairs
from etcdboot.effects.files.root_folder import Watcher, unwatched
from etcdboot.effects.passphrase import VARIABLE, Passphrases
from etcdboot.pki.x509.certificate import public_key_of, read
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.issue import CertsResult, issue
from etcdboot.workflows.certs.renew import renew
from samples.certificates import NOW, plan_of
from samples.killing import killed
from samples.sampling import kill_points

PLAN = plan_of()


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    """Where a cluster of one member has its certificates."""
    issue(PLAN, tmp_path / "pki", now=lambda: NOW)
    return tmp_path / "pki"


def again(pki: Path, plan: ClusterPlan = PLAN, *, later: timedelta = timedelta()) -> CertsResult:
    return issue(plan, pki, now=lambda: NOW + later)


def contents(pki: Path) -> dict[str, bytes]:
    files = (each for each in pki.rglob("*") if each.is_file() and each.name != MANIFEST.name)
    return {str(each.relative_to(pki)): each.read_bytes() for each in files}


def codes(result: CertsResult) -> list[str]:
    return [each.code for each in result.diagnostics]


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def refused(act: Callable[[], object], pki: Path) -> tuple[str, ...]:
    """The codes of a refusal, which names files below ``pki``, has remedies and leaves all as it was."""
    before = contents(pki)
    with pytest.raises(Refused) as caught:
        act()
    assert contents(pki) == before
    assert all(each.hint and each.file.startswith(str(pki)) for each in caught.value.diagnostics)
    return tuple(each.code for each in caught.value.diagnostics)


# --- issuing


def test_all_that_the_plan_wants_is_made_at_first(tmp_path: Path) -> None:
    heard: list[Event] = []

    def hear(event: Event) -> None:
        heard.append(event)

    result = issue(PLAN, tmp_path / "pki", reporter=hear)
    assert [each.name for each in result.certificates] == ["ca", "etcd1/server", "etcd1/peer", "client/root"]
    assert {str(each.kind) for each in result.changes} == {"new"}
    assert (result.diagnostics, result.exit_code) == ((), ExitCode.OK)
    assert [(each.done, each.total) for each in heard] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert set(contents(tmp_path / "pki")) == {
        "ca.pem",
        "ca-key.pem",
        "members/etcd1/server.pem",
        "members/etcd1/server-key.pem",
        "members/etcd1/peer.pem",
        "members/etcd1/peer-key.pem",
        "clients/root.pem",
        "clients/root-key.pem",
        "issued.json",
    }


def test_only_the_owner_sees_keys(pki: Path) -> None:
    for path in contents(pki):
        wanted = 0o600 if path.endswith(("-key.pem", "issued.json")) else 0o644
        assert stat.S_IMODE((pki / path).stat().st_mode) == wanted
    assert stat.S_IMODE(pki.stat().st_mode) == 0o700


def test_what_is_good_stays_byte_for_byte(pki: Path) -> None:
    before = contents(pki) | {MANIFEST.name: (pki / MANIFEST).read_bytes()}
    result = again(pki)
    assert contents(pki) | {MANIFEST.name: (pki / MANIFEST).read_bytes()} == before
    assert {str(each.kind) for each in result.changes} == {"same"}
    assert result.exit_code is ExitCode.OK


def test_a_split_ca_signs_the_peers_alone(tmp_path: Path) -> None:
    result = issue(plan_of(certificates="ca: split"), tmp_path / "pki", now=lambda: NOW)
    signers = {each.name: each.ca for each in result.certificates}
    assert signers["etcd1/peer"] == "peer-ca"
    assert signers["etcd1/server"] == signers["client/root"] == "ca"
    assert all(each.facts.signed for each in result.certificates)


def test_without_tls_nothing_is_made(tmp_path: Path) -> None:
    result = issue(plan_of(extra="tls: {client: 'off', peer: 'off'}"), tmp_path / "pki")
    assert (result.certificates, result.changes) == ((), ())
    assert not (tmp_path / "pki").exists()


def test_a_new_members_certificates_are_added_and_nothing_else_moves(pki: Path) -> None:
    before = contents(pki)
    result = again(pki, plan_of(2))
    files = {f"members/etcd2/{each}.pem" for each in ("server", "server-key", "peer", "peer-key")}
    assert changed(before, contents(pki)) == files | {"issued.json"}
    assert result.exit_code is ExitCode.OK


def test_a_pair_that_was_removed_is_made_again(pki: Path) -> None:
    (pki / "clients/root.pem").unlink()
    (pki / "clients/root-key.pem").unlink()
    assert again(pki).exit_code is ExitCode.OK
    assert (pki / "clients/root-key.pem").exists()


def test_what_the_plan_no_longer_wants_is_noted_and_left(pki: Path) -> None:
    again(pki, plan_of(2))
    result = again(pki)
    assert (codes(result), result.exit_code) == (["EB324", "EB410"], ExitCode.OK)
    assert (pki / "members/etcd2/server.pem").exists()


def test_what_no_longer_fits_is_named_and_left_while_what_is_missing_is_made(pki: Path) -> None:
    before = contents(pki)
    result = again(pki, plan_of(2, certificates="sans: [etcd.example.com]"))
    assert codes(result) == ["EB311"]
    assert result.exit_code is ExitCode.DRIFT
    assert changed(before, contents(pki)) & before.keys() == {"issued.json"}
    assert (pki / "members/etcd2/server.pem").exists()
    assert result.diagnostics[0].place == f"{pki}/members/etcd1/server.pem"


@pytest.mark.parametrize("lacking", ["server-key.pem", "server.pem"])
def test_a_half_pair_is_named_and_left_to_renew(pki: Path, lacking: str) -> None:
    (pki / "members/etcd1" / lacking).unlink()
    result = again(pki)
    assert (codes(result), result.exit_code) == (["EB310"], ExitCode.DRIFT)
    assert renew(PLAN, pki, ["etcd1/server"], now=lambda: NOW).exit_code is ExitCode.OK
    assert again(pki).exit_code is ExitCode.OK


def test_a_certificate_that_is_due_fits_still(pki: Path) -> None:
    result = again(pki, later=timedelta(days=340))
    assert (set(codes(result)), result.exit_code) == ({"EB320"}, ExitCode.OK)


def test_the_longest_lifetimes_are_taken(tmp_path: Path) -> None:
    plan = plan_of(certificates="lifetime: 1000y, ca-lifetime: 1000y")
    assert {each.facts.not_after.year for each in again(tmp_path / "pki", plan).certificates} == {3026}
    assert again(tmp_path / "pki", plan).diagnostics == ()


def test_a_lifetime_cut_by_the_ca_is_noted(tmp_path: Path) -> None:
    result = issue(plan_of(certificates="ca-lifetime: 90d"), tmp_path / "pki", now=lambda: NOW)
    assert set(codes(result)) == {"EB322"}
    ends = {each.facts.not_after for each in result.certificates}
    assert ends == {NOW + timedelta(days=90)}


def test_a_pair_changed_by_hand_is_named_and_never_taken_for_ours(pki: Path) -> None:
    certificate = pki / "members/etcd1/server.pem"
    certificate.write_bytes(b"# a remark\n" + certificate.read_bytes())
    for _ in range(2):
        result = again(pki)
        assert (codes(result), result.exit_code) == (["EB309"], ExitCode.OK)
    assert refused(lambda: renew(PLAN, pki, ["etcd1/server"]), pki) == ("EB309",)
    assert renew(PLAN, pki, ["etcd1/peer"]).exit_code is ExitCode.OK


def test_loosened_permissions_of_a_key_are_tightened(pki: Path) -> None:
    (pki / "ca-key.pem").chmod(0o644)
    before = contents(pki)
    result = again(pki)
    assert contents(pki) == before
    assert stat.S_IMODE((pki / "ca-key.pem").stat().st_mode) == 0o600
    assert {str(each.artifact.path) for each in result.changes if each.kind == "update"} == {"ca-key.pem"}


# --- refusing


def test_a_ca_is_never_silently_made_again(pki: Path) -> None:
    copies = contents(pki)
    (pki / "ca.pem").unlink()
    assert refused(lambda: again(pki), pki) == ("EB304",)
    for path in copies:
        (pki / path).unlink(missing_ok=True)
    assert refused(lambda: again(pki), pki) == ("EB304",)
    (pki / MANIFEST).unlink()
    assert again(pki).exit_code is ExitCode.OK


def test_the_ca_key_is_needed_only_to_sign(pki: Path) -> None:
    (pki / "ca-key.pem").unlink()
    assert again(pki).exit_code is ExitCode.OK
    assert refused(lambda: again(pki, plan_of(2)), pki) == ("EB303",)
    assert refused(lambda: renew(PLAN, pki, ["client/root"]), pki) == ("EB303",)


def test_a_key_brought_back_is_known_again(pki: Path) -> None:
    key = (pki / "ca-key.pem").read_bytes()
    (pki / "ca-key.pem").unlink()
    again(pki)
    (pki / "ca-key.pem").write_bytes(key)
    (pki / "ca-key.pem").chmod(0o600)
    assert again(pki, plan_of(2)).exit_code is ExitCode.OK


def test_the_key_of_another_certificate_is_refused(pki: Path) -> None:
    (pki / "members/etcd1/peer-key.pem").write_bytes((pki / "clients/root-key.pem").read_bytes())
    assert refused(lambda: again(pki), pki) == ("EB302",)


@pytest.mark.parametrize("path", ["ca.pem", "ca-key.pem", "clients/root.pem", "clients/root-key.pem"])
@pytest.mark.parametrize("damage", [b"", b"\x00\xff", b"-----BEGIN CERTIFICATE-----\nMII\n"])
def test_a_damaged_file_is_refused_by_name(pki: Path, path: str, damage: bytes) -> None:
    (pki / path).write_bytes(damage)
    assert refused(lambda: again(pki), pki) == ("EB301",)
    with pytest.raises(Refused, match=path):
        again(pki)


def test_a_damaged_pair_that_is_moved_away_is_made_again(pki: Path) -> None:
    (pki / "clients/root.pem").write_bytes(b"x")
    for path in ("clients/root.pem", "clients/root-key.pem"):
        (pki / path).rename(pki.parent / Path(path).name)
    assert again(pki).exit_code is ExitCode.OK


@pytest.mark.parametrize("path", ["ca.pem", "ca-key.pem", "members/etcd1/server.pem"])
def test_a_foreign_file_is_refused(tmp_path: Path, path: str) -> None:
    theirs = tmp_path / "pki" / path
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    assert "EB402" in refused(lambda: again(tmp_path / "pki"), tmp_path / "pki")


def test_an_expired_ca_is_refused(pki: Path) -> None:
    assert set(refused(lambda: again(pki, later=timedelta(days=3651)), pki)) == {"EB305"}


def test_a_symlink_in_place_of_a_key_is_refused(pki: Path) -> None:
    key = pki / "clients/root-key.pem"
    key.rename(pki.parent / "elsewhere.pem")
    key.symlink_to(pki.parent / "elsewhere.pem")
    with pytest.raises(Refused) as caught:
        again(pki)
    assert [each.code for each in caught.value.diagnostics] == ["EB403"]


def test_all_refusals_are_told_at_once(pki: Path) -> None:
    (pki / "clients/root.pem").write_bytes(b"x")
    (pki / "members/etcd1/peer-key.pem").write_bytes(b"x")
    assert refused(lambda: again(pki), pki) == ("EB301", "EB301")


def test_a_second_run_at_the_same_time_is_refused(pki: Path) -> None:
    with open_pairs(pki), pytest.raises(Refused) as caught:
        again(pki)
    assert [each.code for each in caught.value.diagnostics] == ["EB405"]


# --- renewing


def test_renewing_replaces_the_named_pair_and_its_key_alone(pki: Path) -> None:
    before = contents(pki)
    result = renew(PLAN, pki, ["ETCD1/server"], now=lambda: NOW + timedelta(days=340))
    assert changed(before, contents(pki)) == {
        "members/etcd1/server.pem",
        "members/etcd1/server-key.pem",
        "issued.json",
    }
    assert (result.diagnostics, result.exit_code) == ((), ExitCode.OK)
    [_, server] = result.certificates
    assert server.facts.not_after == NOW + timedelta(days=340 + 365)


def test_renewing_all_leaves_the_ca(pki: Path) -> None:
    before = contents(pki)
    renew(PLAN, pki, everything=True)
    assert changed(before, contents(pki)) == before.keys() - {"ca.pem", "ca-key.pem"}


def test_renewing_cures_what_no_longer_fits(pki: Path) -> None:
    plan = plan_of(certificates="sans: [etcd.example.com], key: rsa-2048, ca-key: ecdsa-p256")
    assert again(pki, plan).exit_code is ExitCode.DRIFT
    renew(plan, pki, everything=True, now=lambda: NOW)
    assert again(pki, plan).diagnostics == ()


def test_renewing_one_is_not_stopped_by_the_damage_of_another(pki: Path) -> None:
    (pki / "clients/root.pem").write_bytes(b"x")
    assert renew(PLAN, pki, ["etcd1/server"]).exit_code is ExitCode.OK
    assert refused(lambda: renew(PLAN, pki, ["client/root"]), pki) == ("EB301",)


def test_renewing_in_an_empty_folder_makes_the_ca_too(tmp_path: Path) -> None:
    renew(PLAN, tmp_path / "pki", ["client/root"])
    assert set(contents(tmp_path / "pki")) == {
        "ca.pem",
        "ca-key.pem",
        "clients/root.pem",
        "clients/root-key.pem",
        "issued.json",
    }


@pytest.mark.parametrize(("name", "error"), [("etcd9/server", UsageError), ("ca", Refused)])
def test_what_cannot_be_renewed_is_told_before_anything_is_looked_at(
    tmp_path: Path, name: str, error: type[EtcdbootError]
) -> None:
    with pytest.raises(error):
        renew(PLAN, tmp_path / "pki", [name])
    assert not (tmp_path / "pki").exists()


# --- intermediates

DEEP = plan_of(certificates="intermediate: true")


def test_the_key_of_the_root_is_needed_for_the_intermediate_alone(tmp_path: Path) -> None:
    pki = tmp_path / "pki"
    assert codes(again(pki, DEEP)) == []
    kept_offline = (pki / "root-ca-key.pem").rename(tmp_path / "offline.pem")
    two = plan_of(2, certificates="intermediate: true")
    assert codes(again(pki, two)) == []
    renew(two, pki, everything=True, now=lambda: NOW)
    assert codes(again(pki, two)) == []
    for name in ("ca.pem", "ca-key.pem"):
        (pki / name).unlink()
    assert refused(lambda: again(pki, two), pki) == ("EB304",)
    assert kept_offline.exists()


def test_a_pki_never_gains_nor_loses_a_root_unasked(pki: Path, tmp_path: Path) -> None:
    assert refused(lambda: again(pki, DEEP), pki) == ("EB331",)
    deep = tmp_path / "deep"
    again(deep, DEEP)
    before = contents(deep)
    result = again(deep, PLAN)
    assert (set(codes(result)), result.exit_code) == ({"EB331", "EB324"}, ExitCode.DRIFT)
    assert contents(deep) == before


def test_a_file_that_lost_its_intermediate_is_named_and_renewed(tmp_path: Path) -> None:
    pki = tmp_path / "pki"
    again(pki, DEEP)
    server = pki / "members/etcd1/server.pem"
    whole = server.read_bytes()
    server.write_bytes(whole.replace((pki / "ca.pem").read_bytes(), b""))
    assert codes(again(pki, DEEP)) == ["EB309", "EB332"]
    server.write_bytes(whole)
    assert codes(again(pki, DEEP)) == []


# --- keys under a passphrase


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a passphrase into the variable; empty: there is none."""
    monkeypatch.delenv(VARIABLE, raising=False)

    def put(text: str) -> None:
        monkeypatch.setenv(VARIABLE, text)

    return put


CLOSING = Passphrases(encrypts=True)
CLOSED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


@pytest.fixture
def closed(tmp_path: Path, secret: Callable[[str], None]) -> Path:
    """A PKI whose CA keys are under a passphrase, which is not given any more."""
    secret("correct horse")
    issue(DEEP, tmp_path / "closed", now=lambda: NOW, passphrases=CLOSING)
    secret("")
    return tmp_path / "closed"


def test_the_keys_of_cas_are_closed_and_those_that_etcd_reads_are_open(closed: Path) -> None:
    keys = {path: content for path, content in contents(closed).items() if path.endswith("-key.pem")}
    assert {path for path, content in keys.items() if content.startswith(CLOSED)} == {
        "ca-key.pem",
        "root-ca-key.pem",
    }
    everything = b"".join(each.read_bytes() for each in closed.rglob("*") if each.is_file())
    assert b"correct horse" not in everything


def test_nobody_needs_the_passphrase_but_to_sign(closed: Path, secret: Callable[[str], None]) -> None:
    assert codes(again(closed, DEEP)) == []
    assert issue(DEEP, closed, now=lambda: NOW, passphrases=CLOSING).diagnostics == ()
    with pytest.raises(Refused, match=r"no passphrase for ca-key.pem"):
        renew(DEEP, closed, ["client/root"])
    secret("correct horse")
    assert renew(DEEP, closed, ["client/root"], now=lambda: NOW).exit_code is ExitCode.OK
    secret("")
    assert codes(again(closed, DEEP)) == []


def test_a_wrong_passphrase_is_refused_and_nothing_is_written(
    closed: Path, secret: Callable[[str], None]
) -> None:
    secret("incorrect horse")
    assert refused(lambda: renew(DEEP, closed, everything=True), closed) == ("EB335",)


def test_the_key_of_a_ca_that_stands_there_can_be_closed_later(
    pki: Path, secret: Callable[[str], None]
) -> None:
    secret("short")
    with pytest.raises(Refused, match="8 are the least"):
        issue(PLAN, pki, now=lambda: NOW, passphrases=CLOSING)
    secret("correct horse")
    before = contents(pki)
    result = issue(PLAN, pki, now=lambda: NOW, passphrases=CLOSING)
    assert (result.diagnostics, result.exit_code) == ((), ExitCode.OK)
    assert changed(before, contents(pki)) == {"ca-key.pem"}
    assert (pki / "ca-key.pem").read_bytes().startswith(CLOSED)
    assert stat.S_IMODE((pki / "ca-key.pem").stat().st_mode) == 0o600
    assert renew(PLAN, pki, ["client/root"]).exit_code is ExitCode.OK


def test_the_key_of_a_further_ca_is_closed_like_the_others(
    tmp_path: Path, secret: Callable[[str], None]
) -> None:
    secret("correct horse")
    pki = tmp_path / "pki"
    peers = plan_of(certificates="ca: split", extra="tls: {client: 'off', peer: mutual}")
    issue(peers, pki, now=lambda: NOW, passphrases=CLOSING)
    assert {path for path in contents(pki) if path.endswith("ca-key.pem")} == {"peer-ca-key.pem"}
    again(pki, plan_of(certificates="ca: split"))
    assert (pki / "ca-key.pem").read_bytes().startswith(CLOSED)


def test_a_ca_key_changed_by_hand_is_not_closed(pki: Path, secret: Callable[[str], None]) -> None:
    secret("correct horse")
    (pki / "ca-key.pem").write_bytes(b"# mine\n" + (pki / "ca-key.pem").read_bytes())
    before = contents(pki)
    assert codes(issue(PLAN, pki, now=lambda: NOW, passphrases=CLOSING)) == ["EB309"]
    assert contents(pki) == before


# --- dying


def is_sound(pki: Path) -> bool:
    """Whether each certificate that a reader finds stands beside its own key, or none is there."""
    with open_pairs(pki, writing=False) as tree:
        for certificate, key in (
            ("ca.pem", "ca-key.pem"),
            ("members/etcd1/server.pem", "members/etcd1/server-key.pem"),
            ("members/etcd1/peer.pem", "members/etcd1/peer-key.pem"),
            ("clients/root.pem", "clients/root-key.pem"),
        ):
            shown, secret = tree.present([certificate, key]).values()
            if (shown is None) != (secret is None):
                return False
            if shown and secret and read(shown.content, None).public_key != public_key_of(secret.content):
                return False
    return True


def issuing(pki: Path) -> Callable[[Watcher], object]:
    return lambda die: issue(PLAN, pki, watcher=die)


def renewing(pki: Path) -> Callable[[Watcher], object]:
    return lambda die: renew(PLAN, pki, everything=True, watcher=die)


@pytest.mark.slow
def test_issuing_killed_at_any_step_is_completed_by_the_next_run(tmp_path: Path) -> None:
    for number in kill_points("issue"):
        pki = tmp_path / str(number)
        if not killed(issuing(pki), number):
            break
        if pki.exists():
            assert is_sound(pki), number
        result = issue(PLAN, pki)
        assert (result.exit_code, len(result.certificates)) == (ExitCode.OK, 4)
        assert {str(each.kind) for each in issue(PLAN, pki).changes} == {"same"}
        assert not (pki / ".staged").exists()
    assert number > 60


@pytest.mark.slow
def test_renewing_killed_at_any_step_leaves_sound_pairs_and_the_next_run_works(tmp_path: Path) -> None:
    kept = set()
    for number in kill_points("renew"):
        pki = tmp_path / str(number)
        issue(PLAN, pki)
        before = contents(pki)
        if not killed(renewing(pki), number):
            break
        assert is_sound(pki), number
        assert issue(PLAN, pki).diagnostics == (), number
        kept.add(contents(pki) == before)
        assert renew(PLAN, pki, everything=True).exit_code is ExitCode.OK
    assert kept == {True, False}
    assert number > 60


# --- telling


def test_json_holds_what_a_pipeline_asks_for(pki: Path) -> None:
    [*_, server, _peer, _client] = again(pki).certificates
    told = server.as_json()
    assert told | {"sha256": "", "sans": []} == {
        "name": "etcd1/server",
        "path": "members/etcd1/server.pem",
        "ca": "ca",
        "subject": {"CN": "etcd1"},
        "sans": [],
        "usages": ["serverAuth", "clientAuth"],
        "not_before": "2026-11-23T11:55:00Z",
        "not_after": "2027-11-23T12:00:00Z",
        "key": "ecdsa-p256",
        "sha256": "",
    }
    assert told["sha256"] == server.facts.sha256


def test_no_repr_of_a_result_shows_a_key(pki: Path) -> None:
    assert "PRIVATE" not in repr(renew(PLAN, pki, everything=True))


def test_the_clock_is_read_once_for_a_run(tmp_path: Path) -> None:
    moments = iter([NOW])

    def now() -> datetime:
        return next(moments)

    result = issue(PLAN, tmp_path / "pki", now=now, watcher=unwatched)
    assert {replace(each.facts, sans=()).not_before for each in result.certificates} == {
        NOW - timedelta(minutes=5)
    }
