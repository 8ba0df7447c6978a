# mypy: disable-error-code="import-not-found"
# The module beside this one is found when this file is run.
"""What is lost where a large pool is not looked at exactly, on one that can be."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from albench.api.large_pools import EXACT
from albench.strategies.coverage.maxherding import MaxHerding
from albench.strategies.coverage.probcover import pure_radius
from albench.strategies.hybrid.uncertainty_herding import adapted_width
from albench.strategies.mathematics import (
    approximate_clusters,
    approximate_neighbours,
    clusters,
    neighbours,
    sampled_rows,
)
from albench.strategies.mathematics.confidence import margin
from albench.strategies.mathematics.distances import nearest_squared
from albench.strategies.mathematics.max_coverage import ball, gaussian, unit_rows
from albench.strategies.mathematics.softmax_head import calibrated_proba

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from albench.api import PoolView
    from albench.strategies.query import Floats, Picks

CLUSTERING = ("k-means", "typiclust", "alfamix", "clue", "dropquery")
COVERING = ("maxherding", "probcover", "uncertainty-herding")
N_PICKS = 100
ASKED, K = 1000, 20
"""Rows whose nearest neighbours are compared, and how many."""


@contextmanager
def exact_up_to(rows: int) -> Iterator[None]:
    """Move the bound between exact and not."""
    modules = (approximate_clusters, approximate_neighbours, sampled_rows)
    try:
        for module in modules:
            vars(module)["EXACT"] = rows
        yield
    finally:
        for module in modules:
            vars(module)["EXACT"] = EXACT


def compared(name: str, pool: PoolView, exact: Picks, other: Picks) -> str:
    """Return how good the picks of both are by what the strategy is after, as a cell."""
    same = len(np.intersect1d(exact, other)) / len(exact)
    if name in CLUSTERING:
        ratio = _spread(pool.embeddings, other) / _spread(pool.embeddings, exact)
        return f"distance to the nearest pick x {ratio:.3f}; {same:.0%} of picks the same"
    labelled, with_exact = _coverage(name, pool, exact)
    _, with_other = _coverage(name, pool, other)
    return (
        f"coverage {with_other:.5f}, exact {with_exact:.5f}, labelled alone {labelled:.5f}; "
        f"{same:.0%} of picks the same"
    )


def _spread(features: Floats, picks: Picks) -> float:
    return float(np.sqrt(nearest_squared(features, features[picks])).mean())


def _coverage(name: str, pool: PoolView, picks: Picks) -> tuple[float, float]:
    """Return the weighted mean coverage of the pool by the labelled set, and by picks too."""
    features, labelled = pool.embeddings, pool.labelled_embeddings
    weights = np.ones(len(features))
    if name == "probcover":
        rng = np.random.default_rng(0)
        similarity = ball(pure_radius(features, pool.n_classes, 0.95, rng))
    else:
        features, labelled = unit_rows(features), unit_rows(labelled)
        similarity = gaussian(1.0 if name == "maxherding" else adapted_width(labelled))
    if name == "uncertainty-herding":
        known = pool.labelled_embeddings, pool.labels, pool.labelled_subjects
        weights = 1 - margin(calibrated_proba(*known, pool.n_classes, pool.embeddings))
    nearest = nearest_squared(features, labelled)
    nearer = np.minimum(nearest, nearest_squared(features, features[picks]))
    before, after = (similarity(squared) @ weights for squared in (nearest, nearer))
    return float(before / weights.sum()), float(after / weights.sum())


def by_sample_size(pool: PoolView) -> list[str]:
    """Return lines on what 100 picks of `maxherding` add to the coverage of the whole pool."""
    name, added = "maxherding", {}
    chance = np.random.default_rng(0).choice(len(pool), N_PICKS, replace=False)
    labelled, with_chance = _coverage(name, pool, chance)
    for size in (EXACT // 4, EXACT // 2, EXACT):
        with exact_up_to(size):
            picks = MaxHerding()(pool, N_PICKS, np.random.default_rng(0))
        added[f"{size:,}"] = _coverage(name, pool, picks)[1] - labelled
    told = ", ".join(f"{size}: {more:.5f}" for size, more in added.items())
    return [
        f"the labelled set covers {labelled:.5f} of {len(pool):,} by the kernel of `maxherding`; "
        f"{N_PICKS} picks of a sample add, by its rows: {told}; random picks "
        f"{with_chance - labelled:.5f}"
    ]


def parts(features: Floats) -> list[str]:
    """Return lines on the parts: neighbours that were found, clusters, and the bound of samples."""
    n = len(features)
    with exact_up_to(0):
        near = approximate_neighbours.nearest_neighbours(features[:ASKED], features, K)
        share = _recall(features, near)
        lines = [f"of {K} nearest neighbours among {n:,}, {share:.1%} are found"]
        for k in (100, 500):
            found = approximate_clusters.k_means(features, k, np.random.default_rng(0))
            exact = clusters.k_means(features, k, np.random.default_rng(0))
            ratio = found.distance.sum() / exact.distance.sum()
            lines.append(
                f"inertia of {k} clusters of {n:,} by mini-batches, times that of Lloyd's "
                f"k-means: {ratio:.3f}"
            )
    one, many = (sampled_rows.error_bound(EXACT, k) for k in (1, 100))
    lines.append(
        f"coverage in a sample of {EXACT:,} differs from that in the pool, with probability "
        f"0.95, by at most {one:.3f} for every single candidate, {many:.3f} for every 100 at once"
    )
    return lines


def _recall(features: Floats, near: NDArray[np.intp]) -> float:
    exact = neighbours.nearest_neighbours(features[: len(near)], features, K)
    found = [len(np.intersect1d(*both)) for both in zip(near, exact, strict=True)]
    return float(np.mean(found)) / K
