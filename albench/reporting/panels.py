"""What a figure shows on the page, one panel per block, before it is drawn.

Arguments are those of `albench.reporting`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.analysis.curves import places
from albench.metrics.catalogue import LABELS
from albench.references import ALL_LABELS, BASELINE
from albench.reporting.names import COLOURS, DASHES, RowsByBlock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from albench.records.schema import BlockKey
    from albench.reporting.names import Namer, Style

LABELLED = "labelled candidates"
"""What most curves are drawn over."""
FAINT, BASE = "faint", "base"
"""Looks of strategies that are drawn only to show where they lie, and of random."""


@dataclass(frozen=True)
class PanelBlock:
    """The block that a panel is about.

    Parameters
    ----------
    name : str
        As tables write it.
    block : tuple of str
        Cohort, modalities, model and budget; empty strings where it is about all of them.
    """

    name: str
    block: BlockKey = ("", "", "", "")


@dataclass(frozen=True)
class StrategyCurve:
    """One strategy's curve.

    Parameters
    ----------
    strategy : str
        As tables write it.
    look : str
        The class that says how it is drawn.
    x, y, low, high : tuple of float
        One value per round; low and high are NaN where there is no interval.
    n : tuple of int
        The repetitions of each round.
    """

    strategy: str
    look: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    n: tuple[int, ...]


@dataclass(frozen=True)
class Curves:
    """A panel of learning curves.

    Parameters
    ----------
    place : PanelBlock
        Of the panel.
    lines : tuple of StrategyCurve
        In the order in which they are drawn.
    x_label, y_label : str
        Of the axes.
    level : float or None
        The score of training on all labels.
    has_bars : bool
        Whether each line has its interval, as differences do; else random's has a band.
    """

    place: PanelBlock
    lines: tuple[StrategyCurve, ...]
    x_label: str
    y_label: str
    level: float | None = None
    has_bars: bool = False


@dataclass(frozen=True)
class Interval:
    """One strategy's difference to random.

    Parameters
    ----------
    strategy : str
        As tables write it.
    verdict : str
        Better and worse are drawn in colour, all others grey.
    value, low, high : float
        The difference and its own 95 % interval.
    all_low, all_high : float
        The interval that holds for all rows at once; NaN where there is none.
    """

    strategy: str
    verdict: str
    value: float
    low: float
    high: float
    all_low: float
    all_high: float


@dataclass(frozen=True)
class Intervals:
    """A panel of differences, the best on top.

    Parameters
    ----------
    place : PanelBlock
        Of the panel.
    rows : tuple of Interval
        From the best to the worst.
    x_label : str
        Of the axis.
    n_shown : int
        Rows that are not folded.
    """

    place: PanelBlock
    rows: tuple[Interval, ...]
    x_label: str
    n_shown: int = 20


@dataclass(frozen=True, eq=False)
class Matrix:
    """A panel of a confusion matrix.

    Parameters
    ----------
    place : PanelBlock
        Of the panel; its name says which system it is.
    names : tuple of str
        The classes.
    shares : ndarray of float, shape (n_classes, n_classes)
        True classes down, answers across; each row sums to 1.
    """

    place: PanelBlock
    names: tuple[str, ...]
    shares: NDArray[np.float64]


Panel = Curves | Intervals | Matrix


def curve_panels(
    curves: pd.DataFrame,
    metric: str,
    named: Namer,
    drawn: Mapping[str, Style],
    over: str = LABELLED,
) -> tuple[Curves, ...]:
    """Return one panel per block with each strategy's mean curve, in the order of blocks.

    `curves` is the result of `curves.learning_curves`, and `over` says what its column `n_labelled`
    holds, for the axis. Blocks in which nothing is known are left out.
    """
    panels = []
    for block, part in RowsByBlock(curves).items():
        levels = part.loc[part["strategy"] == ALL_LABELS, "mean"].dropna().tolist()
        lines = _lines(part[part["strategy"] != ALL_LABELS], drawn)
        level = float(levels[0]) if levels else None
        place = PanelBlock(named.block(block), block)
        if lines:
            panels.append(Curves(place, lines, over, LABELS[metric], level))
    return tuple(panels)


def difference_panels(
    curves: pd.DataFrame, metric: str, named: Namer, drawn: Mapping[str, Style]
) -> tuple[Curves, ...]:
    """Return one panel per block with each strategy's difference to random at each round.

    `curves` is the result of `curves.learning_curves` of `curves.differences_to_random`. Panels are
    in the order of blocks; those in which nothing is known are left out.
    """
    label = f"{LABELS[metric]} minus random's"
    lines = {block: _lines(part, drawn) for block, part in RowsByBlock(curves).items()}
    return tuple(
        Curves(PanelBlock(named.block(block), block), own, LABELLED, label, has_bars=True)
        for block, own in lines.items()
        if own
    )


def area_panels(comparison: pd.DataFrame, metric: str, named: Namer) -> tuple[Intervals, ...]:
    """Return one panel per block with each strategy's difference to random in area.

    They are in the order of blocks, without those in which nothing is known.
    """
    label = f"mean {LABELS[metric]} minus random's"
    rows = {block: _intervals(part) for block, part in RowsByBlock(comparison).items()}
    return tuple(
        Intervals(PanelBlock(named.block(block), block), own, label)
        for block, own in rows.items()
        if own
    )


def overall_panel(overall: pd.DataFrame, metric: str, title: str, n_shown: int) -> Intervals:
    """Return the panel with each strategy's mean difference to random over blocks, the best first.

    `title` says over what it is averaged; rows after `n_shown` are folded.
    """
    label = f"mean {LABELS[metric]} over the labels bought, minus random's"
    return Intervals(PanelBlock(title), _intervals(overall), label, n_shown)


def _lines(part: pd.DataFrame, drawn: Mapping[str, Style]) -> tuple[StrategyCurve, ...]:
    """Return each strategy's line: faint ones first, then random's, so that others lie above."""
    drawable = part[part["mean"].notna()].sort_values("n_labelled", kind="stable")
    values = drawable[["n_labelled", "mean", "low", "high", "n"]].to_numpy(dtype=float)
    lines = [
        _line(str(name), look(str(name), drawn[str(name)]), values[rows])
        for name, rows in places(drawable, "strategy").items()
    ]
    depths = {FAINT: 0, BASE: 1}
    return tuple(sorted(lines, key=lambda line: (depths.get(line.look, 2), line.strategy)))


def _line(strategy: str, look_of_it: str, values: NDArray[np.float64]) -> StrategyCurve:
    x, y, low, high, n = map(tuple, values.T.tolist())
    return StrategyCurve(strategy, look_of_it, x, y, low, high, tuple(map(int, n)))


def look(strategy: str, style: Style) -> str:
    """Return the class by which the page draws a strategy.

    It is ``base``, ``faint``, or ``k`` with a number.
    """
    if strategy == BASELINE:
        return BASE
    if style.is_faint:
        return FAINT
    return f"k{COLOURS.index(style.colour) + len(COLOURS) * DASHES.index(style.dash)}"


def _intervals(comparison: pd.DataFrame) -> tuple[Interval, ...]:
    ranked = comparison.sort_values("difference", ascending=False, kind="stable")
    rows: Sequence[Mapping[Any, Any]] = ranked.to_dict("records")
    bounds = ("difference", "low", "high", "all_low", "all_high")
    return tuple(
        Interval(str(row["strategy"]), str(row["verdict"]), *(float(row[key]) for key in bounds))
        for row in rows
        if not np.isnan(row["difference"])
    )
