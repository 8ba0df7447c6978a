"""A small real round: a cohort, and a learner that was taught some of its training part."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from albench.api import Modality, fingerprint
from albench.cohort.join import join
from albench.execute.checked_strategy import teller
from albench.learn.estimator import FusionClassifier
from albench.learn.learner import Learner
from albench.learn.pool_views import QueryRound
from albench.learn.store import SampleStore
from albench.seeds import torch_seeded
from albench.spec.training import Training

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from albench.api import PoolView, QueryStrategy, Shapes, Trunk
    from albench.cohort.join import Cohort

N_SUBJECTS, N_TEST, N_CLASSES, LENGTH = 36, 12, 3, 4
TEST_MARK = 7654.5
"""A number that occurs only in samples of the test part."""


class SmallNet(nn.Module):
    """A `FusionNet` of linear streams with batch normalisation, and dropout where they meet.

    Parameters
    ----------
    shapes : mapping of str to tuple of int
        Of vectors.
    n_classes : int
        The number of classes.
    """

    def __init__(self, shapes: Shapes, n_classes: int) -> None:
        super().__init__()
        self.trunks: Mapping[str, Trunk] = {}
        self.names = tuple(shapes)
        self.streams = nn.ModuleList(
            nn.Sequential(nn.Linear(shape[0], 4), nn.BatchNorm1d(4), nn.ReLU())
            for shape in shapes.values()
        )
        self.dropout = nn.Dropout(0.3)
        self.classifier = nn.Linear(4 * len(shapes), n_classes)

    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:
        """Return vectors ``(n, 4)``; see `albench.api.FusionNet`."""
        vectors: torch.Tensor = self.streams[self.names.index(modality)](x)
        return vectors

    def embed(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return concatenated vectors; see `albench.api.FusionNet`."""
        return torch.cat([vectors[name] for name in self.names], 1)

    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return logits; see `albench.api.FusionNet`."""
        logits: torch.Tensor = self.classifier(self.dropout(self.embed(vectors)))
        return logits

    def forward(self, samples: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return logits of samples; see `albench.api.FusionModel.build`."""
        return self.fuse({name: self.encode(name, samples[name]) for name in self.names})


class SmallModel:
    """A recipe for `SmallNet`."""

    def build(self, shapes: Shapes, n_classes: int) -> SmallNet:
        """Return a new network; see `albench.api.FusionModel`."""
        return SmallNet(shapes, n_classes)


@dataclass(frozen=True, eq=False, kw_only=True)
class RealRound:
    """One round of a benchmark, as `albench.execute` holds it.

    Parameters
    ----------
    cohort : Cohort
        All candidates with all labels.
    learner : Learner
        Taught; its classifier knows the samples of the training part only.
    pool, test : ndarray of int
        Candidates' numbers.
    """

    cohort: Cohort
    learner: Learner
    pool: NDArray[np.intp]
    test: NDArray[np.intp]

    def query(
        self, strategy: QueryStrategy, n: int, *, is_oracle: bool = False
    ) -> NDArray[np.intp]:
        """Return the positions of `n` candidates, as a run asks for them: by the learner.

        An oracle may read the labels of the pool. Answers must be valid.
        """
        pool, labels = self.cohort.candidates[self.pool], self.cohort.candidate_labels
        tell_labels = teller(pool, labels[self.pool]) if is_oracle else None
        self.learner.strategy = strategy
        positions, _ = self.learner.query(
            pool,
            n_instances=n,
            rng=np.random.default_rng(0),
            round=QueryRound(number=1, tell_labels=tell_labels),
        )
        answer: NDArray[np.intp] = positions
        return answer

    def view(self, strategy: QueryStrategy, *, number: int = 1) -> PoolView:
        """Return what the learner shows a strategy in round `number`."""
        self.learner.strategy = strategy
        try:
            return self.learner.view(self.cohort.candidates[self.pool], QueryRound(number=number))
        finally:
            self.learner.strategy = None

    @property
    def network(self) -> nn.Module:
        """What the learner has trained."""
        trained: nn.Module = self.learner.estimator.module_
        return trained

    def model_hash(self) -> str:
        """Return a hash of the model: weights, buffers, modes, and what learns."""
        net = self.network
        modes = [(name, part.training) for name, part in net.named_modules()]
        learns = [(name, part.requires_grad) for name, part in net.named_parameters()]
        state = f"{self.learner.estimator.state_hash()} {modes} {learns}"
        return hashlib.sha256(state.encode()).hexdigest()

    def hidden_labels(self) -> dict[str, NDArray[np.intp]]:
        """Return the labels that a strategy must not see, by whose they are."""
        labels = self.cohort.candidate_labels
        return {
            "the pool's labels": labels[self.pool],
            "the test part's labels": labels[self.test],
            "all candidates' labels": labels,
            "all subjects' labels": self.cohort.labels,
        }


def real_round(n_modalities: int) -> RealRound:
    """Return a round of a benchmark of vectors, two samples a subject in each modality.

    It is the same every time.
    """
    rng = np.random.default_rng(6)
    labels = rng.integers(N_CLASSES, size=N_SUBJECTS)
    labels[:N_CLASSES] = range(N_CLASSES)
    arrays = {f"m{i}": _samples(rng, labels) for i in range(n_modalities)}
    cohort = join("checked", {name: _modality(values, labels) for name, values in arrays.items()})
    is_test = cohort.candidate_subjects >= N_SUBJECTS - N_TEST
    train = rng.permutation(np.flatnonzero(~is_test))[:48]  # four modalities have sixteen times two
    labelled, pool = np.sort(train[:14]), np.sort(train[14:])
    learner = Learner(_classifier(arrays))
    with torch_seeded(0):
        learner.teach(cohort.candidates[labelled], cohort.candidate_labels[labelled])
    return RealRound(cohort=cohort, learner=learner, pool=pool, test=np.flatnonzero(is_test))


def _samples(rng: np.random.Generator, labels: NDArray[np.intp]) -> NDArray[np.float32]:
    rows = labels.repeat(2)
    values = rng.normal(size=(len(rows), LENGTH)) + rows[:, None]
    values[-2 * N_TEST :, 0] = TEST_MARK
    return values.astype(np.float32)


def _modality(values: NDArray[np.float32], labels: NDArray[np.intp]) -> Modality:
    names = [f"P{number:02d}" for number in range(N_SUBJECTS)]
    return Modality(
        subjects=np.repeat(np.array(names), 2),
        shape=values.shape[1:],
        read=lambda rows: values[rows],
        fingerprint=fingerprint(values),
        labels=dict(zip(names, labels.tolist(), strict=True)),
    )


def _classifier(arrays: Mapping[str, NDArray[Any]]) -> FusionClassifier:
    rows = np.arange(2 * (N_SUBJECTS - N_TEST))
    # Copies, as in a benchmark: a slice would hold on to the test part.
    store = SampleStore({k: (rows, v[rows].copy()) for k, v in arrays.items()}, subjects=rows // 2)
    shapes = {name: values.shape[1:] for name, values in arrays.items()}
    training = Training(epochs=2, batch_size=8)
    return FusionClassifier(SmallModel(), shapes, N_CLASSES, store, training=training, device="cpu")
