from __future__ import annotations

import os
import pty
import select
import sys
from pathlib import Path

import pytest

from etcdboot.base.errors import EtcdbootError, Missing, Refused
from etcdboot.effects.passphrase import FROM_THE_VARIABLE, VARIABLE, Passphrases

KEY = "ca-key.pem"


@pytest.fixture(autouse=True)
def no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def code(caught: pytest.ExceptionInfo[EtcdbootError]) -> str:
    [told] = caught.value.diagnostics
    assert told.hint
    return told.code


def test_the_file_counts_before_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pw").write_text("from the file\n")
    monkeypatch.setenv(VARIABLE, "from the variable")
    assert Passphrases(tmp_path / "pw").opens(KEY) == b"from the file"
    assert FROM_THE_VARIABLE.opens(KEY) == FROM_THE_VARIABLE.seals(KEY) == b"from the variable"


@pytest.mark.parametrize("asks", [True, False])
def test_without_any_and_without_a_terminal_it_is_refused(
    asks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "")
    with pytest.raises(Refused, match=KEY) as caught:
        Passphrases(asks=asks).opens(KEY)
    assert code(caught) == "EB334"
    assert "--ca-passphrase-file" in caught.value.diagnostics[0].hint


def test_a_file_that_is_not_there_is_named_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(Missing) as caught:
        Passphrases(tmp_path / "pw", asks=True).opens(KEY)
    assert code(caught) == "EB008"


def test_a_new_one_has_eight_characters_and_an_old_one_may_have_fewer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, "seven77")
    assert FROM_THE_VARIABLE.opens(KEY) == b"seven77"
    with pytest.raises(Refused) as caught:
        FROM_THE_VARIABLE.seals(KEY)
    assert code(caught) == "EB336"
    assert "seven77" not in str(caught.value)


# --- at a terminal

ASK = """
import sys
from etcdboot.effects.passphrase import Passphrases
from etcdboot.base.errors import Refused
try:
    print("got", getattr(Passphrases(asks=True), sys.argv[1])("ca-key.pem"))
except Refused as cause:
    print("refused", cause.diagnostics[0].code)
"""


def typed(method: str, *lines: str) -> str:
    """What the terminal shows when somebody is asked and types these lines, each after a prompt."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", ASK, method])
    shown = ""
    for number, line in enumerate(lines, 1):
        while shown.count(": ") < number:
            shown += _read(terminal)
        os.write(terminal, f"{line}\n".encode())
    while part := _read(terminal):
        shown += part
    os.waitpid(pid, 0)
    os.close(terminal)
    return shown


def _read(terminal: int) -> str:
    assert select.select([terminal], [], [], 30)[0], "nothing more is shown"
    try:
        return os.read(terminal, 1000).decode()
    except OSError:  # the other side is gone
        return ""


def test_whoever_sits_at_the_terminal_is_asked_and_nothing_is_shown() -> None:
    shown = typed("opens", "correct horse")
    assert shown.startswith("Passphrase of ca-key.pem: ")
    assert shown.split("got")[0].count("correct horse") == 0
    assert "got b'correct horse'" in shown


def test_a_new_passphrase_is_typed_twice() -> None:
    shown = typed("seals", "correct horse", "correct horse")
    assert shown.startswith("New passphrase for ca-key.pem: ")
    assert "got b'correct horse'" in shown
    assert "refused EB336" in typed("seals", "correct horse", "correct house")
    assert "refused EB336" in typed("seals", "short")


def test_an_empty_line_is_no_passphrase() -> None:
    assert "refused EB334" in typed("opens", "")
    assert "refused EB334" in typed("opens", "\x04")
