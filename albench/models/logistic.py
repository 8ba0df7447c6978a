"""Logistic regression on concatenated vectors, solved to convergence in each round.

It is the usual classifier on frozen embeddings where labels are few, as in the low-budget
experiments of Hacohen et al. 2022 (arXiv 2202.02794) and of Yehuda et al. 2022 (arXiv 2205.11320).
The objective is scikit-learn's, and so is the solver, L-BFGS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from albench.models.concatenated import ConcatenatedVectors, widths_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from albench.api import Shapes

    Floats = NDArray[np.float64]

_NEVER = -1e4
"""The logit of a class without a label, whose probability the objective drives to 0."""


@dataclass(frozen=True, kw_only=True)
class Logistic:
    """A recipe for logistic regressions; see `albench.models.plugin` for each option's meaning.

    Parameters
    ----------
    C : float
        The inverse of the strength of the L2 penalty.
    tol : float
        The slope of the objective at which the solver stops.
    max_iter : int
        The most steps of the solver.
    """

    C: float = 1.0
    tol: float = 1e-6
    max_iter: int = 1000

    def build(self, shapes: Shapes, n_classes: int) -> LogisticHead:
        """Return a new head with weights of 0, from which the solver starts.

        Raises `DataError` if a modality has images. See `FusionModel.build`.
        """
        widths = widths_of(shapes, "logistic")
        return LogisticHead(widths, n_classes, self)


class LogisticHead(ConcatenatedVectors):
    """One linear layer on the vectors of all modalities; a `FusionNet` that solves itself.

    Parameters
    ----------
    widths : mapping of str to int
        The length of each modality's vectors, in the order of concatenation.
    n_classes : int
        The number of classes.
    settings : Logistic
        Penalty and solver.
    """

    def __init__(self, widths: Mapping[str, int], n_classes: int, settings: Logistic) -> None:
        super().__init__(widths)
        self._settings = settings
        self.classifier = nn.Linear(sum(widths.values()), n_classes)
        nn.init.zeros_(self.classifier.weight)
        nn.init.zeros_(self.classifier.bias)

    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return logits; see `FusionNet.fuse`."""
        logits: torch.Tensor = self.classifier(self.embed(vectors))
        return logits

    def solve(
        self,
        samples: Mapping[str, torch.Tensor],
        targets: torch.Tensor,
        class_weights: torch.Tensor | None,
    ) -> None:
        """Set the weights to the minimum of the penalised cross-entropy; see `Solver.solve`.

        The solver starts from the present weights if they were solved for the same classes, and
        from 0 if not. A class without a label gets a probability of 0; a single class gets 1.
        """
        labels = targets.cpu().numpy()
        classes = np.unique(labels)
        weights, biases = np.zeros((1, self.classifier.in_features)), np.zeros(1)
        if len(classes) > 1:
            rows = self.embed(samples).cpu().numpy().astype(np.float64)
            shares = None if class_weights is None else class_weights.cpu().numpy()[labels]
            weights, biases = self._minimum(rows, labels, classes, shares)
        with torch.no_grad():
            self.classifier.weight.zero_()
            self.classifier.bias.fill_(_NEVER)
            chosen = torch.from_numpy(classes)
            self.classifier.weight[chosen] = self._like_own(weights)
            self.classifier.bias[chosen] = self._like_own(biases)

    def _minimum(
        self,
        rows: Floats,
        labels: NDArray[np.int64],
        classes: NDArray[np.int64],
        shares: NDArray[np.float32] | None,
    ) -> tuple[Floats, Floats]:
        """Return the weights ``(k, D)`` and biases ``(k,)`` of the classes that have labels."""
        from sklearn.linear_model import LogisticRegression  # slow to import: not to plan

        regression = LogisticRegression(
            C=self._settings.C,
            tol=self._settings.tol,
            max_iter=self._settings.max_iter,
            solver="lbfgs",
            warm_start=True,
        )
        start = self._start(classes)
        if start is not None:
            regression.coef_, regression.intercept_ = start
        regression.fit(rows, labels, sample_weight=shares)
        weights, biases = regression.coef_, regression.intercept_
        if len(classes) == 2:
            # Its two classes have one row of weights, the difference of theirs.
            return np.vstack([-weights, weights]) / 2, np.append(-biases, biases) / 2
        return weights, biases

    def _start(self, classes: NDArray[np.int64]) -> tuple[Floats, Floats] | None:
        weights = self.classifier.weight.detach().cpu().numpy().astype(np.float64)
        biases = self.classifier.bias.detach().cpu().numpy().astype(np.float64)
        if not np.array_equal(np.flatnonzero(biases > _NEVER), classes) or not weights.any():
            return None
        weights, biases = weights[classes], biases[classes]
        if len(classes) == 2:
            return weights[1:] - weights[:1], biases[1:] - biases[:1]
        return weights, biases

    def _like_own(self, values: Floats) -> torch.Tensor:
        return torch.from_numpy(values).to(self.classifier.weight)
