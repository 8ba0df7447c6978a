# mypy: disable-error-code="import-not-found"
# The module beside this one is found when its neighbour is run.
"""The head `logistic` as a cell fits it, beside scikit-learn's own fit to the same rows."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import numpy as np
from data_page import Heads
from sklearn.linear_model import LogisticRegression

from albench.models.logistic import Logistic

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.learn.estimator import FusionClassifier
    from albench.learn.store import SampleStore

N_TIMES = 3


def compare(
    classifier: FusionClassifier,
    store: SampleStore,
    candidates: NDArray[np.intp],
    labels: NDArray[np.intp],
    asked: NDArray[np.intp],
) -> Heads:
    """Return how long both fit to candidates, and how far apart they are on those asked about."""
    rows, others = (_standardised(store, some) for some in (candidates, asked))
    recipe = Logistic()
    theirs = LogisticRegression(C=recipe.C, tol=recipe.tol, max_iter=recipe.max_iter)
    own_seconds, their_seconds = [], []
    for _ in range(N_TIMES):  # in turn, so that other work on the machine slows both
        own_seconds.append(_seconds(lambda: classifier.fit(candidates, labels)))
        their_seconds.append(_seconds(lambda: theirs.fit(rows, labels)))
    own = classifier.predict_proba(asked)[:, theirs.classes_]  # the others have a probability of 0
    difference = np.abs(own - theirs.predict_proba(others)).max()
    return Heads(
        *rows.shape,
        statistics.median(own_seconds),
        statistics.median(their_seconds),
        float(difference),
    )


def _standardised(store: SampleStore, candidates: NDArray[np.intp]) -> NDArray[np.float64]:
    (vectors,) = store.gather(candidates).values()
    rows: NDArray[np.float64] = vectors.numpy().astype(np.float64)
    return rows


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()  # other work on the machine slows the clock alone
    work()
    return time.process_time() - began
