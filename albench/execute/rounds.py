"""The loop as a child carries it out: train, evaluate, query; the supervisor has the labels."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from albench.errors import AlbenchError
from albench.execute.checked_strategy import CheckedStrategy, teller
from albench.execute.fairness import batch_order_hash, initial_weights_hash
from albench.execute.frames import Message
from albench.execute.open_cell import open_cell
from albench.plural import plural

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.execute.active_cell import ActiveCell
    from albench.execute.child import Line
    from albench.execute.task import CellTask


def run_once(task: CellTask, line: Line) -> None:
    """Train and evaluate once on what is labelled: round 0 of a repetition, or the reference.

    Parameters
    ----------
    task : CellTask
        Any cell of the repetition, or the reference's.
    line : Line
        Takes the networks' hashes and the one round.
    """
    opened = open_cell(task)
    networks = {
        "weights": initial_weights_hash(opened),
        "batches": batch_order_hash(opened, int(np.count_nonzero(task.labels >= 0))),
    }
    line.send(Message("networks", networks))
    line.send(_taught(opened, task.labelled, task.labels, 0))


def run_cell(task: CellTask, line: Line) -> None:
    """Run a strategy from its last finished round to the end of its budget.

    Parameters
    ----------
    task : CellTask
        The cell.
    line : Line
        Takes picks and rounds, and answers picks with their labels.

    Raises
    ------
    AlbenchError
        If the strategy or the model fails; QueryFault and PurityViolation among them.
    """
    opened = open_cell(task)
    opened.resume(task.labelled, task.labels, task.state)
    for number in range(task.n_rounds, len(task.data.schedule.targets)):
        line.send(Message("asks", {"round": number}))
        began = time.perf_counter()
        picks = _queried(opened, task, number)
        seconds = time.perf_counter() - began
        bought = Message("picks", {"round": number, "seconds": seconds}, {"picks": picks})
        labels = line.ask(bought).arrays["labels"]
        line.send(_taught(opened, picks, labels, number))


def _queried(opened: ActiveCell, task: CellTask, number: int) -> NDArray[np.intp]:
    component, plan, data = task.strategy, task.cell.strategy, task.data
    if component is None or plan is None:
        raise ValueError("the reference buys nothing")
    strategy = CheckedStrategy(
        lambda: component.load()(**component.arguments(plan.options)),
        opened.classifier.state_hash,
        data.schedule.unit,
        f"strategy {component.qualified} ({component.package}), round {number}",
    )
    tell_labels = None
    if task.pool_labels is not None:
        is_free = ~np.isin(data.train, opened.labelled)
        tell_labels = teller(data.candidates[data.train[is_free]], task.pool_labels[is_free])
    targets = data.schedule.targets
    return opened.query(strategy, targets[number] - targets[number - 1], number, tell_labels)


def _taught(
    opened: ActiveCell, bought: NDArray[np.intp], labels: NDArray[np.intp], number: int
) -> Message:
    """Train with what was bought, evaluate, and return what is recorded of the round."""
    began = time.perf_counter()
    opened.teach(bought, labels, number)
    trained = time.perf_counter()
    proba = opened.test_proba()
    _require_finite(proba, opened)
    evaluated = time.perf_counter()
    state = np.frombuffer(opened.classifier.state(), dtype=np.uint8)
    times = {"train_seconds": trained - began, "evaluate_seconds": evaluated - trained}
    return Message("round", {"round": number, **times}, {"proba": proba, "state": state})


def _require_finite(proba: NDArray[np.float32], opened: ActiveCell) -> None:
    """Raise if the model answers with anything but numbers: no metric is defined on the rest."""
    odd = np.flatnonzero(~np.isfinite(proba).all(axis=1))
    if not len(odd):
        return
    model = opened.cell.model
    broken = opened.classifier.odd_weights()
    cause = (
        f"its weights are not finite either ({broken[0]} and {len(broken) - 1} more): training "
        f"diverged, so lower training.learning_rate ({model.training.learning_rate:g}) or look "
        "for values that are not finite in the data"
        if broken
        else "its weights are finite: look for test samples that are not, or for a fault of the "
        "plugin"
    )
    raise AlbenchError(
        f"its test probabilities are not finite, for {len(odd)} of {len(proba)} "
        f"{opened.cell.evaluate}s, when trained on {plural(len(opened.answered), 'candidate')}; "
        f"{cause}"
    )
