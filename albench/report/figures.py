"""Figures: learning curves, differences to random, and areas, in one style."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from albench.analysis.curves import BASELINE, BLOCK, REFERENCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from albench.report.names import Block, Namer, Style

METRICS = {
    "accuracy": "accuracy",
    "auc": "AUC (one against the rest)",
    "balanced_accuracy": "balanced accuracy",
}
SETTINGS: dict[Any, Any] = {  # matplotlib types its keys by a literal of all of them
    "font.size": 9.0,
    "axes.titlesize": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "svg.fonttype": "none",
    "svg.hashsalt": "albench",
    "font.family": ["DejaVu Sans", "sans-serif"],
}
DPI = 150
COLUMNS = 2
PANEL = (4.9, 3.1)
"""Width and height of a panel, in inches."""


def learning_curves(
    curves: pd.DataFrame, metric: str, named: Namer, drawn: Mapping[str, Style]
) -> Figure:
    """Return one panel a block: each strategy's mean curve, and a band for random.

    Parameters
    ----------
    curves : DataFrame
        What `curves.learning_curves` gave.
    metric : str
        Which one these are of.
    named : Namer
        Names blocks.
    drawn : mapping of str to Style
        Of each strategy.

    Returns
    -------
    matplotlib.figure.Figure
        Bands are the 95 % intervals of the means.
    """
    with mpl.rc_context(SETTINGS):
        figure, panels = _panels(curves, named)
        for block, axes in panels.items():
            part = _of(curves, block)
            _draw_reference(axes, part[part["strategy"] == REFERENCE])
            _draw_lines(axes, part[part["strategy"] != REFERENCE], drawn)
            axes.set_ylabel(METRICS[metric])
            axes.set_xlabel("labelled candidates")
        _legend(figure, panels.values())
    return figure


def difference_curves(
    curves: pd.DataFrame, metric: str, named: Namer, drawn: Mapping[str, Style]
) -> Figure:
    """Return one panel a block: each strategy's mean difference to random with its band.

    Parameters
    ----------
    curves : DataFrame
        What `curves.learning_curves` gave of `curves.differences_to_random`.
    metric : str
        Which one these are of.
    named : Namer
        Names blocks.
    drawn : mapping of str to Style
        Of each strategy.

    Returns
    -------
    matplotlib.figure.Figure
        Bands are the 95 % intervals of the paired differences.
    """
    with mpl.rc_context(SETTINGS):
        figure, panels = _panels(curves, named)
        for block, axes in panels.items():
            axes.axhline(0.0, color=drawn[BASELINE].colour, linewidth=1.6)
            _draw_lines(axes, _of(curves, block), drawn)
            axes.set_ylabel(f"{METRICS[metric].partition(' (')[0]} minus random's")
            axes.set_xlabel("labelled candidates")
        _legend(figure, panels.values())
    return figure


def area_differences(
    comparison: pd.DataFrame, metric: str, named: Namer, drawn: Mapping[str, Style]
) -> Figure:
    """Return one panel a block: each strategy's difference in area to random, with its interval.

    Parameters
    ----------
    comparison : DataFrame
        What `comparison.against_random` gave.
    metric : str
        Which one it is of.
    named : Namer
        Names blocks.
    drawn : mapping of str to Style
        Of each strategy.

    Returns
    -------
    matplotlib.figure.Figure
        Filled marks are separable from random after correction.
    """
    with mpl.rc_context(SETTINGS):
        n = comparison.groupby(BLOCK)["strategy"].nunique().max()
        figure, panels = _panels(comparison, named, height=max(1.6, 0.8 + 0.22 * float(n)))
        for block, axes in panels.items():
            part = _of(comparison, block).sort_values("strategy", ascending=False)
            axes.axvline(0.0, color=drawn[BASELINE].colour, linewidth=1.6)
            for height, row in enumerate(part.to_dict("records")):
                style = drawn[row["strategy"]]
                is_clear = row["verdict"] in ("better", "worse")
                axes.plot([row["low"], row["high"]], [height, height], color=style.colour)
                axes.plot(
                    row["difference"],
                    height,
                    marker=style.marker,
                    color=style.colour,
                    markerfacecolor=style.colour if is_clear else "white",
                    linestyle="none",
                )
            axes.set_yticks(range(len(part)), part["strategy"].tolist())
            axes.margins(y=0.12)
            short = METRICS[metric].partition(" (")[0]
            axes.set_xlabel(f"area under the {short} curve, minus random's")
    return figure


def _panels(
    table: pd.DataFrame, named: Namer, height: float = PANEL[1]
) -> tuple[Figure, dict[Block, Axes]]:
    blocks: list[Block] = sorted(set(table[BLOCK].itertuples(index=False, name=None)))
    columns = min(COLUMNS, len(blocks))
    rows = math.ceil(len(blocks) / columns)
    figure = Figure(figsize=(PANEL[0] * columns, height * rows), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for unused in grid[len(blocks) :]:
        unused.set_visible(False)
    panels = dict(zip(blocks, grid, strict=False))
    for block, axes in panels.items():
        axes.set_title(named.block(block), loc="left", fontweight="bold")
    return figure, panels


def _of(table: pd.DataFrame, block: Block) -> pd.DataFrame:
    chosen = (table[BLOCK] == list(block)).all(axis=1)
    return table[chosen]


def _draw_lines(axes: Axes, part: pd.DataFrame, drawn: Mapping[str, Style]) -> None:
    for name in sorted(part["strategy"].unique(), key=lambda name: (name != BASELINE, name)):
        line = part[part["strategy"] == name].sort_values("n_labelled")
        style = drawn[name]
        x = line["n_labelled"].to_numpy(dtype=float)
        axes.plot(
            x,
            line["mean"].to_numpy(dtype=float),
            color=style.colour,
            marker=style.marker,
            markersize=3.6,
            linestyle=style.dash,
            linewidth=style.width,
            label=name,
            zorder=2 if name == BASELINE else 3,
        )
        low, high = (line[key].to_numpy(dtype=float) for key in ("low", "high"))
        axes.fill_between(x, low, high, color=style.colour, alpha=0.10, linewidth=0)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))


def _draw_reference(axes: Axes, part: pd.DataFrame) -> None:
    for row in part.to_dict("records"):
        label = "all labels"
        axes.axhline(
            row["mean"], color="#222222", linewidth=1.0, linestyle=(0, (6, 3)), label=label
        )


def _legend(figure: Figure, panels: Iterable[Axes]) -> None:
    found: dict[str, Artist] = {}
    for axes in panels:
        handles, labels = axes.get_legend_handles_labels()
        found |= dict(zip(labels, handles, strict=True))
    if found:
        columns = min(5, len(found))
        place: Any = {"loc": "outside lower center", "ncols": columns, "frameon": False}
        figure.legend(list(found.values()), list(found), **place)


def as_svg(figure: Figure) -> str:
    """Return a figure as SVG, the same text for the same figure.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Drawn.

    Returns
    -------
    str
        Without date or creator.
    """
    target = io.StringIO()
    with mpl.rc_context(SETTINGS):
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    return target.getvalue()


def as_png(figure: Figure) -> bytes:
    """Return a figure as PNG.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Drawn.

    Returns
    -------
    bytes
        At 150 dots an inch.
    """
    target = io.BytesIO()
    with mpl.rc_context(SETTINGS):
        figure.savefig(target, format="png", dpi=DPI, metadata={"Software": None})
    return target.getvalue()
