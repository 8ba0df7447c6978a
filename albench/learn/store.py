"""The samples of one part of a cohort, held so that nothing of another part can be reached.

Candidates are rows of sample numbers, ``(n, n_modalities)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from albench.api import AVAILABLE
from albench.errors import Complaint, DataError
from albench.learn.mapped_rows import MappedRows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Array = NDArray[Any]  # uint8 images, or float32

_LARGEST_BYTE = 255.0

_AT_ONCE, _COLUMNS = 2**23, 16
"""How many values are copied at once for their deviation, and the fewest columns of them."""


@dataclass(frozen=True, eq=False)
class Scaling:
    """Mean and standard deviation of each feature, to standardise vectors by.

    Parameters
    ----------
    mean : ndarray of float32, shape (features,)
        Taken from samples by `of`.
    std : ndarray of float32, shape (features,)
        One where a feature never changes.
    """

    mean: NDArray[np.float32]
    std: NDArray[np.float32]

    @classmethod
    def of(cls, values: Array | MappedRows) -> Scaling:
        """Return the scaling of a part's vectors.

        Parameters
        ----------
        values : ndarray, shape (n, features)
            Of the training part alone, else the test part would leak into training.

        Returns
        -------
        Scaling
            To be given to the stores of both parts.
        """
        if isinstance(values, MappedRows):
            mean, std = _moments(values)
        else:
            mean = np.asarray(np.mean(values, axis=0, dtype=np.float64))
            # By columns, since NumPy makes a copy in float64. Never a single one of several: it
            # would be added up in another order, and its last digit could differ.
            n_parts = max(1, min(values.shape[1] // _COLUMNS, values.size // _AT_ONCE))
            parts = np.array_split(values, n_parts, axis=1)
            std = np.concatenate([np.std(part, axis=0, dtype=np.float64) for part in parts])
        # What differs by rounding alone is constant: dividing by it would make noise of it.
        constant = std <= 1e-7 * np.abs(mean)
        return cls(mean.astype(np.float32), np.where(constant, 1.0, std).astype(np.float32))

    def apply(self, values: torch.Tensor) -> torch.Tensor:
        """Return standardised vectors.

        Parameters
        ----------
        values : Tensor, shape (n, features)
            Any part's.

        Returns
        -------
        Tensor, shape (n, features)
            Of mean 0 and standard deviation 1, over the samples that the scaling is of.
        """
        return (values - torch.from_numpy(self.mean)) / torch.from_numpy(self.std)


def _moments(values: MappedRows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and standard deviation of each feature, block by block."""
    mean = sum(block.sum(axis=0, dtype=np.float64) for block in values.blocks()) / len(values)
    squares = sum(((block - mean) ** 2).sum(axis=0) for block in values.blocks())
    return np.asarray(mean), np.sqrt(squares / len(values))


class SampleStore:
    """What the streams are given, for the samples of one part (training or test) only.

    Parameters
    ----------
    parts : mapping of str to (rows, values)
        For each modality, in the order of the candidates' columns: the sample numbers ``(k,)`` of
        this part in ascending order, and the array ``(k, *shape)`` of images (uint8) or vectors
        (floats), row for row.
    subjects : ndarray of int or None
        The subject of each sample of the first modality, row for row. None takes every one of
        them as a subject of its own.
    scalings : mapping of str to Scaling
        For the modalities whose vectors are standardised.
    others : mapping of str to ndarray of int
        The subject of each sample of further modalities, where candidates may lack the first one.
    is_incomplete : bool
        Whether candidates may lack modalities. The sample number -1 then stands for none, its row
        of each part for what is given to the network instead, and there is one more stream, of
        `albench.api.AVAILABLE`.

    Raises
    ------
    DataError
        If rows and values do not go together.
    """

    def __init__(
        self,
        parts: Mapping[str, tuple[NDArray[np.intp], Array | MappedRows]],
        *,
        subjects: NDArray[np.intp] | None = None,
        scalings: Mapping[str, Scaling] | None = None,
        others: Mapping[str, NDArray[np.intp]] | None = None,
        is_incomplete: bool = False,
    ) -> None:
        self.columns = tuple(parts)
        """The modalities of the candidates."""
        if is_incomplete:
            parts = {**parts, AVAILABLE: _patterns(len(parts))}
        self.is_incomplete = is_incomplete
        self.modalities = tuple(parts)
        """The streams: the columns, and what tells which of them a candidate has."""
        self._rows = {name: np.asarray(rows, dtype=np.intp) for name, (rows, _) in parts.items()}
        self._values: dict[str, Array | MappedRows] = {
            name: values for name, (_, values) in parts.items()
        }
        self._scalings = dict(scalings or {})
        first = self._rows[self.modalities[0]]
        self._subjects = first if subjects is None else np.asarray(subjects, dtype=np.intp)
        self._others = dict(others or {})
        _require_aligned(self._rows, self._values, self._subjects)

    def rows(self, modality: str) -> NDArray[np.intp]:
        """Return the sample numbers of a modality in this part, ascending."""
        return self._rows[modality]

    def shape(self, modality: str) -> tuple[int, ...]:
        """Return the shape of one sample of a modality, as the stream is given it."""
        return self._values[modality].shape[1:]

    def places(self, candidates: NDArray[np.intp]) -> dict[str, NDArray[np.intp]]:
        """Return where in `rows` the samples of candidates stand, ``(n,)`` of each modality.

        Raises `DataError` if a sample is not in this part.
        """
        if candidates.ndim != 2 or candidates.shape[1] != len(self.columns):
            expected = f"(n, {len(self.columns)})"
            raise DataError(f"candidates have the shape {candidates.shape}, expected {expected}")
        columns = zip(self.columns, candidates.T, strict=True)
        places = {name: _places(name, self._rows[name], column) for name, column in columns}
        if self.is_incomplete:
            places[AVAILABLE] = (candidates >= 0) @ (1 << np.arange(len(self.columns)))
        return places

    def take(self, modality: str, places: NDArray[np.intp]) -> torch.Tensor:
        """Return the samples at places in `rows` as the stream is given them, ``(n, *shape)``.

        They are float32: images in 0..1, and vectors standardised if the store has their scaling.
        """
        values = self._values[modality].take(places, axis=0)
        samples = torch.from_numpy(values)
        if values.dtype == np.uint8:
            return samples.float().div_(_LARGEST_BYTE)
        scaling = self._scalings.get(modality)
        return samples.float() if scaling is None else scaling.apply(samples.float())

    def gather(self, candidates: NDArray[np.intp]) -> dict[str, torch.Tensor]:
        """Return the samples of candidates as `take` gives them, a whole batch at once."""
        return {name: self.take(name, places) for name, places in self.places(candidates).items()}

    def subjects(self, candidates: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the subject of each candidate, ``(n,)``."""
        first = self.columns[0]
        subjects = self._subjects[_places(first, self._rows[first], candidates[:, 0])]
        for number, (name, owners) in enumerate(self._others.items(), start=1):
            lacking = np.flatnonzero(subjects < 0)
            samples = candidates[lacking, number]
            subjects[lacking] = owners[_places(name, self._rows[name], samples)]
        return subjects

    def over(self, vectors: Mapping[str, NDArray[np.float32]]) -> SampleStore:
        """Return a store of the same samples, of which only vectors are known.

        Parameters
        ----------
        vectors : mapping of str to ndarray, shape (k, d)
            Of each stream, in the order of `rows`.

        Returns
        -------
        SampleStore
            Not standardised.
        """
        parts = {name: (self._rows[name], vectors[name]) for name in self.columns}
        store = SampleStore(
            parts,
            subjects=self._subjects,
            others=self._others,
            is_incomplete=self.is_incomplete,
        )
        if self.is_incomplete:
            store._values[AVAILABLE] = vectors[AVAILABLE]
        return store


def _patterns(n_modalities: int) -> tuple[NDArray[np.intp], Array]:
    """Return every set of modalities as a sample: its number has a bit a modality."""
    numbers = np.arange(2**n_modalities)
    bits = (numbers[:, None] >> np.arange(n_modalities)) & 1
    return numbers, bits.astype(np.float32)


def _places(modality: str, rows: NDArray[np.intp], numbers: NDArray[np.intp]) -> NDArray[np.intp]:
    places = np.minimum(np.searchsorted(rows, numbers), len(rows) - 1)
    strange = rows[places] != numbers
    if strange.any():
        first = int(numbers[strange][0])
        raise DataError(
            [Complaint(f"modality {modality!r}", f"sample {first} does not belong to this part")]
        )
    return places


def _require_aligned(
    rows: Mapping[str, NDArray[np.intp]],
    values: Mapping[str, Array | MappedRows],
    subjects: NDArray[np.intp],
) -> None:
    complaints = []
    for name, numbers in rows.items():
        where = f"modality {name!r}"
        if len(numbers) != len(values[name]):
            problem = f"{len(numbers)} sample numbers for {len(values[name])} samples"
            complaints.append(Complaint(where, problem))
        if not len(numbers) or (np.diff(numbers) <= 0).any():
            complaints.append(Complaint(where, "sample numbers must be ascending, one at least"))
    first = next(iter(rows.values()))
    if len(subjects) != len(first):
        problem = f"{len(subjects)} subjects for {len(first)} samples of the first modality"
        complaints.append(Complaint("subjects", problem))
    if complaints:
        raise DataError(complaints)
