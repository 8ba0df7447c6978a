"""Write the tables and the counts of docs/strategies.md from the registry.

``python benchmarks/strategy_tables.py`` replaces what stands between the page's markers; all else
on the page is written by hand.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from albench.strategies import catalogue

if TYPE_CHECKING:
    from albench.api import Descriptor, Option

PAGE = Path(__file__).resolve().parents[1] / "docs" / "strategies.md"
MARKED = re.compile(r"(<!-- generated: ([\w -]+) -->)(.*?)(<!-- end -->)", re.DOTALL)
HEAD = """

| name | picks | needs | options | cost | marks | source |
|---|---|---|---|---|---|---|
"""


def rewritten(page: str) -> str:
    """Return the page with every generated part made anew.

    Parameters
    ----------
    page : str
        Markdown; ``<!-- generated: count -->``, ``acquisition count`` or a family's name in its
        place begins a part, and ``<!-- end -->`` ends it.

    Returns
    -------
    str
        Unchanged where the page is up to date.
    """
    return MARKED.sub(lambda match: f"{match[1]}{_generated(match[2])}{match[4]}", page)


def _generated(part: str) -> str:
    if part == "count":
        return str(len(catalogue.every()))
    if part == "acquisition count":
        return str(len(catalogue.declared_in("acquiring")))
    return HEAD + "".join(f"{_row(each)}\n" for each in catalogue.declared_in(part)) + "\n"


def _row(descriptor: Descriptor) -> str:
    cells = (
        f"`{descriptor.name}`",
        descriptor.summary,
        ", ".join(sorted(descriptor.needs)),
        ", ".join(_option(option) for option in descriptor.options),
        descriptor.cost,
        ", ".join(sorted(descriptor.tags)),
        descriptor.citation,
    )
    return f"| {' | '.join(cell or '-' for cell in cells)} |"


def _option(option: Option) -> str:
    default = option.default
    return f"`{option.name} = {json.dumps(default) if isinstance(default, str) else default}`"


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
