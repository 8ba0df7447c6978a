"""Small tables of published systems, computed from their test probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from albench.analysis import best_round_optimism, points, resampling
from albench.analysis.curves import SYSTEM
from albench.metrics.catalogue import BOOTSTRAPPED, weighted_scores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from albench.spec.published import Claim, Point, Published, System

    Key = tuple[str, Point]
    Resampled = Mapping[Key, NDArray[np.float64]]

SEED = 20201101
INTERVAL_COLUMNS = (
    *(*SYSTEM, "point", "metric"),
    *("low", "high", "deviation", "n_subjects", "n_repetitions"),
)
OPTIMISM_COLUMNS = (*SYSTEM, *BOOTSTRAPPED, "n_repetitions")
CONFUSION_COLUMNS = (*SYSTEM, "truth", "answer", "n")
CONTRAST_COLUMNS = ("claim", "low", "high", "deviation", "n_subjects", "n_repetitions")


@dataclass(frozen=True, eq=False, kw_only=True)
class CellPredictions:
    """The test probabilities of one cell.

    Parameters
    ----------
    subjects : tuple of str, length n
        Whose unit each test unit is.
    labels : ndarray of int, shape (n,)
        Class numbers.
    proba : ndarray of float, shape (n_rounds, n, n_classes)
        Test probabilities.
    shares : ndarray of float, shape (n_rounds,)
        Labelled candidates as a share of those in the training part.
    """

    subjects: tuple[str, ...]
    labels: NDArray[np.intp]
    proba: NDArray[np.float32]
    shares: NDArray[np.float64]


Outcomes = dict["System", dict[int, CellPredictions]]
"""By system and repetition."""


@dataclass(frozen=True, eq=False)
class Summaries:
    """Tables of published systems.

    Parameters
    ----------
    intervals : DataFrame
        One row per system, point and metric: the bootstrap over test subjects.
    optimism : DataFrame
        One row per system: how much choosing the best round inflates its scores, on average.
    contrasts : DataFrame
        One row per claim: the bootstrap of its difference.
    confusion : DataFrame
        One row per system, true class and answer: units of the last round, over repetitions.
    """

    intervals: pd.DataFrame
    optimism: pd.DataFrame
    contrasts: pd.DataFrame
    confusion: pd.DataFrame


def summarise(outcomes: Outcomes, published: Published) -> Summaries:
    """Return the tables of all published systems.

    Parameters
    ----------
    outcomes : dict
        Of the systems of tables and claims; those without any success may be missing.
    published : Published
        What papers print and claim.

    Returns
    -------
    Summaries
        The same for the same outcomes, whatever their order.
    """
    resampled = _resample_all(outcomes, published)
    intervals = [
        row
        for system, by_repetition in resampled.items()
        for row in _intervals(system, by_repetition, _n_subjects(outcomes[system]))
    ]
    contrasts = [
        {"claim": i} | _contrast(claim, resampled, outcomes)
        for i, claim in enumerate(published.claims)
        if claim.better.system in outcomes and claim.than.system in outcomes
    ]
    named = [system for system in published.systems() if system in outcomes]
    confused = [row for system in named for row in _confusion(system, outcomes[system])]
    optimism = [_optimism(system, outcomes[system]) for system in named]
    return Summaries(
        pd.DataFrame(intervals, columns=INTERVAL_COLUMNS),
        pd.DataFrame(optimism, columns=OPTIMISM_COLUMNS),
        pd.DataFrame(contrasts, columns=CONTRAST_COLUMNS),
        pd.DataFrame(confused, columns=CONFUSION_COLUMNS),
    )


def _resample_all(outcomes: Outcomes, published: Published) -> dict[System, dict[int, Resampled]]:
    """Return each cell's scores under the resamples, which all cells of a cohort share."""
    judged = published.points()
    drawn: dict[str, dict[str, NDArray[np.float64]]] = {}
    for cohort in sorted({system.cohort for system in outcomes}):
        subjects = sorted(
            {
                subject
                for system, cells in outcomes.items()
                if system.cohort == cohort
                for outcome in cells.values()
                for subject in outcome.subjects
            }
        )
        rng = np.random.default_rng(SEED)
        counts = resampling.resample_counts(len(subjects), rng, resampling.N_RESAMPLES)
        drawn[cohort] = dict(zip(subjects, counts.T, strict=True))
    return {
        system: {
            repetition: _resampled(outcome, drawn[system.cohort], judged[system])
            for repetition, outcome in cells.items()
        }
        for system, cells in outcomes.items()
    }


def _resampled(
    outcome: CellPredictions, counts: Mapping[str, NDArray[np.float64]], judged: tuple[Point, ...]
) -> dict[Key, NDArray[np.float64]]:
    weights = np.column_stack([counts[subject] for subject in outcome.subjects])
    scores = weighted_scores(outcome.labels, outcome.proba, weights)
    return {
        (metric, point): points.values_at(point, outcome.shares, heights)
        for metric, heights in scores.items()
        for point in judged
    }


def _intervals(
    system: System, by_repetition: Mapping[int, Resampled], n_subjects: int
) -> list[dict[str, object]]:
    counts = {"n_subjects": n_subjects, "n_repetitions": len(by_repetition)}
    rows = []
    for metric, point in next(iter(by_repetition.values())):
        means = _over_repetitions([values[metric, point] for values in by_repetition.values()])
        row = system._asdict() | {"point": str(point), "metric": metric}
        rows.append(row | _spread(means) | counts)
    return rows


def _over_repetitions(values: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the mean over repetitions at each resample; missing values are ignored."""
    stacked = np.stack(values)
    is_finite = np.isfinite(stacked)
    n_finite = is_finite.sum(axis=0)
    sums: NDArray[np.float64] = np.where(is_finite, stacked, 0.0).sum(axis=0)
    return sums / np.where(n_finite, n_finite, np.nan)


def _spread(means: NDArray[np.float64]) -> dict[str, float]:
    finite = means[np.isfinite(means)]
    if not len(finite):
        return dict.fromkeys(("low", "high", "deviation"), float("nan"))
    low, high = np.quantile(finite, [0.025, 0.975])
    return {"low": float(low), "high": float(high), "deviation": float(finite.std(ddof=1))}


def _n_subjects(cells: Mapping[int, CellPredictions]) -> int:
    return len({subject for outcome in cells.values() for subject in outcome.subjects})


def _contrast(
    claim: Claim, resampled: Mapping[System, Mapping[int, Resampled]], outcomes: Outcomes
) -> dict[str, float]:
    better, than = (resampled[side.system] for side in (claim.better, claim.than))
    shared = sorted(set(better) & set(than))
    if not shared:
        return _spread(np.empty(0)) | {"n_subjects": 0, "n_repetitions": 0}
    gaps = [
        better[i][claim.metric, claim.better.at] - than[i][claim.metric, claim.than.at]
        for i in shared
    ]
    cells = outcomes[claim.better.system]
    n = _n_subjects({i: cells[i] for i in shared})
    return _spread(_over_repetitions(gaps)) | {"n_subjects": n, "n_repetitions": len(shared)}


def _optimism(system: System, cells: Mapping[int, CellPredictions]) -> dict[str, object]:
    rows = []
    for repetition in sorted(cells):
        outcome = cells[repetition]
        rng = np.random.default_rng([SEED, repetition])
        parts = resampling.halves(outcome.labels, outcome.subjects, rng)
        inflation = best_round_optimism.optimism(outcome.labels, outcome.proba, parts)
        rows.append([inflation[metric] for metric in BOOTSTRAPPED])
    finite = np.array(rows)
    finite = finite[np.isfinite(finite).all(axis=1)]
    means = finite.mean(axis=0).tolist() if len(finite) else [float("nan")] * len(BOOTSTRAPPED)
    by_metric = dict(zip(BOOTSTRAPPED, means, strict=True))
    return system._asdict() | by_metric | {"n_repetitions": len(finite)}


def _confusion(system: System, cells: Mapping[int, CellPredictions]) -> list[dict[str, object]]:
    n_classes = next(iter(cells.values())).proba.shape[2]
    counts = np.zeros((n_classes, n_classes), dtype=int)
    for outcome in cells.values():
        np.add.at(counts, (outcome.labels, outcome.proba[-1].argmax(axis=1)), 1)
    return [
        system._asdict() | {"truth": truth, "answer": answer, "n": int(n)}
        for (truth, answer), n in np.ndenumerate(counts)
    ]
