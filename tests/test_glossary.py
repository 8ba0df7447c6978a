"""The glossary names files that are there, and each word once."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| `([^`|]+)` \|$", re.MULTILINE)


def rows() -> list[tuple[str, str, str]]:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    return ROW.findall(text.partition("## Glossary")[2].partition("\n## ")[0])


def test_each_word_stands_once_with_a_file_that_is_there() -> None:
    words = [word for word, _, _ in rows()]
    assert len(words) > 10
    assert len(set(words)) == len(words)
    assert [file for _, _, file in rows() if not (ROOT / "albench" / file).is_file()] == []
