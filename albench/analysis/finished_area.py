"""The score of a cell over the labels bought, from how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.efficiency import area
from albench.errors import Complaint, RecordsError
from albench.metrics.catalogue import METRICS
from albench.metrics.chosen import more_scores
from albench.records.schema import unpack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.records.schema import Finished


def finished_area(end: Finished, metric: str, classes: Sequence[str]) -> float:
    """Return the mean height of a cell's curve over the labels bought.

    Parameters
    ----------
    end : Finished
        A success.
    metric : str
        Its name.
    classes : sequence of str
        Those of the cohort, in their order.

    Returns
    -------
    float
        By published scores where these are all there is of a round.

    Raises
    ------
    RecordsError
        If the cell was published with neither this score nor probabilities.
    """
    heights = [
        entry.scores[metric]
        if metric in entry.scores
        else _score(end, metric, classes, entry.proba)
        for entry in end.rounds
    ]
    n_labelled = np.array([entry.n_labelled for entry in end.rounds], dtype=float)
    return area(n_labelled, np.array(heights))


def _score(end: Finished, metric: str, classes: Sequence[str], proba: str) -> float:
    if not proba:
        problem = (
            f"was published without {metric} and without the probabilities to compute it from; "
            "name a metric that it has, or results that have it"
        )
        raise RecordsError([Complaint(f"cell {end.cell}", problem)])
    labels = np.array([] if end.part is None else end.part.labels, dtype=np.intp)
    listed = {one.name: one.score for one in METRICS}
    if metric in listed:
        return listed[metric](labels, unpack(proba))
    return more_scores([metric], classes, labels, unpack(proba))[metric]
