"""Whatever is said in a syntax, its real reader reads that very value back, or it was refused."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from honcho.environ import parse_procfile
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etcdboot.formats import env_file, procfile, shell, systemd, yaml_writer
from etcdboot.formats.characters import Unsayable
from samples import parsers

# Half of what is tried is made of the characters that some reader gives a meaning.
HARD = "".join(map(chr, range(0x21))) + "\"'\\$`%;#&|<>()[]{}*?!~=:,@-+\x7f\x85\xa0\u2028\ufeffé漢😀ab1"
TEXTS = st.one_of(st.text(HARD, max_size=12), st.text(max_size=12))
NAMES = st.from_regex(r"ETCD_[A-Z0-9_]{1,8}", fullmatch=True)
PROCESS_NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True)
RUNS = settings(max_examples=60, deadline=None)


def sayable(quote: Callable[[str], str]) -> st.SearchStrategy[str]:
    """The texts that a quoter takes."""

    def takes(text: str) -> bool:
        try:
            quote(text)
        except Unsayable:
            return False
        return True

    return TEXTS.filter(takes)


SHELL_WORDS = sayable(shell.quote)
ENV_VALUES = sayable(env_file.quote)
UNIT_WORDS = sayable(systemd.quote)
YAML_TEXTS = sayable(yaml_writer.scalar)
PROCFILE_WORDS = sayable(lambda word: procfile.line("a", ("/x", word)))


def run_sh(script: bytes) -> bytes:
    return subprocess.run(["sh", "-c", script], capture_output=True, check=True).stdout


@given(st.lists(SHELL_WORDS, max_size=6))
def test_a_shell_line_is_read_back(words: list[str]) -> None:
    assert parsers.split_shell(shell.join(tuple(words))) == tuple(words)


@RUNS
@given(st.lists(SHELL_WORDS, max_size=20))
@example(["if", "a=1", "~", "-n", "\n", "'", "\\"])
def test_sh_reads_the_words_that_were_said(words: list[str]) -> None:
    printed = run_sh(f"printf '%s\\0' {shell.join(tuple(words))} x".encode())
    assert printed.decode().split("\0")[:-2] == words


@pytest.mark.parametrize("word", ["a=1", "then", "if", "time", "~", "!", "{", "}", "a b", "#", "-", "*"])
def test_sh_takes_a_quoted_first_word_for_a_command(word: str, tmp_path: Path) -> None:
    program = tmp_path / word
    program.write_text("#!/bin/sh\necho ran\n")
    program.chmod(0o755)
    assert run_sh(f"PATH={tmp_path}; {shell.quote(word)}".encode()) == b"ran\n"


@given(st.dictionaries(NAMES, ENV_VALUES, max_size=6))
def test_an_environment_file_is_read_back(values: dict[str, str]) -> None:
    assert parsers.parse_environment_file(env_file.dump(values.items())) == values


@RUNS
@given(st.dictionaries(NAMES, ENV_VALUES, min_size=1, max_size=6))
@example({"ETCD_A": "$HOME `id` \\ \" ' # ; \t!"})
def test_sh_reads_the_environment_file_that_was_said(values: dict[str, str]) -> None:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="") as file:
        file.write(env_file.dump(values.items()))
        file.flush()
        printed = subprocess.run(
            ["env", "-i", "sh", "-c", f"set -a; . {file.name}; set +a; /usr/bin/env -0"],
            capture_output=True,
            check=True,
        ).stdout
    seen = dict(each.split("=", 1) for each in printed.decode().split("\0") if each.startswith("ETCD_"))
    assert seen == values


@given(st.lists(UNIT_WORDS, max_size=6))
def test_a_command_line_of_a_unit_is_read_back(words: list[str]) -> None:
    line = " ".join(map(systemd.argument, words))
    assert parsers.split_command(line) == tuple(words)
    assert parsers.split_unit_words(" ".join(map(systemd.quote, words))) == tuple(words)
    assert parsers.parse_unit(f"[Service]\nExecStart=/x {line}\n")[0][2] == f"/x {line}".strip()


@given(st.dictionaries(PROCESS_NAMES, st.lists(PROCFILE_WORDS, max_size=4), max_size=4))
def test_honcho_and_goreman_read_the_procfile_that_was_said(processes: dict[str, list[str]]) -> None:
    written = {name: ("/bin/etcd", *words) for name, words in processes.items()}
    text = procfile.dump(written.items())
    assert parsers.parse_procfile(text) == written
    seen = parse_procfile(text).processes
    assert {name: parsers.split_shell(command)[1:] for name, command in seen.items()} == written


@RUNS
@given(st.lists(PROCFILE_WORDS, max_size=20))
def test_sh_runs_the_command_of_a_procfile_with_its_words(words: list[str]) -> None:
    command = procfile.line("a", ("/usr/bin/printf", r"%s\0", "x", *words)).partition(": ")[2]
    assert run_sh(command.encode()).decode().split("\0")[1:-1] == words


YAML_VALUES = st.recursive(
    st.one_of(YAML_TEXTS, st.integers(), st.booleans()),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3), st.dictionaries(YAML_TEXTS, inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(YAML_TEXTS, YAML_VALUES, min_size=1, max_size=4))
@example({"off": {"y": ["no", 1, True, "1", ""]}})
def test_pyyaml_reads_the_document_that_was_said(document: dict[str, yaml_writer.Value]) -> None:
    read = yaml.safe_load(yaml_writer.dump(document))
    assert read == document
    assert list(read) == list(document)


@pytest.mark.parametrize(
    "quote", [shell.quote, env_file.quote, systemd.argument, systemd.quote, systemd.path, yaml_writer.scalar]
)
@given(text=st.text(st.characters()))
def test_a_quoter_gives_text_or_refuses_and_never_fails_otherwise(
    quote: Callable[[str], str], text: str
) -> None:
    try:
        quote(text).encode()
    except Unsayable as refusal:
        assert "cannot hold" in str(refusal)
