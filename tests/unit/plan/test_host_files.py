from __future__ import annotations

from pathlib import PurePosixPath

from etcdboot.base.artifacts import HostPlace
from etcdboot.plan.host_files import (
    CertMaterial,
    absent,
    artifacts,
    bundled,
    identity_of,
    needed,
    needed_by,
    trusted_by_clients,
)
from samples.certificates import plan_of

ALL = ["client-ca.pem", "server.pem", "server-key.pem", "peer-ca.pem", "peer.pem", "peer-key.pem"]


def test_a_host_needs_both_bundles_and_its_two_pairs() -> None:
    files = needed(plan_of().members[0])
    assert [each.target.name for each in files] == ALL
    assert [str(each.source) for each in files] == [
        "ca.pem",
        "members/etcd1/server.pem",
        "members/etcd1/server-key.pem",
        "ca.pem",
        "members/etcd1/peer.pem",
        "members/etcd1/peer-key.pem",
    ]


def test_a_host_that_makes_its_keys_needs_none_and_may_ask_later() -> None:
    files = needed(plan_of(certificates="source: csr").members[0])
    assert [each.target.name for each in files] == [each for each in ALL if not each.endswith("-key.pem")]
    assert [each.target.name for each in files if each.waits] == ["server.pem", "peer.pem"]


def test_split_cas_change_a_source_and_no_name() -> None:
    files = needed(plan_of(certificates="ca: split").members[0])
    assert [each.target.name for each in files] == ALL
    assert str(files[3].source) == "peer-ca.pem"


def test_no_ca_key_ever_leaves() -> None:
    for split in ("", "ca: split"):
        for member in plan_of(3, certificates=split).members:
            assert not any(each.source.name.endswith("ca-key.pem") for each in needed(member))


def test_the_public_part_holds_no_key() -> None:
    names = [each.target.name for each in needed(plan_of().members[0], public=True)]
    assert names == [name for name in ALL if "key" not in name]


def test_without_tls_nothing_is_needed() -> None:
    plan = plan_of(extra="tls: {client: 'off', peer: 'off'}")
    assert needed(plan.members[0]) == ()
    assert identity_of(plan, None) == (None, None)


def test_each_file_that_is_not_there_is_named_once() -> None:
    sources = {PurePosixPath("ca.pem"): "ca", PurePosixPath("members/a/server.pem"): "a/server"}
    told = absent(sources, {PurePosixPath("ca.pem")}, "/spec/pki")
    assert [(each.code, each.path, each.file) for each in told] == [
        ("EB330", "members/a/server.pem", "/spec/pki/members/a/server.pem")
    ]


def test_keys_and_certificates_belong_to_root_and_the_members_group_may_read_them() -> None:
    [member] = plan_of(extra="etcd: {group: certs, config-dir: /srv/etcd}").members
    files, pki = needed(member), "/srv/etcd/pki"
    made = artifacts(member, files, {each.source: each.source.name.encode() for each in files})
    assert [(str(file.path), file.mode, file.secret, file.host) for file in made[1:3]] == [
        ("pki/server.pem", 0o644, False, HostPlace(f"{pki}/server.pem", 0o640, group="certs")),
        ("pki/server-key.pem", 0o600, True, HostPlace(f"{pki}/server-key.pem", 0o640, group="certs")),
    ]
    assert made[3].content == b"ca.pem"


def test_a_member_without_certificates_has_no_files() -> None:
    assert CertMaterial().of("etcd1") == ()


def test_a_client_is_found_by_name_and_the_first_by_default() -> None:
    plan = plan_of(certificates="clients: [root, app]")
    assert [request.name for request in (identity_of(plan, None)[0],) if request] == ["client/root"]
    assert [request.name for request in (identity_of(plan, "app")[0],) if request] == ["client/app"]
    assert identity_of(plan, "nobody") == (None, PurePosixPath("ca.pem"))


def test_whom_to_trust_is_the_root_of_a_chain() -> None:
    plan = plan_of(certificates="intermediate: true, ca: split")
    files = needed(plan.members[0])
    assert [each.target.name for each in files] == ALL
    bundles = [str(each.source) for each in files if each.target.name.endswith("-ca.pem")]
    assert bundles == ["root-ca.pem", "peer-root-ca.pem"]
    assert trusted_by_clients(plan) == PurePosixPath("root-ca.pem")


def test_a_key_made_on_its_host_is_not_copied_there() -> None:
    names = [each.target.name for each in needed(plan_of(certificates="source: csr").members[0])]
    assert names == [name for name in ALL if "key" not in name]


FILES = (
    "cert-file",
    "key-file",
    "trusted-ca-file",
    "peer-cert-file",
    "peer-key-file",
    "peer-trusted-ca-file",
)


def test_of_provided_certificates_nothing_is_copied_and_the_operator_has_a_client() -> None:
    files = ", ".join(f"{key}: /tls/{key}" for key in FILES)
    plan = plan_of(certificates="source: provided", extra=f"defaults: {{{files}}}")
    assert needed(plan.members[0]) == ()
    shown, trusted = identity_of(plan, None)
    assert shown is not None
    assert (shown.name, trusted) == ("client/root", PurePosixPath("ca.pem"))


def test_clients_without_tls_trust_nobody_whoever_signs_the_peers() -> None:
    assert trusted_by_clients(plan_of(extra="tls: {client: 'off', peer: mutual}")) is None


def test_a_client_has_a_folder_of_its_own_and_a_key_that_is_elsewhere_is_not_in_it() -> None:
    (client,) = plan_of(certificates="intermediate: true").clients
    files = needed_by(client)
    assert {str(each.target): str(each.source) for each in files} == {
        "ca.pem": "root-ca.pem",
        "client.pem": "clients/root.pem",
        "client-key.pem": "clients/root-key.pem",
    }
    assert [str(each.target) for each in needed_by(client, public=True)] == ["ca.pem", "client.pem"]
    contents = {each.source: b"x" for each in files}
    made = bundled(files, contents)
    assert [(file.mode, file.secret, file.host) for file in made] == [
        (0o644, False, None),
        (0o644, False, None),
        (0o600, True, None),
    ]
    del contents[files[2].source]
    assert [str(each.path) for each in bundled(files, contents)] == ["ca.pem", "client.pem"]
