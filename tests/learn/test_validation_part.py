"""With a separate validation part, early stopping holds out no labelled subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from albench.learn.committee_networks import committee_proba
from albench.learn.lesson import Examples
from albench.spec.training import Training

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = Training(epochs=40, learning_rate=3e-2, patience=2)


def part_of(problem: Any, labels: Any = None) -> Examples:
    taken = problem.X[~problem.test][1::8]
    own = problem.y[~problem.test][1::8]
    return Examples(taken, own if labels is None else labels)


def test_training_stops_when_the_part_gets_worse(problem: Callable[..., Any]) -> None:
    toy = problem(training=LONG)
    wrong = (part_of(toy).labels + 1) % 3
    stopped = toy.fitted(validation=part_of(toy, wrong))
    assert len(stopped.history) < 40
    assert len(toy.fitted().history) == 40


def test_everybody_who_is_labelled_is_trained_on(problem: Callable[..., Any]) -> None:
    toy = problem(training=LONG)
    candidates, labels = toy.labelled
    lesson = toy.classifier(validation=part_of(toy)).lesson(candidates, labels)
    np.testing.assert_array_equal(lesson.candidates, candidates)
    np.testing.assert_array_equal(lesson.valid_candidates, part_of(toy).candidates)


def test_committees_are_stopped_by_it_too(problem: Callable[..., Any]) -> None:
    toy = problem(training=LONG)
    wrong = (part_of(toy).labels + 1) % 3
    candidates, labels = toy.labelled

    def members(**options: Any) -> Any:
        classifier = toy.fitted(**options)
        arguments = {"members": 2, "seed": 0}
        return list(committee_proba(classifier, candidates, labels, toy.pool, **arguments))

    stopped, long = members(validation=part_of(toy, wrong)), members()
    assert np.max(stopped[0]) < np.max(long[0])
