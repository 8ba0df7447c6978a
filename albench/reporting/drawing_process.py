"""A process that draws figures: it reads tasks, a line each, until its input ends."""

from __future__ import annotations

import json
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.reporting.plots import Plot


def draw_files(plot: Plot, stem: Path, kinds: Sequence[str]) -> None:
    """Draw a figure into files.

    Parameters
    ----------
    plot : Plot
        What draws it.
    stem : Path
        The files' name without its ending.
    kinds : sequence of str
        Their formats.
    """
    for ending, content in plot.files(kinds).items():
        stem.with_name(f"{stem.name}{ending}").write_bytes(content)


def claim(task: Path) -> Path | None:
    """Take a task, which two processes may want.

    Parameters
    ----------
    task : Path
        Its file.

    Returns
    -------
    Path or None
        Where it is now; None if the other process was first.
    """
    try:
        return task.rename(task.with_suffix(".taken"))
    except FileNotFoundError:
        return None


def _main() -> None:
    for line in sys.stdin:
        pickled, stem, kinds = json.loads(line)
        taken = claim(Path(pickled))
        if taken is not None:
            # Written a moment ago by the process that started this one; nobody else can write here.
            plot = pickle.loads(taken.read_bytes())  # noqa: S301
            draw_files(plot, Path(stem), kinds)


if __name__ == "__main__":
    _main()
