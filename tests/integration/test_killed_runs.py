"""kill -9 at every step that changes the disk, of every command that writes ``pki/``; then the same again.

A step is one system call (``test_traced_runs`` holds that against strace): the process dies just before it.
What is left must be sound for a reader and closed to everybody else, and the command, given once more, must
end where an undisturbed run ends.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from etcdboot.base.artifacts import ChangeKind
from etcdboot.effects.files.pki_tree import open_pairs
from etcdboot.effects.files.root_folder import Watcher, unwatched
from etcdboot.effects.passphrase import Passphrases
from etcdboot.pki.adoption.adoption import Offer
from etcdboot.pki.store.issued_register import ISSUED
from etcdboot.pki.store.rotation_state import Rotations
from etcdboot.plan.plan import ClusterPlan
from etcdboot.workflows.certs.adopt import adopt
from etcdboot.workflows.certs.adopt_pairs import adopt_files
from etcdboot.workflows.certs.csr import request
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.certs.renew import renew
from etcdboot.workflows.certs.revoke import refresh, revoke
from etcdboot.workflows.certs.rotation.rotate import abort, advance, begin
from etcdboot.workflows.certs.sign import sign
from samples.certificates import NOW, plan_of
from samples.foreign import BOTH, authority, made, sans, usage
from samples.killing import CHANGING, killed
from samples.pki_structure import half_pairs, open_secrets, recorded_and_standing, structure
from samples.requests import CLIENT_AUTH, SERVER_AUTH, Company, ec_key, name, request_of
from samples.sampling import kill_points

pytestmark = [pytest.mark.integration, pytest.mark.slow]

PLAIN = plan_of()
PLAN = plan_of(certificates="crl: {}")
DEEP = plan_of(certificates="ca: split, intermediate: true, clients: [root, prometheus]")
ASKING = plan_of(certificates="source: csr")

Act = Callable[[Path, Watcher], object]


@dataclass(frozen=True)
class Case:
    """A command: the plan it serves, what stands before it, and itself; paths are a folder's with ``pki/``.

    ``is_over`` tells of a command that is one step of several whether it has been done.
    """

    plan: ClusterPlan
    act: Act
    before: tuple[Act, ...] = ()
    is_over: Callable[[Path], bool] = lambda folder: False


def on_pki(workflow: Callable[..., object], plan: ClusterPlan, *words: object, **more: object) -> Act:
    """A workflow as a command; words in a tuple are files below the folder."""

    def act(folder: Path, watcher: Watcher) -> object:
        given = [[str(folder / each) for each in word] if isinstance(word, tuple) else word for word in words]
        return workflow(plan, folder / "pki", *given, watcher=watcher, **more)

    return act


def at_noon(workflow: Callable[..., object], plan: ClusterPlan, *words: object, **more: object) -> Act:
    """The same, for one that asks for the time."""
    return on_pki(workflow, plan, *words, now=lambda: NOW, **more)


def issuing(plan: ClusterPlan, **more: object) -> Act:
    return at_noon(issue, plan, **more)


beginning = at_noon(begin, PLAN)
going_on = at_noon(advance, PLAN, offline=True)


def far(steps: int) -> Callable[[Path], bool]:
    """Whether a rotation has come as far as the one that took so many steps."""
    wanted = (None, "bundle", "reissue", "drop", None)[steps]

    def is_so(folder: Path) -> bool:
        state = folder / "pki/rotation.json"
        found = Rotations.parse(state.read_bytes()).of("ca") if state.exists() else None
        return state.exists() and (str(found.step) if found else None) == wanted

    return is_so


# --- what others give


CA = authority("theirs")
SIGNS = usage(digital_signature=True)
HOSTS = sans("192.168.202.1", "127.0.0.1", "localhost")
PAIRS = {each: made("x", BOTH, HOSTS, SIGNS, issuer=CA) for each in ("etcd1/server", "etcd1/peer")}
OFFERS = [Offer(each, theirs.pem, theirs.key_pem, each) for each, theirs in {"ca": CA, **PAIRS}.items()]
COMPANY = Company()


def company_signs(folder: Path, watcher: Watcher) -> None:
    """A folder with certificates for all requests that wait in ``pki/csr/``, and the company's CA."""
    (folder / "given").mkdir()
    (folder / "given/company.pem").write_bytes(COMPANY.pem)
    for each in sorted((folder / "pki/csr").glob("*.csr")):
        usages = (CLIENT_AUTH,) if each.stem.startswith("client") else (SERVER_AUTH, CLIENT_AUTH)
        (folder / "given" / f"{each.stem}.pem").write_bytes(COMPANY.sign(each.read_bytes(), usages))


def hosts_ask(folder: Path, watcher: Watcher) -> None:
    """A folder with the requests of a member whose keys are on its host."""
    (folder / "given").mkdir()
    for kind in ("server", "peer"):
        asked = request_of(ec_key(), name("etcd1"))
        (folder / f"given/etcd1-{kind}.csr").write_bytes(asked)


CASES = {
    "certs": Case(PLAN, issuing(PLAN)),
    "certs, deep": Case(DEEP, issuing(DEEP)),
    "certs, a member more": Case(plan_of(2), issuing(plan_of(2)), (issuing(PLAIN),)),
    "renew --all": Case(PLAN, at_noon(renew, PLAN, everything=True), (issuing(PLAN),)),
    "renew --all --same-key": Case(
        PLAN, at_noon(renew, PLAN, everything=True, same_key=True), (issuing(PLAN),)
    ),
    "encrypt": Case(PLAIN, issuing(PLAIN, passphrases=Passphrases(encrypts=True)), (issuing(PLAIN),)),
    "adopt, pairs": Case(PLAIN, at_noon(adopt_files, PLAIN, OFFERS)),
    "csr --all": Case(PLAIN, on_pki(request, PLAIN, everything=True)),
    "adopt, answers": Case(
        PLAIN,
        at_noon(adopt, PLAIN, ("given",)),
        (on_pki(request, PLAIN, everything=True), company_signs),
    ),
    "sign": Case(ASKING, at_noon(sign, ASKING, ("given",)), (issuing(ASKING), hosts_ask)),
    "revoke": Case(PLAN, at_noon(revoke, PLAN, ["client/root"]), (issuing(PLAN),)),
    "crl": Case(PLAN, at_noon(refresh, PLAN), (issuing(PLAN),)),
    "rotate-ca": Case(PLAN, beginning, (issuing(PLAN),), far(1)),
    "rotate-ca --next, reissue": Case(PLAN, going_on, (issuing(PLAN), beginning), far(2)),
    "rotate-ca --next, drop": Case(PLAN, going_on, (issuing(PLAN), beginning, going_on), far(3)),
    "rotate-ca --next, end": Case(PLAN, going_on, (issuing(PLAN), beginning, going_on, going_on), far(4)),
    "rotate-ca --abort": Case(PLAN, at_noon(abort, PLAN), (issuing(PLAN), beginning, going_on), far(1)),
}


# --- the tests


@pytest.mark.parametrize("title", CASES)
def test_a_command_that_is_killed_anywhere_is_completed_by_the_same_command(
    title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETCDBOOT_CA_PASSPHRASE", "correct horse battery")
    case = CASES[title]
    ready = tmp_path / "ready"
    ready.mkdir()
    for act in case.before:
        act(ready, unwatched)
    undisturbed = shutil.copytree(ready, tmp_path / "undisturbed")
    case.act(undisturbed, unwatched)
    wanted = structure(undisturbed / "pki")
    before = recorded_and_standing(ready / "pki")[0]
    for number in kill_points(title):
        folder = shutil.copytree(ready, tmp_path / "killed")
        pki = folder / "pki"
        if not killed(partial(case.act, folder), number, CHANGING):
            break
        assert open_secrets(folder) == []
        assert list(half_pairs(case.plan, pki)) == []
        assert_recorded_with_the_pairs(pki, before)
        if is_over_in(case, folder):
            issue(case.plan, pki, now=lambda: NOW)
        else:
            case.act(folder, unwatched)
        assert structure(pki) == wanted, number
        assert kinds(case, pki) <= {ChangeKind.SAME, ChangeKind.NEW}, number
        shutil.rmtree(folder)
    assert number > 12


def assert_recorded_with_the_pairs(pki: Path, before: set[str]) -> None:
    """The certificates in place and the record came together, or neither did."""
    known, standing = recorded_and_standing(pki)
    assert standing <= known
    assert known - before <= standing
    assert before <= known


def is_over_in(case: Case, folder: Path) -> bool:
    """Whether the killed command has done its step; who asks that settles what was ready."""
    if not (folder / "pki").exists():
        return False
    with open_pairs(folder / "pki"):
        pass
    return case.is_over(folder)


def kinds(case: Case, pki: Path) -> set[ChangeKind]:
    """What a run finds that makes what is missing: nothing foreign, nothing stale, nothing edited."""
    changes = issue(case.plan, pki, now=lambda: NOW).changes
    return {each.kind for each in changes if each.artifact.path != ISSUED}  # it has what is new
