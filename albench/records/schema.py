"""How a cell ended, as plain data of the journal's version."""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from pydantic import TypeAdapter

from albench.errors import RecordsError
from albench.records.printable import REASON_LIMIT, printable, printable_data

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCHEMA_VERSION = 2
"""Raised when a reader of the version before could not read what is written."""


class CellStatus(StrEnum):
    """How a cell ended; all but the last two are recorded, these are found when tables are made."""

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    OOM = "oom"
    CRASHED = "crashed"
    INVALID_QUERY = "invalid-query"
    VIOLATION = "violation"
    MISSING = "missing"
    SKIPPED = "skipped"


BlockKey: TypeAlias = tuple[str, str, str, str]
"""A block by its labels: cohort, modalities, model and budget."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """One turn of the loop, as it is stored.

    Parameters
    ----------
    round : int
        0 is the round of the first labels.
    picked : list of int
        The candidates bought before this round's training, as numbers in the cohort.
    n_labelled, n_labelled_subjects : int
        The size of the labelled set.
    proba : str
        Test probabilities of each unit, ``(n_units, n_classes)`` float32, packed.
    query_seconds, train_seconds, evaluate_seconds : float
        Wall time.
    marks : dict of str to int
        How many of `picked` have each mark.
    scores : dict of str to float
        Empty as a run records it. From published results, the scores as they are published: their
        probabilities are rounded, or left out, and `proba` is empty then.
    measured : dict of str to int
        How many measurements of each modality have been paid for: those of the labelled subjects
        who have it, unless modalities are bought one by one; empty where no subject lacks any.
    acquired : list of int
        The modalities of subjects that were bought one by one before this round's training; see
        `albench.cohort.acquisitions`.
    """

    round: int
    picked: list[int]
    n_labelled: int
    n_labelled_subjects: int
    proba: str
    query_seconds: float
    train_seconds: float
    evaluate_seconds: float
    marks: dict[str, int]
    scores: dict[str, float] = field(default_factory=dict)
    measured: dict[str, int] = field(default_factory=dict)
    acquired: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the marks' names safe: they came from data."""
        object.__setattr__(self, "marks", printable_data(self.marks))


@dataclass(frozen=True, kw_only=True)
class MeasuredPart:
    """What a cell's rounds are measured on, and the hashes that show what cells share.

    Parameters
    ----------
    units : list of str
        The test subjects (or candidates, as ``subject:samples``) in the order of the probabilities.
    labels : list of int
        Their class numbers.
    n_candidates, n_subjects, n_test_candidates, n_test_subjects : int
        Sizes of the training and the test part.
    split_hash, first_labels_hash, weights_hash, batches_hash : str
        Of the split, the first labelled set, the initial weights and the order of batches.
    marks : dict of str to int
        How many training candidates have each mark, those of the first labelled set included.
    """

    units: list[str]
    labels: list[int]
    n_candidates: int
    n_subjects: int
    n_test_candidates: int
    n_test_subjects: int
    split_hash: str
    first_labels_hash: str
    weights_hash: str
    batches_hash: str
    marks: dict[str, int]

    def __post_init__(self) -> None:
        """Make names safe that came from data."""
        object.__setattr__(self, "units", [printable(unit) for unit in self.units])
        object.__setattr__(self, "marks", printable_data(self.marks))


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a cell ended.

    Parameters
    ----------
    cell : str
        Its identity.
    status : CellStatus
        Its outcome.
    reason : str
        Why it failed, in a line or two; empty if it did not. Made printable and cut to
        `REASON_LIMIT`, since plugins have a say in it.
    seconds : float
        Wall time, the start of its process included.
    peak_mb : float
        The largest resident memory seen, in MiB.
    part : MeasuredPart or None
        None if it failed before it had one.
    rounds : list of Round
        All that were finished, those before a failure included.
    sources : dict of str to str
        The digest of the source of each component that made it, by qualified name.
    retries : dict of str to int
        How often it was tried again before that, by `albench.records.retry_causes.Cause`.
    """

    cell: str
    status: CellStatus
    reason: str = ""
    seconds: float = 0.0
    peak_mb: float = 0.0
    part: MeasuredPart | None = None
    rounds: list[Round] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    retries: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the reason safe: a plugin may have written it."""
        object.__setattr__(self, "reason", printable(self.reason, REASON_LIMIT))

    @property
    def is_rounded(self) -> bool:
        """Whether it comes from published results, without exact probabilities."""
        return any(entry.scores for entry in self.rounds)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data.

        Returns
        -------
        dict
            What `from_json` takes; it shares lists and dicts with this.
        """
        part = None if self.part is None else vars(self.part)
        return {**vars(self), "part": part, "rounds": [vars(entry) for entry in self.rounds]}

    @staticmethod
    def from_json(data: dict[str, Any]) -> Finished:
        """Return what a journal line says.

        Parameters
        ----------
        data : dict
            What `to_json` gave.

        Returns
        -------
        Finished
            The same again.

        Raises
        ------
        ValueError
            If the data are something else.
        """
        return _finished().validate_python(data)


@cache
def _finished() -> TypeAdapter[Finished]:
    return TypeAdapter(Finished)


def pack(values: NDArray[np.float32]) -> str:
    """Return an array as text, without loss.

    Parameters
    ----------
    values : ndarray of float32, shape (n, k)
        Probabilities.

    Returns
    -------
    str
        ``k:`` and base64 of the compressed little-endian bytes.
    """
    content = np.ascontiguousarray(values, dtype="<f4").tobytes()
    return f"{values.shape[1]}:{base64.b64encode(zlib.compress(content, 6)).decode()}"


def unpack(text: str) -> NDArray[np.float32]:
    """Return the array that `pack` was given.

    Parameters
    ----------
    text : str
        Packed.

    Returns
    -------
    ndarray of float32, shape (n, k)
        Bit for bit.

    Raises
    ------
    RecordsError
        If no array was packed like that.
    """
    columns, _, content = text.partition(":")
    try:
        flat = np.frombuffer(zlib.decompress(base64.b64decode(content)), dtype="<f4")
        return flat.reshape(-1, int(columns)).astype(np.float32)
    except (ValueError, zlib.error, binascii.Error, OverflowError) as error:
        raise RecordsError(
            f"test probabilities in the journal are damaged ({error}): restore the journal"
        ) from error
