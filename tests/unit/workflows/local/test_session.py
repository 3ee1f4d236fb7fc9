from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from etcdboot.base.errors import EtcdbootError, ExitCode
from etcdboot.effects.process.control_socket import ask
from etcdboot.effects.process.process import Program
from etcdboot.effects.process.supervisor import Supervisor
from etcdboot.observations.local_cluster import LocalCluster
from etcdboot.verify.report import judge
from etcdboot.workflows.local.session import Session
from samples.observations import all_well, planned

WAITS = "trap 'exit 0' TERM; while :; do sleep 0.01; done"


def test_a_question_that_it_does_not_know_is_refused_and_the_cluster_runs_on(tmp_path: Path) -> None:
    asyncio.run(asked_something_odd(tmp_path))


async def asked_something_odd(folder: Path) -> None:
    healthy = asyncio.Event()
    member = Program("e1", ("/bin/sh", "-c", WAITS), (), folder, folder / "e1.log")
    supervisor = Supervisor([(member, ("http://e1",))], lambda event: None)
    session = Session(
        supervisor=supervisor,
        state=folder,
        look=lambda timeout: judge(planned(), all_well()),
        describe=lambda: LocalCluster("c", "3.6.14", str(folder), False, "", (), supervisor.states()),
        announce=lambda report: healthy.set(),
        reporter=lambda event: None,
        wait=30.0,
        stays=True,
        apart=0.0,
    )
    running = asyncio.create_task(session.run())
    await healthy.wait()
    with pytest.raises(EtcdbootError) as refusal:
        await asyncio.to_thread(ask, folder, {"do": "dance"}, 30.0)
    assert refusal.value.exit_code is ExitCode.USAGE
    assert [each.code for each in refusal.value.diagnostics] == ["EB523"]
    told = await asyncio.to_thread(ask, folder, {"do": "ps"}, 30.0)
    assert told is not None and told["members"][0]["phase"] == "running"
    await asyncio.to_thread(ask, folder, {"do": "down"}, 30.0)
    assert await running is ExitCode.OK
