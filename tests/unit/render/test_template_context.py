from __future__ import annotations

from dataclasses import replace

import pytest

from etcdboot.formats.characters import Unsayable
from etcdboot.render.template_context import cluster_values, member_values
from etcdboot.spec.spec import Settings, Target
from samples import parsers
from samples.plans import small_plan


def test_a_process_with_variables_is_a_shell_that_becomes_etcd() -> None:
    text = cluster_values(small_plan(Settings.ENV, Target.PROCFILE))["processes"]
    assert parsers.parse_procfile(str(text))["etcd1"] == (
        "/bin/sh",
        "-c",
        "set -a; . /etc/etcd/etcd.env; set +a; exec /usr/local/bin/etcd",
    )


def test_no_comment_breaks_out_of_its_line() -> None:
    plan = replace(small_plan(), name="a\nb")
    with pytest.raises(Unsayable):
        member_values(plan, plan.members[0])


def test_a_member_that_needs_certificates_is_told_so() -> None:
    plan = small_plan()
    assert member_values(plan, plan.members[0])["needs_pki"] is True
    assert member_values(plan, replace(plan.members[0], certificates=()))["needs_pki"] is False
