from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from samples.grpc_etcd import good, serving
from samples.observations import SPEC


def run(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path), "NO_COLOR": "1"}
    argv = [sys.executable, "-m", "etcdboot", "verify", *arguments]
    return subprocess.run(argv, env=variables, capture_output=True, text=True, cwd=folder, check=False)


def test_a_healthy_endpoint_exits_0_with_etcdctl_s_words_on_stdout() -> None:
    with serving(good()) as port:
        done = run("--endpoints", f"127.0.0.1:{port}")
    first, verdict = done.stdout.splitlines()
    assert first.startswith(f"http://127.0.0.1:{port} is healthy: successfully committed proposal: took = ")
    assert verdict.startswith("verdict: healthy")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_dead_one_beside_it_exits_5_and_names_the_remedy() -> None:
    with serving(good()) as port:
        done = run("--endpoints", f"127.0.0.1:{port},127.0.0.1:1")
    assert done.returncode == 5
    assert "fail EB610 network: http://127.0.0.1:1:" in done.stdout
    assert "    remedy: start etcd there" in done.stdout


def test_nothing_reachable_exits_6_with_json_in_the_promised_shape() -> None:
    done = run("--endpoints", "127.0.0.1:1", "-w", "json")
    body = json.loads(done.stdout)
    assert (done.returncode, body["ok"], body["exit"], body["verdict"]) == (6, False, 6, "unreachable")
    assert body["endpoints"][0]["endpoint"] == "http://127.0.0.1:1"
    assert {"code", "subject", "layer", "status", "seen", "expected", "remedy"} <= set(body["checks"][0])
    assert done.stderr == ""


def test_the_table_shows_endpoints_and_members() -> None:
    with serving(good()) as port:
        done = run("--endpoints", f"127.0.0.1:{port}", "-w", "table")
    assert done.returncode == 0
    assert "endpoint" in done.stdout
    assert "etcd1" in done.stdout
    assert "3.6.14" in done.stdout


def test_waiting_in_vain_exits_with_the_last_verdict_and_talks_on_stderr() -> None:
    done = run("--endpoints", "127.0.0.1:1", "--wait", "300ms")
    assert done.returncode == 6
    assert "0 of 1 endpoints healthy" in done.stderr
    assert run("--endpoints", "127.0.0.1:1", "--wait", "300ms", "-q").stderr == ""


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code"),
    [
        (["--endpoints", ""], 7, "EB602"),
        (["--endpoints", "a b"], 2, "EB606"),
        (["--endpoints", "https://127.0.0.1:1", "--cacert", "absent.pem"], 8, "EB603"),
        (["--endpoints", "https://127.0.0.1:1", "--cacert", "cluster.yaml"], 7, "EB604"),
        (["--endpoints", "127.0.0.1:1", "--cert", "x.pem"], 2, "EB607"),
        (["--cacert", "ca.pem"], 2, "EB608"),
        (["--client", "nobody"], 2, "EB605"),
        ([], 8, "EB603"),
        (["-f", "absent.yaml"], 8, "EB003"),
        (["--wait", "soon"], 2, "EB002"),
        (["--timeout", "-1s"], 2, "EB002"),
    ],
)
def test_bad_input_has_its_own_code_and_no_traceback(
    tmp_path: Path, arguments: list[str], exit_code: int, code: str
) -> None:
    (tmp_path / "cluster.yaml").write_text(SPEC)
    done = run(*arguments, "-w", "json", folder=tmp_path)
    body = json.loads(done.stdout)
    assert (done.returncode, [each["code"] for each in body["diagnostics"]]) == (exit_code, [code])
    assert done.stderr == ""


def test_a_secret_key_is_never_printed(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\nSECRET\n")
    files = ["--cacert", "key.pem", "--cert", "key.pem", "--key", "key.pem"]
    done = run("--endpoints", "https://127.0.0.1:1", *files, folder=tmp_path)
    assert "SECRET" not in done.stdout + done.stderr
