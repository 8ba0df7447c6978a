"""What a cell's child may say and when; its picks are checked here, and its rounds recorded."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.api import tags
from albench.cohort.acquisitions import NOTHING
from albench.cohort.marks import count_marks
from albench.errors import AlbenchError
from albench.execute.checkpoint import Checkpoint
from albench.execute.frames import Message
from albench.records.schema import MeasuredPart, Round, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.execute.repetition import Repetition
    from albench.execute.task import CellTask

_HASH = re.compile(r"[0-9a-f]{12}")
_SUM_TOLERANCE = 1e-3


class CellConversation:
    """The supervising side of one cell, or of a repetition's round 0.

    Parameters
    ----------
    repetition : Repetition
        Who holds the labels.
    task : CellTask
        What the child was told.
    n_rounds : int
        How many rounds there are to be at the end.
    on_round : callable
        Called for each round, with the checkpoint at its end.
    begun : Checkpoint or None
        What is done already.
    """

    def __init__(
        self,
        repetition: Repetition,
        task: CellTask,
        n_rounds: int,
        on_round: Callable[[Checkpoint], None],
        begun: Checkpoint | None = None,
    ) -> None:
        self._repetition, self._model, self._strategy = repetition, task.model, task.strategy
        self._labelled, self._n_rounds, self._on_round = task.labelled, n_rounds, on_round
        self.part: MeasuredPart | None = begun.part if begun else None
        self.rounds: list[Round] = list(begun.rounds) if begun else []
        self._n_state = max(len(begun.state), _most_learnt_from(task)) if begun else None
        self._is_asked = False
        self._picked: NDArray[np.intp] | None = None if begun else task.labelled
        self._acquired = task.acquired  # in all rounds, this one included
        self._measured = NOTHING if begun else task.acquired  # in this one
        self._query_seconds = 0.0

    # -- what the supervisor asks ------------------------------------------------------------

    def answer(self, message: Message) -> Message | None:
        """Take what the child says.

        Parameters
        ----------
        message : Message
            ``networks``, ``asks``, ``picks`` or ``round``.

        Returns
        -------
        Message or None
            The labels of picks; nothing otherwise.

        Raises
        ------
        QueryFault
            If the picks are none that may be bought now.
        AlbenchError
            If the message is not one that may be sent now, or says what cannot be.
        """
        if message.kind == "networks" and self.part is None:
            self.part = self._repetition.part(
                self._labelled, _hash(message, "weights"), _hash(message, "batches")
            )
        elif message.kind == "asks" and self._may_ask(message):
            self._is_asked = True
        elif message.kind == "picks" and self._is_asked and self._is_next(message):
            return self._sell(message)
        elif message.kind == "round" and self._may_end_round(message):
            self._end_round(message)
        else:
            raise AlbenchError(
                f"sent {message.kind!r} out of turn, or something albench never says"
            )
        return None

    def lack(self) -> str:
        """Return which rounds are not there."""
        n = len(self.rounds)
        return "" if n == self._n_rounds else f"{n} of {self._n_rounds} rounds are there"

    def where(self) -> str:
        """Return plugin, distribution and round of the code that is running."""
        model = f"model {self._model.qualified} ({self._model.package})"
        number = len(self.rounds)
        if self._strategy is None:
            return f"{model}, round {number}"
        strategy = f"strategy {self._strategy.qualified} ({self._strategy.package}), round {number}"
        if self._is_asked:
            return strategy
        if self._picked is not None:
            return f"{model}, training in round {number} on what {strategy} chose"
        return f"{model}, before {strategy}"

    def max_bytes(self) -> int | None:
        """Return the bytes of a round's weights and probabilities, if the weights' are known."""
        if self._n_state is None:
            return None
        n_units, n_classes = self._repetition.n_test_units(), len(self._repetition.cohort.classes)
        picks = 8 * len(self._repetition.train) * (1 + len(self._repetition.cohort.modalities))
        return 2 * self._n_state + 4 * n_units * n_classes + picks + 2**20

    def overdue(self) -> str:
        """Return nothing: the job has its own limit."""
        return ""

    # -- the turns ---------------------------------------------------------------------------

    def _may_ask(self, message: Message) -> bool:
        is_free = self._strategy is not None and self._picked is None and not self._is_asked
        return is_free and self._is_next(message) and len(self.rounds) < self._n_rounds

    def _may_end_round(self, message: Message) -> bool:
        return self.part is not None and self._picked is not None and self._is_next(message)

    def _is_next(self, message: Message) -> bool:
        number = message.plain.get("round")
        return type(number) is int and number == len(self.rounds)

    def _sell(self, message: Message) -> Message:
        """Check picks and send their labels; from here on they are bought."""
        picks, measured = _array(message, "picks"), NOTHING
        if self._repetition.acquisitions is not None:
            measured = _array(message, "acquired")
        self._repetition.require_purchase(
            picks, self._labelled, len(self.rounds), measured, self._acquired
        )
        self._measured = measured.astype(np.intp)
        self._acquired = np.concatenate([self._acquired, self._measured])
        self._query_seconds = sum(
            told_seconds(message, each) for each in ("seconds", "ahead_seconds")
        )
        self._picked = picks.astype(np.intp)
        self._is_asked = False
        self._labelled = np.concatenate([self._labelled, self._picked])
        return Message("labels", arrays={"labels": self._repetition.labels_of(self._picked)})

    def _end_round(self, message: Message) -> None:
        part, picked = self.part, self._picked
        if part is None or picked is None:
            raise AlbenchError("ended a round that has not begun")
        proba = _require_proba(_array(message, "proba"), self._repetition)
        self.rounds.append(
            Round(
                round=len(self.rounds),
                picked=[int(candidate) for candidate in picked],
                n_labelled=len(self._labelled),
                n_labelled_subjects=self._repetition.n_labelled_subjects(self._labelled),
                proba=pack(proba),
                query_seconds=self._query_seconds,
                train_seconds=told_seconds(message, "train_seconds"),
                evaluate_seconds=told_seconds(message, "evaluate_seconds"),
                marks=count_marks(self._repetition.marks, picked),
                measured=self._repetition.count_measured(self._labelled, self._acquired),
                acquired=[int(code) for code in self._measured],
            )
        )
        self._picked = None
        state = _array(message, "state").tobytes()
        labelled = tuple(self._labelled.tolist())
        self._on_round(Checkpoint(part, tuple(self.rounds), labelled, state))


def _most_learnt_from(task: CellTask) -> int:
    """Return the bytes of all that a solver can learn from, which its state may hold; else 0."""
    if not task.model.descriptor.tags & {tags.SOLVED, tags.REFITTED}:
        return 0
    n_modalities = len(task.data.modalities)  # a stream more may say which of them are there
    n_numbers = sum(map(math.prod, task.shapes.values())) + n_modalities
    return len(task.data.train) * (4 * n_numbers + 8)  # and a class number


def _require_proba(proba: NDArray[Any], repetition: Repetition) -> NDArray[np.float32]:
    shape = (repetition.n_test_units(), len(repetition.cohort.classes))
    if proba.shape != shape or proba.dtype != np.float32:
        actual = f"{proba.shape} of {proba.dtype}"
        raise AlbenchError(f"test probabilities are {actual}; expected {shape} of float32")
    if not np.isfinite(proba).all():
        raise AlbenchError("test probabilities are not finite")
    if proba.min(initial=0.0) < 0.0 or not _sum_to_one(proba):
        raise AlbenchError("test probabilities are negative, or a row does not sum to one")
    return proba


def _sum_to_one(proba: NDArray[np.float32]) -> bool:
    sums = proba.sum(axis=1, dtype=np.float64)
    return bool((np.abs(sums - 1.0) < _SUM_TOLERANCE).all())


def fits(begun: Checkpoint, repetition: Repetition) -> bool:
    """Return whether a checkpoint is of this repetition and can be resumed.

    Parameters
    ----------
    begun : Checkpoint
        Read from a file that anybody may have put there.
    repetition : Repetition
        Of the cell.

    Returns
    -------
    bool
        False also if it bought what no round may buy, or reports an impossible round.
    """
    part = repetition.part(
        repetition.first_labels(), begun.part.weights_hash, begun.part.batches_hash
    )
    targets = repetition.schedule.targets
    first = np.array(begun.rounds[0].picked, dtype=np.intp)
    if begun.part != part or len(begun.rounds) > len(targets):
        return False
    if not np.array_equal(np.sort(first), repetition.first_labels()):
        return False
    if not np.array_equal(begun.rounds[0].acquired, repetition.measured_with(first)):
        return False
    labelled = acquired = NOTHING
    for entry in begun.rounds:
        try:
            labelled, acquired = _require_round(entry, labelled, acquired, repetition)
        except AlbenchError:
            return False
    return True


def _require_round(
    entry: Round, labelled: NDArray[np.intp], acquired: NDArray[np.intp], repetition: Repetition
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Raise if a round is not one that this repetition could have.

    What is labelled then is returned, and what has been measured.
    """
    picks, measured = (np.array(each, dtype=np.intp) for each in (entry.picked, entry.acquired))
    if entry.round:
        repetition.require_purchase(picks, labelled, entry.round, measured, acquired)
    labelled = np.concatenate([labelled, picks])
    acquired = np.concatenate([acquired, measured])
    _require_proba(unpack(entry.proba), repetition)
    seconds = (entry.query_seconds, entry.train_seconds, entry.evaluate_seconds)
    expected = (
        len(labelled),
        repetition.n_labelled_subjects(labelled),
        count_marks(repetition.marks, picks),
        repetition.count_measured(labelled, acquired),
    )
    reported = (entry.n_labelled, entry.n_labelled_subjects, entry.marks, entry.measured)
    has_expected = expected == reported
    if not has_expected or not all(math.isfinite(each) and each >= 0 for each in seconds):
        raise AlbenchError("a round reports impossible counts, marks or times")
    return labelled, acquired


def _array(message: Message, name: str) -> NDArray[Any]:  # of whatever kind was sent
    array = message.arrays.get(name)
    if array is None:
        raise AlbenchError(f"sent {message.kind!r} without {name!r}")
    return array


def told_seconds(message: Message, name: str) -> float:
    """Return a time that a child tells.

    Parameters
    ----------
    message : Message
        Of a child.
    name : str
        Which time.

    Returns
    -------
    float
        Seconds.

    Raises
    ------
    AlbenchError
        If it is not a time.
    """
    value = message.plain.get(name)
    if type(value) is not float or not math.isfinite(value) or value < 0:
        raise AlbenchError(
            f"sent {message.kind!r} with {name} that are not a time in seconds: {value!r:.40}"
        )
    return value


def _hash(message: Message, name: str) -> str:
    value = message.plain.get(name)
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise AlbenchError(f"sent {message.kind!r} with an invalid hash as {name}: {value!r:.40}")
    return value
