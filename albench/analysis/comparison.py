"""Strategies compared in pairs: by repetition in each block, and on average over blocks.

Arguments are those of `albench.analysis`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from albench.analysis.curves import BLOCK
from albench.analysis.paired import paired, wilcoxon
from albench.analysis.score_cube import cube
from albench.analysis.signed_rank import probabilities
from albench.analysis.significance import FEWEST_PAIRS
from albench.analysis.verdicts import judge, more_repetitions
from albench.references import BASELINE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from albench.analysis.score_cube import ScoreCube

    Pair = tuple[str, str]

PAIR = ["strategy", "other"]
ROUNDED = 12
"""Digits of a difference that are not what floating point leaves."""
MEASURED = [
    *("n_pairs", "n_missing", "difference", "low", "high"),
    *("wins", "ties", "losses", "p", "p_wilcoxon"),
]
"""The columns of one comparison by itself.

`n_missing` counts repetitions that only one of the two has; `p` is of the paired t-test.
"""
COMPARED = [
    *MEASURED,
    *("all_low", "all_high", "p_holm", "margin", "p_equal", "verdict"),
    *("p_worse", "p_within", "p_better", "more"),
]
"""The columns of a comparison in its family.

The verdict, `p_holm`, `p_equal` and the intervals from `all_low` to `all_high` are those of
`verdicts.judge` over all rows of the table that are not outside. `p_worse`, `p_within` and
`p_better` are the second opinion of `signed_rank.probabilities`. `more` is how many more
repetitions would decide what is not decided (`verdicts.more_repetitions`).
"""


def against_random(
    efficiency: pd.DataFrame,
    value: str = "area",
    outside: Collection[str] = (),
    margins: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return each strategy's difference to random in each block.

    There is one row per block and strategy that has cells in it, with the columns `COMPARED`; all
    rows are one family. Pairs share the repetition.
    """
    scores = cube(efficiency, value)
    return by_block(scores, _with_random(scores), outside, margins).drop(columns="other")


def across_blocks(
    efficiency: pd.DataFrame,
    value: str = "area",
    outside: Collection[str] = (),
    margins: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return each strategy's mean difference to random over all blocks, on these cohorts.

    There is one row per strategy, which make up the family. The repetition is the unit. It counts
    only if the strategy and random have all blocks in it that the strategy has in any; `n_blocks`
    says how many these are, and `n_missing` how many repetitions that the strategy or random has in
    one of them do not count.
    """
    scores = cube(efficiency, value)
    return over_blocks(scores, _with_random(scores), outside, margins).drop(columns="other")


def by_block(
    scores: ScoreCube,
    pairs: Sequence[Pair],
    outside: Collection[str] = (),
    margins: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return the differences of pairs of strategies in each block, paired by repetition.

    There is one row per block in which both have cells (random is planned in all) and pair, with
    the columns `COMPARED`; all rows are one family.
    """
    keys, gaps, n_seen, cohorts = [], [], [], []
    sides = {pair: (scores.of(pair), _shared(scores, pair)) for pair in pairs}
    for i, block in enumerate(scores.blocks):
        for pair, (values, is_shared) in sides.items():
            if is_shared[i]:
                keys.append((*block, *pair))
                gaps.append(values[i, :, 0] - values[i, :, 1])
                n_seen.append(int(np.isfinite(values[i]).any(axis=1).sum()))
                cohorts.append(scores.cohorts[i : i + 1])
    rows = pd.DataFrame(keys, columns=[*BLOCK, *PAIR])
    return _compared(rows, gaps, n_seen, _margins_of(cohorts, margins), outside)


def over_blocks(
    scores: ScoreCube,
    pairs: Sequence[Pair],
    outside: Collection[str] = (),
    margins: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return the differences of pairs of strategies averaged over blocks, on these cohorts.

    There is one row per pair that shares a block, as in `across_blocks`.
    """
    keys, gaps, n_seen, cohorts = [], [], [], []
    for pair in pairs:
        is_shared = _shared(scores, pair)
        if is_shared.any():
            values = scores.of(pair)[is_shared]
            keys.append((int(is_shared.sum()), *pair))
            # A repetition that lacks a block has no mean: it would be of other blocks.
            gaps.append((values[..., 0] - values[..., 1]).mean(axis=0))
            n_seen.append(int(np.isfinite(values).any(axis=(0, 2)).sum()))
            cohorts.append([scores.cohorts[i] for i in np.flatnonzero(is_shared)])
    rows = pd.DataFrame(keys, columns=["n_blocks", *PAIR])
    return _compared(rows, gaps, n_seen, _margins_of(cohorts, margins), outside)


def compare_by_unit(
    pairs: Sequence[Pair],
    gaps: Sequence[tuple[NDArray[np.float64], int]],
    margin: NDArray[np.float64],
    outside: Collection[str],
    fewest: int,
) -> pd.DataFrame:
    """Return the comparison of pairs by differences of any unit.

    For each pair, `gaps` has its differences, shape ``(n_units,)``, NaN where a unit lacks one; and
    how many units have a score of either. `margin`, shape ``(n_pairs,)``, is that of equality, and
    `fewest` the number of units that a verdict takes. There is one row per pair, with the columns
    `COMPARED`; all rows are one family.
    """
    rows = pd.DataFrame(list(pairs), columns=PAIR)
    differences, n_seen = [values for values, _ in gaps], [n for _, n in gaps]
    return _compared(rows, differences, n_seen, margin, outside, fewest)


def side_by_side(efficiency: pd.DataFrame, keys: list[str], value: str) -> pd.DataFrame:
    """Return a table of a value with one column per strategy, NaN where one has none.

    The columns `keys` are its index.
    """
    # A pivot table would average two values of one cell in silence; this raises a ValueError.
    return efficiency.set_index([*keys, "strategy"])[value].unstack("strategy")  # noqa: PD010  # see above


def compared(ours: pd.Series[float], theirs: pd.Series[float]) -> dict[str, float]:
    """Return the paired comparison of two series.

    Parameters
    ----------
    ours : Series of float
        With the repetition as its index; NaN where one is missing.
    theirs : Series of float
        Likewise.

    Returns
    -------
    dict
        The columns `MEASURED`.
    """
    both = pd.DataFrame({"ours": ours, "theirs": theirs}).dropna(how="all")
    gaps = (both["ours"] - both["theirs"]).to_numpy(dtype=float)
    row = _measured(gaps[None, :], np.array([len(both)])).iloc[0]
    return {str(name): float(value) for name, value in row.items()}


def _with_random(scores: ScoreCube) -> list[Pair]:
    return [(name, BASELINE) for name in scores.strategies if name != BASELINE]


def _shared(scores: ScoreCube, pair: Pair) -> NDArray[np.bool_]:
    ours, theirs = map(scores.blocks_of, pair)
    return ours & (theirs | (pair[1] == BASELINE))


def _margins_of(
    cohorts: Sequence[Sequence[str]], margins: Mapping[str, float] | None
) -> NDArray[np.float64]:
    """Return each row's margin: the mean over its blocks."""
    margin_of = {} if margins is None else margins
    return np.array([np.mean([margin_of.get(name, np.nan) for name in names]) for names in cohorts])


def _compared(
    rows: pd.DataFrame,
    gaps: Sequence[NDArray[np.float64]],
    n_seen: Sequence[int],
    margin: NDArray[np.float64],
    outside: Collection[str],
    fewest: int = FEWEST_PAIRS,
) -> pd.DataFrame:
    """Return rows with the columns `COMPARED`, all of one family."""
    if rows.empty:
        return pd.DataFrame(columns=[*rows.columns, *COMPARED])
    table = np.stack(gaps).round(ROUNDED)
    sums = paired(table)
    is_competing = ~(rows["strategy"].isin(outside) | rows["other"].isin(outside)).to_numpy()
    judged = judge(sums, margin, is_competing, fewest)
    opinions = np.array(
        [
            probabilities(row[~np.isnan(row)], width)
            for row, width in zip(table, margin, strict=True)
        ]
    )
    columns = dict(zip(("p_worse", "p_within", "p_better"), opinions.T, strict=True))
    more = more_repetitions(sums, margin, judged["verdict"])
    measured = _measured(table, np.array(n_seen))
    return rows.assign(**{str(name): measured[name] for name in measured}).assign(
        **judged, **columns, more=more
    )


def _measured(gaps: NDArray[np.float64], n_seen: NDArray[np.integer]) -> pd.DataFrame:
    """Return the columns `MEASURED` of differences, shape (n_rows, n_repetitions)."""
    # Rounded, so that what floating point leaves of equal areas is neither won nor lost.
    exact = gaps.round(ROUNDED)
    sums = paired(exact)
    return pd.DataFrame(
        {
            "n_pairs": sums.n.astype(int),
            "n_missing": n_seen - sums.n.astype(int),
            "difference": sums.mean,
            "low": sums.mean - sums.half_width,
            "high": sums.mean + sums.half_width,
            "wins": (exact > 0).sum(axis=1),
            "ties": (exact == 0).sum(axis=1),
            "losses": (exact < 0).sum(axis=1),
            "p": sums.p,
            "p_wilcoxon": [wilcoxon(row[~np.isnan(row)]) for row in exact],
        }
    )
