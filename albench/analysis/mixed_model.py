"""A linear mixed model of paired differences, to check what is said of cohorts like these.

Arguments are those of `albench.analysis`.
"""

from __future__ import annotations

import contextlib
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from albench.analysis import nested_likelihood
from albench.analysis.curves import CONFIDENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from albench.analysis.score_cube import ScoreCube

    Floats = NDArray[np.float64]

METHODS = ("powell", "nm")
"""Of the search for the likelihood's top; the next where one strays to infinity."""
NOTHING = (float("nan"), float("nan"), float("nan"))


def mixed_interval(scores: ScoreCube, pair: tuple[str, str]) -> tuple[float, float, float]:
    """Return the mean difference of a pair over cohorts like these, by a mixed model.

    Parameters
    ----------
    scores : ScoreCube
        Of one metric.
    pair : (str, str)
        A strategy, and the other that is subtracted.

    Returns
    -------
    difference, low, high : float
        The fixed effect and its 95 % interval, by Student's t with one degree of freedom fewer than
        there are cohorts; a normal interval would be too sure of few. NaN where the model cannot be
        fitted: under two cohorts, or without any spread.

    Notes
    -----
    Cohorts are a random effect. In a cohort, blocks and repetitions are random effects too:
    repetitions are nested, since their splits are drawn by cohort and shared by its blocks. Fitted
    by restricted maximum likelihood: see `albench.analysis.nested_likelihood`, or, where a cohort
    lacks a repetition of a block, by statsmodels, which takes a hundred times as long, and without
    gradients: with them it stops short where a variance is 0, at the edge of what is allowed.
    """
    there = _grids(scores, pair)
    if len(there) < 2 or _spread(there) == 0:
        return NOTHING
    if _are_whole(there):
        fixed: tuple[float, float] | None = nested_likelihood.fitted(there)
    else:
        fixed = _fitted(_long(there))
    if fixed is None:
        return NOTHING
    mean, error = fixed
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(there) - 1)) * error
    return mean, mean - half, mean + half


def needs_statsmodels(scores: ScoreCube, pair: tuple[str, str]) -> bool:
    """Return whether a cohort lacks a repetition of a block, so that the library fits the model.

    It is false too where there is nothing to fit. Arguments as of `mixed_interval`.
    """
    there = _grids(scores, pair)
    return len(there) > 1 and not _are_whole(there)


def _grids(scores: ScoreCube, pair: tuple[str, str]) -> list[Floats]:
    """Return the differences of each cohort that has any, ``(n_blocks, n_repetitions)``."""
    ours, theirs = np.moveaxis(scores.of(pair), -1, 0)
    gaps = ours - theirs
    rows: dict[str, list[int]] = {}
    for row, cohort in enumerate(scores.cohorts):
        rows.setdefault(cohort, []).append(row)
    return [grid for grid in (_without_empty(gaps[each]) for each in rows.values()) if grid.size]


def _without_empty(grid: Floats) -> Floats:
    """Return blocks and repetitions of which anything is known."""
    there = np.isfinite(grid)
    return grid[np.ix_(there.any(axis=1), there.any(axis=0))]


def _are_whole(grids: Sequence[Floats]) -> bool:
    return all(np.isfinite(grid).all() for grid in grids)


def _spread(grids: Sequence[Floats]) -> float:
    return float(np.ptp(np.concatenate([grid[np.isfinite(grid)] for grid in grids])))


def _long(grids: Sequence[Floats]) -> pd.DataFrame:
    """Return one row per block and repetition; blocks are numbered through all cohorts."""
    tables, n_before = [], 0
    for cohort, grid in enumerate(grids):
        block, repetition = np.nonzero(np.isfinite(grid))
        columns = {"gap": grid[block, repetition], "block": n_before + block, "rep": repetition}
        tables.append(pd.DataFrame(columns).assign(cohort=cohort))
        n_before += len(grid)
    return pd.concat(tables, ignore_index=True)


def _fitted(table: pd.DataFrame) -> tuple[float, float] | None:
    """Return the mean and its standard error; None if there is no fit."""
    # It takes a second to import, which only pages of many cohorts need.
    from statsmodels.regression.mixed_linear_model import MixedLM

    nested = {"rep": "0 + C(rep)", "block": "0 + C(block)"}
    # With one block per cohort, neither repetitions nor blocks can be separated from the residual.
    n_blocks = table.groupby("cohort")["block"].nunique()
    parts = nested if n_blocks.max() > 1 else None
    scale = float(table["gap"].std())
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of variances near 0, which are an answer too
        model = MixedLM.from_formula(
            "gap ~ 1",
            groups="cohort",
            re_formula="1",
            vc_formula=parts,
            data=table.assign(gap=table["gap"] / scale),
        )
        for method in METHODS:
            # It is singular where a method strays far, or where it ends at a variance of 0.
            with contextlib.suppress(np.linalg.LinAlgError):
                fit = model.fit(reml=True, method=method)
                mean, error = float(fit.fe_params.iloc[0]), float(fit.bse_fe.iloc[0])
                if fit.converged and np.isfinite([fit.llf, error]).all():
                    return mean * scale, error * scale
    return None
