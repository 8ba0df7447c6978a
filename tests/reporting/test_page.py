"""The page: one file that needs no other, well-formed, in which no text is code."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from albench.reporting import page as page_module
from albench.reporting.content import Code, Section, Table, Text
from albench.reporting.page import page

TEMPLATES = Path(page_module.__file__).parent / "templates"
VOID = {"meta", "br", "img", "input", "link", "hr"}
CELLS = {"td", "th"}
"""They end where the next one begins, or their row ends."""
EVIL = "<script>alert(1)</script>"


class Reader(HTMLParser):
    """Remembers tags, identifiers and links, and whether tags close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if tag in CELLS:
            self.end_cell()
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids[str(value)] += 1
            if name in {"src", "href", "xlink:href", "srcset", "data"}:
                self.links.append(str(value))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self.end_cell()
        assert self.open.pop() == tag

    def end_cell(self) -> None:
        if self.open[-1] in CELLS:
            self.open.pop()


@pytest.fixture(scope="module")
def html(written: Path) -> str:
    return (written / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def test_tags_close_in_order(read: Reader) -> None:
    assert read.open == []


def test_identifiers_are_unique(read: Reader) -> None:
    assert [name for name, n in read.ids.items() if n > 1] == []


def test_nothing_is_fetched(read: Reader, html: str) -> None:
    assert [link for link in read.links if not link.startswith("#")] == []
    assert re.search(r"@import|url\((?!#)", html) is None
    assert not read.tags.keys() & {"iframe", "link", "img", "object"}


def test_only_the_programs_own_script_may_run(html: str) -> None:
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    (script,) = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert script == (TEMPLATES / "page.js").read_text(encoding="utf-8")


def test_every_link_leads_somewhere(read: Reader) -> None:
    assert [link for link in read.links if link[1:] not in read.ids] == []


def test_every_clip_leads_somewhere(read: Reader, html: str) -> None:
    assert set(re.findall(r"url\(#([^)]*)\)", html)) <= read.ids.keys()


def test_all_figures_are_inside(read: Reader, html: str) -> None:
    assert read.tags["figure"] == 8  # the answer's, the frontier, and three of each metric
    n_blocks, n_metrics = 3, 2
    assert html.count('<svg class="curves') == 2 * n_blocks * n_metrics
    assert html.count('<table class="intervals"') == 1 + n_blocks * n_metrics


def test_a_reason_is_text(html: str) -> None:
    assert EVIL not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_simulated_cohort_is_called_so_wherever_it_is_named(html: str) -> None:
    shown = re.sub(r"<(pre|script).*?</\1>", "", html, flags=re.DOTALL)
    bare = re.findall(r"\bliver\b(?! \(simulated[);]).{9}", re.sub(r"<[^>]+>", "", shown))
    assert bare == ["liver. Results"]  # the sentence that begins with "Simulated data:"


@pytest.mark.parametrize(
    "part",
    [
        Text((EVIL,)),
        Text((EVIL,), is_list=True),
        Code(EVIL),
        Table(EVIL, EVIL, EVIL, (EVIL, EVIL), ((EVIL, EVIL),)),
        Table(EVIL, EVIL, EVIL, (EVIL, EVIL), ((EVIL, EVIL),), is_folded=True),
    ],
    ids=["paragraph", "list", "code", "table", "folded table"],
)
def test_no_part_lets_code_through(part: Text | Code | Table) -> None:
    assert "<script" not in page(EVIL, EVIL, [Section(EVIL, [part])])


def test_bold_is_bold() -> None:
    assert "<strong>0.9</strong>" in page("t", "", [Section("s", [Text(("is **0.9** now",))])])
