"""The effects that a matrix can detect, stated before it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.power import detectable, paired_deviations, power_of
from albench.analysis.significance import ALPHA, FEWEST_PAIRS
from albench.metrics.catalogue import LABELS, PRIMARY
from albench.plural import plural
from albench.references import ALL_LABELS, BASELINE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Comparison = tuple[object, str]
    """A block and a strategy."""

HALF = 0.5
TIMES = (1, 2, 4, 8)
"""The multiples of the planned repetitions that are shown."""


def foresight(
    planned: Collection[Comparison],
    oracles: Collection[str],
    n_repetitions: int,
    results: Path,
    metric: str = PRIMARY,
) -> tuple[str, ...]:
    """Return the effects that a matrix detects with a power of 80 %, and with more repetitions.

    Parameters
    ----------
    planned : collection of (block, str)
        Each strategy that is planned in each block, random and all labels among them.
    oracles : collection of str
        Strategies that are not competitors.
    n_repetitions : int
        Of each.
    results : Path
        Earlier results of the same matrix, if there are any: they give the spread.
    metric : str
        The primary metric.

    Returns
    -------
    tuple of str
        Lines; none if nothing is compared.

    Raises
    ------
    RecordsError
        If earlier results are damaged.
    """
    left_out = {BASELINE, ALL_LABELS, *oracles}
    n_comparisons = len({entry for entry in planned if entry[1] not in left_out})
    if not n_comparisons:
        return ()
    return tuple(
        _lines(n_comparisons, n_repetitions, results, _past(results, oracles, metric), metric)
    )


def _past(results: Path, oracles: Collection[str], metric: str) -> NDArray[np.float64]:
    """Return the spreads of earlier comparisons; none if there are no earlier tables."""
    if not (results / "cells.csv").is_file():
        return np.empty(0)
    from albench.analysis import curves, efficiency, equal_picks  # pandas
    from albench.reporting.load import load

    records = load(results)
    rounds = curves.joined(records.cells, records.scores)
    once = equal_picks.counted_once(rounds, equal_picks.find_groups(records.cells, rounds, oracles))
    competitors = once[~once["strategy"].isin(oracles)]
    return paired_deviations(efficiency.cell_efficiency(competitors, metric))


def _lines(
    n_comparisons: int, n_repetitions: int, results: Path, past: NDArray[np.float64], metric: str
) -> Iterator[str]:
    level = ALPHA / n_comparisons
    compared = f"{plural(n_comparisons, 'comparison')} with random"
    repetitions = plural(n_repetitions, "repetition")
    if n_repetitions < FEWEST_PAIRS:
        yield (
            f"can find nothing: {compared} with {repetitions}, and under "
            f"{FEWEST_PAIRS} no verdict is given"
        )
    else:
        share = float(power_of(HALF, np.array([n_repetitions]), level)[0])
        yield (
            f"can find: in {compared} with {repetitions}, half a standard deviation "
            f"of the paired difference is found in {_percent(share)} (p under {ALPHA:g} / "
            f"{n_comparisons}, the first step of Holm's correction)"
        )
    sizes = [n * n_repetitions for n in TIMES if n * n_repetitions >= FEWEST_PAIRS]
    effects = {n: detectable(n, level) for n in sizes or [FEWEST_PAIRS]}
    effect_list = ", ".join(f"{effect:.2f} with {n}" for n, effect in effects.items())
    yield f"found in 80 %, in standard deviations, by repetitions: {effect_list}"
    word = LABELS[metric]
    if not len(past):
        yield f"the same in {word}: not known before there are results"
        return
    usual = float(np.median(past))
    effect_list = ", ".join(f"{usual * effect:.3f} with {n}" for n, effect in effects.items())
    yield (
        f"the same in {word} over the labels bought, by the results in {results}, whose standard "
        f"deviation is {usual:.3f} (median of {len(past)}): {effect_list}"
    )


def _percent(share: float) -> str:
    return "under 1 %" if share < 0.01 else f"{100 * share:.0f} %"  # per mille means nothing here
