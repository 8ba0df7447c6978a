"""Committees: independently initialised networks trained on the same labelled set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import clone
from torch import nn

from albench.learn.estimator import FusionClassifier
from albench.learn.lockstep import Lockstep, Pupil
from albench.learn.network import build_network
from albench.learn.optimisation import Seeds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import torch
    from numpy.typing import NDArray

    from albench.api import FusionModel, Shapes, Trunk
    from albench.api.model import Network


def committee_proba(
    classifier: FusionClassifier,
    labelled: NDArray[np.intp],
    labels: NDArray[np.intp],
    candidates: NDArray[np.intp],
    *,
    members: int,
    seed: int,
) -> Iterator[NDArray[np.float32]]:
    """Yield each member's class probabilities.

    Members are trained in lockstep. Where image streams learn, as whole networks would cost as many
    trainings, members are heads on the classifier's vectors; else they are whole networks. Where
    the network has a solver, members are solved on bootstrap draws of the labelled set.

    Parameters
    ----------
    classifier : FusionClassifier
        A trained one; it is not changed.
    labelled : ndarray of int, shape (n_labelled, n_modalities)
        The labelled set.
    labels : ndarray of int, shape (n_labelled,)
        Its class numbers.
    candidates : ndarray of int, shape (n, n_modalities)
        What to predict.
    members : int
        How many.
    seed : int
        The same seed gives the same members.

    Yields
    ------
    ndarray of float32, shape (n, n_classes)
        One member.
    """
    if hasattr(classifier.module_, "solve"):
        yield from _bootstrapped(classifier, labelled, labels, candidates, members, seed)
        return
    whole = _over_vectors(classifier) if _learns_images(classifier) else classifier
    untrained = [_member(whole, classifier, seed, number) for number in range(members)]
    # In a batch, all members of all committees go through what has been recorded once.
    lockstep = Lockstep() if classifier.lockstep is None else classifier.lockstep
    lockstep.fit([Pupil(member, labelled, labels) for member in untrained])
    for member in untrained:
        yield member.predict_proba(candidates)


def _member(
    whole: FusionClassifier, classifier: FusionClassifier, seed: int, number: int
) -> FusionClassifier:
    drawn = np.random.SeedSequence((seed, number)).generate_state(3, np.uint32)
    weights, batches, dropout = map(int, drawn)
    return FusionClassifier(
        whole.model,
        whole.shapes,
        whole.n_classes,
        whole.store,
        training=classifier.training.model_copy(update={"warm_start": False}),
        seeds=Seeds(weights=weights, batches=batches, dropout=dropout),
        device=classifier.device,
        validation=classifier.validation,
    )


def _bootstrapped(  # what members depend on
    classifier: FusionClassifier,
    labelled: NDArray[np.intp],
    labels: NDArray[np.intp],
    candidates: NDArray[np.intp],
    members: int,
    seed: int,
) -> Iterator[NDArray[np.float32]]:
    """Yield members that differ by their labelled sets: a solver has one answer to each."""
    for number in range(members):
        rng = np.random.default_rng((seed, number))
        drawn = np.sort(rng.integers(len(labels), size=len(labels)))
        member: FusionClassifier = clone(classifier)
        yield member.fit(labelled[drawn], labels[drawn]).predict_proba(candidates)


def _learns_images(classifier: FusionClassifier) -> bool:
    trunks = classifier.module_.trunks
    return any(len(shape) == 3 and name not in trunks for name, shape in classifier.shapes.items())


def _over_vectors(classifier: FusionClassifier) -> FusionClassifier:
    """Return an untrained classifier that is given the vectors of another one as samples."""
    vectors, store = classifier.vectors(), classifier.store
    return FusionClassifier(
        _HeadModel(classifier.model, classifier.shapes),
        {name: values.shape[1:] for name, values in vectors.items()},
        classifier.n_classes,
        store.over(vectors),
    )


@dataclass(frozen=True)
class _HeadModel:
    model: FusionModel
    shapes: Shapes

    def build(self, shapes: Shapes, n_classes: int) -> _Head:  # noqa: ARG002  # those of vectors
        return _Head(build_network(self.model, self.shapes, n_classes))


class _Head(nn.Module):
    """A network whose samples are vectors already."""

    def __init__(self, net: Network) -> None:
        super().__init__()
        self.net = net
        self.trunks: Mapping[str, Trunk] = {}

    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:  # noqa: ARG002  # as it is
        return x

    def embed(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return self.net.embed(vectors)

    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return self.net.fuse(vectors)

    def forward(self, samples: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return self.fuse(samples)
