"""Modalities that subjects lack: how they are counted, and what stands for their samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.plural import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from albench.cohort.join import Cohort

ABSENT = -1
"""The sample number of a candidate in the column of a modality that its subject lacks."""


def remark(
    modalities: Sequence[str], candidates: NDArray[np.intp], owners: NDArray[np.intp]
) -> str:
    """Return a sentence on the subjects who lack a modality.

    Parameters
    ----------
    modalities : sequence of str
        The columns of the candidates.
    candidates : ndarray of int, shape (n_candidates, n_modalities)
        Sample numbers.
    owners : ndarray of int, shape (n_candidates,)
        The subject's number of each candidate.

    Returns
    -------
    str
        With counts; empty if nobody lacks any.
    """
    _, first = np.unique(owners, return_index=True)
    lacks = candidates[first] == ABSENT
    if not lacks.any():
        return ""
    counts = lacks.sum(axis=0)
    listed = ", ".join(f"{key} {n}" for key, n in zip(modalities, counts, strict=True) if n)
    n_lacking = int(lacks.any(axis=1).sum())
    return f"Of {plural(len(first), 'subject')}, {n_lacking} lack a modality ({listed})."


def first_samples(cohort: Cohort) -> tuple[NDArray[np.intp], int]:
    """Return what the random streams of samples are keyed by, and how many keys there are.

    Keys, ``(n_candidates,)``, are the sample of the first modality, of which each candidate has
    one; of subjects who lack it, a number of their own behind all samples. No key is as large as
    their number.
    """
    first = cohort.candidates[:, 0]
    n_samples = int(first.max()) + 1
    if first.min() != ABSENT:
        return first, n_samples
    keys = np.where(first == ABSENT, n_samples + cohort.candidate_subjects, first)
    return keys, n_samples + len(cohort.subjects)
