# Other processes must find these modules, so that they lie on sys.path, where mypy does not look.
# mypy: disable-error-code="import-not-found,misc,untyped-decorator"
"""Strategies that are right on most occasions: small pools, one process, the first round."""

from __future__ import annotations

import sys
import time
from functools import partial
from typing import Any, ClassVar

import numpy as np
from faults.fault import caught_by
from faults.strategies import DRAWN, OfEmbeddings, OfStructure, Rng, Sound

from albench.api import Kind, PoolView, needs, top
from albench.cohort.join import Cohort

caught = partial(caught_by, kind=Kind.STRATEGY)


# -- hidden labels, found from the inside -------------------------------------------------------


@caught("hidden-labels-are-not-looked-at", "labels of the pool", tags=DRAWN)
class CohortOfTheCaller(OfStructure):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        for local in sys._getframe(1).f_locals.values():
            if isinstance(local, Cohort):
                labels = local.candidate_labels[: len(pool)]
                return top(labels == labels[0], n, rng)
        return rng.permutation(len(pool))[:n]


# -- other processes ----------------------------------------------------------------------------


@caught("another-process-picks-the-same", "in another process")
class RemembersByRoundAndSize(OfEmbeddings):
    scores: ClassVar[dict[Any, Any]] = {}

    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        # Fair to the order of the pool, which the candidates' numbers tell; not to another model.
        key = pool.round, pool.labels.tobytes(), len(pool)
        if key not in self.scores:
            scored = zip(map(bytes, pool.candidates), pool.embeddings.sum(axis=1), strict=True)
            self.scores[key] = dict(scored)
        own = self.scores[key]
        scores = [own.get(bytes(row), 0.0) for row in pool.candidates]
        return top(np.array(scores), n, rng)


# -- large pools --------------------------------------------------------------------------------


@caught("large-pools-are-no-exception", "its picks depend on the global random state")
class DrawsAbove500(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        if len(pool) <= 500:
            return super().__call__(pool, n, rng)
        state = np.random.get_state()  # noqa: NPY002  # the fault
        few = np.random.permutation(len(pool))[:500]  # noqa: NPY002  # the fault
        np.random.set_state(state)  # noqa: NPY002  # the fault
        return few[top(-pool.proba[few].max(axis=1), n, rng)]


@caught("large-pools-are-no-exception", "pool's subjects")
class SortsSubjectsAbove500(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        if len(pool) > 500 and pool.subjects.base is not None:
            pool.subjects.base.sort()
        return super().__call__(pool, n, rng)


@caught("large-pools-are-no-exception", "only a part of the pool")
class TheFirstTwoThousand(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return top(-pool.proba[: max(n, 2000)].max(axis=1), n, rng)


@caught("large-pools-are-no-exception", "only a part of the pool")
class TheLastTwoThousand(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        left_out = max(0, len(pool) - max(n, 2000))
        return top(-pool.proba[left_out:].max(axis=1), n, rng) + left_out


# -- later rounds -------------------------------------------------------------------------------


@caught("later-rounds-are-no-exception", "in round 2")
class RemembersFromRoundTwo(OfEmbeddings):
    last: ClassVar[dict[int, Any]] = {}

    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        x = pool.embeddings
        direction = np.ones(x.shape[1])
        if pool.round > 1:
            direction = self.last.get(x.shape[1], direction)
        picks = top(x @ direction, n, rng)
        if n:
            self.last[x.shape[1]] = x[picks].sum(axis=0)
        return picks


@caught("later-rounds-are-no-exception", "in round 3")
class FirstOnesFromRoundThree(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return np.arange(len(pool))[:n] if pool.round > 2 else super().__call__(pool, n, rng)


# -- places and ties ----------------------------------------------------------------------------


@caught("every-place-can-be-picked", "candidate that is first was never picked", tags=DRAWN)
class NeverDrawsTheFirst(OfStructure):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        left_out = int(n < len(pool))
        return rng.permutation(len(pool) - left_out)[:n] + left_out


# -- what picks follow --------------------------------------------------------------------------


@caught("every-modality-counts", "content of modality m3 was shuffled")
class AllButTheLastColumns(OfEmbeddings):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        x = pool.embeddings
        return top(x[:, : max(3, x.shape[1] - 3)].sum(axis=1), n, rng)


@caught("many-classes-are-no-exception", "IndexError", needs={needs.PROBA})
class TableOfEight(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        table = np.ones(8)
        np.add.at(table, pool.labels, 1)
        return top(-(pool.proba * table[: pool.n_classes]).max(axis=1), n, rng)


@caught("small-differences-count", "rounded")
class RoundedScores(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        return top(-pool.proba.max(axis=1).round(3), n, rng)


# -- clocks -------------------------------------------------------------------------------------


@caught("other-streams-do-not-matter", "a clock, a counter or a memory")
@caught("large-pools-are-no-exception", "a clock, a counter or a memory")
class OrderedByTheClock(Sound):
    def __call__(self, pool: PoolView, n: int, rng: Rng) -> Any:
        picks = super().__call__(pool, n, rng)
        return np.random.default_rng(time.perf_counter_ns()).permutation(picks)
