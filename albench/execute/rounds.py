"""The loop as a child carries it out: train, evaluate, query; the supervisor has the labels."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from albench.errors import AlbenchError
from albench.execute.block import open_block
from albench.execute.frames import Message
from albench.execute.query import Question, ask
from albench.seeds import Purpose, generator

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.execute.block import Block
    from albench.execute.child import Line
    from albench.execute.task import CellTask


def run_start(task: CellTask, line: Line) -> None:
    """Train and evaluate once on what is labelled: round 0 of a repetition, or the reference.

    Parameters
    ----------
    task : CellTask
        Any cell of the repetition, or the reference's.
    line : Line
        Takes the networks' hashes and the one round.
    """
    block = open_block(task)
    networks = {
        "weights": block.initial_weights_hash(),
        "batches": block.batch_order_hash(len(task.labelled)),
    }
    line.send(Message("networks", networks))
    line.send(_turn(block, 0, task.labelled, task.labels))


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
    block = open_block(task)
    labelled, labels = task.labelled, task.labels
    block.go_on_from(labelled, labels, task.state)
    for number in range(task.n_rounds, len(task.data.schedule.targets)):
        line.send(Message("asks", {"round": number}))
        began = time.perf_counter()
        picked = _choose(block, task, labelled, labels, number)
        seconds = time.perf_counter() - began
        bought = Message("picks", {"round": number, "seconds": seconds}, {"picks": picked})
        told = line.ask(bought).arrays["labels"]
        labelled, labels = np.concatenate([labelled, picked]), np.concatenate([labels, told])
        line.send(_turn(block, number, labelled, labels))


def _choose(
    block: Block,
    task: CellTask,
    labelled: NDArray[np.intp],
    labels: NDArray[np.intp],
    number: int,
) -> NDArray[np.intp]:
    component, plan = task.strategy, task.cell.strategy
    if component is None or plan is None:
        raise ValueError("the reference buys nothing")
    data, targets = task.data, task.data.schedule.targets
    is_free = ~np.isin(data.train, labelled)
    question = Question(
        data=data,
        labelled=labelled,
        labels=labels,
        pool=data.train[is_free],
        n_units=targets[number] - targets[number - 1],
        unit=data.schedule.unit,
        round=number,
        pool_labels=None if task.pool_labels is None else task.pool_labels[is_free],
    )
    return ask(
        question,
        lambda: component.load()(**component.arguments(plan.options)),
        block.source(labelled, labels, number),
        block.classifier.state_hash,
        generator(task.cell.stream(Purpose.STRATEGY, number)),
        f"strategy {component.qualified} ({component.package})",
    )


def _turn(
    block: Block, number: int, labelled: NDArray[np.intp], labels: NDArray[np.intp]
) -> Message:
    """Train on the labelled set, evaluate, and return what there is to tell of the round."""
    began = time.perf_counter()
    block.train_on(labelled, labels, number)
    trained = time.perf_counter()
    proba = block.test_proba()
    _require_finite(proba, block, len(labelled))
    evaluated = time.perf_counter()
    state = np.frombuffer(block.classifier.state(), dtype=np.uint8)
    times = {"train_seconds": trained - began, "evaluate_seconds": evaluated - trained}
    return Message("round", {"round": number, **times}, {"proba": proba, "state": state})


def _require_finite(proba: NDArray[np.float32], block: Block, n_labelled: int) -> None:
    """Raise if the model answers with anything but numbers: no metric is defined on the rest."""
    odd = np.flatnonzero(~np.isfinite(proba).all(axis=1))
    if not len(odd):
        return
    model = block.cell.model
    broken = block.classifier.odd_weights()
    cause = (
        f"its weights are not finite either ({broken[0]} and {len(broken) - 1} more): training "
        f"diverged, so lower training.learning_rate ({model.training['learning_rate']:g}) or look "
        "for values that are not finite in the data"
        if broken
        else "its weights are finite: look for test samples that are not, or for a fault of the "
        "plugin"
    )
    raise AlbenchError(
        f"its test probabilities are not finite, for {len(odd)} of {len(proba)} "
        f"{block.cell.evaluate}s, when trained on {n_labelled} candidates; {cause}"
    )
