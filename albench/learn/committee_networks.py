"""Committees: independently initialised networks trained on the same labelled set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import clone
from torch import nn

from albench.learn.committee_sizes import MOST_AHEAD
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
    ahead = classifier.committees
    trained = [] if ahead is None else ahead.taken(seed, members)
    if not trained:
        trained = _untrained(classifier, members, seed)
        # In a batch, all members of all committees go through what has been recorded once.
        lockstep = Lockstep() if classifier.lockstep is None else classifier.lockstep
        lockstep.fit([Pupil(member, labelled, labels) for member in trained])
    for member in trained:
        yield member.predict_proba(candidates)


class CommitteesAhead:
    """Committees of one cell that are trained before they are asked for, with those of others.

    A strategy that asked for a committee in its last query will ask for one as large in its next,
    as a rule, and one with the option ``members`` for as many in its first. In a batch all of those
    are trained in one lockstep. What a member answers depends on its seed and the labelled set
    alone, so it is the same whenever it is trained; one that is not asked for is let go.

    Parameters
    ----------
    members : int
        How many the first query is likely to ask for; 0 if that is unknown.
    """

    def __init__(self, members: int = 0) -> None:
        self._members = members
        self._trained: dict[int, list[FusionClassifier]] = {}

    def taken(self, seed: int, members: int) -> list[FusionClassifier]:
        """Return so many members of the committee of a seed, and remember how many were asked for.

        They are trained; there is none if they are to be trained now.
        """
        self._members = max(members, self._members)
        trained = self._trained.get(seed, [])
        return trained[:members] if len(trained) >= members else []

    def are_trained(self, seed: int) -> bool:
        """Return whether the committees of a query's seed have been handed out to be trained.

        They have until `forget`.
        """
        return seed in self._trained

    def pupils(
        self,
        classifier: FusionClassifier,
        labelled: NDArray[np.intp],
        labels: NDArray[np.intp],
        seed: int,
    ) -> list[Pupil]:
        """Return the members that the next query is likely to ask for, to be trained.

        `classifier` is as trained for that query, and `seed` is that of its committees; the
        labelled set is as of `committee_proba`. There are no members if the last query asked for no
        committee or a very large one, if members are solved rather than trained, or if image
        streams learn.
        """
        self.forget()
        is_stacked = not hasattr(classifier.module_, "solve") and not _learns_images(classifier)
        n_members, self._members = self._members, 0
        if not 0 < n_members <= MOST_AHEAD or not is_stacked:
            return []
        members = self._trained[seed] = _untrained(classifier, n_members, seed)
        return [Pupil(member, labelled, labels) for member in members]

    def forget(self) -> None:
        """Let go of what has been trained."""
        self._trained.clear()


def _untrained(classifier: FusionClassifier, members: int, seed: int) -> list[FusionClassifier]:
    whole = _over_vectors(classifier) if _learns_images(classifier) else classifier
    return [_member(whole, classifier, seed, number) for number in range(members)]


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
