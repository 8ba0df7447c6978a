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


SHARED = {"__init__.py", "catalogue.py", "devices.py", "run.py", "run_record.py", "sequential.py"}
"""Names of modules that stand in two packages and mean the same in both."""

NAMED_FOR = ("commands", "loaders", "models", "reporting", "spec", "strategies", "testing", "trial")
"""Packages with modules named for a thing elsewhere: its command, section, checks and so on."""


def test_modules_share_a_name_only_for_the_same_thing() -> None:
    package = ROOT / "albench"
    places: dict[str, list[str]] = {}
    for path in package.rglob("*.py"):
        folder = path.relative_to(package).parts[0]
        if path.name not in SHARED and folder not in NAMED_FOR:
            places.setdefault(path.name, []).append(folder)
    assert {name: folders for name, folders in places.items() if len(folders) > 1} == {}
