"""The loop: train, evaluate, query, label; round 0 is shared by all strategies of a repetition."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.cohort import budget
from albench.cohort.marks import count_marks
from albench.errors import AlbenchError
from albench.execute import checkpoint
from albench.execute.block import Block, open_block
from albench.execute.checkpoint import Checkpoint
from albench.execute.query import Question, ask
from albench.records.schema import Part, Round, pack
from albench.seeds import Purpose, generator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from albench.execute.task import CellTask


def run_start(task: CellTask, _emit: Callable[[Any], None]) -> None:
    """Train and evaluate round 0 of a repetition, and keep it for all its strategies.

    Parameters
    ----------
    task : CellTask
        Any cell of the repetition.
    _emit : callable
        Not used: there is nothing to tell on the way.
    """
    block = open_block(task.cell, task.prepared)
    labelled = first_labels(block)
    entry = _turn(block, 0, labelled, labelled, query_seconds=0.0)
    part = _part(block, labelled)
    found = Checkpoint(part, (entry,), tuple(labelled.tolist()), block.classifier.state())
    checkpoint.save(task.start, found)


def run_reference(task: CellTask, emit: Callable[[Any], None]) -> None:
    """Train and evaluate once on every training candidate.

    Parameters
    ----------
    task : CellTask
        The reference's cell.
    emit : callable
        Takes the part and the one round.
    """
    block = open_block(task.cell, task.prepared)
    entry = _turn(block, 0, block.train, block.train, query_seconds=0.0)
    emit(_part(block, block.train))
    emit(entry)


def run_cell(task: CellTask, emit: Callable[[Any], None]) -> None:
    """Run a strategy from round 0, or from its last finished round, to the end of its budget.

    Parameters
    ----------
    task : CellTask
        The cell.
    emit : callable
        Takes the part and each round, those of an earlier attempt first.

    Raises
    ------
    FileNotFoundError
        If round 0 has been deleted since it was trained.
    """
    found = checkpoint.load(task.checkpoint) or checkpoint.load(task.start)
    if found is None:
        raise FileNotFoundError(f"round 0 is not at {task.start.name}; run the benchmark again")
    block = open_block(task.cell, task.prepared)
    labelled = np.array(found.labelled, dtype=np.intp)
    block.go_on_from(labelled, found.state)
    emit(found.part)
    for entry in found.rounds:
        emit(entry)
    rounds = list(found.rounds)
    for number in range(len(rounds), len(block.plan.targets)):
        began = time.perf_counter()
        picked = _buy(block, task, labelled, number)
        seconds = time.perf_counter() - began
        labelled = np.concatenate([labelled, picked])
        rounds.append(_turn(block, number, labelled, picked, seconds))
        emit(rounds[-1])
        state = block.classifier.state()
        progress = Checkpoint(found.part, tuple(rounds), tuple(labelled.tolist()), state)
        checkpoint.save(task.checkpoint, progress)


def first_labels(block: Block) -> NDArray[np.intp]:
    """Return the candidates whose labels are known at the start of a repetition.

    Parameters
    ----------
    block : Block
        An opened block.

    Returns
    -------
    ndarray of int
        The same for all strategies and all models on these modalities.
    """
    rng = generator(block.cell.stream(Purpose.FIRST_LABELS))
    how = block.cell.budget["first"]
    return budget.first_labels(block.cohort, block.train, block.plan, how, rng)


def _buy(block: Block, task: CellTask, labelled: NDArray[np.intp], number: int) -> NDArray[np.intp]:
    component, plan = task.strategy, task.cell.strategy
    if component is None or plan is None:
        raise ValueError("the reference buys nothing")
    targets = block.plan.targets
    question = Question(
        cohort=block.cohort,
        labelled=labelled,
        pool=np.setdiff1d(block.train, labelled),
        n_units=targets[number] - targets[number - 1],
        unit=block.plan.unit,
        round=number,
        is_oracle=component.descriptor.is_oracle,
    )
    return ask(
        question,
        lambda: component.load()(**component.arguments(plan.options)),
        block.source(labelled, number),
        block.classifier.state_hash,
        generator(task.cell.stream(Purpose.STRATEGY, number)),
        f"strategy {component.qualified} ({component.package})",
    )


def _turn(
    block: Block,
    number: int,
    labelled: NDArray[np.intp],
    picked: Sequence[int] | NDArray[np.intp],
    query_seconds: float,
) -> Round:
    """Train on the labelled set, evaluate, and return the round."""
    began = time.perf_counter()
    block.train_on(labelled, number)
    trained = time.perf_counter()
    proba = block.test_proba()
    _require_finite(proba, block, number, len(labelled))
    return Round(
        round=number,
        picked=[int(candidate) for candidate in picked],
        n_labelled=len(labelled),
        n_labelled_subjects=len(np.unique(block.cohort.candidate_subjects[labelled])),
        proba=pack(proba),
        query_seconds=query_seconds,
        train_seconds=trained - began,
        evaluate_seconds=time.perf_counter() - trained,
        marks=count_marks(block.marks, np.asarray(picked, dtype=np.intp)),
    )


def _require_finite(proba: NDArray[np.float32], block: Block, number: int, n_labelled: int) -> None:
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
        f"model {model.label} ({model.plugin}): its test probabilities are not finite in round "
        f"{number}, for {len(odd)} of {len(proba)} {block.cell.evaluate}s, when trained on "
        f"{n_labelled} candidates; {cause}"
    )


def _part(block: Block, labelled: NDArray[np.intp]) -> Part:
    subjects = block.cohort.candidate_subjects
    return Part(
        units=block.test_units(),
        labels=[int(label) for label in block.test_labels()],
        n_candidates=len(block.train),
        n_subjects=len(np.unique(subjects[block.train])),
        n_test_candidates=len(block.test),
        n_test_subjects=len(np.unique(subjects[block.test])),
        split_hash=block.hash_of(np.unique(subjects[block.test])),
        first_labels_hash=block.hash_of(labelled),
        weights_hash=block.initial_weights_hash(),
        batches_hash=block.batch_order_hash(len(labelled)),
        marks=count_marks(block.marks, block.train),
    )
