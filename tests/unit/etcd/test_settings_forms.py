"""Which settings form can say what."""

from __future__ import annotations

import pytest

from etcdboot.etcd.releases import parse_release
from etcdboot.etcd.settings_forms import Form, expressible, forms_for


@pytest.mark.parametrize("form", ["flags", "env", "config"])
def test_every_form_can_say_an_ordinary_flag(form: Form) -> None:
    assert expressible("quota-backend-bytes", parse_release("3.4.0"), form) is None


@pytest.mark.parametrize(
    ("name", "release", "form", "why"),
    [
        (
            "raft-read-timeout",
            "3.6.14",
            "config",
            "etcd 3.6 has no key for raft-read-timeout in its configuration file; "
            "settings that can say it: flags and env",
        ),
        (
            "peer-cert-allowed-cn",
            "3.5.13",
            "config",
            "etcd 3.5 before 3.5.14 has no key for peer-cert-allowed-cn in its configuration file; "
            "settings that can say it: flags and env",
        ),
        (
            "peer-cert-allowed-cn",
            "3.4.45",
            "config",
            "etcd 3.4 has no key for peer-cert-allowed-cn in its configuration file; "
            "settings that can say it: flags and env",
        ),
        (
            "raft-read-timeout",
            "3.7.1",
            "config",
            "etcd 3.7 has no key for raft-read-timeout in its configuration file; "
            "settings that can say it: flags and env",
        ),
        (
            "version",
            "3.5.1",
            "env",
            "ETCD_VERSION is not read as a setting by etcd 3.5.1; settings that can say it: flags",
        ),
        (
            "discovery-password",
            "3.6.14",
            "flags",
            "--discovery-password would show its value to whoever lists processes; "
            "settings that can say it: config",
        ),
        (
            "discovery-password",
            "3.7.1",
            "env",
            "etcd would write the value of ETCD_DISCOVERY_PASSWORD into its log; "
            "settings that can say it: config",
        ),
        ("max-learners", "3.5.33", "flags", "etcd 3.5.33 has no --max-learners"),
        ("frobnicate", "3.5.33", "env", "etcd 3.5.33 has no --frobnicate"),
    ],
)
def test_says_why_a_form_cannot_say_a_flag_and_which_can(
    name: str, release: str, form: Form, why: str
) -> None:
    assert expressible(name, parse_release(release), form) == why


def test_a_key_that_came_with_a_patch_counts_from_there() -> None:
    assert expressible("peer-cert-allowed-cn", parse_release("3.5.14"), "config") is None


def test_no_form_can_say_a_flag_that_is_not_there() -> None:
    assert forms_for("max-learners", parse_release("3.5.33")) == ()
