"""The docs say what is: generated parts are in step, examples are good, commands exist and work."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path, PurePosixPath

import click
import pytest
from click.testing import CliRunner

from etcdboot.base.diagnostics import has_errors
from etcdboot.base.errors import ExitCode
from etcdboot.cli import COMMANDS, program
from etcdboot.plan.paths import HostLayout
from etcdboot.plan.planner import plan
from etcdboot.rules import judge
from etcdboot.spec.loader import load

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def fences(language: str) -> list[tuple[str, str]]:
    """Every fence of a language: the page and line it stands at, and its text."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for each in FENCE.finditer(text):
            if each[1] == language:
                line = text[: each.start()].count("\n") + 1
                found.append((f"{page.relative_to(ROOT)}:{line}", each[2]))
    return found


SPECS = [(place, text) for place, text in fences("yaml") if "members:" in text and "name:" in text]
LINES = [
    (place, re.split(r"#| > ", line[2:])[0].strip())
    for place, text in fences("console")
    for line in text.splitlines()
    if line.startswith("$ etcdboot")
]


def test_generated_pages_are_in_step() -> None:
    pages = runpy.run_path(str(ROOT / "docs" / "generate" / "pages.py"))
    stale = [str(path) for path, text in pages["wanted"]().items() if path.read_text("utf-8") != text]
    assert stale == [], "run `make docs`"


def test_every_exit_code_is_explained() -> None:
    pages = runpy.run_path(str(ROOT / "docs" / "generate" / "pages.py"))
    assert list(pages["OUTCOMES"]) == list(ExitCode)


@pytest.mark.parametrize(("place", "text"), SPECS, ids=[place for place, _ in SPECS])
def test_a_spec_in_the_docs_is_good(place: str, text: str) -> None:
    loaded = load(text, place)
    assert loaded.spec is not None, loaded.diagnostics
    planned = plan(loaded.spec, layout=HostLayout(PurePosixPath("/here")))
    assert not has_errors(judge(loaded.spec, planned))


def test_there_are_specs_in_the_docs() -> None:
    assert SPECS


@pytest.mark.parametrize(("place", "line"), LINES, ids=[f"{place} {line}" for place, line in LINES])
def test_a_command_line_in_the_docs_is_one(place: str, line: str) -> None:
    for part in re.split(r"&&|\|", line):
        words = shlex.split(part)[1:]
        if not part.strip().startswith("etcdboot"):
            continue
        top = click.Context(program, info_name="etcdboot", **program.context_settings)
        _, command, rest = program.resolve_command(top, words)
        assert command is not None
        while isinstance(command, click.Group) and rest and (below := command.get_command(top, rest[0])):
            command, rest = below, rest[1:]
        with command.make_context("docs", list(rest), parent=top):
            pass


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [each for each in targets if not (page.parent / each).exists()] == []


def test_every_command_has_help_with_an_example() -> None:
    for name in COMMANDS:
        shown = CliRunner().invoke(program, [name, "--help"])
        assert shown.exit_code == 0
        assert re.search(r"Examples?:\n.*etcdboot", shown.output), name


def test_the_readmes_main_job_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    job = readme.split("Three hosts, from nothing to healthy:")[1].split("```")[1]
    lines = [line[2:].split("#")[0].strip() for line in job.splitlines() if line.startswith("$ etcdboot")]
    ran = [line for line in lines if " up " not in line]  # up has tests of its own, with real members
    assert [shlex.split(line)[1] for line in ran] == ["init", "check", "certs", "render"]
    for line in ran:
        result = CliRunner().invoke(program, shlex.split(line)[1:])
        assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / "etcd3" / "install.sh").is_file()
