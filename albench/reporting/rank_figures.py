"""The critical-difference diagram of mean ranks (Demšar 2006, figure 1).

Arguments are those of `albench.reporting`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from albench.reporting.names import in_figures
from albench.reporting.sheets import COLUMN, SCREEN

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from albench.analysis.ranks import Ranking
    from albench.reporting.sheets import Sheet

WIDTHS, ROW = {SCREEN: 8.0, COLUMN: COLUMN.alone}, 0.22
"""Inches of the figure, and of a line of names on the screen."""
INK = "#222222"
FOR_NAMES = {SCREEN: 0.6, COLUMN: 1.0}
"""The least room for names on either side, as a share of the line's length."""
NAMES_BEGIN = 0.05
"""So far from the line's ends, as a share of its length."""
MOST_FOR_NAMES = 0.9
"""Of the figure's width, on both sides together."""
SIDES = ("right", "left")
"""How names are aligned before and behind the line."""
BAR_STEP = 0.45
"""Between bars, in lines of names."""


def critical_difference(ranking: Ranking, sheet: Sheet = SCREEN) -> Figure:
    """Return strategies on a line of mean ranks; bars join those that are not distinguished.

    The ranking is of five cohorts or more, tested. The better half is named on the left. There is a
    bar for each of `Ranking.groups`, from its first rank to its last; the critical difference is
    drawn above the line if Friedman's test rejects.
    """
    names, ranks = ranking.table["strategy"].tolist(), ranking.table["rank"].to_numpy(dtype=float)
    places = {name: float(rank) for name, rank in zip(names, ranks, strict=True)}
    bars = [(places[group[0]], places[group[-1]]) for group in ranking.groups]
    first_name = 1.0 + BAR_STEP * len(bars)
    n_lines = (len(names) + 1) // 2
    with mpl.rc_context(sheet.settings):
        height = ROW * sheet.zoom * (n_lines + first_name + 4)
        figure = Figure(figsize=(WIDTHS[sheet], height))
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_ylim(first_name + n_lines, -3.0)
        _draw_scale(axes, len(names))
        if ranking.critical_difference is not None:
            _draw_difference(axes, ranking.critical_difference)
        for i, (low, high) in enumerate(bars):
            _draw_bar(axes, low, high, 0.6 + BAR_STEP * i)
        for i, name in enumerate(names):
            is_left = i < n_lines
            line = i if is_left else len(names) - 1 - i
            _draw_name(axes, name, places[name], first_name + line, (len(names), is_left))
        _make_room(axes, len(names), FOR_NAMES[sheet])
    return figure


def _make_room(axes: Axes, n: int, least: float) -> None:
    """Set where the figure ends, so that the longest name on either side is not cut off."""
    least = (least - NAMES_BEGIN) / (1 + 2 * least)  # of the figure's width
    width = axes.get_window_extent().width
    left, right = (
        max([least, *(text.get_window_extent().width / width for text in texts)])
        for texts in (
            [text for text in axes.texts if text.get_horizontalalignment() == side]
            for side in SIDES
        )
    )
    shrunk = min(1.0, MOST_FOR_NAMES / (left + right))
    whole = (n - 1) * (1 + 2 * NAMES_BEGIN) / (1 - shrunk * (left + right))
    begin = NAMES_BEGIN * (n - 1)
    axes.set_xlim(1 - begin - shrunk * left * whole, n + begin + shrunk * right * whole)


def _draw_scale(axes: Axes, n: int) -> None:
    axes.plot([1, n], [0, 0], color=INK, linewidth=1.2)
    step = max(1, round(n / 10))
    for rank in range(1, n + 1, step):
        axes.plot([rank, rank], [0, -0.25], color=INK, linewidth=1.0)
        axes.text(rank, -0.4, f"{rank}", ha="center", va="bottom")


def _draw_difference(axes: Axes, difference: float) -> None:
    axes.plot([1, 1 + difference], [-2, -2], color=INK, linewidth=1.2)
    for end in (1, 1 + difference):
        axes.plot([end, end], [-2.15, -1.85], color=INK, linewidth=1.2)
    axes.text(1 + difference / 2, -2.2, f"CD {difference:.2f}", ha="center", va="bottom")


def _draw_bar(axes: Axes, low: float, high: float, height: float) -> None:
    axes.plot(
        [low, high], [height, height], color="#0072B2", linewidth=3.0, gid="not distinguished"
    )


def _draw_name(axes: Axes, name: str, rank: float, height: float, side: tuple[int, bool]) -> None:
    n, is_left = side
    margin = 0.8 * NAMES_BEGIN * (n - 1)
    end = 1 - margin if is_left else n + margin
    axes.plot([rank, rank, end], [0, height, height], color="#888888", linewidth=0.7)
    label = f"{in_figures(name)}  {rank:.2f}" if is_left else f"{rank:.2f}  {in_figures(name)}"
    axes.text(
        end - margin / 4 if is_left else end + margin / 4,
        height,
        label,
        ha="right" if is_left else "left",
        va="center",
    )
