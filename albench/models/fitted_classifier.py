"""Any classifier with ``predict_proba`` as a model: fitted anew in each round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from albench.api import DataError
from albench.models.classifier_choice import unfitted
from albench.models.concatenated import ConcatenatedVectors, widths_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from albench.api import Shapes

_NEVER = -1e4
"""The logit of a probability of 0."""

_LEARNT_FROM = ("rows", "targets")
"""What a classifier is fitted to, which is all its state beside the seed."""


@dataclass(frozen=True, kw_only=True)
class Sklearn:
    """A recipe for classifiers of scikit-learn's kind.

    Parameters
    ----------
    classifier : str
        The import path of its class.
    parameters : mapping of str to object, or None
        Keyword arguments of the class.
    """

    classifier: str
    parameters: Mapping[str, Any] | None = None

    def build(self, shapes: Shapes, n_classes: int) -> FittedClassifier:
        """Return a classifier that knows nothing yet; its random state comes from torch's seed.

        It has no parameter of torch's. Raises `DataError` if a modality has images, or if the
        classifier cannot be made. See `FusionModel.build`.
        """
        fresh = unfitted(self.classifier, self.parameters or {})
        return FittedClassifier(widths_of(shapes, "sklearn"), n_classes, fresh)


class FittedClassifier(ConcatenatedVectors):
    """A classifier of scikit-learn's kind as a `FusionNet` that solves itself.

    Its state is what it was fitted to: whoever loads it fits the same again.

    Parameters
    ----------
    widths : mapping of str to int
        The length of each modality's vectors, in the order of concatenation.
    n_classes : int
        The number of classes.
    fresh : object
        A classifier that has not been fitted.
    """

    rows: torch.Tensor
    targets: torch.Tensor
    seed: torch.Tensor

    def __init__(self, widths: Mapping[str, int], n_classes: int, fresh: Any) -> None:
        super().__init__(widths)
        self._n_classes = n_classes
        self._fresh = fresh
        self._fitted: Any = None  # of any library
        self.register_buffer("seed", torch.randint(2**31 - 1, ()))
        self.register_buffer("rows", torch.empty(0, sum(widths.values())))
        self.register_buffer("targets", torch.empty(0, dtype=torch.int64))

    def solve(
        self,
        samples: Mapping[str, torch.Tensor],
        targets: torch.Tensor,
        class_weights: torch.Tensor | None,  # noqa: ARG002  # not every classifier takes any
    ) -> None:
        """Fit a new classifier to the labelled set; see `Solver.solve`.

        Class weights are not used: where a classifier weighs classes, it has a parameter for that.
        """
        self.rows = self.embed(samples).detach().clone()
        self.targets = targets.clone()
        self._fitted = None
        self._fit()

    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the logarithms of the classifier's probabilities; see `FusionNet.fuse`.

        A class without a label has a probability of 0; without any label all are equal.
        """
        rows = self.embed(vectors)
        proba = torch.from_numpy(self._proba(_as_floats(rows)))
        logits = torch.where(proba > 0, proba.log(), _NEVER)
        return logits.to(rows)

    def _proba(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        classes = np.unique(self.targets.cpu().numpy())
        if not len(classes):
            return np.full((len(rows), self._n_classes), 1 / self._n_classes)
        proba = np.zeros((len(rows), self._n_classes))
        if len(classes) == 1:
            proba[:, classes[0]] = 1.0
        elif len(rows):
            if self._fitted is None:  # its state was loaded
                self._fit()
            proba[:, classes] = self._checked(self._fitted.predict_proba(rows), len(classes))
        return proba

    def _fit(self) -> None:
        classes, labels = np.unique(self.targets.cpu().numpy(), return_inverse=True)
        if len(classes) < 2:  # many classifiers refuse a single class, and there is no choice
            return
        fresh = _seeded(self._fresh, int(self.seed))
        try:
            self._fitted = fresh.fit(_as_floats(self.rows), labels)
            # Some refuse too few rows only when they are asked.
            self._fitted.predict_proba(_as_floats(self.rows[:1]))
        except ValueError as error:
            raise DataError(
                f"{type(fresh).__name__} cannot learn from {len(labels)} candidates of "
                f"{len(classes)} classes: {error}. Start with more (budgets, initial), or change "
                "the model's parameters"
            ) from error

    def _checked(self, proba: Any, n_classes: int) -> NDArray[np.float64]:
        answer = np.asarray(proba, dtype=np.float64)
        if answer.ndim != 2 or answer.shape[1] != n_classes or not (answer >= 0).all():
            raise DataError(
                f"{type(self._fresh).__name__} was fitted to {n_classes} classes, but "
                f"predict_proba gives an array of shape {answer.shape}, or numbers below 0 or NaN"
            )
        return answer

    def _load_from_state_dict(self, state: Mapping[str, torch.Tensor], *rest: Any) -> None:
        # torch compares sizes, and these are as long as the labelled set was.
        prefix = rest[0]
        for name in _LEARNT_FROM:
            if prefix + name in state:
                setattr(self, name, torch.empty_like(state[prefix + name]))
        self._fitted = None
        super()._load_from_state_dict(state, *rest)


def _as_floats(values: torch.Tensor) -> NDArray[np.float64]:
    floats: NDArray[np.float64] = values.cpu().numpy().astype(np.float64)
    return floats


def _seeded(fresh: Any, seed: int) -> Any:  # a classifier of any library
    """Return a copy of a classifier, the random states of all its parts set."""
    from sklearn.base import clone

    names = [name for name in fresh.get_params() if name.split("__")[-1] == "random_state"]
    return clone(fresh).set_params(**dict.fromkeys(names, seed))
