"""Where a fact about etcd comes from: docs/etcd, by page and heading, and nothing outside this repository."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from meta.source import ROOT

HEADING = re.compile(r"^##+ (.*?)\s*$", re.MULTILINE)
PLAIN = re.compile(r"[A-Za-z0-9]+([ -][A-Za-z0-9]+)*")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
CITATION = re.compile(r"docs/etcd/([\w./-]*\w)?(#[\w-]*)?")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)#([^)\s]*)\)")
OUTSIDE = re.compile(
    r"\.\./shared|/shared/reference|reference book|second book|lab[ -]notes|etcd-facts|facts-newer"
    r"|\bfacts,? (§|[A-J]\b|head\b)|verify-faults|house[ -]plan|plain-english|findings\.md"
    r"|\bdesign (§|section )"
)

FOLDER = "docs/etcd/"

Anchors = Mapping[str, Counter[str]]


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def headings(text: str) -> tuple[str, ...]:
    return tuple(HEADING.findall(FENCE.sub("", text)))


def anchors_of(text: str) -> Counter[str]:
    return Counter(map(anchor, headings(text)))


def wrong_headings(text: str) -> list[str]:
    """Headings whose anchor cannot be guessed, or that share one."""
    times = anchors_of(text)
    return [each for each in headings(text) if not PLAIN.fullmatch(each) or times[anchor(each)] > 1]


def wrong_citations(text: str, pages: Anchors) -> list[str]:
    """Citations of docs/etcd that name no heading of a page; the folder and its index need none."""
    return [
        found[0]
        for found in CITATION.finditer(text)
        if found[0] not in ("docs/etcd/", "docs/etcd/README.md")
        and (found[2] or "#")[1:] not in pages.get(found[1] or "", Counter())
    ]


def wrong_links(text: str, page: PurePosixPath, pages: Anchors) -> list[str]:
    """Links with an anchor that lead to no heading."""
    targets = ((found[0], found[1] or page.name, found[2]) for found in LINK.finditer(text))
    return [link for link, file, name in targets if name not in pages.get(_resolved(page, file), Counter())]


def _resolved(page: PurePosixPath, file: str) -> str:
    parts: list[str] = []
    for part in (page.parent / file).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


@cache
def tracked() -> tuple[Path, ...]:
    """Every text file that git has or is about to have, but this one."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    paths = (ROOT / name for name in listed.split("\0") if name)
    return tuple(path for path in paths if path.is_file() and path != Path(__file__))


def texts() -> Iterator[tuple[str, str]]:
    for path in tracked():
        try:
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


DOCS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
}
PAGES = {name: anchors_of(text) for name, text in DOCS.items()}
ETCD = {name.removeprefix(FOLDER): found for name, found in PAGES.items() if name.startswith(FOLDER)}


def test_nothing_cites_a_book_outside_the_repository() -> None:
    assert [(name, found[0]) for name, text in texts() for found in OUTSIDE.finditer(text)] == []


def test_every_citation_of_docs_etcd_leads_to_a_heading() -> None:
    assert [(name, wrong) for name, text in texts() if (wrong := wrong_citations(text, ETCD))] == []


def test_the_code_cites_docs_etcd() -> None:
    cited = {found[1] for _, text in texts() for found in CITATION.finditer(text) if found[2]}
    assert {"bootstrap.md", "discovery.md", "dns.md", "releases.md", "tls.md"} <= cited


@pytest.mark.parametrize("name", sorted(DOCS))
def test_links_with_an_anchor_lead_to_a_heading(name: str) -> None:
    assert wrong_links(DOCS[name], PurePosixPath(name), PAGES) == []


@pytest.mark.parametrize("name", sorted(ETCD))
def test_headings_of_docs_etcd_make_plain_anchors(name: str) -> None:
    assert wrong_headings(DOCS[f"docs/etcd/{name}"]) == []


def test_the_index_of_docs_etcd_names_every_page() -> None:
    listed = re.findall(r"^\| \[[\w-]+\]\(([\w-]+\.md)\)", DOCS["docs/etcd/README.md"], re.MULTILINE)
    assert sorted([*listed, "README.md"]) == sorted(ETCD)


@pytest.mark.parametrize(
    "text",
    [
        "see ../shared/reference/x.md",
        "(facts §B6)",
        "(facts F)",
        "(facts, head)",
        "facts-newer §3",
        "lab notes §3",
        "lab-notes §2",
        "the reference book",
        "design §4",
    ],
)
def test_a_citation_of_a_book_outside_is_seen(text: str) -> None:
    assert OUTSIDE.search(text)


@pytest.mark.parametrize("text", ["facts.not_after", "dict(facts)", "the facts are few", "docs/design/0001"])
def test_other_facts_and_designs_may_be_named(text: str) -> None:
    assert not OUTSIDE.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "docs/etcd/tls.md#none",
        "docs/etcd/tls.md",
        "docs/etcd/tls#auto-tls",
        "docs/etcd/tls.md#Auto-tls",
        "docs/etcd/x.md#auto-tls",
    ],
)
def test_a_wrong_citation_is_seen(text: str) -> None:
    assert wrong_citations(f"({text}).", {"tls.md": Counter(["auto-tls"])}) == [text]


@pytest.mark.parametrize(
    "text", ["docs/etcd/tls.md#auto-tls", "docs/etcd/", "docs/etcd", "docs/etcd/README.md"]
)
def test_a_right_citation_passes(text: str) -> None:
    assert wrong_citations(f"{text}.", {"tls.md": Counter(["auto-tls"])}) == []


@pytest.mark.parametrize("link", ["[x](#none)", "[x](tls.md#none)", "[x](../tls.md#auto-tls)"])
def test_a_link_to_no_heading_is_seen(link: str) -> None:
    pages = {"docs/etcd/tls.md": Counter(["auto-tls"]), "docs/etcd/dns.md": Counter(["lookups"])}
    assert wrong_links(f"{link} [y](tls.md#auto-tls)", PurePosixPath("docs/etcd/dns.md"), pages) == [
        link.removeprefix("[x")
    ]


@pytest.mark.parametrize("heading", ["3.7 and later", "`--auto-tls`", "Names, ids"])
def test_a_heading_without_a_plain_anchor_is_seen(heading: str) -> None:
    assert wrong_headings(f"# Page\n\n## {heading}\n\n## Other\n") == [heading]


def test_two_headings_with_one_anchor_are_seen() -> None:
    assert wrong_headings("## Names\n## Other\n### names\n") == ["Names", "names"]
