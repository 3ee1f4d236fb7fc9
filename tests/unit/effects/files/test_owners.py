from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from etcdboot.base.errors import Missing, Refused
from etcdboot.effects.files.owners import demand_closed, demand_own, peer_uid, user_name
from lab.peers.fixtures import require_capability
from samples.control_peer import NOBODY, acting_as, open_folder


def test_a_folder_that_does_not_exist_passes(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "absent" / "state", tmp_path / "file" / "state"):
        demand_own(place)
        demand_closed(place)


def test_a_folder_that_cannot_be_examined_is_an_error(tmp_path: Path) -> None:
    require_capability("root")
    (tmp_path / "state").mkdir()
    with acting_as(NOBODY), pytest.raises(Missing) as caught:
        demand_own(tmp_path / "state")
    assert caught.value.diagnostics[0].code == "EB408"


def test_the_refusal_names_both_users() -> None:
    require_capability("root")
    with open_folder() as folder, acting_as(NOBODY), pytest.raises(Refused) as caught:
        demand_own(folder)
    (found,) = caught.value.diagnostics
    assert found.message == f"{folder} belongs to root; you are {user_name(NOBODY)}"
    assert found.hint.endswith("run the command as root")


def test_a_user_without_a_name_is_a_number() -> None:
    assert user_name(0) == "root"
    assert user_name(4_000_000_000) == "4000000000"


def test_the_kernel_names_the_user_at_the_other_end() -> None:
    near, far = socket.socketpair(socket.AF_UNIX)
    with near, far:
        assert peer_uid(near) == os.geteuid()
