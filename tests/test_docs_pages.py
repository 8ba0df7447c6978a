"""Pages of the documentation have titles of their own, and lines that fit a screen."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]


def test_no_two_pages_have_the_same_title() -> None:
    pages = sorted((ROOT / "docs").glob("*.md"))
    titles = Counter(page.read_text(encoding="utf-8").splitlines()[0] for page in pages)
    assert [title for title, n in titles.items() if n > 1] == []


WIDTH = 100
NO_PROSE = re.compile(r"\s*(\||<|\[[^\]]+\]: )")
"""How lines begin that cannot be wrapped: tables, HTML, targets of links."""

BY_HAND = [
    page
    for pattern in ("*.md", "docs/*.md", "plugins/*/README.md", "benchmarks/public/README.md")
    for page in sorted(ROOT.glob(pattern))
    if "\nWritten by `" not in page.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("page", BY_HAND, ids=lambda page: str(page.relative_to(ROOT)))
def test_prose_is_wrapped(page: Path) -> None:
    assert [line for line in prose(page) if len(line) > WIDTH] == []


def prose(page: Path) -> Iterator[str]:
    """Yield the lines of a page that are neither code nor tables, HTML or targets of links."""
    is_code = False
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith("```"):
            is_code = not is_code
        elif not is_code and not NO_PROSE.match(line):
            yield line
