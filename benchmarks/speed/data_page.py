"""The page of what `data.py` measures: its records, their tables, and what is promised."""

from __future__ import annotations

import datetime
import os
import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

from verdict import met_or_missed

if TYPE_CHECKING:
    from collections.abc import Sequence

TIME_TARGET, DIFFERENCE_TARGET = 1.2, 1e-4
"""Times of scikit-learn's own fit, and how far apart probabilities may be."""

_COMMAND = "python benchmarks/speed/data.py --write docs/speed-data.md"


@dataclass
class Measured:
    """A step: seconds by the clock and at work, and by how many MiB memory grew at most."""

    what: str
    seconds: float = 0.0
    processor_seconds: float = 0.0
    mebibytes: float = 0.0
    note: str = ""


@dataclass(frozen=True)
class Heads:
    """Both heads on the same rows: median seconds, and how far apart probabilities are at most."""

    n_rows: int
    length: int
    head_seconds: float
    cell_seconds: float
    their_seconds: float
    difference: float

    @property
    def ratio(self) -> float:
        """How many times scikit-learn's time the head takes."""
        return self.head_seconds / self.their_seconds

    @property
    def is_met(self) -> bool:
        """Whether it keeps both targets."""
        return self.ratio <= TIME_TARGET and self.difference <= DIFFERENCE_TARGET


@dataclass
class Found:
    """All that was measured on one file of vectors."""

    data: str
    steps: list[Measured] = field(default_factory=list)
    heads: Heads | None = None


def page(found: Found, command: Sequence[str]) -> str:
    """Return the page: what was run where, a row a step, and the heads side by side."""
    packages = ("albench", "numpy", "torch", "scikit-learn")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    head = [
        "# Speed on a large file of vectors",
        "",
        f"Written by `{_COMMAND}`, whose docstring says what is measured and how: do not edit.",
        "",
        f"`{' '.join(command)}`, {datetime.datetime.now(tz=datetime.UTC).date()}; {versions}; "
        f"Python {platform.python_version()}, {os.cpu_count()} processors, load average "
        f"{os.getloadavg()[0]:.1f} at the end.",
        "",
        f"{found.data}. Memory is what the process has of its own beside the mapped file.",
        "",
        "| what | took | processors' time | more memory | |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    rows = [
        f"| {one.what} | {one.seconds:.1f} s | {one.processor_seconds:.1f} s "
        f"| {one.mebibytes:,.0f} MiB | {one.note} |"
        for one in found.steps
    ]
    return "\n".join([*head, *rows, "", *([] if found.heads is None else _heads(found.heads)), ""])


def _heads(heads: Heads) -> list[str]:
    time = met_or_missed(is_met=heads.ratio <= TIME_TARGET)
    equal = met_or_missed(is_met=heads.difference <= DIFFERENCE_TARGET)
    return [
        "## The head `logistic` beside scikit-learn's LogisticRegression",
        "",
        f"Both fitted to the same {heads.n_rows:,} standardised rows of {heads.length}, with the "
        "same penalty, tolerance and solver; medians of fits in turn.",
        "",
        "| | albench | scikit-learn | | target | |",
        "| --- | ---: | ---: | ---: | --- | --- |",
        f"| processor seconds of a fit | {heads.head_seconds:.2f} | {heads.their_seconds:.2f} "
        f"| {heads.ratio:.2f} times | at most {TIME_TARGET:g} times | {time} |",
        f"| with rows read and standardised, as in a cell | {heads.cell_seconds:.2f} | | | | |",
        f"| largest difference of probabilities | | | {heads.difference:.1e} "
        f"| at most {DIFFERENCE_TARGET:g} | {equal} |",
    ]
