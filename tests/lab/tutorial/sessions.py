"""docs/tutorial.md as something to run: chapters with the files and console sessions in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DESK = "desk"

_CHAPTER = re.compile(r"^## (.*)$", re.MULTILINE)
_FENCE = re.compile(r"^```(yaml|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# (\S+)\n")
_PROMPT = re.compile(
    r"^(?P<host>[a-z0-9]*)\$ (?P<command>.*?)(?: # (?:exit (?P<code>\d+)|(?P<fails>fails)))?$"
)
_ANY = "…"


@dataclass(frozen=True, slots=True)
class File:
    """A file that the reader writes on the desk."""

    name: str
    content: str


@dataclass(frozen=True, slots=True)
class Step:
    """A command, where it is typed, how it ends (None: any way but well) and lines that it says."""

    host: str
    command: str
    code: int | None
    says: tuple[str, ...]

    @property
    def stays(self) -> bool:
        """Whether it runs on in the background."""
        return self.command.endswith(" &")

    def unsaid(self, output: str) -> list[str]:
        """Which of its lines are not in what it really said, in their order."""
        rest = output
        missing = []
        for line in self.says:
            found = re.search("^" + ".*".join(map(re.escape, line.split(_ANY))) + "$", rest, re.MULTILINE)
            if found is None:
                missing.append(line)
            else:
                rest = rest[found.end() :]
        return missing


@dataclass(frozen=True, slots=True)
class Chapter:
    """One heading's files and steps, in the order of the page."""

    title: str
    parts: tuple[File | Step, ...]

    @property
    def hosts(self) -> frozenset[str]:
        """Who is needed besides the desk."""
        text = "\n".join(each.command if isinstance(each, Step) else each.content for each in self.parts)
        named = {each.host for each in self.parts if isinstance(each, Step)} - {DESK}
        return frozenset(named | {name for name, address in ADDRESSES.items() if address in text})

    @property
    def release(self) -> str:
        """The etcd that its spec is for."""
        text = "\n".join(each.command if isinstance(each, Step) else each.content for each in self.parts)
        found = re.search(r"version:? \"?(\d+\.\d+\.\d+)", text)
        assert found is not None, self.title
        return found[1]


ADDRESSES = {
    "etcd1": "192.168.202.128",
    "etcd2": "192.168.202.129",
    "etcd3": "192.168.202.130",
    "meeting": "192.168.202.20",
    "dns": "192.168.202.53",
}


def chapters(page: Path) -> tuple[Chapter, ...]:
    """The chapters of a page that have something to run."""
    text = page.read_text(encoding="utf-8")
    titles = list(_CHAPTER.finditer(text))
    ends = [each.start() for each in titles[1:]] + [len(text)]
    found = (
        Chapter(title[1], tuple(_parts(text[title.end() : end])))
        for title, end in zip(titles, ends, strict=True)
    )
    return tuple(each for each in found if each.parts)


def _parts(text: str) -> Iterator[File | Step]:
    for fence in _FENCE.finditer(text):
        kind, content = fence.groups()
        if kind == "yaml":
            name = _FILE.match(content)
            assert name is not None, f"no file name above {content[:60]!r}"
            yield File(name[1], content)
        else:
            yield from _steps(content)


def _steps(session: str) -> Iterator[Step]:
    lines: list[tuple[re.Match[str], list[str]]] = []
    for line in session.splitlines():
        prompt = _PROMPT.match(line)
        if prompt:
            lines.append((prompt, []))
        else:
            lines[-1][1].append(line)
    for prompt, says in lines:
        code = None if prompt["fails"] else int(prompt["code"] or 0)
        yield Step(
            prompt["host"] or DESK, prompt["command"], code, tuple(each for each in says if each != _ANY)
        )
