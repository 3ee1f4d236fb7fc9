"""``etcdboot certs revoke``, ``crl`` and ``rotate-ca`` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.running import process as etcdboot

SPEC = """\
name: prod-a
etcd: {version: "3.6.14"}
certificates: {ca: shared, crl: {}, clients: [root, bob]}
members:
  - {name: etcd1, host: 127.0.0.1, client-port: 1, peer-port: 2}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cluster.yaml").write_text(SPEC)
    assert etcdboot(tmp_path, "certs", "-q").returncode == 0
    return tmp_path


def test_revoking_tells_what_was_revoked_and_what_comes_next(folder: Path) -> None:
    done = etcdboot(folder, "certs", "revoke", "client/bob", "--reason", "key-compromise")
    assert done.returncode == 0, done.stderr
    said, head, entry = done.stdout.splitlines()
    assert said.startswith("revoked client/bob, serial ")
    assert head.startswith("crl.der  of ca, number 2, until 2")
    assert entry.split()[0] == "client/bob"
    assert entry.endswith("key-compromise")
    assert "1. write the members' files again: etcdboot render" in done.stderr
    assert "no restart, etcd reads the list at every connection" in done.stderr


def test_without_crl_in_the_spec_only_the_list_of_the_revoked_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "cluster.yaml").write_text(SPEC.replace("ca: shared, crl: {}", "ca: split"))
    etcdboot(tmp_path, "certs", "-q")
    done = etcdboot(tmp_path, "certs", "revoke", "client/bob")
    assert (done.returncode, "EB370" in done.stderr) == (0, False), done.stderr
    assert (tmp_path / "pki/crl.der").exists() and not (tmp_path / "pki/peer-crl.der").exists()


def test_the_revoked_client_does_not_hold_up_the_list(folder: Path) -> None:
    etcdboot(folder, "certs", "revoke", "client/bob")
    assert etcdboot(folder, "certs").returncode == 4
    done = etcdboot(folder, "render")
    assert done.returncode == 0, done.stderr
    assert "warning EB377: client/bob is revoked" in done.stderr
    assert (folder / "out/etcd1/pki/client-crl.der").read_bytes() == (folder / "pki/crl.der").read_bytes()


def test_a_revoked_member_must_be_renewed_before_it_is_rendered(folder: Path) -> None:
    etcdboot(folder, "certs", "revoke", "etcd1/server")
    done = etcdboot(folder, "render")
    assert done.returncode == 4
    assert "error EB377: etcd1/server is revoked" in done.stderr
    assert etcdboot(folder, "certs", "renew", "etcd1/server", "-q").returncode == 0
    assert etcdboot(folder, "render", "-q").returncode == 0


def test_the_diff_of_a_list_is_text(folder: Path) -> None:
    etcdboot(folder, "render", "-q")
    etcdboot(folder, "certs", "revoke", "client/bob")
    done = etcdboot(folder, "render", "--diff")
    assert "-revocation list: number 1, DER\n" in done.stdout
    assert "+revocation list: number 2, DER\n" in done.stdout
    assert "\n+revoked: " in done.stdout


@pytest.mark.parametrize("form", ["simple", "table"])
def test_a_new_list_is_shown(folder: Path, form: str) -> None:
    etcdboot(folder, "certs", "revoke", "client/bob")
    done = etcdboot(folder, "certs", "crl", "-w", form)
    assert done.returncode == 0
    assert "crl.der" in done.stdout and "client/bob" in done.stdout


def test_lists_are_json_too(folder: Path) -> None:
    told = json.loads(etcdboot(folder, "certs", "crl", "-w", "json").stdout)
    assert set(told) == {"ok", "exit", "diagnostics", "changes", "revoked", "lists"}
    assert set(told["lists"][0]) == {"ca", "path", "number", "this_update", "next_update", "revoked"}


def test_a_rotation_is_begun_and_told_again(folder: Path) -> None:
    begun = etcdboot(folder, "certs", "rotate-ca", "--offline")
    assert begun.returncode == 0, begun.stderr
    assert begun.stdout.startswith("ca: step 1 of 3, bundle: ")
    for words in ("write the members' and clients' files again", "give every client its new ca.pem"):
        assert words in begun.stderr
    assert "systemctl restart etcd.service" in begun.stderr
    assert "then go on: etcdboot certs rotate-ca --next" in begun.stderr
    again = etcdboot(folder, "certs", "rotate-ca", "--offline")
    assert (again.returncode, again.stdout) == (0, begun.stdout)
    assert again.stderr.partition("Next:")[2] == begun.stderr.partition("Next:")[2]


def test_clients_are_left_alone_where_only_peers_get_a_new_ca(tmp_path: Path) -> None:
    (tmp_path / "cluster.yaml").write_text(SPEC.replace("ca: shared", "ca: split"))
    assert etcdboot(tmp_path, "certs", "-q").returncode == 0
    for ca, told in (("peer-ca", False), ("ca", True)):
        begun = etcdboot(tmp_path, "certs", "rotate-ca", "--ca", ca, "--offline")
        assert begun.stdout.startswith(f"{ca}: step 1 of 3, bundle: ")
        assert ("give every client its new ca.pem" in begun.stderr) is told
        assert f"etcdboot certs rotate-ca --ca {ca} --next" in begun.stderr


def test_it_waits_for_members_and_names_them(folder: Path) -> None:
    etcdboot(folder, "certs", "rotate-ca", "--offline")
    looked = etcdboot(folder, "certs", "rotate-ca", "status")
    assert looked.returncode == 4
    assert "?    etcd1  https://127.0.0.1:2  trusts the new CA" in looked.stdout
    done = etcdboot(folder, "certs", "rotate-ca", "--next")
    assert (done.returncode, done.stdout) == (7, "")
    assert done.stderr.count("error EB381: https://127.0.0.1:") == 2


def test_it_is_taken_to_its_end_unseen(folder: Path) -> None:
    etcdboot(folder, "certs", "rotate-ca", "--offline")
    said = [etcdboot(folder, "certs", "rotate-ca", "--next", "--offline") for _ in range(3)]
    assert [each.returncode for each in said] == [0, 0, 0]
    assert [each.stdout.splitlines()[0].partition(": ")[2][:12] for each in said] == [
        "step 2 of 3,",
        "step 3 of 3,",
        "the rotation",
    ]
    assert all("warning EB384" in each.stderr for each in said)
    assert "no restart" in said[0].stderr
    assert "no rotation is under way" in etcdboot(folder, "certs", "rotate-ca", "status").stdout
    assert etcdboot(folder, "certs").returncode == 0


def test_it_is_called_off(folder: Path) -> None:
    etcdboot(folder, "certs", "rotate-ca", "--offline")
    done = etcdboot(folder, "certs", "rotate-ca", "--abort")
    assert done.returncode == 0
    assert "called off" in done.stdout
    assert etcdboot(folder, "certs", "rotate-ca", "--abort").returncode == 7


def test_rotation_is_json_too(folder: Path) -> None:
    told = json.loads(etcdboot(folder, "certs", "rotate-ca", "--offline", "-w", "json").stdout)
    assert set(told) == {"ok", "exit", "diagnostics", "ca", "rotation", "changes", "seen", "order"}
    assert (told["rotation"]["step"], told["order"]) == ("bundle", ["etcd1"])
    told = json.loads(etcdboot(folder, "certs", "rotate-ca", "status", "-w", "json").stdout)
    assert (told["exit"], [each["answer"] for each in told["seen"]]) == (4, [None, None])


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["revoke"], 2, "NAME|FILE"),
        (["revoke", "client/bobby"], 2, "did you mean client/bob?"),
        (["revoke", "ca"], 7, "EB376"),
        (["revoke", "client/bob", "--reason", "boredom"], 2, "key-compromise"),
        (["rotate-ca", "--next"], 7, "EB380"),
        (["rotate-ca", "--next", "--abort"], 2, "one of status, --next, --abort and --split"),
        (["rotate-ca", "--ca", "peer-ca"], 2, "EB380"),
        (["rotate-ca", "begin"], 2, "status"),
    ],
)
def test_a_wrong_call_says_so(folder: Path, arguments: list[str], code: int, text: str) -> None:
    done = etcdboot(folder, "certs", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert text in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [["revoke", "client/bob"], ["crl"], ["rotate-ca", "--next", "--offline"]]
)
def test_without_the_key_of_the_ca_it_is_refused(folder: Path, arguments: list[str]) -> None:
    etcdboot(folder, "certs", "rotate-ca", "--offline")
    (folder / "pki/ca-key.pem").unlink()
    (folder / "pki/rotation/ca-key.pem").unlink()
    done = etcdboot(folder, "certs", *arguments)
    assert done.returncode == 7
    assert "EB303" in done.stderr


@pytest.fixture
def split(tmp_path: Path) -> Path:
    (tmp_path / "cluster.yaml").write_text(SPEC.replace("ca: shared", "ca: split"))
    assert etcdboot(tmp_path, "certs", "-q").returncode == 0
    return tmp_path


def test_without_a_rotation_the_status_of_two_cas_is_that_none_is_under_way(split: Path) -> None:
    done = etcdboot(split, "certs", "rotate-ca", "status")
    assert (done.returncode, done.stdout) == (0, "no rotation is under way\n"), done.stderr
    told = json.loads(etcdboot(split, "certs", "rotate-ca", "status", "-w", "json").stdout)
    assert (told["ca"], told["rotation"]) == (None, None)
    for option in ("--next", "--abort"):
        refused = etcdboot(split, "certs", "rotate-ca", option, "--offline")
        assert refused.returncode == 7
        assert "error EB380: no rotation is under way" in refused.stderr


def test_the_status_of_two_cas_is_that_of_the_one_rotation_under_way(split: Path) -> None:
    etcdboot(split, "certs", "rotate-ca", "--ca", "peer-ca", "--offline")
    done = etcdboot(split, "certs", "rotate-ca", "status", "--offline")
    assert (done.returncode, done.stdout[:9]) == (0, "peer-ca: "), done.stderr
    etcdboot(split, "certs", "rotate-ca", "--ca", "ca", "--offline")
    both = etcdboot(split, "certs", "rotate-ca", "status", "--offline")
    assert (both.returncode, "choose one with --ca ca or --ca peer-ca" in both.stderr) == (2, True)


def test_only_members_get_new_files_where_only_peers_get_a_new_ca(split: Path) -> None:
    peers = etcdboot(split, "certs", "rotate-ca", "--ca", "peer-ca", "--offline")
    assert "1. write the members' files again: etcdboot render" in peers.stderr
    others = etcdboot(split, "certs", "rotate-ca", "--ca", "ca", "--offline")
    assert "1. write the members' and clients' files again: etcdboot render" in others.stderr
