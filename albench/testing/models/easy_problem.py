"""An easy problem, whose classes differ clearly in every modality, and a trained classifier."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from albench.learn.estimator import FusionClassifier
from albench.learn.store import SampleStore
from albench.seeds import torch_seeded
from albench.spec.training import Training
from albench.testing.models.sample_networks import through_trunks, usual_samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api.model import Network
    from albench.testing.models.sample_networks import Samples
    from albench.testing.specimen import Specimen

N_ROWS = 24

UPDATES = (20, 120)
"""The numbers of updates; the second is used if the first was not enough."""


@dataclass(frozen=True, eq=False)
class Trained:
    """A network trained on the easy problem.

    Parameters
    ----------
    net : Network
        In training mode.
    samples : Samples
        The training set.
    labels : ndarray of int, shape (n,)
        Their classes.
    predicted : ndarray of float, shape (n, n_classes)
        Their predicted probabilities.
    training_loss : float
        Of the training set, in training mode.
    """

    net: Network
    samples: Samples
    labels: NDArray[np.intp]
    predicted: NDArray[np.floating[Any]]
    training_loss: float

    @property
    def accuracy(self) -> float:
        """The accuracy of the predictions on the training set."""
        return float((self.predicted.argmax(axis=1) == self.labels).mean())

    @property
    def prediction_loss(self) -> float:
        """The log loss of the predictions on the training set."""
        own = self.predicted[np.arange(len(self.labels)), self.labels]
        return float(-np.log(np.maximum(own, 1e-12)).mean())


@lru_cache(maxsize=8)
def trained(specimen: Specimen, updates: int) -> Trained:
    """Return a network trained on the easy problem, as the benchmark trains one.

    It is the same every time, after so many updates of its weights.
    """
    samples = _easy(specimen)
    numbers = np.arange(N_ROWS)
    classifier = FusionClassifier(
        specimen.build(),
        samples.shapes,
        samples.n_classes,
        SampleStore({name: (numbers, values) for name, values in samples.arrays.items()}),
        training=Training(epochs=1, min_updates=updates, batch_size=12, learning_rate=3e-3),
        device="cpu",
    )
    candidates = np.tile(numbers[:, None], (1, len(samples.shapes)))
    labels = numbers % samples.n_classes
    classifier.fit(candidates, labels)
    return Trained(
        net=classifier.module_,
        samples=samples,
        labels=labels,
        predicted=classifier.predict_proba(candidates),
        training_loss=_loss_in_training(classifier.module_, samples, labels),
    )


def _loss_in_training(net: Network, samples: Samples, labels: NDArray[np.intp]) -> float:
    net = deepcopy(net).train()  # a pass in training mode moves statistics
    with torch.no_grad(), torch_seeded(0):
        answer = net(samples.tensors())
        return float(nn.functional.cross_entropy(answer, torch.from_numpy(labels)))


def _easy(specimen: Specimen) -> Samples:
    """Return samples of the usual shapes: the pattern of their class, and some noise."""
    usual = usual_samples(specimen)
    rng = np.random.default_rng(12)
    raw = {name: _patterns(rng, shape, usual.n_classes) for name, shape in usual.shapes.items()}
    return through_trunks(specimen, raw, usual.n_classes)


def _patterns(rng: np.random.Generator, shape: tuple[int, ...], n_classes: int) -> NDArray[Any]:
    classes = np.arange(N_ROWS) % n_classes
    noise = rng.normal(size=(N_ROWS, *shape))
    if len(shape) == 1:
        centres = 3 * rng.normal(size=(n_classes, *shape))
        vectors: NDArray[Any] = (centres[classes] + 0.2 * noise).astype(np.float32)
        return vectors
    # Each class has its width and brightness of stripes, which convolutions separate.
    columns = np.arange(shape[-1])
    stripes = np.array([(columns // (1 + number)) % 2 for number in range(n_classes)])
    images = 40 + 40 * classes[:, None] + 80 * stripes[classes]
    pictures: NDArray[Any] = np.clip(images[:, None, None, :] + 8 * noise, 0, 255).astype(np.uint8)
    return pictures
