# mypy: disable-error-code="import-not-found"
# The module beside this one is found when its neighbour is run.
"""The head `logistic` as a cell fits it, beside scikit-learn's own fit to the same rows."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import numpy as np
import torch
from data_page import Heads
from sklearn.linear_model import LogisticRegression

from albench.models.logistic import Logistic

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from albench.learn.estimator import FusionClassifier
    from albench.learn.store import SampleStore

N_TIMES = 7


def compare(
    classifier: FusionClassifier,
    store: SampleStore,
    candidates: NDArray[np.intp],
    labels: NDArray[np.intp],
    asked: NDArray[np.intp],
) -> Heads:
    """Return how long both fit to candidates, and how far apart they are on those asked about."""
    samples = store.gather(candidates)
    rows, others = (_as_floats(some) for some in (samples, store.gather(asked)))
    recipe, targets = Logistic(), torch.from_numpy(labels)
    n_classes, shapes = classifier.n_classes, {"v": rows.shape[1:]}
    theirs = LogisticRegression(C=recipe.C, tol=recipe.tol, max_iter=recipe.max_iter)
    head_seconds, own_seconds, their_seconds = [], [], []
    for _ in range(N_TIMES):  # in turn, so that other work on the machine slows both
        head = recipe.build(shapes, n_classes)
        head_seconds.append(_seconds(lambda: head.solve(samples, targets, None)))  # noqa: B023  # now
        own_seconds.append(_seconds(lambda: classifier.fit(candidates, labels)))
        their_seconds.append(_seconds(lambda: theirs.fit(rows, labels)))
    own = classifier.predict_proba(asked)[:, theirs.classes_]  # the others have a probability of 0
    difference = np.abs(own - theirs.predict_proba(others)).max()
    return Heads(
        *rows.shape,
        statistics.median(head_seconds),
        statistics.median(own_seconds),
        statistics.median(their_seconds),
        float(difference),
    )


def _as_floats(samples: Mapping[str, torch.Tensor]) -> NDArray[np.float64]:
    (vectors,) = samples.values()
    rows: NDArray[np.float64] = vectors.numpy().astype(np.float64)
    return rows


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()  # other work on the machine slows the clock alone
    work()
    return time.process_time() - began
