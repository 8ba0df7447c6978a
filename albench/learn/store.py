"""The samples of one part of a cohort, held so that nothing of another part can be reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from albench.errors import Complaint, DataError

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
    def of(cls, values: Array) -> Scaling:
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
        mean = np.asarray(np.mean(values, axis=0, dtype=np.float64))
        # By columns, since NumPy makes a copy in float64. Never a single one of several: it would
        # be added up in another order, and its last digit could differ.
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


class SampleStore:
    """What the streams are given, for the samples of one part (training or test) only.

    Parameters
    ----------
    parts : mapping of str to (rows, values)
        For each modality, in the order of the candidates' columns: the sample numbers ``(k,)`` of
        this part in ascending order, and the array ``(k, *shape)`` of images (uint8) or vectors
        (float32), row for row.
    subjects : ndarray of int or None
        The subject of each sample of the first modality, row for row. None takes every one of
        them as a subject of its own.
    scalings : mapping of str to Scaling
        For the modalities whose vectors are standardised.

    Raises
    ------
    DataError
        If rows and values do not go together.
    """

    def __init__(
        self,
        parts: Mapping[str, tuple[NDArray[np.intp], Array]],
        *,
        subjects: NDArray[np.intp] | None = None,
        scalings: Mapping[str, Scaling] | None = None,
    ) -> None:
        self.modalities = tuple(parts)
        self._rows = {name: np.asarray(rows, dtype=np.intp) for name, (rows, _) in parts.items()}
        self._values = {name: values for name, (_, values) in parts.items()}
        self._positions = {name: np.arange(len(rows)) for name, rows in self._rows.items()}
        self._scalings = dict(scalings or {})
        first = self._rows[self.modalities[0]]
        self._subjects = first if subjects is None else np.asarray(subjects, dtype=np.intp)
        _require_aligned(self._rows, self._values, self._subjects)

    @classmethod
    def of_rows(
        cls,
        arrays: Mapping[str, Array],
        rows: Mapping[str, NDArray[np.intp]],
        *,
        subjects: NDArray[np.intp] | None = None,
        scalings: Mapping[str, Scaling] | None = None,
    ) -> SampleStore:
        """Return the store of some rows of arrays that hold every part, without copying them.

        Parameters
        ----------
        arrays : mapping of str to ndarray, shape (n_rows, *shape)
            All samples of each modality, usually memory-mapped.
        rows : mapping of str to ndarray of int, shape (k,)
            The sample numbers of this part, ascending. The store hands out no others.
        subjects : ndarray of int or None
            As of the class.
        scalings : mapping of str to Scaling
            As of the class.

        Returns
        -------
        SampleStore
            Of the modalities of `arrays`, in their order.
        """
        # The rows are checked as a part of their own, whose values are then looked up elsewhere.
        parts = {name: (rows[name], rows[name]) for name in arrays}
        store = cls(parts, subjects=subjects, scalings=scalings)
        store._values = dict(arrays)
        store._positions = dict(store._rows)
        return store

    def rows(self, modality: str) -> NDArray[np.intp]:
        """Return the sample numbers of a modality in this part, ascending.

        Parameters
        ----------
        modality : str
            One of `modalities`.

        Returns
        -------
        ndarray of int, shape (k,)
            Sample numbers.
        """
        return self._rows[modality]

    def shape(self, modality: str) -> tuple[int, ...]:
        """Return the shape of one sample.

        Parameters
        ----------
        modality : str
            One of `modalities`.

        Returns
        -------
        tuple of int
            As the stream is given it.
        """
        return self._values[modality].shape[1:]

    @property
    def subjects_of_rows(self) -> NDArray[np.intp]:
        """The subject of each sample of the first modality, in the order of `rows`."""
        return self._subjects

    def places(self, candidates: NDArray[np.intp]) -> dict[str, NDArray[np.intp]]:
        """Return where in `rows` the samples of candidates stand.

        Parameters
        ----------
        candidates : ndarray of int, shape (n, n_modalities)
            Sample numbers.

        Returns
        -------
        dict of str to ndarray of int, shape (n,)
            Of each modality.

        Raises
        ------
        DataError
            If a sample is not in this part.
        """
        if candidates.ndim != 2 or candidates.shape[1] != len(self.modalities):
            expected = f"(n, {len(self.modalities)})"
            raise DataError(f"candidates have the shape {candidates.shape}, expected {expected}")
        columns = zip(self.modalities, candidates.T, strict=True)
        return {name: _places(name, self._rows[name], column) for name, column in columns}

    def take(self, modality: str, places: NDArray[np.intp]) -> torch.Tensor:
        """Return samples as the stream is given them.

        Parameters
        ----------
        modality : str
            One of `modalities`.
        places : ndarray of int, shape (n,)
            Places in `rows`.

        Returns
        -------
        Tensor of float32, shape (n, *shape)
            Images in 0..1; vectors standardised if the store has their scaling.
        """
        values = np.take(self._values[modality], self._positions[modality][places], axis=0)
        samples = torch.from_numpy(values)
        if values.dtype == np.uint8:
            return samples.float().div_(_LARGEST_BYTE)
        scaling = self._scalings.get(modality)
        return samples.float() if scaling is None else scaling.apply(samples.float())

    def gather(self, candidates: NDArray[np.intp]) -> dict[str, torch.Tensor]:
        """Return the samples of candidates, a whole batch at once.

        Parameters
        ----------
        candidates : ndarray of int, shape (n, n_modalities)
            Sample numbers.

        Returns
        -------
        dict of str to Tensor, shape (n, *shape)
            As `take` gives them.
        """
        return {name: self.take(name, places) for name, places in self.places(candidates).items()}

    def subjects(self, candidates: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the subject of each candidate.

        Parameters
        ----------
        candidates : ndarray of int, shape (n, n_modalities)
            Sample numbers.

        Returns
        -------
        ndarray of int, shape (n,)
            Subjects.
        """
        first = self.modalities[0]
        return self._subjects[_places(first, self._rows[first], candidates[:, 0])]


def _places(modality: str, rows: NDArray[np.intp], numbers: NDArray[np.intp]) -> NDArray[np.intp]:
    places = np.minimum(np.searchsorted(rows, numbers), len(rows) - 1)
    strange = rows[places] != numbers
    if strange.any():
        found = int(numbers[strange][0])
        raise DataError(
            [Complaint(f"modality {modality!r}", f"sample {found} does not belong to this part")]
        )
    return places


def _require_aligned(
    rows: Mapping[str, NDArray[np.intp]], values: Mapping[str, Array], subjects: NDArray[np.intp]
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
