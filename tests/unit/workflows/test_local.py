from __future__ import annotations

import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from etcdboot.effects.binary import EtcdBinary
from etcdboot.ground.address import parse_url
from etcdboot.ground.errors import Refused
from etcdboot.model.loading import SourceMap
from etcdboot.workflows.local import Draft
from samples.plans import small_plan


def test_a_port_that_a_member_needs_and_somebody_holds_is_refused() -> None:
    planned = small_plan(names=("etcd1",))
    with socket.create_server(("127.0.0.1", 0)) as holder:
        taken = parse_url(f"http://127.0.0.1:{holder.getsockname()[1]}")
        member = replace(planned.members[0], listen_peer_urls=(taken,), listen_client_urls=())
        etcd = EtcdBinary(Path("/opt/etcd"), member.release, None)
        draft = Draft(replace(planned, members=(member,)), Path(), etcd, (), (), SourceMap())
        with pytest.raises(Refused, match=f"etcd1 cannot listen on {taken}") as refusal:
            draft.refuse_busy_ports()
    (told,) = refusal.value.diagnostics
    assert told.code == "EB506" and f"(pid {os.getpid()})" in told.message
    draft.refuse_busy_ports()
