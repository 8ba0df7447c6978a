"""The page of what `big_pools.py` measures: rows that are read back, merged and written."""

from __future__ import annotations

import datetime
import os
import platform
import re
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

COMMAND = "python benchmarks/speed/big_pools.py --write docs/speed-big-pools.md"
NOT_REACHED = "not reached"
SMALLER = (2, 3)
"""Columns of the smaller pools."""


@dataclass(frozen=True)
class Shape:
    """What was asked about."""

    n_rows: int
    length: int
    sizes: tuple[int, int]
    n_exact: int
    """The pool on which what is exact and what is not are compared."""
    limit: float
    gigabytes: float

    @property
    def title(self) -> str:
        """What tells a page of another pool apart."""
        return f"{self.n_rows:,} x {self.length} float32"

    @property
    def header(self) -> tuple[str, ...]:
        """The table's."""
        smaller = (f"{size:,}: s" for size in self.sizes)
        return (
            "strategy",
            "cost",
            *smaller,
            f"{self.n_rows:,}: s",
            "at work, s",
            "MiB more",
            f"against exact, {self.n_exact:,}",
        )


@dataclass
class Table:
    """Rows by strategy, in the order of `costs`; an empty cell is not known yet."""

    shape: Shape
    costs: Mapping[str, str]
    """The cost class of each strategy."""
    rows: dict[str, list[str]] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    """Lines about the parts of which strategies are made."""

    def put(self, name: str, column: int, *cells: str) -> None:
        """Set cells of a row, from a column on."""
        empty = [self.costs[name], *[""] * (len(self.shape.header) - 2)]
        row = self.rows.setdefault(name, empty)
        row[column - 1 : column - 1 + len(cells)] = cells

    def read(self, path: Path) -> None:
        """Take over what a page of the same pool says."""
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if self.shape.title not in text:
            return
        places: list[int] = []
        for line in text.splitlines():
            cells = [cell.strip() for cell in line.strip()[1:-1].split("|")]
            name = re.fullmatch(r"`([\w-]+)`", cells[0])
            if cells[0] == self.shape.header[0]:
                places = [self.shape.header.index(title) for title in cells]
            elif name and name[1] in self.costs and len(cells) == len(places):
                for place, cell in zip(places[2:], cells[2:], strict=True):
                    self.put(name[1], place, cell if cell != NOT_REACHED else "")
        self.parts = [line[2:] for line in text.splitlines() if line.startswith("- ")]

    def write(self, path: Path) -> None:
        """Write the page, without the smaller pools if nothing was asked about one."""
        rule = ("---", "---", *["---:"] * (len(self.shape.header) - 3), "---")
        table = [self.shape.header, rule]
        for name in self.costs:
            self.put(name, 1)
            cells = self.rows[name]
            full = cells[3] or NOT_REACHED
            table.append((f"`{name}`", *cells[:3], full, *cells[4:]))
        shown = [
            place
            for place in range(len(self.shape.header))
            if place not in SMALLER or any(row[place] for row in table[2:])
        ]
        lines = [_line([row[place] for place in shown]) for row in table]
        parts = [f"- {line}" for line in self.parts]
        path.write_text("\n".join([*self._head(), *lines, "", *parts, ""]), encoding="utf-8")

    def _head(self) -> Iterable[str]:
        packages = ("albench", "numpy", "scikit-learn", "faiss-cpu")
        versions = ", ".join(f"{name} {version(name)}" for name in packages)
        yield "# Speed on big pools\n"
        how = "whose docstring says what is measured and how: do not edit"
        yield f"Written by `{COMMAND}`, {how}.\n"
        yield (
            f"{self.shape.title}, one query of 100 with 1,000 labelled, one thread. A pool is "
            f"asked about if that is expected to take at most {self.shape.limit:.0f} s of the "
            f"processor and {self.shape.gigabytes:g} GB beside its inputs. *Seconds* are by the "
            "clock, with other work on the machine; *at work* are those that the processor spent "
            "on the query.\n"
        )
        yield (
            f"{datetime.date.today().isoformat()}; {versions}; Python {platform.python_version()}, "
            f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f} at the end.\n"
        )


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
