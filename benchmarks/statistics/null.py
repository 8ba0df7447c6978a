"""Simulate benchmarks whose truth is known, and count what a report would call a finding.

A benchmark is three cohorts of three blocks each. Strategies are exchangeable: whatever is found is
false. A repetition's split lifts or lowers all strategies of a cohort alike, and what chance gives
a strategy in one block it gives in part to it in the cohort's others. Scores are normal, skewed,
tied (rounded, so that a third of all differences is 0) or bounded (at a ceiling that many reach).
Each verdict, interval and rank is computed by the functions that the report uses::

    python benchmarks/statistics/null.py --write

writes ``null.csv`` beside this file and prints a summary as Markdown. The exit status is 1 if a
rate is further from what is promised than chance allows, unless an interval is only too wide. With
``--benchmarks 20`` it only runs.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from albench.analysis.anytime import follow
from albench.analysis.cohorts_like_these import FEWEST_COHORTS
from albench.analysis.head_to_head import N_FEW
from albench.analysis.paired import paired
from albench.analysis.power import POWER, detectable, repetitions_needed
from albench.analysis.rank_bootstrap import CohortScores, interval_on_like, interval_on_these
from albench.analysis.ranks import friedman
from albench.analysis.significance import ALPHA, FEWEST_PAIRS, holm
from albench.analysis.verdicts import Verdict, judge
from albench.until_decided import step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    Scores = NDArray[np.float64]  # (n_benchmarks, n_cohorts, n_blocks, n_strategies, n_repetitions)
    Gaps = NDArray[np.float64]  # (n_benchmarks, n_comparisons, n_units)

SEED = 20201101
TABLE = Path(__file__).with_suffix(".csv")
N_COHORTS, N_BLOCKS = 3, 3
SHARED = 0.5
"""The share of a strategy's noise that the blocks of a cohort have in common."""
OF_COHORT = 0.3
"""The standard deviation of what a strategy gains on one cohort and loses on another."""
SURELY = 3.0
"""Standard errors that a rate may be off by chance."""
NEAR = 0.015
"""How far the coverage of a 95 % interval may be from that."""
DIFFERENT = (Verdict.BETTER, Verdict.WORSE)
MOST = 50
"""Repetitions of a block, where they are added until something is decided."""
AT_EVERY_LOOK = "better or worse in any block, looking after every repetition"
AT_ONCE = 100
"""Benchmarks that are simulated together."""

KINDS: dict[str, Callable[[Scores], Scores]] = {
    "normal": lambda latent: latent,
    "skewed": lambda latent: np.exp(latent / 2),
    "tied": lambda latent: np.round(latent / 2),
    "bounded": lambda latent: np.minimum(latent, 1.0),
}
"""What makes scores of a latent quality."""


@dataclass(frozen=True)
class Setting:
    """What is simulated.

    Parameters
    ----------
    kind : str
        Of scores.
    n_strategies, n_repetitions : int
        Random is one of the strategies.
    n_cohorts : int
        Of three blocks each.
    own : float
        The standard deviation of what a strategy gains on one cohort, but not in the mean.
    """

    kind: str
    n_strategies: int
    n_repetitions: int
    n_cohorts: int = N_COHORTS
    own: float = 0.0

    @property
    def text(self) -> str:
        """The setting in a few words."""
        return (
            f"{self.kind}, {self.n_strategies} strategies, {self.n_repetitions} repetitions, "
            f"{self.n_cohorts} cohorts"
        )


class Standing(StrEnum):
    """Whether a promise is kept."""

    KEPT = "kept"
    TOO_WIDE = "too wide"
    BROKEN = "not kept"


@dataclass(frozen=True)
class Rate:
    """How often something happened.

    Parameters
    ----------
    what : str
        In words.
    where : str
        In which simulated benchmarks.
    share, error : float
        The mean share of simulated benchmarks, and its standard error.
    n : int
        How many there were.
    at_least, at_most : float
        What is promised; 0 and 1 where a rate only stands beside the others.
    """

    what: str
    where: str
    share: float
    error: float
    n: int
    at_least: float = 0.0
    at_most: float = 1.0

    @property
    def standing(self) -> Standing:
        """Whether the promise is kept, as far as chance lets us tell."""
        low, high = (
            side * SURELY * (self.error or np.sqrt(edge * (1 - edge) / self.n)) + edge
            for side, edge in ((-1, self.at_least), (1, self.at_most))
        )
        if low <= self.share <= high:
            return Standing.KEPT
        # Of an interval that covers too often one may still believe what it excludes.
        return Standing.TOO_WIDE if self.at_least > 0.9 and self.share > high else Standing.BROKEN

    @property
    def promise(self) -> str:
        """What is promised, in words."""
        if self.at_least and self.at_most < 1:
            return f"{self.at_least:g} to {self.at_most:g}"
        if self.at_most < 1:
            return f"at most {self.at_most:g}"
        return f"at least {self.at_least:g}" if self.at_least else "none"


def rate(
    what: str,
    where: str,
    happened: NDArray[np.generic],
    at_least: float = 0.0,
    at_most: float = 1.0,
) -> Rate:
    """Return the rate of what happened in each simulated benchmark: true, false, or a share."""
    values = np.asarray(happened, dtype=float)
    error = float(values.std() / np.sqrt(len(values)))
    return Rate(what, where, float(values.mean()), error, len(values), at_least, at_most)


def simulate(setting: Setting, n: int, rng: np.random.Generator) -> Scores:
    """Return the scores of benchmarks in which strategies are exchangeable.

    Parameters
    ----------
    setting : Setting
        What is simulated.
    n : int
        Benchmarks.
    rng : Generator
        Drawn from.

    Returns
    -------
    ndarray of float, shape (n, n_cohorts, n_blocks, n_strategies, n_repetitions)
        The first strategy is random.
    """
    shape = (n, setting.n_cohorts, N_BLOCKS, setting.n_strategies, setting.n_repetitions)
    split = rng.standard_normal((n, setting.n_cohorts, 1, 1, setting.n_repetitions))
    shared = rng.standard_normal((*shape[:2], 1, *shape[3:]))
    alone = rng.standard_normal(shape)
    own = rng.normal(0, setting.own, (*shape[:2], 1, shape[3], 1)) if setting.own else 0.0
    noise = np.sqrt(SHARED) * shared + np.sqrt(1 - SHARED) * alone
    return KINDS[setting.kind](split + noise + own)


def by_block(scores: Scores) -> Gaps:
    """Return all differences to random, block by block: the page's family of comparisons."""
    gaps = scores[:, :, :, 1:] - scores[:, :, :, :1]
    return gaps.reshape(len(scores), -1, scores.shape[-1])


def over_blocks(scores: Scores) -> Gaps:
    """Return the differences to random, averaged over all blocks of a repetition."""
    means = scores.mean(axis=(1, 2))
    return np.asarray(means[:, 1:] - means[:, :1])


def in_order(scores: Scores) -> NDArray[np.float64]:
    """Return means over all blocks of a repetition, the best strategy first."""
    means = scores.mean(axis=(1, 2))
    order = np.argsort(-means.mean(axis=-1), axis=-1, kind="stable")
    return np.take_along_axis(means, order[:, :, None], axis=1)


def best_few(scores: Scores) -> Gaps:
    """Return the differences of all pairs of the best few."""
    best = in_order(scores)
    few = range(min(N_FEW, best.shape[1]))
    return np.stack([best[:, i] - best[:, j] for i, j in combinations(few, 2)], axis=1)


def neighbours(scores: Scores) -> Gaps:
    """Return the differences of neighbours in the order of means."""
    return -np.diff(in_order(scores), axis=1)


def over_cohorts(scores: Scores) -> Gaps:
    """Return the differences to random by cohort: the cohort is the unit."""
    means = scores.mean(axis=(2, 4))
    return np.asarray(np.moveaxis(means[:, :, 1:] - means[:, :, :1], 1, -1))


FAMILIES: dict[str, Callable[[Scores], Gaps]] = {
    "better or worse in any block": by_block,
    "better or worse on average over blocks": over_blocks,
    "better or worse among the best few": best_few,
    "neighbours told apart": neighbours,
}
"""The families of a page, by what is false in each."""


def verdicts(gaps: Gaps, margin: float, fewest: int = FEWEST_PAIRS) -> NDArray[np.generic]:
    """Return the verdicts of families, shape (n_benchmarks, n_comparisons)."""
    everyone = np.ones(gaps.shape[1], dtype=bool)
    return judge(paired(gaps.round(12)), np.array(margin), everyone, fewest)["verdict"]


def rates(n: int, rng: np.random.Generator) -> Iterator[Rate]:
    """Yield all rates of n simulated benchmarks each."""
    for kind in KINDS:
        for n_strategies in (7, 50):
            for n_repetitions in (6, 10):
                setting = Setting(kind, n_strategies, n_repetitions)
                yield from of_families(setting, n, rng)
                yield from of_power(setting, n, rng)
                if kind == "normal":
                    yield from of_a_better_half(setting, n, rng)
    for n_strategies, n_repetitions in ((7, 6), (50, 10)):
        for n_cohorts in (FEWEST_COHORTS, 10):
            setting = Setting("normal", n_strategies, n_repetitions, n_cohorts, OF_COHORT)
            yield from of_cohorts(setting, n, rng)
            yield from of_ranks(setting, max(n // 5, 2), rng)
    yield from of_what_is_needed(n, rng)
    # Its own stream, so that what was simulated before it stays as it is.
    looking = np.random.default_rng([SEED, 1])
    for kind in KINDS:
        yield from of_looking(Setting(kind, 3, MOST), n, looking)
        yield from of_added_repetitions(Setting(kind, 2, MOST), n, looking)


def of_families(setting: Setting, n: int, rng: np.random.Generator) -> Iterator[Rate]:
    """Yield how often families find what is not there, and how often intervals cover."""
    collected: dict[str, list[NDArray[np.generic]]] = {}
    for scores in _in_parts(setting, n, rng):
        gaps = by_block(scores)
        margin = 3 * float(gaps.std())
        false = {
            name: np.asarray(np.isin(verdicts(family(scores), np.nan), DIFFERENT).any(axis=1))
            for name, family in FAMILIES.items()
        }
        sums = paired(gaps)
        judged = judge(sums, np.array(np.nan), np.ones(gaps.shape[1], dtype=bool))
        lows, highs = (np.asarray(judged[key], dtype=float) for key in ("all_low", "all_high"))
        parts: dict[str, NDArray[np.generic]] = {
            **false,
            "any of these": np.asarray(np.stack(list(false.values())).any(axis=0)),
            # Each strategy differs from random by exactly what is not equal any more.
            "equal in any block": _any_equal(gaps + margin, margin),
            "own intervals cover": _share(np.abs(sums.mean) <= sums.half_width, sums.half_width),
            # Where differences are all equal there is no interval, which excludes nothing.
            "all intervals cover": np.asarray(~((lows > 0) | (highs < 0)).any(axis=1)),
        }
        for name, values in parts.items():
            collected.setdefault(name, []).append(values)
    promises = dict.fromkeys((*FAMILIES, "equal in any block"), (0.0, ALPHA))
    promises |= {
        "own intervals cover": (0.95 - NEAR, 0.95 + NEAR),
        "all intervals cover": (0.95, 1.0),
        "any of these": (0.0, 1.0),
    }
    for name, rows in collected.items():
        yield rate(name, setting.text, np.concatenate(rows), *promises[name])


def of_a_better_half(setting: Setting, n: int, rng: np.random.Generator) -> Iterator[Rate]:
    """Yield how often equals among the best few are told apart, where half are truly better."""
    n_better = setting.n_strategies // 2
    few = range(min(N_FEW, setting.n_strategies))
    for effect in (0.5, 1.0):
        is_false = []
        for scores in _in_parts(setting, n, rng):
            scores[:, :, :, -n_better:] += effect * float(by_block(scores).std())
            differs = np.isin(verdicts(best_few(scores), np.nan), DIFFERENT)
            quality = scores.mean(axis=(1, 2, 4))
            is_better = (
                np.argsort(-quality, axis=1, kind="stable") >= setting.n_strategies - n_better
            )
            equal = [is_better[:, i] == is_better[:, j] for i, j in combinations(few, 2)]
            is_false.append(np.asarray((differs & np.stack(equal, axis=1)).any(axis=1)))
        what = "better or worse among equals of the best few, where half of all are truly better"
        yield rate(what, f"{setting.text}, by {effect:g}", np.concatenate(is_false), at_most=ALPHA)


def of_power(setting: Setting, n: int, rng: np.random.Generator) -> Iterator[Rate]:
    """Yield how often a strategy is found better that is, by some paired standard deviations."""
    for effect in (0.5, 1.0):
        alone, mean = [], []
        for scores in _in_parts(setting, n, rng):
            gain = effect * float(by_block(scores).std())
            scores[:, :, :, 1] += gain
            first = slice(0, None, setting.n_strategies - 1)
            alone.append((verdicts(by_block(scores), np.nan)[:, first] == Verdict.BETTER).mean(1))
            mean.append(verdicts(over_blocks(scores), np.nan)[:, 0] == Verdict.BETTER)
        what = f"{effect:g} standard deviations are found"
        yield rate(f"{what} in a block", setting.text, np.concatenate(alone))
        yield rate(f"{what} on average over blocks", setting.text, np.concatenate(mean))


def of_cohorts(setting: Setting, n: int, rng: np.random.Generator) -> Iterator[Rate]:
    """Yield how often something false is found of cohorts like these."""
    false, rejected, covered = [], [], []
    for scores in _in_parts(setting, n, rng):
        gaps = over_cohorts(scores)
        sums = paired(gaps)
        judged = verdicts(gaps, np.nan, FEWEST_COHORTS)
        false.append(np.isin(judged, DIFFERENT).any(axis=1))
        covered.append((np.abs(sums.mean) <= sums.half_width).mean(axis=1))
        means = scores.mean(axis=(2, 4))
        rejected.append(np.array([friedman(one) < ALPHA for one in means]))
    what = "better or worse on cohorts like these"
    yield rate(what, setting.text, np.concatenate(false), at_most=ALPHA)
    yield rate("Friedman's test rejects", setting.text, np.concatenate(rejected), at_most=ALPHA)
    near = (0.95 - NEAR, 0.95 + NEAR)
    what = "own intervals over cohorts cover"
    yield rate(what, setting.text, np.concatenate(covered), *near)


def of_ranks(setting: Setting, n: int, rng: np.random.Generator) -> Iterator[Rate]:
    """Yield how often intervals of mean ranks cover the middle, where all ranks truly are."""
    middle = (setting.n_strategies + 1) / 2
    same = Setting(setting.kind, setting.n_strategies, setting.n_repetitions, setting.n_cohorts)
    kinds: dict[str, tuple[Setting, Callable[..., NDArray[np.float64]]]] = {
        "on these cohorts": (same, interval_on_these),
        "on cohorts like these": (setting, interval_on_like),
    }
    for which, (simulated, interval) in kinds.items():
        covered = []
        for scores in simulate(simulated, n, rng):
            cohorts = [
                # (n_blocks, n_strategies, n_repetitions) to (n_blocks, n_repetitions, n_strategies)
                CohortScores(np.moveaxis(one, 1, -1), np.ones((N_BLOCKS, one.shape[-1]), bool))
                for one in scores
            ]
            low, high = interval(cohorts, n_resamples=400)
            covered.append(((low <= middle) & (middle <= high)).mean())
        what = f"intervals of mean ranks {which} cover"
        yield rate(what, setting.text, np.array(covered), 0.95 - NEAR, 0.95 + NEAR)


def of_looking(setting: Setting, n: int, rng: np.random.Generator) -> Iterator[Rate]:
    """Yield how often looking after every repetition decides what is false, ever."""
    collected: dict[str, list[NDArray[np.generic]]] = {}
    for scores in _in_parts(setting, n, rng):
        gaps = by_block(scores).round(12)
        level, margin = ALPHA / gaps.shape[1], 3 * float(gaps.std())
        seen = follow(gaps, np.nan, level)
        apart = follow(gaps + margin, margin, level)
        parts = {
            AT_EVERY_LOOK: np.isin(seen.verdict, DIFFERENT).any(axis=1),
            "equal in any block, looking likewise": (apart.verdict == Verdict.EQUAL).any(axis=1),
            "intervals cover at every look": ~((seen.low > 0) | (seen.high < 0)).any(axis=1),
            "better or worse in any block by a t-test at every look": _ever(gaps),
        }
        for name, values in parts.items():
            collected.setdefault(name, []).append(np.asarray(values))
    promises = [(0.0, ALPHA), (0.0, ALPHA), (1 - ALPHA, 1.0), (0.0, 1.0)]
    for (name, rows), promise in zip(collected.items(), promises, strict=True):
        yield rate(name, setting.text, np.concatenate(rows), *promise)


def of_added_repetitions(setting: Setting, n: int, rng: np.random.Generator) -> Iterator[Rate]:
    """Yield how often adding repetitions decides what is true, and the cells that it saves."""
    for effect, width in ((0.5, np.nan), (1.0, np.nan), (2.0, np.nan), (0.0, 1.0)):
        decided, saved = [], []
        for scores in _in_parts(setting, n, rng):
            gaps = by_block(scores)
            deviation = float(gaps.std())
            gaps += effect * deviation
            seen = follow(gaps.round(12), width * deviation, ALPHA / gaps.shape[1])
            truth = Verdict.BETTER if effect else Verdict.EQUAL
            decided.append((seen.verdict == truth).mean(axis=1))
            saved.append(1 - _ends(seen.n_decided).mean(axis=1) / MOST)
        what = f"{effect:g} standard deviations are" if effect else "equality within 1 is"
        yield rate(f"{what} decided within {MOST} repetitions", setting.text, np.hstack(decided))
        share = f"the share of the cells of {MOST} repetitions that is saved where "
        share += f"{effect:g} standard deviations are true" if effect else "strategies are equal"
        yield rate(share, setting.text, np.hstack(saved))


def _ever(gaps: Gaps) -> NDArray[np.bool_]:
    """Return whether a corrected t-test finds anything after any number of repetitions."""
    is_found = [
        np.isin(verdicts(gaps[..., :n], np.nan), DIFFERENT).any(axis=1)
        for n in range(FEWEST_PAIRS, gaps.shape[-1] + 1)
    ]
    return np.asarray(np.stack(is_found).any(axis=0))


def _ends(n_decided: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return with how many repetitions a run by stages ends in each block."""
    stages = [FEWEST_PAIRS]
    while stages[-1] < MOST:
        stages.append(stages[-1] + step(stages[-1], MOST))
    wanted = np.nan_to_num(n_decided, nan=MOST)
    return np.asarray(stages, dtype=float)[np.searchsorted(stages, wanted)]


def of_what_is_needed(n: int, rng: np.random.Generator) -> Iterator[Rate]:
    """Yield how often what is said to be needed decides."""
    for effect, n_claims in ((0.5, 15), (1.5, 15)):
        needed = int(repetitions_needed(np.array([effect]), np.ones(1), ALPHA / n_claims)[0])
        gaps = rng.standard_normal((n, n_claims, needed))
        gaps[:, 0] += effect
        where = f"a difference of {effect:g} standard deviations, one of {n_claims} undecided"
        what = f"the {needed} repetitions said to be needed decide"
        yield rate(what, where, holm(paired(gaps).p)[:, 0] < ALPHA, at_least=POWER)
    for n_repetitions, n_comparisons in ((6, 48), (10, 441)):
        level = ALPHA / n_comparisons
        effect = detectable(n_repetitions, level)
        gaps = effect + rng.standard_normal((n, n_repetitions))
        where = f"{n_repetitions} repetitions, at the first step of {n_comparisons}"
        what = f"what `albench plan` says is found in 80 %: {effect:.2f} standard deviations"
        yield rate(what, where, paired(gaps).p < level, POWER, POWER)


def summary(table: pd.DataFrame) -> str:
    """Return a table of rates as Markdown: for each promise, the range over all settings.

    Parameters
    ----------
    table : DataFrame
        What ``null.csv`` holds.

    Returns
    -------
    str
        One row for each thing that is counted.
    """
    lines = ["| what | lowest | highest | promised | settings |", "| --- | --- | --- | --- | --- |"]
    for what, part in table.groupby("what", sort=False):
        counts = part["standing"].value_counts()
        ends = [
            f", **{one} in {counts[one]}**"
            for one in (Standing.TOO_WIDE, Standing.BROKEN)
            if one in counts
        ]
        kept = "".join(ends)
        span = f"{part['rate'].min():.3f} | {part['rate'].max():.3f}"
        lines.append(f"| {what} | {span} | {part['promised'].iloc[0]}{kept} | {len(part)} |")
    return "\n".join(lines)


def as_table(rates: Iterable[Rate]) -> pd.DataFrame:
    """Return rates as ``null.csv`` holds them."""
    rows = [
        {"what": r.what, "where": r.where, "rate": round(r.share, 4), "error": round(r.error, 4)}
        | {"promised": r.promise, "standing": str(r.standing), "benchmarks": r.n}
        for r in rates
    ]
    return pd.DataFrame(rows)


def _any_equal(gaps: Gaps, margin: float) -> NDArray[np.bool_]:
    return np.asarray((verdicts(gaps, margin) == Verdict.EQUAL).any(axis=1))


def _share(is_so: NDArray[np.bool_], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of each family that is so, of what is known."""
    return np.asarray((is_so & ~np.isnan(values)).sum(axis=1) / (~np.isnan(values)).sum(axis=1))


def _in_parts(setting: Setting, n: int, rng: np.random.Generator) -> Iterator[Scores]:
    for start in range(0, n, AT_ONCE):
        yield simulate(setting, min(AT_ONCE, n - start), rng)


def main() -> int:
    """Print the summary; return 1 if a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--benchmarks", type=int, default=1000, help="simulated, of each setting")
    parser.add_argument("--write", action="store_true", help=f"write {TABLE.name} beside this file")
    options = parser.parse_args()
    table = as_table(rates(options.benchmarks, np.random.default_rng(SEED)))
    if options.write:
        table.to_csv(TABLE, index=False, lineterminator="\n")
    print(summary(table))
    for row in table[table["standing"] != Standing.KEPT].to_dict("records"):
        rate_found = f"{row['rate']:.3f} ± {row['error']:.3f}"
        print(f"{row['standing']}: {row['what']}: {row['where']}: {rate_found}")
    return 1 if (table["standing"] == Standing.BROKEN).any() else 0


if __name__ == "__main__":
    sys.exit(main())
