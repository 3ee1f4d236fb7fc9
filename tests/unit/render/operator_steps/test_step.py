from __future__ import annotations

from etcdboot.render.operator_steps.step import Command, etcdboot_command, step, verify_command


def test_commands_are_quoted_and_ready_text_is_not() -> None:
    lines: list[Command | str] = [("sh", "my out/install.sh"), "# stop etcd1; when it has stopped:"]
    assert step("install", lines).splitlines() == [
        "install:",
        "       sh 'my out/install.sh'",
        "       # stop etcd1; when it has stopped:",
    ]


def test_the_usual_spec_is_not_named() -> None:
    assert etcdboot_command("dns zone", "cluster.yaml") == ("etcdboot", "dns", "zone")
    assert verify_command("prod.yaml") == ("etcdboot", "verify", "-f", "prod.yaml", "--wait", "60s")
