"""The contract of a modality loader: options in, one `Modality` out."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[Any]  # uint8 or float32; which one is the loader's choice

Label = str | int


@dataclass(frozen=True, eq=False, kw_only=True)
class Modality:
    """One kind of measurement: one row per sample, each belonging to one subject.

    Parameters
    ----------
    subjects : ndarray of str, shape (n_rows,)
        The subject each row belongs to.
    shape : tuple of int
        The shape of one sample: ``(channels, height, width)`` of an image, ``(features,)`` of a
        vector.
    read : callable
        ``read(rows)`` takes row numbers, ``(k,)``, and returns ``(k, *shape)``: uint8 images, which
        albench scales to 0..1, or float32. It is lazy and deterministic, takes rows in any order,
        with repetitions, and may run in several processes. It raises `DataError`, naming file and
        subject, for what cannot be read, and `IndexError` for rows beyond the last.
    fingerprint : str
        A hash of everything that decides what `read` returns, and of subjects and labels: not of
        paths. See `fingerprint`.
    labels : mapping of str to str or int, or None
        The label of each subject, if this modality knows them. The labels of a cohort's
        modalities are merged and must agree.
    marks : mapping of str to ndarray of bool, shape (n_rows,)
        Facts about rows that selections are audited for (``"failed"``), never seen by a model or
        a strategy.
    facts : mapping of str to mapping of str to str
        What is known of subjects beside their labels, by name and then by subject: fold, site,
        family. Splits may go by it; no model and no strategy sees it. It may be lazy, and raise
        `DataError` if a subject has two values.
    has_gaps : bool
        Whether vectors hold NaN where a value is missing. albench puts the mean of the training
        samples there; without this, NaN is an error.
    mapped : Path or None
        A ``.npy`` file that holds these vectors row for row, as little-endian floats in C order:
        large ones are then mapped from there into memory, and copied nowhere.
    note : str
        One sentence for the report: where the data come from, ``simulated`` if they are.
    warnings : tuple of str
        What is no reason to refuse the data, but should be known: sentences with counts, which are
        shown before a run and on its page.
    """

    subjects: NDArray[np.str_]
    shape: tuple[int, ...]
    read: Callable[[NDArray[np.intp]], Samples]
    fingerprint: str
    labels: Mapping[str, Label] | None = None
    marks: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    has_gaps: bool = False
    mapped: Path | None = None
    note: str = ""
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.subjects)


class ModalityLoader(Protocol):
    """What the target of a loader's descriptor is: a function from options to a `Modality`."""

    def __call__(self, **options: Any) -> Modality:  # each loader has its own options
        """Return the modality; raise `DataError` with every complaint about the data at once."""


def fingerprint(*parts: NDArray[Any] | bytes | str) -> str:
    """Return a hash of arrays, bytes and strings, equal on every machine.

    Parameters
    ----------
    *parts : ndarray, bytes or str
        What decides the data, in a fixed order.

    Returns
    -------
    str
        32 hexadecimal digits.

    Examples
    --------
    >>> fingerprint("digits", np.arange(3, dtype=np.int64))
    '94e88cf7412df3f8c5b63bb0122c271d'
    """
    digest = hashlib.sha256()
    for part in parts:
        header, content = _canonical(part)
        digest.update(f"{header}:{len(content)};".encode())
        digest.update(content)
    return digest.hexdigest()[:32]


def _canonical(part: NDArray[Any] | bytes | str) -> tuple[str, bytes]:
    if isinstance(part, bytes):
        return "bytes", part
    if isinstance(part, str):
        return "str", part.encode()
    if part.dtype.kind in "OUT":
        return f"text{part.shape}", "\x00".join(map(str, part.ravel())).encode()
    little = np.ascontiguousarray(part, dtype=part.dtype.newbyteorder("<"))
    return f"{little.dtype.str}{part.shape}", little.tobytes()
