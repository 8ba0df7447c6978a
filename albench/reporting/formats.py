"""Formats of numbers, and tables with a text for each block and strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.curves import mean_interval
from albench.analysis.power import MOST
from albench.references import ALL_LABELS, BASELINE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from albench.reporting.names import Block, Namer

    Grid = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]

UNKNOWN = "–"
LONGEST = 30
"""Rows of a table that is not folded."""
MOST_COLUMNS = 9
"""A page is as wide as a name and so many numbers."""


def signed(value: float, digits: int = 3) -> str:
    """Return a difference with its sign, never as -0."""
    if np.isnan(value):
        return UNKNOWN
    return f"{round(value, digits) + 0.0:+.{digits}f}".replace("-", "−")


def span(low: float, high: float, digits: int = 3) -> str:
    """Return an interval of differences."""
    return UNKNOWN if np.isnan(low) else f"{signed(low, digits)} to {signed(high, digits)}"


def share(value: float) -> str:
    """Return a probability or a share to two decimals."""
    return UNKNOWN if np.isnan(value) else f"{value:.2f}"


def repetitions(value: float) -> str:
    """Return a number of repetitions that is needed."""
    if np.isnan(value):
        return UNKNOWN
    return f"> {MOST}" if np.isinf(value) else f"{value:.0f}"


def more_repetitions(values: pd.Series[float]) -> str:
    """Return how many more repetitions would decide some comparisons: ``4 to 37 more repetitions``.

    Parameters
    ----------
    values : Series of float
        The column `more` of comparisons that are open.

    Returns
    -------
    str
        The fewest and the most of those that are known.
    """
    finite = values.dropna()
    if finite.empty:
        return "an unknown number of more repetitions"
    ends = [
        f"more than {MOST}" if np.isinf(n) else f"{n:.0f}" for n in (finite.min(), finite.max())
    ]
    if ends == ["1", "1"]:
        return "1 more repetition"
    return f"{' to '.join(dict.fromkeys(ends))} more repetitions"


def p_value(value: float) -> str:
    """Return a p value to three decimals."""
    if np.isnan(value):
        return UNKNOWN
    return "< 0.001" if value < 0.001 else f"{value:.3f}"  # three decimals are shown


def p_equals(value: float) -> str:
    """Return ``p = 0.012`` or ``p < 0.001``."""
    text = p_value(value)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def mean_half_width(values: pd.Series[float]) -> str:
    """Return a mean with the half width of its 95 % interval; of one value, only that."""
    mean, low, _ = mean_interval(np.asarray(values.dropna(), dtype=np.float64))
    if np.isnan(mean):
        return UNKNOWN
    return f"{mean:.3f}" if np.isnan(low) else f"{mean:.3f} ± {mean - low:.3f}"


def mean_deviation(values: pd.Series[float]) -> str:
    """Return a mean with its standard deviation; of one value, only that."""
    numbers = values.dropna()
    if numbers.empty:
        return UNKNOWN
    return f"{numbers.mean():.3f}" + (f" ± {numbers.std():.3f}" if len(numbers) > 1 else "")


def in_order(strategies: Sequence[str], ranked: Sequence[str] = ()) -> list[str]:
    """Return strategies as tables list them: random first, then by rank, all labels last."""
    ranks = {name: i for i, name in enumerate(ranked)}

    def key(name: str) -> tuple[bool, bool, int, str]:
        return name != BASELINE, name == ALL_LABELS, ranks.get(name, len(ranks)), name

    return sorted(set(strategies), key=key)


def grid(cells: Mapping[tuple[Block, str], str], named: Namer, ranked: Sequence[str] = ()) -> Grid:
    """Return headings and rows of a table with a text for each block and strategy.

    Parameters
    ----------
    cells : mapping of (block, strategy) to str
        The texts.
    named : Namer
        Names blocks.
    ranked : sequence of str
        Strategies from the best to the worst; others follow by name.

    Returns
    -------
    headings, rows
        A row per block; a row per strategy if these are too many for columns.
    """
    blocks = sorted({block for block, _ in cells})
    strategies = in_order([strategy for _, strategy in cells], ranked)
    rows = [
        (named.block(block), *(cells.get((block, name), UNKNOWN) for name in strategies))
        for block in blocks
    ]
    table = [("block", *strategies), *rows]
    if len(strategies) > MOST_COLUMNS:
        table = [tuple(column) for column in zip(*table, strict=True)]
        table[0] = ("strategy", *table[0][1:])
    return table[0], tuple(table[1:])
