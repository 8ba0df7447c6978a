"""What is hidden is found wherever it is kept; in a real round, it is nowhere."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.api import Descriptor, Kind
from albench.api.needs import NEEDS
from albench.cohort.cache import FeatureCache
from albench.cohort.join import join
from albench.execute.open_cell import open_cell
from albench.execute.prepare import Prepared
from albench.execute.repetition import open_repetition
from albench.execute.task import CellTask, task_for
from albench.registry import Component
from albench.testing.object_graph import reachable
from albench.testing.strategies.hidden_labels import way_to_hidden
from albench.testing.strategies.problems import problem
from albench.testing.strategies.real_round import TEST_MARK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from albench.execute.repetition import Repetition

LABELS = np.arange(30) * 7 % 5
HIDDEN = {"the labels": LABELS}


class Slotted:
    __slots__ = ("kept",)

    def __init__(self, kept: object) -> None:
        self.kept = kept


class OfTheClass:
    kept = LABELS


class Method:
    def __init__(self, kept: object) -> None:
        self.kept = kept

    def call(self) -> None:
        """Do nothing."""


def generator(kept: object) -> Any:
    yield 1
    yield kept


def running(kept: object) -> Any:
    started = generator(kept)
    next(started)
    return started


def by_default(kept: object) -> Any:
    return lambda given=kept: given


class Weak:
    def __init__(self, kept: object) -> None:
        self.strong = Slotted(kept)

        class Referable:
            value = kept

        self.referred = Referable
        self.weak = weakref.ref(Referable)


PLACES: dict[str, Callable[[Any], object]] = {
    "an attribute": Method,
    "a slot": Slotted,
    "an item": lambda kept: {"a": [(kept,)]},
    "a closure": lambda kept: lambda: kept,
    "a default": by_default,
    "a bound method": lambda kept: Method(kept).call,
    "a view of it": lambda kept: kept[3:5],
    "a list of numbers": lambda kept: [kept.tolist()],
    "labels by subject": lambda kept: dict(enumerate(kept.tolist())),
    "a class": lambda _: OfTheClass(),
    "a generator": running,
    "an array of objects": lambda kept: np.array([kept, None], dtype=object),
    "a weak reference": lambda kept: Weak(kept).weak,
    "a copy of another type": lambda kept: Slotted(kept.astype(np.int32)),
}


@pytest.mark.parametrize("place", PLACES)
def test_labels_are_found_wherever_they_are_kept(place: str) -> None:
    keeper = PLACES[place](LABELS)  # alive as long as it is walked
    way = way_to_hidden(HIDDEN, keeper)
    assert way is not None
    assert way.startswith("the labels can be reached")


def test_test_samples_are_found_by_their_mark() -> None:
    samples = np.ones((3, 2), dtype=np.float32)
    samples[1, 0] = TEST_MARK
    assert "samples of the test part" in str(way_to_hidden({}, [samples]))


def test_other_numbers_are_not_taken_for_labels() -> None:
    assert way_to_hidden(HIDDEN, [LABELS[1:].copy(), LABELS + 1, list(range(30))]) is None


def test_every_object_is_met_once_even_in_a_circle() -> None:
    circle: list[Any] = [1, "a"]
    circle.append(circle)
    assert [part for _, part in reachable(circle)] == [circle]


def test_a_view_whose_source_holds_the_cohort_is_told() -> None:
    base = problem()

    @dataclass
    class Leaky:
        inner: Any
        labels: Any

    view = base.view(NEEDS, Leaky(base.source, base.labels))  # type: ignore[arg-type]  # a leak
    assert way_to_hidden({"all labels": base.labels}, view) is not None


@pytest.fixture
def repetition(planned: Callable[..., Any], make_modality: Callable[..., Any]) -> Repetition:
    """A repetition as a benchmark opens it."""
    cell = next(cell for cell in planned().cells if len(cell.modalities) == 2)
    names = [f"P{i:02d}" for i in range(40)]
    labels = {name: f"F{i * 7 % 3 % 2}" for i, name in enumerate(names)}
    modalities = {key: make_modality(np.repeat(names, 2), labels) for key in ("a", "b")}
    return open_repetition(cell, join("clinic", modalities))


@pytest.fixture
def task(repetition: Repetition, tmp_path: Path) -> CellTask:
    """The task that a child receives, with the samples of its test part marked."""
    model = Descriptor(name="m", kind=Kind.MODEL, target="albench.models.mmfn:Mmfn", summary="x")
    cohort, cache = repetition.cohort, FeatureCache(tmp_path)
    arrays = {}
    for column, key in enumerate(cohort.modalities):
        values = np.random.default_rng(column).normal(size=(80, 2)).astype(np.float32)
        values[cohort.candidates[repetition.test, column]] = TEST_MARK

        def fill(target: Any, values: Any = values) -> None:
            target[...] = values

        arrays[key] = cache.store(key, values.shape, values.dtype, fill)
    shapes = dict.fromkeys(arrays, (2,))
    prepared = Prepared(cohort, Component(model, "albench", "1"), shapes, arrays)
    return task_for(repetition.cell, prepared, repetition, repetition.train[:20])


def test_in_a_real_round_nothing_hidden_can_be_reached(
    repetition: Repetition, task: CellTask
) -> None:
    opened = open_cell(task)
    pool = repetition.train[20:]
    opened.teach(task.labelled, task.labels, 0)
    opened.learner.strategy = type("Reader", (), {"needs": frozenset(NEEDS)})()
    view = opened.learner.view(opened.data.candidates[pool], opened.round(1))
    assert len(view.proba) == len(view.embeddings) == len(pool)
    every = repetition.cohort.candidate_labels
    subjects = repetition.cohort.labels
    hidden = {"pool": every[pool], "test": every[repetition.test], "all": every, "own": subjects}
    assert way_to_hidden(hidden, view) is None
    assert way_to_hidden(hidden, task) is None  # a child is not told
    assert way_to_hidden({"own": subjects}, repetition) is not None  # the walk would have found it
    assert way_to_hidden({}, opened.held_out.store) is not None  # and the marks
