"""The benchmarks that can be run by name: what they ask, how large they are, how long they take."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from albench import spec
from albench.errors import RecordsError, SpecError
from albench.plural import plural
from albench.records.manifest import read_manifest

if TYPE_CHECKING:
    from pathlib import Path

WIDTH = 80


@dataclass(frozen=True)
class BenchmarkOverview:
    """A benchmark, and what its published results say of its size.

    Parameters
    ----------
    name : str
        What `albench run` takes.
    question : str
        What it asks; its title if it has none, or why its file cannot be read.
    cells : int or None
        How many there are; None without published results.
    seconds : float or None
        Those of all published cells, divided by `jobs`: about the wall time of such a run on a
        machine that is as busy, without the preparation of data. None without published results.
    jobs : int
        How many cells ran at once then.
    """

    name: str
    question: str
    cells: int | None = None
    seconds: float | None = None
    jobs: int = 1

    def as_json(self) -> dict[str, Any]:
        """Return the overview as plain data."""
        return {
            "name": self.name,
            "question": self.question,
            "cells": self.cells,
            "seconds": self.seconds,
            "jobs": self.jobs,
        }

    def as_text(self) -> str:
        """Return the overview as lines of text, of at most 80 characters."""
        lines = textwrap.wrap(self.question, WIDTH, initial_indent="  ", subsequent_indent="  ")
        return "\n".join([self.name, *lines, f"  {self._size()}"])

    def _size(self) -> str:
        if self.cells is None or self.seconds is None:
            return "cells and minutes unknown: no published results"
        minutes = plural(max(1, round(self.seconds / 60)), "minute")
        return f"{plural(self.cells, 'cell')}, about {minutes} with {self.jobs} at once"


def benchmark_overviews() -> list[BenchmarkOverview]:
    """Return the benchmarks that can be run by name, in the order of the names.

    Returns
    -------
    list of BenchmarkOverview
        Those of ``benchmarks/`` here, and those that albench ships.
    """
    return [_overview(name, path) for name, path in sorted(spec.available().items())]


def _overview(name: str, path: Path) -> BenchmarkOverview:
    try:
        benchmark = spec.read(path).benchmark
    except SpecError as error:
        return BenchmarkOverview(name, f"{path} cannot be read: {str(error).splitlines()[0]}")
    question = " ".join((benchmark.question or benchmark.title).split())
    try:
        manifest = read_manifest(path.parents[1] / "results" / name / "manifest.json")
    except (RecordsError, IndexError):
        return BenchmarkOverview(name, question)
    jobs = max(1, manifest.jobs)
    return BenchmarkOverview(name, question, manifest.matrix_cells, manifest.seconds / jobs, jobs)
