"""What is known to be wrong with candidates, counted to audit what strategies buy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.cohort.absence import ABSENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from albench.cohort.join import Cohort

    Marks = Mapping[str, NDArray[np.bool_]]

ANY_MARK = "any mark"
"""A candidate that a loader marks in any way, in any of its samples."""

WRONG_LABEL = "wrong label"
"""A candidate whose label is another than its subject's."""

NO_LABEL = "no label"
"""A candidate on which every annotator abstains."""


def candidate_marks(cohort: Cohort) -> dict[str, NDArray[np.bool_]]:
    """Return which candidates have each mark.

    Parameters
    ----------
    cohort : Cohort
        With the marks of its loaders.

    Returns
    -------
    dict of str to ndarray of bool, shape (n_candidates,)
        ``"LSTE failed"`` for a sample of the modality LSTE that its loader marks as failed,
        ``"failed"`` for one of any modality, `ANY_MARK`, `WRONG_LABEL` if labels can be
        wrong, and `NO_LABEL` if everybody may abstain; empty if nothing is marked.
    """
    by_modality: dict[str, NDArray[np.bool_]] = {}
    by_mark: dict[str, NDArray[np.bool_]] = {}
    nobody = np.zeros(len(cohort.candidates), dtype=bool)
    for column, modality in enumerate(cohort.modalities):
        for mark, rows in cohort.marks.get(modality, {}).items():
            samples = cohort.candidates[:, column]
            has = rows[samples] & (samples != ABSENT)
            by_modality[f"{modality} {mark}"] = has
            by_mark[mark] = by_mark.get(mark, nobody) | has
    marks = by_modality | by_mark
    if by_mark:
        marks[ANY_MARK] = np.any(list(by_mark.values()), axis=0)
    if cohort.given_labels is not None:
        # A loader may itself know of wrong labels, and mark them by this name.
        marks[WRONG_LABEL] = by_mark.get(WRONG_LABEL, nobody) | (
            (cohort.given_labels != cohort.true_labels) & (cohort.given_labels >= 0)
        )
    if cohort.may_abstain:
        marks[NO_LABEL] = cohort.candidate_labels < 0
    return marks


def count_marks(marks: Marks, candidates: NDArray[np.intp]) -> dict[str, int]:
    """Return how many of some candidates have each mark.

    Parameters
    ----------
    marks : mapping of str to ndarray of bool, shape (n_candidates,)
        What `candidate_marks` gave.
    candidates : ndarray of int
        Numbers in the cohort.

    Returns
    -------
    dict of str to int
        By mark, in the order of `marks`.
    """
    return {mark: int(np.count_nonzero(has[candidates])) for mark, has in marks.items()}
