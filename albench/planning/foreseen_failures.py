"""Cells that would fail or say nothing when they are run, told while they are planned."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from albench.api import tags
from albench.api.needs import DROPOUT_PROBA, EMBEDDINGS, STREAM_EMBEDDINGS
from albench.cohort import budget, first_labels
from albench.cohort.annotators import NO_ANSWER, as_labelled
from albench.cohort.first_labels import is_cold
from albench.planning.affordable import about_query, least_bought
from albench.planning.division import division_of, fewest_to_train_on
from albench.planning.few_labels import FewLabels
from albench.planning.query_price import about_pairs, compares_pairs
from albench.planning.single_batches import learns_from_one
from albench.plural import plural
from albench.seeds import Purpose, generator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from albench.cohort.join import Cohort
    from albench.planning.cells import Cell
    from albench.planning.resolve import Resolved, ResolvedStrategy
    from albench.spec.training import Training

    Integers = NDArray[np.intp]
    Cohorts = Mapping[tuple[str, tuple[str, ...]], Cohort]

EMBEDDED = frozenset({EMBEDDINGS, STREAM_EMBEDDINGS})
"""What can be known of candidates before anything is labelled."""

MOST_STARTS = 5
"""First labels, by how many are of each class, that a model with a solver is tried on."""

FEWEST_TO_TRAIN_ON = 2
"""Subjects that a validation part must leave."""


class Foresight:
    """Looks ahead at what cells will be trained on.

    Parameters
    ----------
    resolved : Resolved
        Names and options.
    cohorts : mapping of (str, tuple of str) to Cohort
        Joined.
    """

    def __init__(self, resolved: Resolved, cohorts: Cohorts) -> None:
        self._resolved = resolved
        self._cohorts = cohorts
        self._smallest_starts: dict[str, tuple[int, int]] = {}
        self._single_learners: dict[tuple[str, str, tuple[str, ...]], bool] = {}
        self._few_labels = FewLabels()
        self._starts_by_class: dict[str, list[tuple[int, ...]]] = {}

    def reason(self, cell: Cell) -> str | None:
        """Return why a cell cannot work, and which key to change; None if nothing is in sight.

        Parameters
        ----------
        cell : Cell
            Of the first repetition; all repetitions are looked at.

        Returns
        -------
        str or None
            A sentence.
        """
        return (
            self._about_incomplete(cell)
            or self._about_cost(cell)
            or self._about_images(cell)
            or self._about_query(cell)
            or self._about_cold_start(cell)
            or self._about_dropout(cell)
            or self._about_validation(cell)
            or self._about_batches(cell)
            or self._about_few_labels(cell)
        )

    def _about_incomplete(self, cell: Cell) -> str | None:
        if not self._cohort(cell).is_incomplete and not _buys_modalities(cell):
            return None
        parts = [self._resolved.models[cell.model.label].component]
        if cell.strategy is not None:
            parts.append(self._resolved.strategies[cell.strategy.label].component)
        for part in parts:
            if not part.descriptor.incomplete:
                return (
                    f"{part.descriptor.kind.value} {part.qualified} ({part.package}) does not say "
                    "that it works where subjects lack modalities (Descriptor.incomplete): set "
                    f"{_remedy(cell)}, or leave it out"
                )
        return None

    def _about_cost(self, cell: Cell) -> str | None:
        if cell.budget["of"] != "cost":
            return None
        return about_query(cell, self._cohort(cell), self._n_train(cell))

    def _about_query(self, cell: Cell) -> str | None:
        if cell.strategy is None:
            return None
        strategy = self._resolved.strategies[cell.strategy.label]
        parts = [part.descriptor for part in strategy.wrapped or (strategy.component,)]
        if not compares_pairs(parts):  # before subjects are counted
            return None
        cohort = self._cohort(cell)
        # Of images it is not known how long their vectors will be.
        shapes = [cohort.shapes[name] for name in cell.modalities]
        length = sum(shape[0] for shape in shapes if len(shape) == 1)
        share = self._n_train(cell) / len(np.unique(cohort.candidate_subjects))
        n_pool = round(share * len(cohort.candidate_subjects))
        limits = self._resolved.specification.benchmark.limits
        return about_pairs(cell, parts, n_pool, length, limits)

    def _about_images(self, cell: Cell) -> str | None:
        model = self._resolved.models[cell.model.label].component.descriptor
        shapes = self._cohort(cell).shapes
        images = [name for name in cell.modalities if len(shapes[name]) != 1]
        if tags.VECTORS_ONLY not in model.tags or not images:
            return None
        return (
            f"model {model.name} takes vectors, and {', '.join(images)} has images: bring the "
            "outputs of a frozen trunk by the loader embeddings, or take a model that has a trunk, "
            "such as resnet50 with frozen = true"
        )

    def _about_cold_start(self, cell: Cell) -> str | None:
        if cell.strategy is None or not is_cold(cell.budget["initial"]):
            return None
        model = self._resolved.models[cell.model.label].component.descriptor
        strategy = self._resolved.strategies[cell.strategy.label]
        early = EMBEDDED if tags.FIXED_EMBEDDINGS in model.tags else frozenset()
        lacking = sorted(_needs_at_cold_start(strategy) - early)
        if not lacking:
            return None
        first = "typiclust" if early else "random"
        others = "" if early else ", or take a model whose embeddings exist untrained, as logistic"
        return (
            f"strategy {strategy.component.descriptor.name} needs {', '.join(lacking)}, which "
            f"model {model.name} does not have before anything is labelled: raise "
            f"budgets.{cell.budget_label}.initial, or begin with {first} by the strategy switch"
            f"{others}"
        )

    def _about_dropout(self, cell: Cell) -> str | None:
        if cell.strategy is None or cell.model.options.get("dropout") != 0:
            return None
        strategy = self._resolved.strategies[cell.strategy.label].component.descriptor
        if DROPOUT_PROBA not in strategy.needs:
            return None
        return (
            f"strategy {strategy.name} compares passes with dropout, which are all the same at "
            f"dropout = 0: set models.{cell.model.label}.options.dropout above 0"
        )

    def _about_validation(self, cell: Cell) -> str | None:
        training = cell.model.training
        if not training.validation:
            return None
        if len(division_of(cell, self._cohort(cell)).validation):
            return (
                f"cohort {cell.cohort} has a validation part of its own, by which training is "
                f"stopped: set models.{cell.model.label}.training.validation to 0"
            )
        n_labelled = self._smallest_start(cell)[0]
        n_left = _left(n_labelled, training)
        if n_left >= min(n_labelled, FEWEST_TO_TRAIN_ON):
            return None
        more = range(n_labelled + 1, self._n_train(cell) + 1)
        enough = next((n for n in more if _left(n, training) >= FEWEST_TO_TRAIN_ON), None)
        remedy = "" if enough is None else f" raise {_key_of_start(cell)} to {enough} subjects, or"
        return (
            f"validation on a share of {training.validation:g} leaves {n_left} of "
            f"{plural(n_labelled, 'subject')} to train on{_at_start(cell)}, needed are "
            f"{FEWEST_TO_TRAIN_ON}:{remedy} lower models.{cell.model.label}.training.validation"
        )

    def _about_batches(self, cell: Cell) -> str | None:
        is_asked_for = cell.model.training.batch_size == 1
        is_alone = not is_asked_for and self._smallest_start(cell)[1] == 1
        if not (is_asked_for or is_alone) or self._learns_from_one(cell):
            return None
        cannot = f"model {cell.model.plugin} cannot learn from one candidate (batch normalisation)"
        if is_asked_for:
            return f"{cannot}: set models.{cell.model.label}.training.batch_size to 2 or more"
        return (
            f"{cannot}, and no more are labelled{_at_start(cell)}: raise {_key_of_start(cell)} "
            "until there are 2"
        )

    def _about_few_labels(self, cell: Cell) -> str | None:
        model = self._resolved.models[cell.model.label]
        if tags.REFITTED not in model.component.descriptor.tags:
            return None
        for counts in self._by_class(cell):
            shapes = {name: self._cohort(cell).shapes[name] for name in cell.modalities}
            if why := self._few_labels.problem(model.component, cell.model, shapes, counts):
                return (
                    f"model {cell.model.label} cannot learn from {_listed(counts)}, with "
                    f"which a repetition begins ({why}): raise "
                    f"{_key_of_start(cell)}, or change models.{cell.model.label}.options"
                )
        return None

    def _by_class(self, cell: Cell) -> list[tuple[int, ...]]:
        """Return the labelled candidates of each class that repetitions start with, fewest first.

        Where no class or one alone is labelled, they are those of the next round at best: half of
        them of one class, half of another.
        """
        key = cell.round_zero_id if cell.strategy is not None else cell.id
        if key not in self._starts_by_class:
            cohort = self._cohort(cell)
            n_repetitions = self._resolved.specification.benchmark.repetitions
            starts = {
                _counts_by_class(replace(cell, repetition=repetition), cohort)
                for repetition in range(n_repetitions)
            }
            fewest = sorted(starts, key=lambda counts: (min(counts, default=0), sum(counts)))
            self._starts_by_class[key] = fewest[:MOST_STARTS]
        return self._starts_by_class[key]

    def _learns_from_one(self, cell: Cell) -> bool:
        key = (cell.model.label, cell.cohort, cell.modalities)
        if key not in self._single_learners:
            cohort = self._cohort(cell)
            component = self._resolved.models[cell.model.label].component
            self._single_learners[key] = learns_from_one(
                component, cell.model, cohort.shapes, len(cohort.classes)
            )
        return self._single_learners[key]

    def _cohort(self, cell: Cell) -> Cohort:
        return self._cohorts[cell.cohort, cell.modalities]

    def _n_train(self, cell: Cell) -> int:
        repetitions = self._resolved.specification.benchmark.repetitions
        return fewest_to_train_on(cell, self._cohort(cell), repetitions)

    def _smallest_start(self, cell: Cell) -> tuple[int, int]:
        """Return the fewest labelled subjects and candidates that any repetition starts with.

        Later rounds have more. Where they are plenty in any case, a lower bound is returned.
        """
        cohort = self._cohort(cell)
        if cell.strategy is None:
            n_train = self._n_train(cell)
            return n_train, n_train
        bound = _least_start(cell, cohort, self._n_train(cell))
        training = cell.model.training
        first_held_out = max(bound[0], training.validate_from)
        n_left = min(_left(n, training) for n in (bound[0], first_held_out))
        is_plenty = n_left >= FEWEST_TO_TRAIN_ON or (training.validation == 0 and bound[1] > 1)
        if is_plenty or is_cold(cell.budget["initial"]):
            return bound
        if cell.round_zero_id not in self._smallest_starts:
            n_repetitions = self._resolved.specification.benchmark.repetitions
            starts = [
                _start(replace(cell, repetition=repetition), cohort)
                for repetition in range(n_repetitions)
            ]
            subjects, candidates = zip(*starts, strict=True)
            self._smallest_starts[cell.round_zero_id] = (min(subjects), min(candidates))
        return self._smallest_starts[cell.round_zero_id]


def _buys_modalities(cell: Cell) -> bool:
    return cell.strategy is not None and bool(cell.budget.get("known"))


def _remedy(cell: Cell) -> str:
    if _buys_modalities(cell):
        return f"no budgets.{cell.budget_label}.known"
    return f'cohorts.{cell.cohort}.incomplete = "drop"'


def _needs_at_cold_start(strategy: ResolvedStrategy) -> frozenset[str]:
    """Return what a strategy reads of the pool while nothing is labelled."""
    options = strategy.component.descriptor.options
    naming = [o for o in options if o.names is not None and strategy.plan.options.get(o.name)]
    if not naming:
        return strategy.component.descriptor.needs
    asked = [
        part.descriptor.needs
        for option, part in zip(naming, strategy.wrapped, strict=True)
        if option.at_cold_start
    ]
    return frozenset().union(*asked)


def _left(n_labelled: int, training: Training) -> int:
    """Return how many labelled subjects are trained on, as `albench.learn.validation` splits."""
    if training.validation == 0 or n_labelled < max(training.validate_from, 2):
        return n_labelled
    n_apart = max(round(training.validation * n_labelled), 1)
    return n_labelled - min(n_apart, n_labelled - 1)


def _least_start(cell: Cell, cohort: Cohort, n_train: int) -> tuple[int, int]:
    """Return how many subjects and candidates are labelled first at least, whatever the split."""
    initial, query = cell.budget["initial"], cell.budget["query"]
    if isinstance(initial, list):
        return len(initial), len(initial)
    if isinstance(initial, str):
        initial = 1  # no class may be left in a repetition's labels but one
    bought = query if is_cold(initial) else initial  # what is bought first is trained on first
    if cell.budget["of"] == "cost":
        least = least_bought(cell, cohort, n_train, bought)
        return least, least
    n_first = int(budget.schedule(n_train, bought, query, 1.0, cell.budget["of"]).targets[0])
    if cell.budget["of"] == "subjects" or is_cold(cell.budget["initial"]):
        # Of a cold start, the strategy decides of how many subjects they are.
        return n_first, n_first
    most_of_one = int(np.bincount(cohort.candidate_subjects).max())
    return -(-n_first // most_of_one), n_first


def _start(cell: Cell, cohort: Cohort) -> tuple[int, int]:
    """Return how many subjects and candidates are labelled first in a repetition."""
    _, first, _ = _first_labels(cell, cohort)
    return len(np.unique(cohort.candidate_subjects[first])), len(first)


def _counts_by_class(cell: Cell, cohort: Cohort) -> tuple[int, ...]:
    """Return how many labelled candidates of each class, of those that have any, come first."""
    labels, first, later = _first_labels(cell, cohort)
    counts = np.bincount(labels[first], minlength=2)
    if np.count_nonzero(counts) < 2:
        counts = np.array([later // 2, later - later // 2])
    return tuple(sorted(counts[counts > 0].tolist()))


def _first_labels(cell: Cell, cohort: Cohort) -> tuple[Integers, Integers, int]:
    """Return all labels, which candidates are labelled first, and how many there are a round later.

    The reference starts with the training part, and ends with it.
    """
    parts = division_of(cell, cohort)
    train = np.flatnonzero(np.isin(cohort.candidate_subjects, parts.train))
    noise = generator(cell.stream(Purpose.NOISE))
    cohort = as_labelled(cohort, train, cell.label_noise, cell.annotators, noise)
    if cell.strategy is None:
        first, later = train, 0
    else:
        plan = first_labels.rounds(cohort, train, cell.budget)
        rng = generator(cell.stream(Purpose.FIRST_LABELS))
        first = first_labels.first_set(cohort, train, plan, cell.budget, rng)
        is_counted = plan.unit == "candidates" and len(plan.targets) > 1
        later = int(plan.targets[1]) if is_counted else 0
    first = first[cohort.candidate_labels[first] != NO_ANSWER]
    return cohort.candidate_labels, first, later


def _listed(counts: Sequence[int]) -> str:
    return f"{plural(sum(counts), 'labelled candidate')} ({' + '.join(map(str, counts))} by class)"


def _at_start(cell: Cell) -> str:
    if cell.strategy is None:
        return ""
    return f" in round {1 if is_cold(cell.budget['initial']) else 0}"


def _key_of_start(cell: Cell) -> str:
    if cell.strategy is None:
        return f"the training part of cohort {cell.cohort}"
    key = "query" if is_cold(cell.budget["initial"]) else "initial"
    return f"budgets.{cell.budget_label}.{key}"
