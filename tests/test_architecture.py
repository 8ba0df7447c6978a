"""The table of the house names everything that stands in it, once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
PARTS = ("__init__.py", "__main__.py", "__pycache__", "py.typed", "templates")
"""What every package has, and what is no code."""


def named() -> Counter[str]:
    """Return how often each file and folder of albench's own is named in the first column."""
    table = PAGE.read_text(encoding="utf-8").partition("## The house")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    names = (name for cell in cells for name in re.findall(r"`(?:albench/)?([^`]+)`", cell))
    return Counter(name.rstrip("/") for name in names)


def test_every_module_and_package_has_its_place_in_the_house() -> None:
    there = {path.name for path in (ROOT / "albench").iterdir()} - {*PARTS}
    assert there - named().keys() == set()


def test_what_the_house_names_is_there_and_named_once() -> None:
    assert [name for name, n in named().items() if n > 1] == []
    top = [name for name in named() if "/" not in name]
    places = [ROOT / "albench", ROOT / "albench" / "strategies"]
    assert [name for name in top if not any((place / name).exists() for place in places)] == []
