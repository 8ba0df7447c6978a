"""A small problem that a small network learns, with any number of modalities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from albench.learn.estimator import FusionClassifier
from albench.learn.optimisation import Seeds
from albench.learn.store import SampleStore
from albench.models.mmfn import Mmfn
from albench.spec.training import Training

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

N_CLASSES, N_SUBJECTS = 3, 40
SHAPES = {"image": (1, 6, 6), "table": (5,), "grey": (1, 4, 4), "extra": (2,)}
"""Image, vector, image, vector; a problem takes the first few."""


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@dataclass
class Problem:
    """Two samples a subject in each modality; candidates are all pairs, triples, ... of them."""

    n_modalities: int = 2
    training: Training = field(default_factory=lambda: Training(epochs=8, learning_rate=3e-3))
    model: Any = field(default_factory=lambda: Mmfn(trunk="small", frozen=False, width=16))

    def __post_init__(self) -> None:
        rng = np.random.default_rng(0)
        classes = np.arange(N_SUBJECTS) % N_CLASSES
        self.shapes = dict(list(SHAPES.items())[: self.n_modalities])
        of_row = classes.repeat(2)
        self.arrays = {name: _samples(shape, of_row, rng) for name, shape in self.shapes.items()}
        choices = np.stack(np.meshgrid(*[[0, 1]] * self.n_modalities, indexing="ij"), -1)
        pairs = choices.reshape(-1, self.n_modalities)
        self.X = (2 * np.arange(N_SUBJECTS)[:, None, None] + pairs).reshape(-1, self.n_modalities)
        self.y = classes.repeat(len(pairs))
        self.store, self.test_store = self.store_of(0, 60), self.store_of(60, 80)
        self.test = self.X[:, 0] >= 60

    def store_of(self, start: int, stop: int) -> SampleStore:
        rows = np.arange(start, stop)
        parts = {name: (rows, values[start:stop]) for name, values in self.arrays.items()}
        return SampleStore(parts, subjects=rows // 2)

    def classifier(self, **options: Any) -> FusionClassifier:
        settings = {"training": self.training, "seeds": Seeds(), "device": "cpu", **options}
        return FusionClassifier(self.model, self.shapes, N_CLASSES, self.store, **settings)

    @property
    def labelled(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        return self.X[~self.test][::2], self.y[~self.test][::2]

    @property
    def pool(self) -> NDArray[np.intp]:
        rest: NDArray[np.intp] = self.X[~self.test][1::2]
        return rest

    def fitted(self, **options: Any) -> FusionClassifier:
        return self.classifier(**options).fit(*self.labelled)


def _samples(
    shape: tuple[int, ...], classes: NDArray[np.intp], rng: np.random.Generator
) -> NDArray[Any]:
    noise = rng.random((len(classes), *shape))
    shift = classes.reshape(-1, *[1] * len(shape)) / N_CLASSES
    if len(shape) == 1:
        return (noise + shift).astype(np.float32)
    return ((noise + shift) / 2 * 255).astype(np.uint8)


@pytest.fixture
def problem() -> Callable[..., Problem]:
    return Problem
