"""Pages of the documentation can be told apart by their titles."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_no_two_pages_have_the_same_title() -> None:
    pages = sorted((ROOT / "docs").glob("*.md"))
    titles = Counter(page.read_text(encoding="utf-8").splitlines()[0] for page in pages)
    assert [title for title, n in titles.items() if n > 1] == []
