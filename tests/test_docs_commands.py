"""Every command that README and docs show is one that albench understands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from albench.cli import _parser

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


@pytest.mark.parametrize("given", COMMANDS)
def test_a_command_in_the_docs_is_understood(given: list[str]) -> None:
    _parser().parse_args(given)
