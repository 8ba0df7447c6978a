"""Figures: learning curves, differences to random, and areas, in one style.

Arguments are those of `albench.reporting`. Tables are not empty.
"""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from albench.analysis.verdicts import Verdict
from albench.metrics.catalogue import LABELS
from albench.references import ALL_LABELS, BASELINE
from albench.reporting.names import RowsByBlock, blocks_of, by_strategy, in_figures
from albench.reporting.panels import LABELLED
from albench.reporting.sheets import SCREEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from albench.records.schema import BlockKey
    from albench.reporting.names import Namer, Style
    from albench.reporting.sheets import Sheet

MOST_TICKS = 9
BASE_COLOUR = "#777777"
VERDICTS = {Verdict.BETTER: ("#0072B2", "^"), Verdict.WORSE: ("#D55E00", "v")}
"""Colour and marker of strategies that differ significantly from random."""
OTHERS = "others"
CHARACTER = 0.011
"""The width of a character in inches, by the size of the font."""


def learning_curves(
    curves: pd.DataFrame,
    metric: str,
    named: Namer,
    drawn: Mapping[str, Style],
    over: str = LABELLED,
    sheet: Sheet = SCREEN,
) -> Figure:
    """Return one panel per block: each strategy's mean curve, and a band for random's.

    `curves` is the result of `curves.learning_curves`, and `over` says what its column `n_labelled`
    holds, for the axis. The band is the 95 % interval of the mean; seven of them would hide the
    curves.
    """
    with mpl.rc_context(sheet.settings):
        figure, panels = _panels(curves, named, sheet)
        parts = RowsByBlock(curves)
        for block, axes in panels.items():
            part = parts[block]
            _draw_reference(axes, part[part["strategy"] == ALL_LABELS])
            bought = part[part["strategy"] != ALL_LABELS]
            faint_first = sorted(_lines(bought), key=lambda entry: not drawn[entry[0]].is_faint)
            for name, line in faint_first:
                _draw_line(axes, line, drawn[name], name)
            _draw_band(axes, bought[bought["strategy"] == BASELINE], drawn[BASELINE])
            _label(axes, bought, LABELS[metric], sheet, over)
            bottom, top = axes.get_ylim()
            axes.set_ylim(max(bottom, -0.01), min(top, 1.01))  # no score is outside 0 to 1
        _legend(figure, panels.values(), sheet)
    return figure


def difference_curves(
    curves: pd.DataFrame,
    metric: str,
    named: Namer,
    drawn: Mapping[str, Style],
    sheet: Sheet = SCREEN,
) -> Figure:
    """Return one panel per block: each strategy's mean difference to random with its interval.

    `curves` is the result of `curves.learning_curves` of `curves.differences_to_random`. Bars are
    the 95 % intervals of the paired differences.
    """
    with mpl.rc_context(sheet.settings):
        figure, panels = _panels(curves, named, sheet)
        parts = RowsByBlock(curves)
        for block, axes in panels.items():
            part = parts[block]
            axes.axhline(0.0, color=drawn[BASELINE].colour, linewidth=1.6)
            # Intervals of dozens would hide each other.
            lines = [(name, line) for name, line in _lines(part) if not drawn[name].is_faint]
            step = 0.06 * _usual_gap(part["n_labelled"]) if len(lines) > 1 else 0.0
            for i, (name, line) in enumerate(lines):
                shift = (i - (len(lines) - 1) / 2) * step
                moved = line.assign(n_labelled=line["n_labelled"] + shift)
                _draw_line(axes, moved, drawn[name], name)
                _draw_bars(axes, moved, drawn[name])
            _label(axes, part, f"{LABELS[metric]} minus random's", sheet)
        _legend(figure, panels.values(), sheet)
    return figure


def area_differences(
    comparison: pd.DataFrame,
    metric: str,
    named: Namer,
    drawn: Mapping[str, Style],
    sheet: Sheet = SCREEN,
) -> Figure:
    """Return one panel per block: each strategy's difference in area to random, with its interval.

    Filled marks are separable from random after correction.
    """
    with mpl.rc_context(sheet.settings):
        parts = RowsByBlock(comparison)
        n = max(map(len, parts.values()))
        figure, panels = _panels(comparison, named, sheet, height=(0.9 + 0.22 * n) * sheet.zoom)
        for block, axes in panels.items():
            part = parts[block].sort_values("strategy", ascending=False)
            axes.axvline(0.0, color=drawn[BASELINE].colour, linewidth=1.6)
            for height, row in enumerate(part.to_dict("records")):
                _draw_interval(axes, height, row, drawn[row["strategy"]])
            axes.set_yticks(range(len(part)), [in_figures(name) for name in part["strategy"]])
            axes.set_ylim(-0.6, len(part) - 0.4)
            axes.xaxis.set_major_locator(MaxNLocator(5))
            axes.set_xlabel(_area_words(metric, sheet))
    return figure


def overall_differences(overall: pd.DataFrame, metric: str, sheet: Sheet = SCREEN) -> Figure:
    """Return each strategy's mean difference to random over blocks, the best on top.

    Thick: each strategy's own 95 % interval; thin: the one that holds for all at once. What is not
    separable from random is grey.
    """
    ranked = overall.sort_values("difference", kind="stable")
    with mpl.rc_context(sheet.settings):
        size = (sheet.alone, (0.8 + 0.2 * len(ranked)) * sheet.zoom)
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        axes.axvline(0.0, color=BASE_COLOUR, linewidth=1.6)
        for height, row in enumerate(ranked.to_dict("records")):
            colour, marker = VERDICTS.get(row["verdict"], (BASE_COLOUR, "o"))
            axes.hlines(height, row["all_low"], row["all_high"], color=colour, linewidth=0.9)
            axes.hlines(height, row["low"], row["high"], color=colour, linewidth=2.6)
            axes.plot(row["difference"], height, marker, color=colour, markersize=5)
        axes.set_yticks(range(len(ranked)), [in_figures(name) for name in ranked["strategy"]])
        axes.set_ylim(-0.6, len(ranked) - 0.4)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.set_xlabel(_area_words(metric, sheet))
    return figure


def _area_words(metric: str, sheet: Sheet) -> str:
    words = f"mean {LABELS[metric]} over the labels bought, minus random's"
    return words if sheet is SCREEN else words.replace(", ", ",\n")


def _draw_interval(axes: Axes, height: float, row: Mapping[Any, Any], style: Style) -> None:
    is_clear = row["verdict"] in {Verdict.BETTER, Verdict.WORSE}
    axes.plot([row["low"], row["high"]], [height, height], color=style.colour, linewidth=1.6)
    axes.plot(
        row["difference"],
        height,
        marker=style.marker or "o",
        color=style.colour,
        markerfacecolor=style.colour if is_clear else "white",
        linestyle="none",
    )


def _panels(
    table: pd.DataFrame, named: Namer, sheet: Sheet, height: float = 0.0
) -> tuple[Figure, dict[BlockKey, Axes]]:
    blocks = blocks_of(table)
    columns = min(sheet.columns, len(blocks))
    rows = math.ceil(len(blocks) / columns)
    size = (sheet.width * columns, (height or sheet.height) * rows)
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for unused in grid[len(blocks) :]:
        unused.set_visible(False)
    panels = dict(zip(blocks, grid, strict=False))
    for block, axes in panels.items():
        title = textwrap.fill(named.block(block), int(sheet.width / sheet.font / CHARACTER))
        axes.set_title(title, loc="left", fontweight="bold")
    return figure, panels


def _lines(part: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return each strategy's curve, random's first so that others are drawn over it."""
    lines = by_strategy(part)
    names = sorted(lines, key=lambda name: (name != BASELINE, name))
    return [(name, lines[name].sort_values("n_labelled")) for name in names]


def _draw_line(axes: Axes, line: pd.DataFrame, style: Style, name: str) -> None:
    axes.plot(
        line["n_labelled"].to_numpy(dtype=float),
        line["mean"].to_numpy(dtype=float),
        color=style.colour,
        marker=style.marker,
        markersize=3.6,
        linestyle=style.dash,
        linewidth=style.width,
        label=OTHERS if style.is_faint else in_figures(name),
    )


def _draw_bars(axes: Axes, line: pd.DataFrame, style: Style) -> None:
    x, low, high = (line[key].to_numpy(dtype=float) for key in ("n_labelled", "low", "high"))
    axes.vlines(x, low, high, color=style.colour, linewidth=1.0, alpha=0.6)


def _draw_band(axes: Axes, line: pd.DataFrame, style: Style) -> None:
    x, low, high = (line[key].to_numpy(dtype=float) for key in ("n_labelled", "low", "high"))
    axes.fill_between(x, low, high, color=style.colour, alpha=0.18, linewidth=0)


def _draw_reference(axes: Axes, part: pd.DataFrame) -> None:
    for height in part["mean"].tolist():
        dashes = (0, (6, 3))
        axes.axhline(height, color="#222222", linewidth=1.0, linestyle=dashes, label="all labels")


def _label(axes: Axes, part: pd.DataFrame, word: str, sheet: Sheet, over: str = LABELLED) -> None:
    """Name the axes, with a tick at each round if there are few."""
    axes.set_ylabel(word)
    axes.set_xlabel(over)
    sizes = np.unique(part["n_labelled"].round())
    if len(sizes) > MOST_TICKS * sheet.width / SCREEN.width:
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    else:
        apart = 0.06 * np.ptp(sizes) if len(sizes) else 0.0
        kept = [
            size
            for size, after in zip(sizes, [*sizes[1:], np.inf], strict=False)
            if after - size >= apart
        ]
        axes.set_xticks(kept, [f"{size:.0f}" for size in kept])


def _usual_gap(sizes: pd.Series[float]) -> float:
    """Return the median number of labels that rounds buy."""
    gaps = np.diff(np.unique(sizes.round()))
    return float(np.median(gaps)) if len(gaps) else 1.0


def _legend(figure: Figure, panels: Iterable[Axes], sheet: Sheet) -> None:
    entries: dict[str, Artist] = {}
    for axes in panels:
        handles, labels = axes.get_legend_handles_labels()
        entries |= dict(zip(labels, handles, strict=True))
    # The widest name decides how many stand beside each other.
    widest = max(map(len, entries), default=1)
    ncols = max(
        1, min(8, len(entries), int(figure.get_figwidth() * 11 / sheet.zoom / (widest + 6)))
    )
    place: Any = {"loc": "outside upper center", "ncols": ncols, "frameon": False}
    figure.legend(list(entries.values()), list(entries), **place)
