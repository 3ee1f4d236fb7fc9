from __future__ import annotations

import re

import pytest

from etcdboot.base.artifacts import HostPlace
from etcdboot.effects.files.template_files import load_templates
from etcdboot.plan.plan import Flag
from etcdboot.render.targets import ALWAYS, CLIENT_FILES, HOST_KEYS, SETTINGS, TARGETS, member_rows
from etcdboot.spec.spec import EtcdSpec, Settings, Target
from samples.plans import small_plan


def templates_used() -> tuple[str, ...]:
    """Every template that the tables name, sorted."""
    rows = [*ALWAYS, *CLIENT_FILES, *HOST_KEYS, *(row for files in SETTINGS.values() for row in files)]
    for target in TARGETS.values():
        rows += [*target.member_files, *target.cluster_files]
    return tuple(sorted({row.template for row in rows}))


def test_every_target_and_form_of_the_spec_has_a_row() -> None:
    assert set(TARGETS) == set(Target)
    assert set(SETTINGS) == set(Settings)


def test_the_tables_use_every_template_that_ships_for_members() -> None:
    shipped = load_templates()
    whole = [name for name in shipped if not name.startswith(("init/", "host/"))]
    assert templates_used() == tuple(whole)
    parts = {name for text in shipped.values() for name in re.findall(r'{% include "(.+)" %}', text)}
    assert parts == {name for name in shipped if name.startswith("host/")}


def test_root_owns_a_file_with_a_secret_and_the_members_group_may_read_it() -> None:
    row = SETTINGS[Settings.ENV][0]
    plain = row.file_for(small_plan().members[0])
    path = "/etc/etcd/etcd.env"
    assert (plain.mode, plain.secret, plain.host) == (0o644, False, HostPlace(path, 0o644))
    flags = (Flag("discovery-password", "hush", secret=True),)
    plan = small_plan(flags=flags, etcd=EtcdSpec(group="certs"))
    secret = row.file_for(plan.members[0])
    assert (secret.mode, secret.secret) == (0o600, True)
    assert secret.host == HostPlace(path, 0o640, "root", "certs")


@pytest.mark.parametrize("form", list(Settings))
def test_only_a_change_of_what_etcd_reads_at_its_start_needs_a_restart(form: Settings) -> None:
    member = small_plan().members[0]
    rows = (*member_rows(form, tuple(Target)), *HOST_KEYS)
    found = {row.file_for(member).name for row in rows if not row.file_for(member).starts}
    assert found == {"etcdctl.env", "install.sh", "make-csr.sh"}


def test_a_tree_has_the_files_of_its_form_and_targets() -> None:
    member = small_plan().members[0]
    rows = member_rows(Settings.ENV, (Target.SYSTEMD,))
    names = [row.file_for(member).name for row in rows]
    assert names == ["etcdctl.env", "etcd.env", "etcd.service", "install.sh"]
