"""Figures of systems that published tables name: confusion, and calibration over rounds.

`confusion` has one row per system, true class and answer, and is not empty; `cohorts` know the
classes' names. Other arguments are those of `albench.reporting`.
"""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from albench.analysis import curves
from albench.analysis.curves import SYSTEM
from albench.references import ALL_LABELS, BASELINE
from albench.reporting.panels import Matrix, PanelBlock
from albench.reporting.sheets import COLUMN, SCREEN
from albench.spec.published import System

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from albench.records.run_record import CohortRecord
    from albench.reporting.sheets import Sheet

COLUMNS = {SCREEN: 4, COLUMN: 2}
"""Matrices beside each other."""
SIDE = 2.45
"""Of a matrix, in inches on the screen."""


def confusion_matrices(
    confusion: pd.DataFrame, cohorts: Mapping[str, CohortRecord], sheet: Sheet = SCREEN
) -> Figure:
    """Return one matrix per system: true classes down, answers across, shares of the row.

    The shares in percent stand in the cells.
    """
    keys = confusion[SYSTEM].itertuples(index=False, name=None)
    systems = [System(*key) for key in dict.fromkeys(keys)]
    parts = [(key, confusion[(confusion[SYSTEM] == list(key)).all(axis=1)]) for key in systems]
    columns = min(COLUMNS[sheet], len(parts))
    rows = math.ceil(len(parts) / columns)
    font = 8.0 * sheet.zoom
    with mpl.rc_context(sheet.settings | {"axes.grid": False, "font.size": font}):
        side = SIDE * sheet.zoom
        size = (side * columns, (side + 0.45 * sheet.zoom) * rows)
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for unused in grid[len(parts) :]:
            unused.set_visible(False)
        for axes, (system, part) in zip(grid, parts, strict=False):
            _draw(axes, _shares(part), cohorts[system.cohort].class_order)
            title = "\n".join(textwrap.wrap(_title(system), 30))
            axes.set_title(title, loc="left", fontsize=font)
    return figure


def _title(system: System) -> str:
    return f"{system.modalities.replace('+', ' + ')}, {system.model}, {system.strategy}"


def _shares(part: pd.DataFrame) -> NDArray[np.float64]:
    n = int(part["truth"].max()) + 1
    counts = np.zeros((n, n))
    counts[part["truth"].astype(int), part["answer"].astype(int)] = part["n"]
    shares: NDArray[np.float64] = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return shares


def _draw(axes: Axes, shares: NDArray[np.float64], names: Sequence[str]) -> None:
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (truth, answer), share in np.ndenumerate(shares):
        dark = 0.55  # above it the cell is too dark for black
        colour = "white" if share > dark else "#222222"
        axes.text(answer, truth, f"{100 * share:.0f}", ha="center", va="center", color=colour)
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("answered")
    axes.set_ylabel("true")


def confusion_panels(
    confusion: pd.DataFrame, cohorts: Mapping[str, CohortRecord]
) -> tuple[Matrix, ...]:
    """Return the same matrices for the page, one per system."""
    groups = confusion.groupby(SYSTEM, sort=False)
    systems = [(System(*map(str, key)), part) for key, part in groups]
    return tuple(
        Matrix(
            PanelBlock(
                _title(system), (system.cohort, system.modalities, system.model, system.budget)
            ),
            tuple(cohorts[system.cohort].class_order),
            _shares(part),
        )
        for system, part in systems
    )


def calibration_lines(rounds: pd.DataFrame, systems: Sequence[System]) -> pd.DataFrame | None:
    """Return the calibration error of some systems over the labels, random's beside it.

    It is as `curves.learning_curves` gives it; None if no block of theirs has more than one round.
    """
    chosen = {tuple(s) for s in systems} | {(*s[:4], BASELINE) for s in systems}
    chosen |= {(*s[:4], ALL_LABELS) for s in systems}
    keys = rounds[SYSTEM].itertuples(index=False, name=None)
    own = curves.of_buying_blocks(rounds[[key in chosen for key in keys]])
    if own.empty:
        return None
    return curves.of_most_repetitions(curves.learning_curves(own, "calibration_error"))
