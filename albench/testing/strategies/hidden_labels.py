"""Checks in a real round: labels stay hidden, and the model stays unchanged."""

from __future__ import annotations

import gc
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from albench.execute.query_checks import checked_picks
from albench.testing.checks import Skip, Violation, guards_against
from albench.testing.descriptor_claims import usual_count
from albench.testing.object_graph import reachable
from albench.testing.strategies.queries import UNSTEADY, N
from albench.testing.strategies.real_round import TEST_MARK, real_round

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from albench.api import PoolView, QueryStrategy
    from albench.cohort.join import Cohort
    from albench.testing.specimen import Specimen


@guards_against("a network left in training mode, which then uses batch statistics")
def model_is_unchanged(specimen: Specimen) -> None:
    """A query does not change weights, buffers or modes of a real model."""
    real = real_round(usual_count(specimen.descriptor))
    for training in (True, False):  # a strategy that leaves it in one mode shows in the other
        real.network.train(training)
        before = real.model_hash()
        real.query(_Valid(specimen.build()), N, is_oracle=specimen.descriptor.is_oracle)
        if real.model_hash() != before:
            raise Violation("it changed the model's weights, buffers, modes or requires_grad")


class _Valid:
    """A strategy whose answers are valid, or a violation."""

    def __init__(self, strategy: QueryStrategy) -> None:
        self.strategy = strategy
        self.needs = strategy.needs

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
        """Return what the strategy picks."""
        return checked_picks(self.strategy(pool, n, rng), n, len(pool), "in a real round")


def _require_no_oracle(specimen: Specimen) -> None:
    if specimen.descriptor.is_oracle:
        raise Skip("tagged oracle: it says that it uses hidden labels")


@guards_against("views, sources and closures that keep the labels")
def no_way_to_what_is_hidden(specimen: Specimen) -> None:
    """No chain of references leads from the view to hidden labels or to the test part."""
    _require_no_oracle(specimen)
    real = real_round(usual_count(specimen.descriptor))
    strategy = specimen.build()
    view = real.view(strategy)
    strategy(view, N, np.random.default_rng(0))
    leak = way_to_hidden(real.hidden_labels(), view, strategy)
    if leak:
        raise Violation(f"after a query, {leak}")


def way_to_hidden(labels: Mapping[str, NDArray[np.intp]], *roots: object) -> str | None:
    """Return a path to hidden labels or test samples, or None if there is none.

    `labels` are the hidden ones, by what they are labels of; copies are found too. The roots are
    the objects that a strategy has.
    """
    for way, item in reachable(*roots):
        values = _numbers(item)
        if values is None:
            continue
        for whose, hidden in labels.items():
            if values.shape == hidden.shape and np.array_equal(values, hidden):
                return f"{whose} can be reached: {way}"
        if values.dtype.kind == "f" and (values == TEST_MARK).any():
            return f"samples of the test part can be reached: {way}"
    return None


def _numbers(item: Any) -> NDArray[Any] | None:  # anything at all
    if isinstance(item, torch.Tensor):
        return item.detach().cpu().numpy() if item.layout == torch.strided else None
    if isinstance(item, dict):
        item = list(item.values())
    if isinstance(item, list | tuple) and all(type(x) is int for x in item) and item:
        return np.array(item)
    return item if isinstance(item, np.ndarray) and item.dtype.kind in "iuf" else None


class Oracle(np.ndarray):
    """Labels that count how often they are read."""

    looks = 0

    @classmethod
    def of(cls, labels: NDArray[np.intp]) -> Oracle:
        """Return an array equal to `labels`."""
        return labels.copy().view(cls)

    def __getitem__(self, key: Any) -> Any:  # numpy's own types
        Oracle.looks += 1
        return np.asarray(self)[key]

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, **rest: Any
    ) -> Any:  # as above
        Oracle.looks += 1
        plain = [np.asarray(part) if isinstance(part, Oracle) else part for part in inputs]
        return getattr(ufunc, method)(*plain, **rest)

    def __array_function__(self, *call: Any) -> Any:  # as above
        Oracle.looks += 1
        return super().__array_function__(*call)


ROUNDS = (1, 3)
"""Rounds in which it is watched: a strategy may begin to look in a later one."""

PLANTED: tuple[Callable[[NDArray[np.intp]], NDArray[np.intp]], ...] = (
    Oracle.of,
    lambda labels: np.roll(labels, 1),
    np.zeros_like,
)
"""Replacements for the caller's labels."""


@dataclass(frozen=True, eq=False)
class Question:
    """What the calling code holds, under the names that a benchmark uses."""

    cohort: Cohort
    pool: NDArray[np.intp]


@guards_against("strategies that look for labels outside the view")
def hidden_labels_are_not_looked_at(specimen: Specimen) -> None:
    """Labels that frames or gc lead to are not read."""
    _require_no_oracle(specimen)
    gc.collect()  # cohorts of earlier checks, which a strategy could find instead
    for number in ROUNDS:
        looks = Oracle.looks
        picks = [_asked(specimen, *_planted(specimen, change, number)) for change in PLANTED]
        if Oracle.looks == looks and all(answer == picks[0] for answer in picks):
            continue
        again = _planted(specimen, PLANTED[0], number)
        if Oracle.looks == looks and _asked(specimen, *again) != picks[0]:
            raise Violation(UNSTEADY)
        raise Violation(f"in round {number}, it read the labels of the pool from its caller")


# During the query, no frame and no living object leads to the true labels: a strategy that takes
# the first cohort it finds, from either end of the stack, finds one with planted labels.
def _planted(
    specimen: Specimen, change: Callable[[NDArray[np.intp]], NDArray[np.intp]], number: int
) -> tuple[PoolView, Question]:
    real = real_round(usual_count(specimen.descriptor))
    view = real.view(specimen.build(), number=number)
    cohort = replace(real.cohort, labels=change(real.cohort.labels))
    return view, Question(cohort, real.pool)


def _asked(specimen: Specimen, view: PoolView, question: Question) -> list[int]:
    """Return the picks; cohort and pool are in this frame, for strategies that look there."""
    cohort, pool = question.cohort, question.pool
    answer = specimen.build()(view, N, np.random.default_rng(0))
    picks: list[int] = checked_picks(answer, N, len(pool), f"asked about {cohort.name}").tolist()
    return picks
