"""The loop as a child carries it out: train, evaluate, query; the supervisor has the labels.

What a cell does is a generator of steps, so that a cell by itself and the cells of a batch, whose
trainings are done together, go through the same code.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from albench.api.acquisition import asks_for_modalities
from albench.errors import AlbenchError
from albench.execute.checked_acquisition import CheckedAcquisition, Purchase
from albench.execute.checked_strategy import CheckedStrategy, teller
from albench.execute.fairness import batch_order_hash, initial_weights_hash
from albench.execute.frames import Message
from albench.execute.open_cell import open_cell
from albench.plural import plural

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.execute.active_cell import ActiveCell
    from albench.execute.child import ChildLine
    from albench.execute.task import CellTask
    from albench.planning.cells import StrategyPlan
    from albench.registry import Component


DIVERGED = 1e6
"""The magnitude from which a weight has diverged: products of several exceed all floats."""


@dataclass(frozen=True)
class Tell:
    """The step of telling the supervisor something; nothing comes back."""

    message: Message


@dataclass(frozen=True)
class Ask:
    """The step of asking the supervisor something; its answer comes back, a `Message`."""

    message: Message


@dataclass(frozen=True, eq=False)
class Teach:
    """The step of training; the seconds that it took come back.

    Parameters
    ----------
    opened : ActiveCell
        Who learns.
    bought : ndarray of int
        What is new, candidates' numbers.
    labels : ndarray of int
        Their class numbers.
    number : int
        The round.
    """

    opened: ActiveCell
    bought: NDArray[np.intp]
    labels: NDArray[np.intp]
    number: int


@dataclass(frozen=True, eq=False)
class Foresee:
    """The step before a query, in which a batch trains committees; its seconds come back.

    Parameters
    ----------
    opened : ActiveCell
        Who is about to query.
    number : int
        The round that is about to be bought.
    """

    opened: ActiveCell
    number: int


class Speaker(Protocol):
    """What a cell speaks on: a child's `ChildLine`, or a member's part of it."""

    def send(self, message: Message) -> None:
        """Tell the supervisor something."""
        ...

    def ask(self, message: Message) -> Message:
        """Send the supervisor a message, and return its answer."""
        ...


Step = Tell | Ask | Foresee | Teach
Steps = Generator[Step, Any, None]
"""The steps of a cell, as a generator that is sent the result of each."""


def run_alone(task: CellTask, line: ChildLine) -> None:
    """Carry out one cell, or round 0 of a repetition.

    Parameters
    ----------
    task : CellTask
        What to do.
    line : ChildLine
        Takes picks and rounds, and answers picks with their labels.

    Raises
    ------
    AlbenchError
        If the strategy or the model fails; QueryFault and PurityViolation among them.
    """
    steps = steps_of(task, open_cell(task))
    answer: Message | float | None = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration:
            return
        if isinstance(step, Foresee):
            answer = 0.0  # by itself, a cell trains a committee when it is asked for
        else:
            answer = taught_alone(step) if isinstance(step, Teach) else spoken(step, line)


def steps_of(task: CellTask, opened: ActiveCell) -> Steps:
    """Return the steps of a task.

    Parameters
    ----------
    task : CellTask
        A cell that goes on from its last finished round to the end of its budget; or one training,
        as of round 0 and of the reference.
    opened : ActiveCell
        What `open_cell` gave.

    Returns
    -------
    generator of Step
        Raises what the strategy or the model raises.
    """
    return _once(task, opened) if task.strategy is None else _rounds(task, opened)


def spoken(step: Tell | Ask, line: Speaker) -> Message | None:
    """Tell the supervisor something, or ask it.

    Parameters
    ----------
    step : Tell or Ask
        What to say.
    line : Speaker
        To the supervisor.

    Returns
    -------
    Message or None
        The answer, if it was a question.
    """
    if isinstance(step, Ask):
        return line.ask(step.message)
    line.send(step.message)
    return None


def taught_alone(step: Teach) -> float:
    """Carry out a training by itself, by modAL's `teach`.

    Parameters
    ----------
    step : Teach
        Who learns what.

    Returns
    -------
    float
        Seconds.
    """
    began = time.perf_counter()
    step.opened.teach(step.bought, step.labels, step.number)
    return time.perf_counter() - began


def _once(task: CellTask, opened: ActiveCell) -> Steps:
    networks = {
        "weights": initial_weights_hash(opened),
        "batches": batch_order_hash(opened, int(np.count_nonzero(task.labels >= 0))),
    }
    yield Tell(Message("networks", networks))
    opened.measure(task.acquired)
    yield from _round(opened, task.labelled, task.labels, 0)


def _rounds(task: CellTask, opened: ActiveCell) -> Steps:
    opened.measure(task.acquired)
    opened.resume(task.labelled, task.labels, task.state)
    for number in range(task.n_rounds, len(task.data.schedule.targets)):
        ahead_seconds: float = yield Foresee(opened, number)
        yield Tell(Message("asks", {"round": number}))
        began = time.perf_counter()
        purchase = _purchased(opened, task, number)
        seconds = time.perf_counter() - began
        arrays = {"picks": purchase.picks}
        if task.data.acquisitions is not None:
            arrays["acquired"] = purchase.acquired
        times = {"seconds": seconds, "ahead_seconds": ahead_seconds}
        bought = Message("picks", {"round": number, **times}, arrays)
        answer: Message = yield Ask(bought)
        opened.measure(purchase.acquired)
        yield from _round(opened, purchase.picks, answer.arrays["labels"], number)


def _purchased(opened: ActiveCell, task: CellTask, number: int) -> Purchase:
    """Return what a strategy buys, under either version of the contract."""
    component, plan, data = task.strategy, task.cell.strategy, task.data
    if component is None or plan is None:
        raise ValueError("the reference buys nothing")
    terms = data.acquisitions
    if asks_for_modalities(component.descriptor) and terms is not None:
        owners = data.candidate_subjects[opened.labelled]
        money = data.schedule.targets[number] - terms.spent(owners, opened.acquired)
        strategy = CheckedAcquisition(
            lambda: component.load()(**component.arguments(plan.options)),
            opened.classifier.state_hash,
            f"strategy {component.qualified} ({component.package}), round {number}",
        )
        return opened.requested(strategy, money, number)
    picks = _queried(opened, task, component, plan, number)
    if terms is None:
        return Purchase(picks)
    # Who is labelled is measured whole.
    held = terms.held(opened.acquired)
    return Purchase(picks, terms.missing(data.candidate_subjects[picks], held))


def _queried(
    opened: ActiveCell, task: CellTask, component: Component, plan: StrategyPlan, number: int
) -> NDArray[np.intp]:
    data = task.data
    purse = data.schedule.purse(number, data.candidate_subjects[opened.labelled])
    strategy = CheckedStrategy(
        lambda: component.load()(**component.arguments(plan.options)),
        opened.classifier.state_hash,
        data.schedule.unit if purse is None else purse,
        f"strategy {component.qualified} ({component.package}), round {number}",
    )
    tell_labels = None
    if task.pool_labels is not None:
        is_free = ~np.isin(data.train, opened.labelled)
        tell_labels = teller(opened.known(data.train[is_free]), task.pool_labels[is_free])
    if purse is None:
        wanted = data.schedule.wanted(number)
    else:
        wanted = purse.most(np.unique(data.candidate_subjects[opened.pool()]))
    return opened.query(strategy, wanted, number, tell_labels)


def _round(
    opened: ActiveCell, bought: NDArray[np.intp], labels: NDArray[np.intp], number: int
) -> Steps:
    """Train on the labels bought, evaluate, and report the round to the supervisor."""
    train_seconds: float = yield Teach(opened, bought, labels, number)
    trained = time.perf_counter()
    proba = opened.test_proba()
    _require_finite(proba, opened)
    evaluated = time.perf_counter()
    state = np.frombuffer(opened.classifier.state(), dtype=np.uint8)
    times = {"train_seconds": train_seconds, "evaluate_seconds": evaluated - trained}
    yield Tell(Message("round", {"round": number, **times}, {"proba": proba, "state": state}))


def _require_finite(proba: NDArray[np.float32], opened: ActiveCell) -> None:
    """Raise if the model answers with anything but numbers: no metric is defined on the rest."""
    odd = np.flatnonzero(~np.isfinite(proba).all(axis=1))
    if not len(odd):
        return
    raise AlbenchError(
        f"its test probabilities are not finite, for {len(odd)} of {len(proba)} "
        f"{opened.cell.evaluate}s, when trained on {plural(len(opened.answered), 'candidate')}; "
        f"{_cause(opened)}"
    )


def _cause(opened: ActiveCell) -> str:
    """Return what is known of why probabilities are not finite, and what to do."""
    rate = opened.cell.model.training.learning_rate
    broken, largest = opened.classifier.odd_weights(), opened.classifier.largest_weight()
    if broken:
        found = f"its weights are not finite either ({broken[0]} and {len(broken) - 1} more)"
    elif largest > DIVERGED:
        found = f"its weights are as large as {largest:.0e}"
    else:
        return (
            "its weights are finite: look for test samples that are not, or for a fault of the "
            "plugin"
        )
    return (
        f"{found}: training diverged, so lower training.learning_rate ({rate:g}) or look for "
        "values in the data that are huge or not finite"
    )
