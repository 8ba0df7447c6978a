"""The glossary names each word once, with a file that speaks of it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| ([^|]+) \| [^|]+ \| (`[^|]+`) \|$", re.MULTILINE)


def rows() -> list[tuple[str, list[Path]]]:
    """Return each word with its files."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    matches = ROW.findall(page.partition("## Glossary")[2].partition("\n## ")[0])
    return [
        (word, [ROOT / "albench" / file for file in re.findall("`([^`]+)`", files)])
        for word, files in matches
    ]


def test_each_word_stands_once_with_a_file_that_is_there() -> None:
    words = [word for word, _ in rows()]
    assert len(words) > 10
    assert len(set(words)) == len(words)
    assert [file for _, files in rows() for file in files if not file.is_file()] == []


def test_the_file_of_a_word_speaks_of_it() -> None:
    silent = [(word, file) for word, files in rows() for file in files if not _has(file, word)]
    assert silent == []


def _has(file: Path, word: str) -> bool:
    """Return whether a file has a word, also as it stands in a name."""
    pattern = re.sub(r"\W", r"[\\W_]*", word)
    return re.search(pattern, file.read_text(encoding="utf-8"), re.IGNORECASE) is not None


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


def test_classes_share_no_name() -> None:
    places: dict[str, list[str]] = {}
    for path in (ROOT / "albench").rglob("*.py"):
        for name in re.findall(
            r"^class ([A-Z]\w*)", path.read_text(encoding="utf-8"), re.MULTILINE
        ):
            places.setdefault(name, []).append(str(path.relative_to(ROOT)))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}
