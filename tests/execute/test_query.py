"""What a strategy is shown of a pool leads to nothing that audits alone may know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.cohort.join import Cohort, join
from albench.execute.query import Question, ask
from albench.testing.reach import reachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.api import Modality, PoolView


class Walks:
    """A strategy that follows every reference it is given, and keeps what it finds."""

    needs: frozenset[str] = frozenset()
    found: list[object]

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> np.ndarray:
        self.found = [found for _, found in reachable(pool)]
        self.labels = pool.labels.tolist()
        return np.arange(n)


def test_a_strategy_is_shown_given_labels_and_finds_neither_true_ones_nor_marks(
    make_modality: Callable[..., Modality],
) -> None:
    labels = {f"P{i}": "ab"[i % 2] for i in range(8)}
    failed = np.arange(8) < 3
    modality = replace(make_modality(labels, labels), marks={"failed": failed})
    true = join("c", {"m": modality})
    cohort = replace(true, given_labels=1 - true.true_labels)
    question = Question(cohort, np.arange(4), np.arange(4, 8), 2, "candidates", 1)
    strategy, source = Walks(), object()
    rng = np.random.default_rng(0)
    ask(question, lambda: strategy, _any(source), lambda: "hash", rng, "a strategy")
    assert strategy.labels == (1 - true.true_labels[:4]).tolist()
    assert strategy.found
    assert not any(isinstance(found, Cohort) for found in strategy.found)
    arrays = [found for found in strategy.found if isinstance(found, np.ndarray)]
    assert arrays
    assert not any(array.dtype == np.bool_ or len(array) == len(true.labels) for array in arrays)


def _any(source: object) -> Any:  # a source that is not asked
    return source
