"""Budgets in numbers: how many labels are there at each round, and which come first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from albench.cohort.subject_costs import ROUNDING, Purse, affordable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from albench.cohort.join import Cohort

Unit = Literal["candidates", "subjects", "cost"]
First = Literal["random", "stratified"]


@dataclass(frozen=True)
class Schedule:
    """A budget in numbers of its unit.

    Parameters
    ----------
    targets : tuple of int or float
        How many units are labelled at each round, rising; the first is the initial set. Of cost,
        what the labelled set may have cost by then.
    unit : str
        ``candidates``; or ``subjects``, which are bought with all their candidates; or the
        ``cost`` of subjects, which are bought likewise.
    costs : tuple of float
        Of cost, what each subject of the cohort costs, by its number; empty otherwise.
    """

    targets: tuple[int | float, ...]
    unit: Unit
    costs: tuple[float, ...] = ()

    @property
    def buys_subjects(self) -> bool:
        """Whether subjects are bought with all their candidates."""
        return self.unit != "candidates"

    def purse(self, number: int, owners: Sequence[int] | NDArray[np.intp]) -> Purse | None:
        """Return what a round may spend.

        Parameters
        ----------
        number : int
            The round.
        owners : sequence of int
            The subject's number of each candidate that is labelled before it.

        Returns
        -------
        Purse or None
            With what earlier rounds left over; None unless the budget is of cost.
        """
        if self.unit != "cost":
            return None
        spent = np.array(self.costs)[np.unique(np.asarray(owners, dtype=np.intp))].sum()
        return Purse(self.costs, float(self.targets[number] - spent))

    def wanted(self, number: int) -> int:
        """Return how many units a round buys, of a budget that is not of cost.

        They are candidates or subjects; the first round that buys is 1.
        """
        return int(self.targets[number] - self.targets[number - 1])


def schedule(
    n: int, initial: int | float, query: int | float, stop: int | float, unit: Unit
) -> Schedule:
    """Return the rounds of a budget over a training part.

    Shares are rounded down, as the printed labelled shares of the MMFN-AL paper imply, but never to
    nothing.

    Parameters
    ----------
    n : int
        How many units the training part has.
    initial : int or float
        The first labelled set: a count, or a share of `n`; a count of 0 is a cold start.
    query : int or float
        What a round buys, likewise.
    stop : int or float
        Where to end, likewise.
    unit : str
        What is counted.

    Returns
    -------
    Schedule
        Its last round holds `stop` units, or all there are.
    """
    first, step, last = (_count(amount, n) for amount in (initial, query, stop))
    if isinstance(initial, int) and initial == 0:
        first = 0
    targets = [first, *range(first + step, last, step), last] if last > first else [first]
    return Schedule(tuple(targets), unit)


def cost_schedule(
    costs: NDArray[np.float64],
    owners: NDArray[np.intp],
    initial: int | float,
    query: int | float,
    stop: int | float,
) -> Schedule:
    """Return the rounds of a budget that is counted in cost.

    Parameters
    ----------
    costs : ndarray of float, shape (n_subjects,)
        What each subject of the cohort costs.
    owners : ndarray of int
        The subjects' numbers of the training part.
    initial : int or float
        A cost (a whole number), or a share of what all subjects of the training part cost; 0 is a
        cold start.
    query : int or float
        What a round may spend, likewise.
    stop : int or float
        What all rounds together may spend, likewise.

    Returns
    -------
    Schedule
        Every round but the first may spend at least `query`: where less would be left for the
        last one, it is left out, unless it buys all that there is.
    """
    total = float(costs[np.unique(owners)].sum())
    first, step, last = (
        min(float(amount), total) if isinstance(amount, int) else amount * total
        for amount in (initial, query, stop)
    )
    n_steps = max(int((last - first) / step + ROUNDING), 0)
    targets = [first + number * step for number in range(n_steps + 1)]
    if last >= total > targets[-1] * (1 + ROUNDING):
        targets.append(total)
    return Schedule(tuple(targets), "cost", tuple(costs.tolist()))


def _count(amount: int | float, n: int) -> int:
    count = amount if isinstance(amount, int) else int(np.floor(round(amount * n, 9)))
    return min(max(count, 1), n)


def first_labels(
    cohort: Cohort,
    train: NDArray[np.intp],
    plan: Schedule,
    first: First,
    rng: np.random.Generator,
) -> NDArray[np.intp]:
    """Return the candidates whose labels are known at the start.

    Parameters
    ----------
    cohort : Cohort
        Whose candidates.
    train : ndarray of int
        The training candidates' numbers.
    plan : Schedule
        Whose first target is the size.
    first : str
        ``random``, or ``stratified``: the classes in turn.
    rng : numpy.random.Generator
        Of the purpose *first labels*.

    Returns
    -------
    ndarray of int
        Sorted numbers of training candidates.
    """
    owners = cohort.candidate_subjects[train]
    units = np.unique(owners) if plan.buys_subjects else np.arange(len(train))
    order = rng.permutation(len(units))
    if first == "stratified" or cohort.may_abstain:
        labels = _unit_labels(cohort, train, plan.unit)[order]
        ranks = _rank_in_class(labels) if first == "stratified" else np.zeros_like(labels)
        # First labels are there from the start: whom nobody labels is no example to begin with.
        ranks[labels < 0] = len(labels)
        order = order[np.argsort(ranks, kind="stable")]
    chosen = units[order[: _n_first(plan, units[order])]]
    picked = np.isin(owners, chosen) if plan.buys_subjects else np.isin(units, chosen)
    return np.sort(train[picked])


def _n_first(plan: Schedule, units: NDArray[np.intp]) -> int:
    if plan.unit != "cost":
        return int(plan.targets[0])
    return affordable(np.array(plan.costs)[units], plan.targets[0])


def units_by_class(cohort: Cohort, train: NDArray[np.intp], unit: Unit) -> NDArray[np.intp]:
    """Return how many units of each class a training part has, as they are labelled.

    It is ``(n_classes,)``. `train` are candidates' numbers; a subject counts as what most of its
    candidates are labelled.
    """
    labels = _unit_labels(cohort, train, unit)
    return np.bincount(labels[labels >= 0], minlength=len(cohort.classes))


def _unit_labels(cohort: Cohort, train: NDArray[np.intp], unit: Unit) -> NDArray[np.intp]:
    labels = cohort.candidate_labels[train]
    if unit == "candidates":
        return labels
    return _most_common_label(cohort.candidate_subjects[train], labels, len(cohort.classes))


def _most_common_label(
    owners: NDArray[np.intp], labels: NDArray[np.intp], n_classes: int
) -> NDArray[np.intp]:
    """Return each subject's label; label noise may label its candidates in several ways, or none.

    Of a subject none of whose candidates has a label, it is -1.
    """
    subjects, positions = np.unique(owners, return_inverse=True)
    votes = np.zeros((len(subjects), n_classes), dtype=np.intp)
    given = labels >= 0
    np.add.at(votes, (positions[given], labels[given]), 1)
    return np.where(votes.any(axis=1), votes.argmax(axis=1), -1)


def _rank_in_class(labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return for each element how many of its class stand before it."""
    ranks = np.empty(len(labels), dtype=np.intp)
    for number in np.unique(labels):
        members = np.flatnonzero(labels == number)
        ranks[members] = np.arange(len(members))
    return ranks
