"""Every command that README and docs show is one that albench understands."""

from __future__ import annotations

import re
import shlex
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from albench import commands as known
from albench import spec
from albench.cli import _parser
from albench.references import ALWAYS

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
FENCED = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(page: Path) -> list[list[str]]:
    """Return the arguments of each `albench` in a page's bash blocks."""
    blocks = FENCED.findall(page.read_text(encoding="utf-8"))
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    parts = [part for line in lines for part in re.split(r"&&|\||;|(?<!\S)&(?!\S)|>", line)]
    words = [shlex.split(part, comments=True) for part in parts if "albench" in part]
    return [parts[1:] for parts in words if parts and parts[0] == "albench"]


COMMANDS = [
    pytest.param(given, id=f"{page.name}: {' '.join(given)}")
    for page in PAGES
    for given in commands(page)
]


def test_there_are_commands_to_check() -> None:
    assert len(COMMANDS) > 20


def test_the_quick_start_lists_every_command() -> None:
    text = (ROOT / "docs" / "quickstart.md").read_text(encoding="utf-8")
    table = text.partition("## Commands")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `albench ")]
    lines = [re.findall(r"`([^`]+)`", cell) for cell in cells]
    listed = {" ".join(words[0].split()[1:3]) for words in lines}
    # one line lists three: `albench plugins list`, `show NAME`, `doctor`
    listed |= {
        f"plugins {word.split()[0]}"
        for words in lines
        if words[0].startswith("albench plugins")
        for word in words[1:]
    }
    assert {
        name
        for name in known.COMMANDS
        if not any(name == one or one.startswith(f"{name} ") for one in listed)
    } == set()


@pytest.mark.parametrize("given", COMMANDS)
def test_a_command_in_the_docs_is_understood(given: list[str]) -> None:
    _parser().parse_args(given)


def named(options: Namespace) -> Iterator[tuple[str, str]]:
    """Yield each name that a command chooses of a benchmark, after the key of the matrix."""
    for key, axis in {"cohorts": "cohort", "models": "model", "budgets": "budget"}.items():
        yield from ((key, name) for name in getattr(options, axis, []))
    strategies = [*getattr(options, "strategy", []), *sum(options.until_decided or (), ())]
    yield from (("strategies", name) for name in strategies)


@pytest.mark.parametrize("given", COMMANDS)
def test_a_command_in_the_docs_names_what_its_benchmark_has(given: list[str]) -> None:
    options = _parser().parse_args(given)
    if given[0] not in ("run", "plan") or options.spec not in spec.available() or options.replay:
        return
    entries = spec.read(spec.find(options.spec)).benchmark.matrix
    for key, pattern in named(options):
        there = {name for entry in entries for name in getattr(entry, key)} | set(ALWAYS)
        assert any(fnmatchcase(name, pattern) for name in there), (pattern, there)
