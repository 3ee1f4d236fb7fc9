from __future__ import annotations

import pytest

from etcdboot.base.errors import SpecError
from etcdboot.plan.plan import Flag
from etcdboot.render.launch import launch
from etcdboot.spec.spec import Settings
from samples.plans import small_plan


def test_flags_are_one_word_each() -> None:
    member = small_plan().members[0]
    start = launch(member, Settings.FLAGS)
    assert start.argv[:3] == ("/usr/local/bin/etcd", "--name=etcd1", "--data-dir=/var/lib/etcd")
    assert len(start.argv) == 1 + len(member.flags)
    assert (start.environment, start.config_file) == ((), None)


def test_variables_leave_the_command_bare() -> None:
    start = launch(small_plan().members[0], Settings.ENV)
    assert start.argv == ("/usr/local/bin/etcd",)
    assert start.environment[0] == ("ETCD_NAME", "etcd1")
    assert start.config_file is None


def test_a_configuration_file_is_the_only_flag() -> None:
    start = launch(small_plan().members[0], Settings.CONFIG)
    assert start.argv == ("/usr/local/bin/etcd", "--config-file=/etc/etcd/etcd.conf.yml")
    assert start.config_file is not None
    assert start.config_file.text.startswith('name: "etcd1"\n')
    assert start.environment == ()


@pytest.mark.parametrize(
    ("form", "flag", "release", "why"),
    [
        (Settings.CONFIG, Flag("raft-read-timeout", "5s"), "3.6.14", "has no key for raft-read-timeout"),
        (Settings.ENV, Flag("cors", ""), "3.6.14", "takes an empty ETCD_CORS for one that is not set"),
        (Settings.FLAGS, Flag("discovery-password", "x", secret=True), "3.6.14", "show its value"),
        (Settings.FLAGS, Flag("auth-token", "x", secret=True), "3.6.14", "would see the secret"),
        (Settings.ENV, Flag("auth-token", "x", secret=True), "3.6.14", "ETCD_AUTH_TOKEN into its log"),
        (Settings.CONFIG, Flag("host-whitelist", "a\ud800"), "3.6.14", "cannot hold the character U.D800"),
        (Settings.CONFIG, Flag("grpc-keepalive-min-time", "soon"), "3.6.14", "not a duration"),
    ],
)
def test_names_the_flag_that_a_form_cannot_say(form: Settings, flag: Flag, release: str, why: str) -> None:
    member = small_plan(release=release, flags=(flag,)).members[0]
    with pytest.raises(SpecError, match=why) as refusal:
        launch(member, form)
    assert [each.code for each in refusal.value.diagnostics] == ["EB451"]
    assert flag.name in refusal.value.diagnostics[0].message


def test_names_every_such_flag_at_once() -> None:
    flags = (Flag("raft-read-timeout", "5s"), Flag("raft-write-timeout", "5s"))
    with pytest.raises(SpecError) as refusal:
        launch(small_plan(flags=flags).members[0], Settings.CONFIG)
    assert len(refusal.value.diagnostics) == 2


def test_no_repr_shows_a_secret() -> None:
    flags = (Flag("discovery-password", "hush", secret=True),)
    start = launch(small_plan(flags=flags).members[0], Settings.CONFIG)
    assert start.config_file is not None
    assert "hush" in start.config_file.text
    assert "hush" not in repr(start)
