"""Who is trained on, who is tested on, and who stops the training, in a repetition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.cohort import first_labels
from albench.cohort.split import class_quotas, split
from albench.errors import Complaint, DataError
from albench.seeds import Purpose, derive, generator

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.cohort.join import Cohort
    from albench.cohort.split import Split
    from albench.cohort.splitting import Splitting
    from albench.planning.cells import Cell


def division(
    cohort: Cohort,
    test: int | float,
    seed: int,
    repetition: int,
    kept: NDArray[np.intp] | None = None,
) -> Split:
    """Return the split of one repetition.

    Parameters
    ----------
    cohort : Cohort
        Whose subjects.
    test : int or float
        The number of test subjects, or their share, where no split says it.
    seed : int
        The benchmark's.
    repetition : int
        Its number.
    kept : ndarray of int or None
        Numbers of subjects that a drawn split leaves in the training part.

    Returns
    -------
    Split
        The same for everything on the cohort.
    """
    name = cohort.name
    if cohort.splitting is None:
        rng = generator(derive(seed, repetition, Purpose.SPLIT, name))
        return split(cohort, test, rng, kept)
    return cohort.splitting.divide(
        test,
        repetition,
        lambda number: generator(derive(seed, number, Purpose.SPLIT, name, "more than a size")),
    )


def division_of(cell: Cell, cohort: Cohort) -> Split:
    """Return the split of a cell's repetition; the cohort is the cell's."""
    kept = first_labels.named(cohort, cell.budget["initial"])
    return division(cohort, cell.test, cell.seed, cell.repetition, kept)


def fewest_to_train_on(cell: Cell, cohort: Cohort, repetitions: int) -> int:
    """Return how many subjects the smallest training part of so many repetitions has.

    The cell is of any of them, and the cohort is the cell's.
    """
    if cohort.splitting is None:
        return len(cohort.subjects) - int(class_quotas(cohort, cell.test).sum())
    tried = range(cohort.splitting.n_distinct(repetitions))
    return min(len(division(cohort, cell.test, cell.seed, each).train) for each in tried)


def n_test_subjects(cohort: Cohort, test: int | float, seed: int) -> int:
    """Return how many subjects the first repetition is tested on."""
    if cohort.splitting is None:
        return int(class_quotas(cohort, test).sum())
    return len(division(cohort, test, seed, 0).test)


def require_divisible(cohort: Cohort, test: int | float, seed: int, repetitions: int) -> None:
    """Raise if a repetition would have nothing to train or to test on.

    Parameters
    ----------
    cohort : Cohort
        Joined.
    test : int or float
        The number of test subjects, or their share.
    seed : int
        The benchmark's.
    repetitions : int
        How many there are.

    Raises
    ------
    DataError
        If a class has too few subjects, or a part has nobody; of what is drawn also if a class
        is on one side alone.
    """
    if cohort.splitting is None:
        class_quotas(cohort, test)
        return
    for repetition in range(cohort.splitting.n_distinct(repetitions)):
        parts = division(cohort, test, seed, repetition)
        problem = _problem(cohort, cohort.splitting, parts)
        if problem:
            where = f"cohort {cohort.name}, split of repetition {repetition + 1}"
            raise DataError([Complaint(where, problem)])


def _problem(cohort: Cohort, splitting: Splitting, parts: Split) -> str | None:
    sides = {"train": parts.train, "test": parts.test}
    empty = [name for name, members in sides.items() if not len(members)]
    if empty:
        return f"has nobody to {empty[0]} on"
    n_classes = len(cohort.classes)
    present = {
        name: np.bincount(cohort.labels[members], minlength=n_classes) > 0
        for name, members in sides.items()
    }
    if present["train"].sum() < 2:
        return f"trains on one class alone, {cohort.classes[int(present['train'].argmax())]!r}"
    if not _is_drawn(splitting):
        return None
    for name, there in present.items():
        if not there.all():
            lacking = cohort.classes[int(np.flatnonzero(~there)[0])]
            return (
                f"has no subject of class {lacking!r} to {name} on: draw fewer folds or another "
                "number of test subjects, stratify by less, or leave the class out with "
                f'exclude_classes = ["{lacking}"]'
            )
    return None


def _is_drawn(splitting: Splitting) -> bool:
    return "strata" in splitting.identity


def lacking_classes(cohort: Cohort, test: int | float, seed: int, repetitions: int) -> str:
    """Return a sentence on classes that a given split has on one side alone; empty if none."""
    if cohort.splitting is None or _is_drawn(cohort.splitting):
        return ""
    lacking: dict[str, dict[str, None]] = {"training": {}, "test": {}}
    for repetition in range(cohort.splitting.n_distinct(repetitions)):
        parts = division(cohort, test, seed, repetition)
        for name, members in zip(lacking, (parts.train, parts.test), strict=True):
            there = np.bincount(cohort.labels[members], minlength=len(cohort.classes)) > 0
            lacking[name] |= dict.fromkeys(np.array(cohort.classes)[~there].tolist())
    gaps = [
        f"the {name} part has nobody of class {', '.join(classes)}"
        for name, classes in lacking.items()
        if classes
    ]
    return f"In the split that is given, {' and '.join(gaps)}." if gaps else ""
