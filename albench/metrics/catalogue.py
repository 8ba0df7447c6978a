"""The metrics of a round: add one here, and records, specifications and reports know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.metrics.calibration import brier_score, expected_calibration_error
from albench.metrics.classification import accuracy, balanced_accuracy, log_loss, macro_auc
from albench.metrics.ordinal import boundary_scores, kappa, mean_error
from albench.metrics.weighted import weighted_accuracy, weighted_macro_auc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    Score = Callable[[NDArray[np.intp], NDArray[np.floating]], float]
    WeightedScore = Callable[
        [NDArray[np.intp], NDArray[np.floating], NDArray[np.floating]], NDArray[np.float64]
    ]


@dataclass(frozen=True)
class Metric:
    """A score of one round's test probabilities.

    Parameters
    ----------
    name : str
        What specifications call it, and its column in ``scores.csv``.
    label : str
        What reports call it.
    score : callable
        From class numbers, shape (n,), and probabilities, shape (n, n_classes), to a number.
    larger : bool
        Whether larger is better. Only such metrics can be compared with random.
    weighted : callable or None
        The same score of many rounds under many weightings of the units. Published tables and
        claims need it, for their bootstrap over test subjects.
    section : bool
        Whether reports compare strategies in it, in a section of its own.
    gloss : str
        What a figure's caption adds to the label.
    ordered : bool
        Whether it is computed in cohorts with ordered classes alone.

    Raises
    ------
    ValueError
        If a metric of which less is better is to have a section.
    """

    name: str
    label: str
    score: Score
    larger: bool = True
    weighted: WeightedScore | None = None
    section: bool = False
    gloss: str = ""
    ordered: bool = False

    def __post_init__(self) -> None:
        if self.section and not self.larger:
            raise ValueError(f"{self.name}: sections compare metrics of which more is better")


METRICS = (
    Metric("accuracy", "accuracy", accuracy, weighted=weighted_accuracy, section=True),
    Metric(
        "auc",
        "AUC",
        macro_auc,
        weighted=weighted_macro_auc,
        section=True,
        gloss="of more than two classes the mean of one against the rest",
    ),
    Metric("balanced_accuracy", "balanced accuracy", balanced_accuracy),
    Metric("log_loss", "log loss", log_loss, larger=False),
    Metric("brier", "Brier score", brier_score, larger=False),
    Metric(
        "calibration_error",
        "calibration error",
        expected_calibration_error,
        larger=False,
    ),
    Metric("kappa", "quadratic κ", kappa, ordered=True),
    Metric("mean_error", "mean error (classes)", mean_error, larger=False, ordered=True),
)
"""In the order of their columns; sections of a report follow it too."""


class _Labels(dict[str, str]):
    """The labels of listed metrics; of one that is not listed, its name in words."""

    def __missing__(self, name: str) -> str:
        if name.startswith("recall_"):
            return f"recall of {name.removeprefix('recall_')}"
        return name.replace("_", " ").replace("f1", "F1")


LABELS: Mapping[str, str] = _Labels({metric.name: metric.label for metric in METRICS})
GLOSSES = {metric.name: metric.gloss for metric in METRICS}

COMPARABLE = tuple(m.name for m in METRICS if m.larger and not m.ordered)
"""Metrics in which any strategy can be compared with random; traps name one of them."""

SHOWN = tuple(metric.name for metric in METRICS if metric.section)
"""Metrics with a section in reports, by which training is checked too."""

PRIMARY = SHOWN[0]
"""The metric of a report's first answer."""

BY_SIZE = "accuracy"
"""The metric that counts each class by how many units it has."""

ALIKE = "balanced_accuracy"
"""The same score with every class counted alike."""

BOOTSTRAPPED = tuple(metric.name for metric in METRICS if metric.weighted is not None)
"""Metrics with intervals over test subjects; published tables and claims are about them."""

REQUIRED = tuple(metric.name for metric in METRICS if not metric.ordered)
"""Columns that every ``scores.csv`` has."""

ORDERED = tuple(metric.name for metric in METRICS if metric.ordered)
"""Columns of cohorts with ordered classes; without any, a ``scores.csv`` lacks them."""


def scores(
    labels: NDArray[np.intp], proba: NDArray[np.floating], *, ordered: bool = False
) -> dict[str, float]:
    """Return all scores of some predictions, by the names of their columns.

    They are in the order of `METRICS`. If the classes have an order, ordinal scores are computed
    too, and after all others the AUC of each boundary between classes.
    """
    computed = {m.name: m.score(labels, proba) for m in METRICS if ordered or not m.ordered}
    return computed | (boundary_scores(labels, proba) if ordered else {})


def weighted_scores(
    labels: NDArray[np.intp], proba: NDArray[np.floating], weights: NDArray[np.floating]
) -> dict[str, NDArray[np.float64]]:
    """Return every bootstrapped score of every round under every weighting of the units."""
    return {
        metric.name: metric.weighted(labels, proba, weights)
        for metric in METRICS
        if metric.weighted is not None
    }
