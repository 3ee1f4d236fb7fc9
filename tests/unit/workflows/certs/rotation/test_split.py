from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.base.errors import Refused, UsageError
from etcdboot.effects.files.root_folder import Watcher, unwatched
from etcdboot.effects.passphrase import Passphrases
from etcdboot.pki.store.rotation_state import Rotations, Step
from etcdboot.pki.x509 import crl
from etcdboot.pki.x509.certificate import read
from etcdboot.pki.x509.pem import is_encrypted
from etcdboot.plan.certificate_request import pair_paths
from etcdboot.spec.spec import CaLayout
from etcdboot.workflows.certs.issue import issue
from etcdboot.workflows.certs.renew import renew
from etcdboot.workflows.certs.revoke import revoke
from etcdboot.workflows.certs.rotation.context import Rotated
from etcdboot.workflows.certs.rotation.rotate import abort, advance
from etcdboot.workflows.certs.rotation.rotate import begin as rotate
from etcdboot.workflows.certs.rotation.split import begin, demand_layout
from etcdboot.workflows.cluster import Cluster, open_certified
from samples.certificates import NOW
from samples.killing import CHANGING, killed
from samples.sampling import kill_points

SPEC = "name: test\ncertificates: {SECTION}\nmembers:\n  - {name: etcd1, host: 192.168.202.1}\n"


def opened(folder: Path) -> Cluster:
    return open_certified(str(folder / "cluster.yaml"), None, contradicts=True)


def spec_with(certificates: str) -> str:
    return SPEC.replace("SECTION", certificates)


def made(folder: Path, certificates: str) -> Path:
    """A folder with a spec and the certificates of one CA."""
    folder.mkdir(exist_ok=True)
    (folder / "cluster.yaml").write_text(spec_with(f"ca: shared, {certificates}"))
    issue(opened(folder).plan, folder / "pki", now=lambda: NOW)
    return folder


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    return made(tmp_path / "shared", "crl: {}, clients: [root, app]")


def split(folder: Path, watcher: Watcher = unwatched) -> Rotated:
    file = str(folder / "cluster.yaml")
    return begin(opened(folder), file, now=lambda: NOW, watcher=watcher)[1]


def go_on(folder: Path, watcher: Watcher = unwatched) -> Rotated:
    cluster, file = opened(folder), str(folder / "cluster.yaml")
    demand_layout(cluster, file, CaLayout.SPLIT, watcher)
    return advance(cluster.plan, cluster.pki, None, offline=True, now=lambda: NOW, watcher=watcher)


def go_back(folder: Path, watcher: Watcher = unwatched) -> Rotated:
    cluster, file = opened(folder), str(folder / "cluster.yaml")
    joining = partial(demand_layout, cluster, file, CaLayout.SHARED, watcher)
    return abort(
        cluster.plan, cluster.pki, offline=True, before_joining=joining, now=lambda: NOW, watcher=watcher
    )


def written(folder: Path) -> CaLayout | None:
    return opened(folder).written


def step(folder: Path) -> Step | None:
    state = folder / "pki/rotation.json"
    found = Rotations.parse(state.read_bytes()).under_way if state.exists() else {}
    return next((rotation.step for rotation in found.values()), None)


def names(folder: Path, file: str) -> list[str]:
    """The common names of all certificates of a file in ``pki/``."""
    pem = (folder / "pki" / file).read_bytes()
    blocks = [part + b"-----END CERTIFICATE-----\n" for part in pem.split(b"-----END CERTIFICATE-----")[:-1]]
    return [dict(read(block.lstrip(), None).subject)["CN"] for block in blocks]


def assert_sound(folder: Path) -> None:
    """Spec and ``pki/`` agree, nothing is missing, and each leaf is signed by the CA that signs now."""
    cluster = open_certified(str(folder / "cluster.yaml"), None)
    done = issue(cluster.plan, cluster.pki, now=lambda: NOW)
    assert [each.code for each in done.diagnostics if each.severity is Severity.ERROR] == []
    assert {str(change.kind) for change in done.changes} <= {"same"}
    for request in cluster.plan.certificates:
        pem, signer = (
            (cluster.pki / pair_paths(name).certificate).read_bytes()
            for name in (request.name, request.ca_name)
        )
        assert read(pem, signer).signed


def bytes_of(folder: Path, pattern: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "pki").glob(pattern) if path.is_file()}


# --- the steps


def test_first_peers_trust_both_cas_and_the_spec_is_split(shared: Path) -> None:
    before = bytes_of(shared, "members/*/*") | bytes_of(shared, "clients/*") | bytes_of(shared, "ca*.pem")
    done = split(shared)
    assert done.rotation is not None
    assert (done.rotation.step, step(shared), written(shared)) == (Step.BUNDLE, Step.BUNDLE, CaLayout.SPLIT)
    assert names(shared, "peer-ca.pem") == ["test CA", "test peer CA"]
    assert names(shared, "ca.pem") == ["test CA"]
    after = bytes_of(shared, "members/*/*") | bytes_of(shared, "clients/*") | bytes_of(shared, "ca*.pem")
    assert after == before
    assert_sound(shared)
    renew(opened(shared).plan, shared / "pki", ["etcd1/peer"], now=lambda: NOW)
    assert_sound(shared)


def test_then_only_the_peer_certificates_are_new(shared: Path) -> None:
    split(shared)
    before = bytes_of(shared, "members/*/server*") | bytes_of(shared, "clients/*")
    go_on(shared)
    assert step(shared) is Step.REISSUE
    assert names(shared, "peer-ca.pem") == ["test peer CA", "test CA"]
    assert bytes_of(shared, "members/*/server*") | bytes_of(shared, "clients/*") == before
    assert_sound(shared)


def test_at_the_end_no_copy_of_the_clients_ca_is_left(shared: Path) -> None:
    key = (shared / "pki/ca-key.pem").read_bytes()
    for act in (split, go_on, go_on):
        act(shared)
        assert_sound(shared)
    assert names(shared, "peer-ca.pem") == ["test peer CA"]
    assert step(shared) is Step.DROP
    go_on(shared)
    keys = [path for path in (shared / "pki").rglob("*-key.pem") if path.read_bytes() == key]
    assert keys == [shared / "pki/ca-key.pem"]
    assert step(shared) is None
    assert_sound(shared)


@pytest.mark.parametrize("certificates", ["intermediate: true", "source: csr", "clients: []"])
def test_every_kind_of_pki_is_split(tmp_path: Path, certificates: str) -> None:
    folder = made(tmp_path / "x", certificates)
    split(folder)
    for _ in range(3):
        go_on(folder)
    assert step(folder) is None
    assert opened(folder).held.layout is CaLayout.SPLIT


def test_encrypted_keys_stay_encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETCDBOOT_CA_PASSPHRASE", "correct horse battery")
    folder = made(tmp_path / "x", "")
    issue(opened(folder).plan, folder / "pki", now=lambda: NOW, passphrases=Passphrases(encrypts=True))
    split(folder)
    assert all(map(is_encrypted, bytes_of(folder, "*-key.pem").values()))
    assert is_encrypted((folder / "pki/rotation/peer-ca-key.pem").read_bytes())
    go_on(folder)
    assert is_encrypted((folder / "pki/peer-ca-key.pem").read_bytes())


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_revoked_client_stays_refused_at_the_peer_port(shared: Path, when: str) -> None:
    facts = read((shared / "pki/clients/app.pem").read_bytes(), None)
    if when == "before":
        revoke(opened(shared).plan, shared / "pki", ["client/app"], now=lambda: NOW)
        split(shared)
    else:
        split(shared)
        revoke(opened(shared).plan, shared / "pki", ["client/app"], now=lambda: NOW)
    for name in ("crl.der", "peer-crl.der"):
        assert facts.serial in crl.read((shared / "pki" / name).read_bytes(), None).serials
    go_on(shared)
    signer = (shared / "pki/peer-ca.pem").read_bytes()
    found = crl.read((shared / "pki/peer-crl.der").read_bytes(), signer)
    assert facts.serial in found.serials
    assert found.signed


# --- the way back


def test_the_way_back_leads_to_one_ca_and_the_spec_is_shared(shared: Path) -> None:
    before = bytes_of(shared, "*.pem") | bytes_of(shared, "members/*/*")
    split(shared)
    go_back(shared)
    assert bytes_of(shared, "*.pem") | bytes_of(shared, "members/*/*") == before
    assert (step(shared), written(shared)) == (None, CaLayout.SHARED)
    assert_sound(shared)
    split(shared)
    assert_sound(shared)


def test_after_the_reissue_the_old_ca_signs_again(shared: Path) -> None:
    split(shared)
    go_on(shared)
    go_back(shared)
    assert names(shared, "peer-ca.pem") == ["test CA", "test peer CA"]
    assert written(shared) is CaLayout.SPLIT
    assert_sound(shared)
    go_back(shared)
    assert written(shared) is CaLayout.SHARED
    assert_sound(shared)


# --- the spec


@pytest.mark.parametrize("ca", ["ca: split", "ca: shared", "lifetime: 365d"])
def test_it_begins_whatever_the_spec_says(shared: Path, ca: str) -> None:
    spec = shared / "cluster.yaml"
    spec.write_text(spec.read_text().replace("ca: shared", ca))
    assert split(shared).rotation is not None
    assert written(shared) is CaLayout.SPLIT
    assert_sound(shared)


def codes(diagnostics: tuple[Diagnostic, ...]) -> list[str]:
    return [each.code for each in diagnostics]


def test_a_spec_that_cannot_be_edited_gets_the_line_to_write(shared: Path) -> None:
    spec = shared / "cluster.yaml"
    spec.rename(shared / "real.yaml")
    spec.symlink_to("real.yaml")
    done = split(shared)
    assert codes(done.diagnostics) == ["EB277"]
    assert "certificates: {ca: split}" in done.diagnostics[0].hint
    assert codes(opened(shared).remarks) == ["EB339"]  # and every command says so
    with pytest.raises(Refused, match="must be split from now on"):
        go_on(shared)
    assert step(shared) is Step.BUNDLE
    (shared / "real.yaml").write_text(spec_with("ca: split, crl: {}, clients: [root, app]"))
    go_on(shared)
    assert step(shared) is Step.REISSUE


# --- what is refused


def test_a_cluster_with_two_cas_is_not_split_again(shared: Path) -> None:
    for act in (split, go_on, go_on, go_on):
        act(shared)
    with pytest.raises(UsageError, match="the peers have a separate CA"):
        split(shared)


def test_an_empty_pki_needs_no_split(tmp_path: Path) -> None:
    (tmp_path / "cluster.yaml").write_text(spec_with(""))
    with pytest.raises(UsageError, match="holds no CA yet"):
        split(tmp_path)


def test_without_mutual_peers_there_is_nothing_to_split(shared: Path) -> None:
    spec = shared / "cluster.yaml"
    spec.write_text(spec.read_text() + "tls: {peer: off}\n")
    with pytest.raises(UsageError, match="peer TLS is off"):
        split(shared)


def test_a_ca_that_is_being_replaced_is_not_split(shared: Path) -> None:
    rotate(opened(shared).plan, shared / "pki", now=lambda: NOW)
    with pytest.raises(Refused, match="ca is being replaced"):
        split(shared)


def test_a_ca_of_others_is_not_split(tmp_path: Path) -> None:
    folder = made(tmp_path / "x", "")
    spec = folder / "cluster.yaml"
    spec.write_text(spec_with("ca: shared, signer: {command: [./sign]}"))
    with pytest.raises(Refused, match="not etcdboot's"):
        split(folder)


# --- kills


@pytest.mark.parametrize(
    ("before", "act", "layout", "end"),
    [
        ((), split, CaLayout.SPLIT, Step.BUNDLE),
        ((split,), go_back, CaLayout.SHARED, None),
    ],
    ids=["begin", "abort"],
)
def test_a_run_that_is_killed_is_completed_by_the_same_command(
    shared: Path,
    tmp_path: Path,
    before: tuple[Callable[[Path], object], ...],
    act: Callable[[Path, Watcher], object],
    layout: CaLayout,
    end: Step | None,
) -> None:
    for each in before:
        each(shared)
    for number in kill_points(f"split until {end}"):
        folder = shutil.copytree(shared, tmp_path / str(number))
        if not killed(partial(act, folder), number, CHANGING):
            break
        assert_sound(folder)  # at no moment do spec and pki/ contradict one another
        if (step(folder), written(folder)) != (end, layout):
            act(folder, unwatched)
        assert (step(folder), written(folder)) == (end, layout), number
        assert_sound(folder)
        shutil.rmtree(folder)
    assert number > 12


@pytest.mark.parametrize("more", ["", "intermediate: true, ", "subject: {O: Example}, "])
def test_the_copy_of_the_clients_ca_is_not_measured_by_the_spec_of_the_new_one(
    tmp_path: Path, more: str
) -> None:
    (tmp_path / "cluster.yaml").write_text(spec_with(f"{more}ca: shared"))
    cluster = opened(tmp_path)
    issue(cluster.plan, cluster.pki, now=lambda: NOW)
    for act in (split, go_on, go_on):
        act(tmp_path)
        cluster = opened(tmp_path)
        done = issue(cluster.plan, cluster.pki, now=lambda: NOW)
        assert "EB323" not in {found.code for found in done.diagnostics}, act
