"""Which modalities strategies bought one by one, until the points of a curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.purchases import Measured, points_reached

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

MEASURED = "measured "
"""Before the name of a modality: how many were measured of those who could be."""
LABELLED_WITH = "labelled with "
"""Before the name of a modality: how many of those were measured who were labelled."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Sale:
    """What could be measured in a repetition.

    Parameters
    ----------
    modalities : tuple of str
        Their names.
    obtainable : ndarray of bool, shape (n_subjects, n_modalities)
        Of a subject of the training part, what is there and not known at the start.
    subjects : ndarray of int, shape (n_candidates,)
        The subject of every candidate of the cohort.
    n_train : int
        Candidates of the training part.
    """

    modalities: tuple[str, ...]
    obtainable: NDArray[np.bool_]
    subjects: NDArray[np.intp]
    n_train: int


def measurements(
    picks: Sequence[Sequence[int]], acquired: Sequence[Sequence[int]], sale: Sale
) -> Iterator[Measured]:
    """Yield how many measurements a cell bought, at the points of `selections.POINTS`.

    Parameters
    ----------
    picks : sequence of sequence of int
        The candidates bought before each round's training; those of round 0 are the first labels.
    acquired : sequence of sequence of int
        Likewise, the codes of `albench.cohort.acquisitions`.
    sale : Sale
        Of its repetition.

    Yields
    ------
    Measured
        For each modality that could be bought: *measured*, the share of the subjects of whom it
        could be who were measured; *labelled with*, that share among those of them who were
        labelled, if any were. Both leave out the subjects of the first labels.
    """
    could_be = sale.obtainable.copy()
    could_be[sale.subjects[np.asarray(picks[0], dtype=np.intp)]] = False
    for point, position in points_reached(picks, sale.n_train):
        held = np.zeros_like(could_be)
        held.ravel()[_joined(acquired, position)] = True
        is_labelled = np.zeros(len(held), dtype=bool)
        is_labelled[sale.subjects[_joined(picks, position)]] = True
        for column, name in enumerate(sale.modalities):
            obtainable = could_be[:, column]
            for measure, among in (
                (MEASURED, obtainable),
                (LABELLED_WITH, obtainable & is_labelled),
            ):
                if among.any():
                    share = float(held[among, column].mean())
                    yield Measured(point, f"{measure}{name}", share)


def _joined(bought: Sequence[Sequence[int]], position: int) -> NDArray[np.intp]:
    """Return what was bought after the first labels until a round."""
    rounds = [np.asarray(part, dtype=np.intp) for part in bought[1 : position + 1]]
    return np.concatenate([np.empty(0, dtype=np.intp), *rounds])
