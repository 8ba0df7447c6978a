"""Formats of numbers, which they remember, and tables with a cell for each block and strategy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.curves import mean_interval
from albench.analysis.power import MOST
from albench.plural import plural
from albench.references import ALL_LABELS, BASELINE
from albench.reporting.table_cells import TableCell, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from albench.records.schema import BlockKey
    from albench.reporting.content import Table
    from albench.reporting.names import Namer

UNKNOWN = "–"
ENDS = ("low", "high")
"""The names under which data files hold the ends of an interval."""
ALL_ENDS = ("low, all at once", "high, all at once")
"""Likewise, of one that holds for all rows."""
LONGEST = 30
"""Rows of a table that is not folded."""
MOST_COLUMNS = 9
"""A page is as wide as a name and so many numbers."""


def signed(value: float, digits: int = 3) -> TableCell:
    """Return a difference with its sign, never as -0."""
    shown = f"{round(value, digits) + 0.0:+.{digits}f}".replace("-", "−")
    return number(value, UNKNOWN if np.isnan(value) else shown)


def span(low: float, high: float, digits: int = 3, names: tuple[str, str] = ENDS) -> TableCell:
    """Return an interval of differences, its ends under their own names."""
    text = UNKNOWN if np.isnan(low) else f"{signed(low, digits)} to {signed(high, digits)}"
    return TableCell(text, dict(zip(names, (float(low), float(high)), strict=True)))


def estimate(value: float, low: float, high: float, digits: int = 3) -> TableCell:
    """Return a difference with its interval in brackets."""
    text = f"{signed(value, digits)} ({span(low, high, digits)})"
    return TableCell(
        UNKNOWN if np.isnan(value) else text,
        {"": float(value), " low": float(low), " high": float(high)},
    )


def decimals(value: float, digits: int) -> TableCell:
    """Return a number to so many decimals."""
    return number(value, UNKNOWN if np.isnan(value) else f"{value:.{digits}f}")


def share(value: float) -> TableCell:
    """Return a probability or a share to two decimals."""
    return decimals(value, 2)


def repetitions(value: float) -> TableCell:
    """Return a number of repetitions that is needed."""
    if np.isnan(value):
        return number(value, UNKNOWN)
    return number(value, f"> {MOST}" if np.isinf(value) else f"{value:.0f}")


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


def p_value(value: float) -> TableCell:
    """Return a p value to three decimals."""
    is_small = value < 0.001  # three decimals are shown
    return number(value, "< 0.001") if is_small else decimals(value, 3)


def p_equals(value: float) -> str:
    """Return ``p = 0.012`` or ``p < 0.001``."""
    text = p_value(value)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def mean_half_width(values: pd.Series[float]) -> TableCell:
    """Return a mean with the half width of its 95 % interval; of one value, only that."""
    numbers = _known(values)
    mean, low, high = mean_interval(numbers)
    half = "" if np.isnan(low) else f" ± {mean - low:.3f}"
    text = UNKNOWN if np.isnan(mean) else f"{mean:.3f}{half}"
    return TableCell(text, {" mean": mean, " low": low, " high": high, " n": len(numbers)})


def _known(values: pd.Series[float]) -> NDArray[np.float64]:
    numbers = np.asarray(values, dtype=np.float64)
    return numbers[~np.isnan(numbers)]


def mean_deviation(values: pd.Series[float]) -> TableCell:
    """Return a mean with its standard deviation; of one value, only that."""
    numbers = _known(values)
    mean = float(numbers.mean()) if len(numbers) else float("nan")
    deviation = float(numbers.std(ddof=1)) if len(numbers) > 1 else float("nan")
    half = "" if np.isnan(deviation) else f" ± {deviation:.3f}"
    text = UNKNOWN if np.isnan(mean) else f"{mean:.3f}{half}"
    return TableCell(text, {" mean": mean, " sd": deviation, " n": len(numbers)})


def in_order(strategies: Sequence[str], ranked: Sequence[str] = ()) -> list[str]:
    """Return strategies as tables list them: random first, then by rank, all labels last."""
    ranks = {name: i for i, name in enumerate(ranked)}

    def key(name: str) -> tuple[bool, bool, int, str]:
        return name != BASELINE, name == ALL_LABELS, ranks.get(name, len(ranks)), name

    return sorted(set(strategies), key=key)


def grid(
    empty: Table,
    cells: Mapping[tuple[BlockKey, str], str],
    named: Namer,
    ranked: Sequence[str] = (),
) -> Table:
    """Return a table with a cell for each block and strategy.

    `empty` has its name, title and caption; `cells` are the texts by block and strategy, which may
    remember their values. It has a row per block, or a row per strategy if these are too many for
    columns. Strategies of `ranked` stand first, from the best to the worst; others follow by name.
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
    across = "block" if table[0][0] == "strategy" else "strategy"
    return replace(empty, columns=table[0], rows=tuple(table[1:]), across=across)


def cores_text(n: int | None) -> str:
    """Return how many cores a machine has.

    Parameters
    ----------
    n : int or None
        None if the system did not say.

    Returns
    -------
    str
        ``1 core``, ``8 cores``.
    """
    return "an unknown number of cores" if n is None else plural(n, "core")
