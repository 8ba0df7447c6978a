"""Cells that would fail or say nothing when they are run, told while they are planned."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from albench.api import tags
from albench.api.needs import DROPOUT_PROBA
from albench.cohort import budget
from albench.cohort.noise import mislabelled
from albench.planning.division import division_of, fewest_to_train_on
from albench.planning.single_batches import learns_from_one
from albench.plural import plural
from albench.seeds import Purpose, generator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from albench.cohort.budget import Schedule
    from albench.cohort.join import Cohort
    from albench.planning.cells import Cell
    from albench.planning.resolve import Resolved

    Cohorts = Mapping[tuple[str, tuple[str, ...]], Cohort]

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
            self._about_images(cell)
            or self._about_dropout(cell)
            or self._about_validation(cell)
            or self._about_batches(cell)
        )

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
        share = cell.model.training.validation
        if share and len(division_of(cell, self._cohort(cell)).validation):
            return (
                f"cohort {cell.cohort} has a validation part of its own, by which training is "
                f"stopped: set models.{cell.model.label}.training.validation to 0"
            )
        n_labelled = self._smallest_start(cell)[0] if share else 0
        if not share or _left(n_labelled, share) >= FEWEST_TO_TRAIN_ON:
            return None
        n_train = self._n_train(cell)
        enough = next((n for n in range(2, n_train + 1) if _left(n, share) > 1), None)
        more = "" if enough is None else f" raise {_key_of_start(cell)} to {enough} subjects, or"
        subjects = plural(n_labelled, "subject")
        return (
            f"validation on a share of {share:g} leaves {_left(n_labelled, share)} of {subjects} "
            f"to train on{_at_start(cell)}, needed are {FEWEST_TO_TRAIN_ON}:{more} lower "
            f"models.{cell.model.label}.training.validation"
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
        share = cell.model.training.validation
        is_plenty = _left(bound[0], share) >= FEWEST_TO_TRAIN_ON
        if is_plenty or (share == 0 and bound[1] > 1):
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


def _left(n_labelled: int, share: float) -> int:
    """Return how many labelled subjects are trained on, as `albench.learn.validation` splits."""
    if share == 0:
        return n_labelled
    return n_labelled - min(max(round(share * n_labelled), 1), n_labelled)


def _schedule(cell: Cell, n_units: int) -> Schedule:
    terms = cell.budget
    return budget.schedule(n_units, terms["initial"], terms["query"], terms["stop"], terms["of"])


def _least_start(cell: Cell, cohort: Cohort, n_train: int) -> tuple[int, int]:
    """Return how many subjects and candidates are labelled first at least, whatever the split."""
    n_first = _schedule(cell, n_train).targets[0]
    if cell.budget["of"] == "subjects":
        return n_first, n_first
    most_of_one = int(np.bincount(cohort.candidate_subjects).max())
    return -(-n_first // most_of_one), n_first


def _start(cell: Cell, cohort: Cohort) -> tuple[int, int]:
    """Return how many subjects and candidates are labelled first in a repetition."""
    parts = division_of(cell, cohort)
    train = np.flatnonzero(np.isin(cohort.candidate_subjects, parts.train))
    if cell.label_noise:
        noise = generator(cell.stream(Purpose.NOISE))
        cohort = mislabelled(cohort, train, cell.label_noise, noise)
    plan = _schedule(cell, len(parts.train) if cell.budget["of"] == "subjects" else len(train))
    rng = generator(cell.stream(Purpose.FIRST_LABELS))
    first = budget.first_labels(cohort, train, plan, cell.budget["first"], rng)
    return len(np.unique(cohort.candidate_subjects[first])), len(first)


def _at_start(cell: Cell) -> str:
    return "" if cell.strategy is None else " in round 0"


def _key_of_start(cell: Cell) -> str:
    if cell.strategy is None:
        return f"the training part of cohort {cell.cohort}"
    return f"budgets.{cell.budget_label}.initial"
