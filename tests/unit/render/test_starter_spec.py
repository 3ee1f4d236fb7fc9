from __future__ import annotations

import re
from pathlib import Path

import pytest

from etcdboot.etcd.releases import NEWEST
from etcdboot.formats.templates import Engine
from etcdboot.render.starter_spec import (
    MOST_LOCAL_MEMBERS,
    TEMPLATE,
    TLS_CHOICES,
    Starter,
    first_spec,
    local_starters,
    starters,
)
from etcdboot.spec.loader import load
from etcdboot.spec.spec import ClusterSpec

TEMPLATES = Path(__file__).parents[3] / "templates"
ENGINE = Engine({TEMPLATE: (TEMPLATES / TEMPLATE).read_text()})
THREE = starters(("etcd1=10.0.0.1", "e2.example.com", "v6=[fd00::3]"))


def text(
    members: tuple[Starter, ...] = THREE,
    *,
    name: str = "prod",
    tls: str = "mutual",
    local: bool = False,
    binary: str = "",
) -> str:
    return first_spec(ENGINE, name=name, release=NEWEST, members=members, tls=tls, local=local, binary=binary)


def spec(written: str) -> ClusterSpec:
    loaded = load(written)
    assert loaded.spec is not None, loaded.diagnostics
    return loaded.spec


def test_words_become_members() -> None:
    assert (
        Starter("etcd1", "10.0.0.1"),
        Starter("etcd2", "e2.example.com"),
        Starter("v6", "fd00::3"),
    ) == THREE
    assert starters(("fd00::1",)) == (Starter("etcd1", "fd00::1"),)


@pytest.mark.parametrize(
    "word", ["", "=a", "a=", "a b=h", "a=b=c", "a=http://h", "a=h:1", "[fd00::1", "a=[h:1]"]
)
def test_a_word_that_names_no_member_is_refused(word: str) -> None:
    with pytest.raises(ValueError):
        starters((word,))


def test_local_members_never_share_a_port() -> None:
    members = local_starters(MOST_LOCAL_MEMBERS)
    ports = [port for each in members for port in (each.client_port, each.peer_port)]
    assert len(set(ports)) == 2 * MOST_LOCAL_MEMBERS
    assert max(ports) < 60_000
    assert {each.host for each in members} == {"127.0.0.1"}


@pytest.mark.parametrize("tls", TLS_CHOICES)
@pytest.mark.parametrize("local", [False, True])
def test_what_is_written_says_what_was_asked(tls: str, local: bool) -> None:
    found = spec(
        text(local_starters(3) if local else THREE, tls=tls, local=local, binary="/opt/etcd" if local else "")
    )
    assert (found.tls.client, found.tls.peer) == TLS_CHOICES[tls]
    assert found.members[0].name == "etcd1"
    assert found.etcd.binary == ("/opt/etcd" if local else None)


@pytest.mark.parametrize("name", ["on", "1", "1e3", "null", "1.5", "a.b-c_d"])
def test_a_name_that_yaml_could_misread_stays_a_name(name: str) -> None:
    members = (Starter(name, "10.0.0.1"),)
    found = spec(text(members, name=name))
    assert (found.name, found.members[0].name) == (name, name)


def test_an_address_beside_a_name_is_written() -> None:
    assert spec(text((Starter("a", "e1.example.com", address="10.0.0.1"),))).members[0].address == (
        "10.0.0.1",
    )


def test_every_comment_that_shows_a_key_shows_a_real_one() -> None:
    shown, count = re.subn(r"^  # (?=(?:  )?[a-z-]+:)", "  ", text(), flags=re.MULTILINE)
    assert count > 5
    assert load(shown).diagnostics == ()


def test_lines_are_short_and_end_without_blanks() -> None:
    for line in (text() + text(local_starters(2), local=True)).splitlines():
        assert len(line) <= 110
        assert line == line.rstrip()
