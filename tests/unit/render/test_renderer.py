from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from etcdboot.base.artifacts import Artifact, HostPlace
from etcdboot.base.errors import SpecError, UsageError
from etcdboot.effects.files.template_files import load_templates
from etcdboot.plan.plan import Flag
from etcdboot.render.renderer import render
from etcdboot.spec.spec import ClientTls, Settings, Target
from samples.plans import small_plan

TEMPLATES = load_templates()


@pytest.mark.parametrize(
    ("form", "target", "names"),
    [
        (Settings.FLAGS, Target.SCRIPT, {"etcd1/etcd.sh"}),
        (Settings.ENV, Target.SCRIPT, {"etcd1/etcd.sh", "etcd1/etcd.env"}),
        (Settings.CONFIG, Target.SCRIPT, {"etcd1/etcd.sh", "etcd1/etcd.conf.yml"}),
        (Settings.FLAGS, Target.SYSTEMD, {"etcd1/etcd.service", "etcd1/install.sh"}),
        (Settings.CONFIG, Target.PROCFILE, {"etcd1/etcd.conf.yml", "Procfile"}),
    ],
)
def test_a_form_and_a_target_make_these_files(form: Settings, target: Target, names: set[str]) -> None:
    found = render(small_plan(form, target, names=("etcd1",)), TEMPLATES)
    always = {"etcd1/etcdctl.env", "clients/root/etcdctl.env"}
    assert {str(each.path) for each in found} == names | always


def test_every_file_says_whose_it_is_and_where_to_edit() -> None:
    for each in render(small_plan(Settings.ENV), TEMPLATES):
        text = each.content.decode()
        assert "cluster prod-a" in text, each.path
        assert "Rendered by etcdboot; edit the spec, not this file." in text, each.path
        assert text.endswith("\n") and not text.endswith("\n\n"), each.path


def test_scripts_are_executable_and_everything_knows_its_place_on_the_host() -> None:
    found = {str(each.path): each for each in render(small_plan(), TEMPLATES)}
    assert found["etcd1/etcd.sh"].mode == found["etcd1/install.sh"].mode == 0o755
    assert found["etcd2/etcd.conf.yml"].host == HostPlace("/etc/etcd/etcd.conf.yml", 0o644)
    assert found["Procfile"].host is None


def test_certificates_go_into_their_members_tree() -> None:
    key = Artifact(PurePosixPath("pki/server-key.pem"), b"k", 0o600, secret=True, host=HostPlace("/h", 0o640))
    found = {str(each.path): each for each in render(small_plan(), TEMPLATES, {"etcd2": (key,)})}
    assert found["etcd2/pki/server-key.pem"] == replace(key, path=PurePosixPath("etcd2/pki/server-key.pem"))
    assert "etcd1/pki/server-key.pem" not in found


def test_a_value_that_a_file_cannot_hold_names_the_flag_and_the_form_that_can() -> None:
    flags = (Flag("host-whitelist", "a$b"), Flag("initial-election-tick-advance", "true"))
    with pytest.raises(SpecError) as refusal:
        render(small_plan(Settings.FLAGS, Target.PROCFILE, flags=flags), TEMPLATES)
    (found,) = refusal.value.diagnostics
    assert found.code == "EB452"
    assert "member etcd1: Procfile cannot say host-whitelist" in found.message
    assert found.hint == "render.settings: env or config can say it"


def test_a_control_character_needs_the_configuration_file() -> None:
    flags = (Flag("host-whitelist", "a\x01b"),)
    with pytest.raises(SpecError) as refusal:
        render(small_plan(Settings.ENV, Target.PROCFILE, flags=flags), TEMPLATES)
    assert refusal.value.diagnostics[0].hint == "render.settings: config can say it"


def test_a_path_that_a_file_cannot_hold_names_the_file() -> None:
    plan = small_plan(Settings.CONFIG, Target.PROCFILE)
    member = plan.members[0]
    odd = replace(member, paths=replace(member.paths, binary=PurePosixPath("/opt/$x/etcd")))
    with pytest.raises(
        SpecError, match=r"^Procfile cannot be written: .*ruby foreman.*'/opt/.x/etcd'$"
    ) as refusal:
        render(replace(plan, members=(odd,)), TEMPLATES)
    assert [each.code for each in refusal.value.diagnostics] == ["EB452"]


def test_names_the_flags_that_a_form_cannot_say_for_all_members_at_once() -> None:
    plan = small_plan(flags=(Flag("raft-read-timeout", "5s"),))
    first, second = plan.members
    plan = replace(plan, members=(first, replace(second, flags=second.flags + first.flags[-1:])))
    with pytest.raises(SpecError) as refusal:
        render(plan, TEMPLATES)
    assert [each.code for each in refusal.value.diagnostics] == ["EB451", "EB451"]


def test_a_member_cannot_be_called_like_a_file_of_the_cluster() -> None:
    with pytest.raises(SpecError, match="folder of member procfile") as refusal:
        render(small_plan(names=("procfile", "b")), TEMPLATES)
    (told,) = refusal.value.diagnostics
    assert (told.code, told.path) == ("EB453", "members[0].name")
    assert render(small_plan(Settings.FLAGS, Target.SCRIPT, names=("procfile", "b")), TEMPLATES)


@pytest.mark.parametrize("client", [ClientTls.MUTUAL, ClientTls.SERVER])
def test_a_member_cannot_be_called_like_the_clients_folder(client: ClientTls) -> None:
    with pytest.raises(SpecError, match="folder of member Clients would stand where the clients' folder"):
        render(small_plan(names=("Clients",), client=client), TEMPLATES)
    assert render(small_plan(names=("Clients",), client=ClientTls.OFF), TEMPLATES)


def test_a_client_finds_its_files_beside_its_variables() -> None:
    texts = {str(each.path): each.content.decode() for each in render(small_plan(), TEMPLATES)}
    lines = texts["clients/root/etcdctl.env"].splitlines()
    assert [each for each in lines if not each.startswith("#")] == [
        'ETCDCTL_ENDPOINTS="https://10.0.0.1:2379,https://10.0.0.2:2379"',
        'ETCDCTL_CACERT="$PWD/ca.pem"',
        'ETCDCTL_CERT="$PWD/client.pem"',
        'ETCDCTL_KEY="$PWD/client-key.pem"',
    ]
    plan = small_plan(client=ClientTls.SERVER)
    texts = {str(each.path): each.content.decode() for each in render(plan, TEMPLATES)}
    assert "ETCDCTL_CACERT" in texts["clients/root/etcdctl.env"]
    assert "ETCDCTL_CERT=" not in texts["clients/root/etcdctl.env"]
    plan = small_plan(client=ClientTls.OFF)
    assert not [each for each in render(plan, TEMPLATES) if each.path.parts[0] == "clients"]


def test_a_file_of_a_client_that_cannot_be_written_is_named() -> None:
    plan = replace(small_plan(), name="a\nb", targets=(), members=())
    with pytest.raises(SpecError, match=r"^clients/root/etcdctl\.env cannot be written"):
        render(plan, TEMPLATES)


def test_a_broken_template_is_the_users_to_correct() -> None:
    broken = {**TEMPLATES, "procfile/Procfile.j2": "{{ nobody }}"}
    with pytest.raises(UsageError, match="nobody") as refusal:
        render(small_plan(), broken)
    assert refusal.value.diagnostics[0].file == "procfile/Procfile.j2"


def test_a_secret_makes_its_file_secret() -> None:
    flags = (Flag("discovery-password", "hush", secret=True),)
    found = [each for each in render(small_plan(flags=flags), TEMPLATES) if b"hush" in each.content]
    assert [(str(each.path), each.mode, each.secret) for each in found] == [
        ("etcd1/etcd.conf.yml", 0o600, True)
    ]
