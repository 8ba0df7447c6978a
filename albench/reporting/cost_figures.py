"""The figure of quality against query time.

Arguments are those of `albench.reporting`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from albench.metrics.catalogue import LABELS
from albench.reporting.names import in_figures
from albench.reporting.sheets import COLUMN, SCREEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from matplotlib.axis import Axis

    from albench.reporting.names import Style
    from albench.reporting.sheets import Sheet

SIZES = {SCREEN: (7.2, 4.2), COLUMN: (COLUMN.alone, 2.7)}
LINE = 0.045
"""The height of a name, as a share of the axis on the screen."""


def quality_against_time(
    points: pd.DataFrame, metric: str, drawn: Mapping[str, Style], sheet: Sheet = SCREEN
) -> Figure:
    """Return each strategy's gain over random against the time of its queries.

    `points` are the result of `quality_for_cost.with_quality`. Bars are 95 % intervals; the line
    joins the frontier; those of it are named that leave each other room.
    """
    with mpl.rc_context(sheet.settings):
        figure = Figure(figsize=SIZES[sheet], layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        axes.set_xscale("log")
        axes.axhline(0.0, color="#777777", linewidth=1.0)
        for row in points.to_dict("records"):
            style = drawn[row["strategy"]]
            colour = "#9aa1a8" if style.is_faint else style.colour
            seconds = row["seconds"]
            axes.plot([seconds] * 2, [row["low"], row["high"]], color=colour, linewidth=0.8)
            axes.plot(seconds, row["difference"], marker=style.marker or "o", color=colour)
        best = points[points["is_on_frontier"]].sort_values("seconds")
        times, gains = best["seconds"].tolist(), best["difference"].tolist()
        axes.step(times, gains, where="post", color="#222222", linewidth=1.0)
        for name, seconds, gain in _with_room(
            best, points, LINE * SIZES[SCREEN][1] / SIZES[sheet][1] * sheet.zoom
        ):
            axes.annotate(
                in_figures(name), (seconds, gain), xytext=(4, 5), textcoords="offset points"
            )
        _number_times(axes.xaxis)
        axes.set_xlabel("seconds of a query")
        axes.set_ylabel(f"mean {LABELS[metric]} over the labels bought,\nminus random's")
    return figure


def _number_times(axis: Axis) -> None:
    """Write plain numbers; those of matplotlib's smaller ticks are formulas, which are not read."""
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(NullFormatter())


def _with_room(
    best: pd.DataFrame, points: pd.DataFrame, line: float
) -> Iterator[tuple[str, float, float]]:
    """Yield the points that can be named without hiding each other, the best first."""
    ends = points[["low", "difference", "high"]].to_numpy(dtype=float)
    height = float(np.nanmax(ends) - np.nanmin(ends))
    last = np.inf
    for row in best.sort_values("difference", ascending=False).to_dict("records"):
        if last - row["difference"] >= line * height:
            last = row["difference"]
            yield row["strategy"], row["seconds"], last
