"""What holds for every command: help, usage errors, signals, pipes, colours."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli.running import GOOD, etcdboot, in_json
from etcdboot import __version__
from etcdboot.cli import COMMANDS, Program, program
from etcdboot.cli.certs import COMMANDS as CERTS
from etcdboot.cli.certs import command as certs
from etcdboot.cli.output import Output, bug

SOURCE = Path(__file__).resolve().parents[2] / "src"
PROGRAM = [sys.executable, "-m", "etcdboot"]


def environment(**more: str) -> dict[str, str]:
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "TERM": "xterm", "PYTHONPATH": str(SOURCE)} | more


def test_help_names_every_command() -> None:
    done = etcdboot("--help")
    assert (done.exit_code, done.stderr) == (0, "")
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


def test_no_command_shows_the_help_and_is_a_usage_error() -> None:
    assert etcdboot().exit_code == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = etcdboot(command, "--help")
    assert done.exit_code == 0
    assert "Example" in done.stdout and f"etcdboot {command}" in done.stdout
    assert etcdboot(command, "-h").stdout == done.stdout


@pytest.mark.parametrize("name", CERTS)
def test_every_certs_command_has_an_example_and_tells_its_exit_codes(name: str) -> None:
    found = certs.get_command(click.Context(certs), name)
    assert found is not None and found.help
    assert "Example" in str(found.epilog)
    assert "Exit codes: 0 " in str(found.epilog)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_list_says_of_a_command_what_its_own_help_says(command: str) -> None:
    found = program.get_command(click.Context(program), command)
    assert found is not None and found.help


def test_version_is_one_line() -> None:
    assert etcdboot("--version").stdout == f"etcdboot {__version__}\n"
    assert etcdboot("-V").stdout == f"etcdboot {__version__}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("chekc",), "Did you mean check?"),
        (("zzzz",), "No such command 'zzzz'."),
        (("check", "--bogus"), "--bogus"),
        (("check", "--file"), "requires an argument"),
        (("check", "surplus"), "unexpected extra argument"),
        (("init", "--local", "many"), "not a valid integer"),
        (("init", "--tls", "most"), "is not one of"),
    ],
)
@pytest.mark.parametrize("form", [(), ("-w", "json"), ("-wjson",), ("--write-out=json",), ("-qw", "json")])
def test_a_wrong_command_line_is_exit_2_in_the_form_asked_for(
    words: tuple[str, ...], said: str, form: tuple[str, ...]
) -> None:
    done = etcdboot(words[0], *form, *words[1:])
    assert done.exit_code == 2
    if form:
        found = in_json(done)["diagnostics"]
        assert [each["code"] for each in found] == ["EB002"]
        assert said in found[0]["message"] or words[0] not in COMMANDS
        assert done.stderr == ""
    else:
        assert said in done.stderr
        assert done.stdout == ""


@pytest.mark.parametrize("words", [("check", "-f", "json", "--bogus"), ("check", "-w", "jsonx")])
def test_json_is_not_assumed(words: tuple[str, ...]) -> None:
    assert etcdboot(*words).stdout == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_can_say_in_json_that_it_failed(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert in_json(etcdboot(command, "-w", "json", "--bogus"))["exit"] == 2


def test_table_falls_back_to_simple() -> None:
    assert etcdboot("check", "-w", "table", "-f", "-", stdin=GOOD).stdout.startswith("prod is good")


@pytest.mark.parametrize(("form", "said"), [((), ""), (("-w", "json"), '"exit": 130')])
def test_ctrl_c_is_exit_130_without_a_traceback(tmp_path: Path, form: tuple[str, ...], said: str) -> None:
    spec = tmp_path / "cluster.yaml"
    os.mkfifo(spec)
    reading = subprocess.Popen(
        [*PROGRAM, "check", *form], cwd=tmp_path, env=environment(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, process_group=0,
    )  # fmt: skip
    with spec.open("w"):  # opens once the program reads the other end, and gives it nothing
        reading.send_signal(signal.SIGINT)
        stdout, stderr = reading.communicate(timeout=30)
    assert reading.returncode == 130
    assert said in stdout and (said or not stdout)
    assert "Traceback" not in stderr


@pytest.mark.parametrize(
    ("arguments", "code"), [(("schema",), 0), (("check", "-f", "/dev/null", "-w", "json"), 3)]
)
def test_a_reader_who_left_is_no_error(arguments: tuple[str, ...], code: int) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*PROGRAM, *arguments], env=environment(), stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (code, b"")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
def test_closed_streams_change_no_exit_code(closed: str, tmp_path: Path) -> None:
    (tmp_path / "cluster.yaml").write_text("name: 1\n")
    done = subprocess.run(
        ["sh", "-c", f'"$@" {closed}', "sh", *PROGRAM, "check"], cwd=tmp_path, env=environment(),
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr


def test_a_closed_stdin_is_named() -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" <&-', "sh", *PROGRAM, "check", "-f", "-"], env=environment(),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 8
    assert "EB003" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("form", ["simple", "json"])
def test_a_full_disk_is_told_and_is_exit_8(form: str) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*PROGRAM, "schema", "-w", form], env=environment(), stdout=full,
            stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 8
    assert done.stderr == "error EB408: cannot write the output: No space left on device\n"


def on_a_terminal(**more: str) -> bytes:
    """What ``check`` prints to a terminal of an empty spec."""
    ours, its = pty.openpty()
    done = subprocess.run(
        [*PROGRAM, "check", "-f", "/dev/null"], env=environment(**more), stdin=subprocess.DEVNULL,
        stdout=its, stderr=its, check=False,
    )  # fmt: skip
    os.close(its)
    shown = os.read(ours, 65536)
    os.close(ours)
    assert done.returncode == 3
    return shown


def test_colours_are_for_terminals_and_not_for_those_who_want_none() -> None:
    assert b"\x1b[" in on_a_terminal()
    assert b"\x1b[" in on_a_terminal(NO_COLOR="")
    assert b"\x1b[" not in on_a_terminal(NO_COLOR="1")


def test_no_colours_reach_a_file() -> None:
    assert "\x1b[" not in etcdboot("check", "-f", "-", stdin="").stderr


@pytest.mark.parametrize("debug", [False, True])
def test_a_bug_is_one_line_and_a_traceback_only_with_debug(
    debug: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        raise KeyError("x")
    except KeyError as problem:
        assert bug(problem, Output(debug=debug)) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "error EB001: a bug in etcdboot: KeyError: 'x'" in shown.err
    assert ("Traceback" in shown.err) == debug


def test_a_bug_in_a_command_is_exit_1() -> None:
    class Falling(Program):
        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
            return click.Command("fall", callback=lambda: 1 // 0)

    done = CliRunner().invoke(Falling("falling"), ["fall"])
    assert done.exit_code == 1
    assert "error EB001: a bug in etcdboot: ZeroDivisionError" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("terminal", "written"),
    [("utf-8", "utf-8"), ("latin-1", "latin-1"), ("ascii", "utf-8")],  # click takes ASCII for a mistake
)
def test_a_path_of_any_bytes_is_spelt_out(tmp_path: Path, terminal: str, written: str) -> None:
    file = os.fsdecode(b"\xff\x9b\xc2\x9b\xc3\xa9.yaml")
    (tmp_path / file).write_text(GOOD)

    def check(file: str, form: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*PROGRAM, "check", "-w", form, "-f", file],
            cwd=tmp_path,
            env=environment(PYTHONIOENCODING=f"{terminal}:strict"),
            capture_output=True,
        )

    assert check(file, "simple").returncode == check(file, "json").returncode == 0
    gone, in_json = check(f"{file}x", "simple"), check(f"{file}x", "json")
    assert gone.returncode == in_json.returncode == 8
    assert b"\\udcff\\udc9b\\x9b" in gone.stderr
    said = json.loads(in_json.stdout.decode(written))
    assert said["diagnostics"][0]["path"] == f"{file}x"
