from __future__ import annotations

from etcdboot.effects.templates import load_templates
from etcdboot.model.plan import Flag
from etcdboot.model.spec import Settings, Target
from etcdboot.products.render.targets import SETTINGS, TARGETS, member_rows, templates_used
from samples.plans import small_plan


def test_every_target_and_form_of_the_spec_has_a_row() -> None:
    assert set(TARGETS) == set(Target)
    assert set(SETTINGS) == set(Settings)


def test_the_tables_use_every_template_that_ships_for_members() -> None:
    assert templates_used() == tuple(each for each in load_templates() if not each.startswith("init/"))


def test_a_file_with_a_secret_is_for_etcd_alone() -> None:
    row = SETTINGS[Settings.ENV][0]
    plain = row.file_for(small_plan().members[0])
    assert (plain.mode, plain.secret, plain.owner) == (0o644, False, "")
    flags = (Flag("discovery-password", "hush", secret=True),)
    secret = row.file_for(small_plan(flags=flags).members[0])
    assert (secret.mode, secret.secret, secret.owner) == (0o600, True, "etcd")


def test_a_tree_has_the_files_of_its_form_and_targets() -> None:
    member = small_plan().members[0]
    rows = member_rows(Settings.ENV, (Target.SYSTEMD,))
    names = [row.file_for(member).name for row in rows]
    assert names == ["etcdctl.env", "etcd.env", "etcd.service", "install.sh"]
