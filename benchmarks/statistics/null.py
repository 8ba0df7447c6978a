"""Simulate benchmarks in which nothing differs, and count what the report would call a finding.

Each row is a rate over simulated benchmarks, by the functions that the report uses. Areas are
normal. One repetition's noise has a standard deviation of 1, and random's is shared by all
differences to it. All rates are printed as Markdown::

    python benchmarks/statistics/null.py

The exit status is 1 if a rate is further from what is promised than chance allows. With
``--benchmarks 20`` it is seen to run.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from albench.analysis.comparison import across_blocks, against_random
from albench.analysis.curves import BASELINE, BLOCK
from albench.analysis.paired import paired_t
from albench.analysis.power import POWER, detectable, repetitions_needed
from albench.analysis.ranks import rank
from albench.analysis.significance import ALPHA, holm
from albench.analysis.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    Areas = NDArray[np.float64]  # (n_cohorts, n_budgets, n_strategies, n_repetitions)

SEED = 20201101
OF_COHORT = 0.3
"""The standard deviation of what a strategy gains on one cohort and loses on another."""
SURELY = 3.0
"""Standard errors that a rate may be off by chance."""
FALSE = {str(Verdict.BETTER), str(Verdict.WORSE)}


@dataclass(frozen=True)
class Rate:
    """How often something happened.

    Parameters
    ----------
    what : str
        In words.
    found : float
        The share of simulated benchmarks.
    n : int
        How many there were.
    at_least, at_most : float
        What is promised; 0 and 1 where a rate only stands beside the others.
    """

    what: str
    found: float
    n: int
    at_least: float = 0.0
    at_most: float = 1.0

    @property
    def is_kept(self) -> bool:
        """Whether the promise is kept, as far as chance lets us tell."""
        low, high = (
            side * SURELY * np.sqrt(promised * (1 - promised) / self.n) + promised
            for side, promised in ((-1, self.at_least), (1, self.at_most))
        )
        return bool(low <= self.found <= high)


def rates(n: int, rng: np.random.Generator) -> Iterator[Rate]:
    """Yield all rates.

    Parameters
    ----------
    n : int
        Simulated benchmarks of each.
    rng : Generator
        Drawn from.

    Yields
    ------
    Rate
        In the order of the table.
    """
    for n_strategies, n_repetitions in ((7, 6), (50, 10)):
        yield from rates_of_ranks(n, n_strategies, n_repetitions, rng)
    for n_strategies, n_repetitions in ((7, 6), (50, 6), (50, 10)):
        yield from _of_the_best(n, n_strategies, n_repetitions, rng)
    yield from _of_families(n, (4, 2, 7, 6), rng)
    yield from _of_families(max(n // 5, 1), (3, 3, 50, 10), rng)
    for effect in (0.5, 1.5):
        yield _of_claims(n, effect, 15, rng)
    for n_repetitions, n_comparisons in ((6, 48), (10, 441)):
        yield _of_plans(n, n_repetitions, n_comparisons, rng)


def rates_of_ranks(
    n: int, n_strategies: int, n_repetitions: int, rng: np.random.Generator
) -> Iterator[Rate]:
    """Yield how often Friedman's test rejects.

    Parameters
    ----------
    n : int
        Simulated benchmarks.
    n_strategies : int
        Of each block, random among them.
    n_repetitions : int
        Of each strategy.
    rng : Generator
        Drawn from.

    Yields
    ------
    Rate
        Over blocks first, as it was; then over cohorts.
    """

    def areas(n_cohorts: int) -> Areas:
        shape = (n_cohorts, 3, n_strategies, n_repetitions)
        own = rng.normal(0, OF_COHORT, (n_cohorts, 1, n_strategies, 1))
        return own + rng.standard_normal(shape)

    what = f"{n_strategies} strategies, {n_repetitions} repetitions, 3 budgets"
    blocks = [_friedman_over_blocks(areas(3)) < ALPHA for _ in range(n)]
    yield Rate(f"Friedman over the 9 blocks of 3 cohorts, as it was: {what}", _share(blocks), n)
    none = [not np.isnan(rank(_frame(areas(4))).p) for _ in range(min(n, 50))]
    yield Rate(f"any test of 4 cohorts: {what}", _share(none), len(none), at_most=0.0)
    for n_cohorts in (5, 10):
        found = [rank(_frame(areas(n_cohorts))).p < ALPHA for _ in range(n)]
        yield Rate(f"Friedman over {n_cohorts} cohorts: {what}", _share(found), n, at_most=ALPHA)


def _friedman_over_blocks(areas: Areas) -> float:
    means = areas.mean(axis=3).reshape(-1, areas.shape[2])
    return float(stats.friedmanchisquare(*means.T).pvalue)


def _of_the_best(
    n: int, n_strategies: int, n_repetitions: int, rng: np.random.Generator
) -> Iterator[Rate]:
    own, wide = [], []
    for _ in range(n):
        areas = rng.standard_normal((1, 1, n_strategies, n_repetitions))
        found = against_random(_frame(areas))
        best = found.sort_values("difference").iloc[-1]
        own.append(best["low"] <= 0 <= best["high"])
        wide.append(best["all_low"] <= 0 <= best["all_high"])
    what = f"the best of {n_strategies - 1} differences, {n_repetitions} repetitions"
    yield Rate(f"its own 95 % interval covers {what}", _share(own), n)
    yield Rate(f"the one for all covers {what}", _share(wide), n, at_least=1 - ALPHA)


def _of_families(
    n: int, shape: tuple[int, int, int, int], rng: np.random.Generator
) -> Iterator[Rate]:
    """Yield how often anything is found; the last strategy is an oracle that is truly better."""
    each, averaged, covered = [], [], []
    oracle = f"s{shape[2] - 1:02}"
    for _ in range(n):
        areas = rng.standard_normal(shape)
        areas[:, :, -1] += 3
        frame = _frame(areas)
        found = against_random(frame, outside=[oracle])
        judged = found[found["strategy"] != oracle]
        each.append(judged["verdict"].isin(FALSE).any())
        covered.append(((judged["all_low"] <= 0) & (judged["all_high"] >= 0)).all())
        averaged.append(across_blocks(frame, outside=[oracle])["verdict"].isin(FALSE).any())
    n_blocks, n_family = shape[0] * shape[1], shape[0] * shape[1] * (shape[2] - 2)
    what = f"{n_family} comparisons in {n_blocks} blocks, {shape[3]} repetitions, beside an oracle"
    yield Rate(f"any verdict in {what}", _share(each), n, at_most=ALPHA)
    yield Rate(f"all intervals cover in {what}", _share(covered), n, at_least=1 - ALPHA)
    what = f"{shape[2] - 2} strategies averaged over {n_blocks} blocks"
    yield Rate(f"any verdict on {what}", _share(averaged), n, at_most=ALPHA)


def _of_claims(n: int, effect: float, n_claims: int, rng: np.random.Generator) -> Rate:
    needed = int(repetitions_needed(np.array([effect]), np.ones(1), ALPHA / n_claims)[0])
    found = []
    for _ in range(n):
        gaps = rng.standard_normal((n_claims, needed))
        gaps[0] += effect
        p_values = np.array([paired_t(row) for row in gaps])
        found.append(holm(p_values)[0] < ALPHA)
    what = (
        f"a claim of {effect:g} standard deviations is decided with the {needed} repetitions said "
        f"to be needed, one of {n_claims}"
    )
    return Rate(what, _share(found), n, at_least=POWER)


def _of_plans(n: int, n_repetitions: int, n_comparisons: int, rng: np.random.Generator) -> Rate:
    level = ALPHA / n_comparisons
    effect = detectable(n_repetitions, level)
    gaps = effect + rng.standard_normal((n, n_repetitions))
    found = [paired_t(row) < level for row in gaps]
    what = (
        f"{effect:.2f} standard deviations are found with {n_repetitions} repetitions, at the "
        f"first step of {n_comparisons}"
    )
    return Rate(what, _share(found), n, at_least=POWER, at_most=POWER)


def _frame(areas: Areas) -> pd.DataFrame:
    """Return areas as `efficiency.cell_efficiency` gives them; the first strategy is random."""
    n_cohorts, n_budgets, n_strategies, n_repetitions = areas.shape
    strategies = [BASELINE, *(f"s{i:02}" for i in range(1, n_strategies))]
    levels = [
        [f"c{i}" for i in range(n_cohorts)],
        [f"b{i}" for i in range(n_budgets)],
        strategies,
        range(n_repetitions),
    ]
    index = pd.MultiIndex.from_product(levels, names=["cohort", "budget", "strategy", "repetition"])
    frame = pd.DataFrame({"area": areas.ravel()}, index=index).reset_index()
    return frame.assign(**{key: "x" for key in BLOCK if key not in frame})


def _share(found: Sequence[bool | np.bool_]) -> float:
    return sum(map(bool, found)) / len(found)


def _row(rate: Rate) -> str:
    error = np.sqrt(rate.found * (1 - rate.found) / rate.n)
    if rate.at_least == rate.at_most:
        promised = f"{rate.at_most:g}"
    elif rate.at_most < 1:
        promised = f"at most {rate.at_most:g}"
    else:
        promised = f"at least {rate.at_least:g}" if rate.at_least else "no promise"
    kept = "" if rate.is_kept else " **not kept**"
    return f"| {rate.what} | {rate.found:.3f} ± {error:.3f} | {promised}{kept} | {rate.n} |"


def main(say: Callable[[str], object] = print) -> int:
    """Print the table; return 1 if a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--benchmarks", type=int, default=500, help="simulated, of each row")
    n = parser.parse_args().benchmarks
    say("| what | rate ± standard error | promised | benchmarks |")
    say("| --- | --- | --- | --- |")
    all_kept = True
    for rate in rates(n, np.random.default_rng(SEED)):
        say(_row(rate))
        all_kept &= rate.is_kept
    return 0 if all_kept else 1


if __name__ == "__main__":
    sys.exit(main())
