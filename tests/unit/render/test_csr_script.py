from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from etcdboot.effects.files.template_files import load_templates
from etcdboot.pki.x509 import csr
from etcdboot.plan.plan import ClusterPlan
from etcdboot.render.csr_script import key_files, made_there, script_requests
from etcdboot.render.operator_steps.host_key_steps import asking_steps
from etcdboot.render.renderer import render
from etcdboot.spec.spec import KeyAlgorithm
from samples.certificates import plan_of
from samples.host_scripts import make_keys

CSR = plan_of(2, certificates="source: csr")
MIXED = plan_of(2, certificates="source: csr, peer: {key: rsa-4096}", extra="tls: {client: server}")


def scripts(plan: ClusterPlan) -> dict[str, str]:
    files = render(plan, load_templates())
    return {str(each.path): each.content.decode() for each in files if each.path.name == "make-csr.sh"}


def test_only_members_whose_keys_are_made_there_have_the_script() -> None:
    assert set(scripts(CSR)) == {"etcd1/make-csr.sh", "etcd2/make-csr.sh"}
    assert scripts(plan_of(2)) == {}
    [mode] = {each.mode for each in render(CSR, load_templates()) if each.path.name == "make-csr.sh"}
    assert mode == 0o755


def test_the_keys_have_the_names_that_etcd_is_told() -> None:
    member = CSR.members[0]
    assert key_files(member) == ("server-key.pem", "peer-key.pem")
    assert member.files.key_file.endswith("/pki/server-key.pem")
    assert [each.name for each in made_there(member)] == ["etcd1/server", "etcd1/peer"]
    assert key_files(plan_of(2).members[0]) == ()


def test_the_script_is_told_what_is_planned() -> None:
    server, peer = script_requests(MIXED.members[0])
    assert (server["file"], peer["key_file"]) == ("etcd1-server.csr", "peer-key.pem")
    assert "ec_paramgen_curve:P-256" in server["key_arguments"]
    assert "rsa_keygen_bits:4096" in peer["key_arguments"]
    assert (server["key_usage"], peer["key_usage"]) == (
        "digitalSignature",
        "digitalSignature, keyEncipherment",
    )
    assert server["usages"] == "serverAuth, clientAuth"
    assert "IP:192.168.202.1" in server["sans"]


@pytest.mark.parametrize("kind", list(KeyAlgorithm))
def test_openssl_knows_every_kind_of_key(kind: KeyAlgorithm, tmp_path: Path) -> None:
    """The arguments are openssl's own; the request that comes of them is what the plan allows."""
    wanted = replace(CSR.members[0].certificates[0], key=kind)
    member = replace(CSR.members[0], certificates=(wanted,))
    config_dir = type(member.paths.config_dir)(tmp_path / "a 'folder' of $mine")
    member = replace(member, paths=replace(member.paths, config_dir=config_dir))
    [script] = scripts(replace(CSR, members=(member,))).values()
    (tmp_path / "make-csr.sh").write_text(script)
    make_keys(tmp_path / "make-csr.sh")
    facts = csr.read((tmp_path / "csr/etcd1-server.csr").read_bytes())
    assert (facts.key, facts.subject, facts.sans) == (str(kind), wanted.subject, wanted.sans)
    assert facts.signed and facts.usages == tuple(wanted.usages)


@pytest.mark.parametrize(
    "value", ["a/b", "a+b", "a\\b", "it's", '"', "$HOME", "#x", "Größe", "a=b", "`id`", "a, b"]
)
def test_any_subject_reaches_the_request_as_it_is(value: str, tmp_path: Path) -> None:
    subject = (("O", value), ("CN", "etcd1"))
    wanted = replace(CSR.members[0].certificates[0], subject=subject)
    member = replace(CSR.members[0], certificates=(wanted,))
    member = replace(member, paths=replace(member.paths, config_dir=type(member.paths.config_dir)(tmp_path)))
    [script] = scripts(replace(CSR, members=(member,))).values()
    (tmp_path / "make-csr.sh").write_text(script)
    make_keys(tmp_path / "make-csr.sh")
    assert csr.read((tmp_path / "csr/etcd1-server.csr").read_bytes()).subject == subject


def test_a_key_is_made_where_nobody_can_lay_a_symlink_and_nothing_else_is_left(tmp_path: Path) -> None:
    member = CSR.members[0]
    member = replace(member, paths=replace(member.paths, config_dir=type(member.paths.config_dir)(tmp_path)))
    [script] = scripts(replace(CSR, members=(member,))).values()
    (tmp_path / "make-csr.sh").write_text(script)
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "pki").mkdir()
    (tmp_path / "pki/server-key.pem.new").symlink_to(tmp_path / "victim")
    make_keys(tmp_path / "make-csr.sh")
    made = {each.name: each for each in (tmp_path / "pki").iterdir()}
    assert set(made) == {"peer-key.pem", "server-key.pem", "server-key.pem.new"}
    assert {made[name].stat().st_mode & 0o777 for name in ("peer-key.pem", "server-key.pem")} == {0o600}
    assert (tmp_path / "victim").read_text() == "mine"


def test_the_steps_lead_from_the_hosts_and_back() -> None:
    steps = asking_steps(CSR.members, {"etcd1", "etcd2"}, "out", "prod.yaml")
    text = "\n".join(steps)
    for line in (
        "scp -r out/etcd1 root@192.168.202.1:",
        "ssh root@192.168.202.2 sh etcd2/make-csr.sh",
        "scp -r root@192.168.202.1:etcd1/csr .",
        "etcdboot certs sign -f prod.yaml csr",
        "etcdboot render -f prod.yaml",
    ):
        assert line in text
    assert len(steps) == 4


def test_on_this_machine_nothing_is_copied() -> None:
    near = CSR.members[0]
    local = replace(near, host=type(near.host)("127.0.0.1", near.host.kind))
    steps = asking_steps([local], {"etcd1"}, "out", "cluster.yaml")
    assert [line.strip() for step in steps for line in step.splitlines()[1:]] == [
        "sh out/etcd1/make-csr.sh csr",
        "etcdboot certs sign csr",
        "etcdboot render",
    ]
