"""Many small trainings at once: one update of all networks in the time of a few of them.

An update of a network with some thousand weights is microseconds of arithmetic under a
millisecond of framework. Networks of one make that see as many candidates go through their
updates together, with their weights stacked. What comes out is what `FusionClassifier.fit` gives,
to the bit: the same initial weights, order of batches, dropout masks, optimiser and early stop.
Whatever does not come out so is trained by `fit` itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from albench.errors import NotStackable
from albench.learn.estimator import weights_and_buffers
from albench.learn.lesson import checked_set
from albench.learn.mini_batches import BatchOrder
from albench.learn.optimisation import class_weights
from albench.learn.stacked_network import StackedBatch, StackedNetwork
from albench.learn.stacked_optimiser import StackedOptimiser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from albench.api import FusionModel
    from albench.learn.estimator import FusionClassifier
    from albench.learn.lesson import Lesson

    Integers = NDArray[np.intp]
    State = dict[str, torch.Tensor]

WIDTH = 64
"""The most networks in one stack: more gain nothing, and their weights leave the caches."""

KEPT = 64
"""How many first weights are kept, the latest: each round asks for those of its repetition."""

HELD_BYTES = 2**28
"""Labelled sets of a stack that are held as they are; larger ones are gathered batch by batch."""


@dataclass(frozen=True, eq=False)
class Pupil:
    """A classifier, and the labelled set that it is to be trained on.

    Parameters
    ----------
    classifier : FusionClassifier
        Trained in place.
    candidates : ndarray of int, shape (n, n_modalities)
        Sample numbers.
    labels : ndarray of int, shape (n,)
        Class numbers.
    """

    classifier: FusionClassifier
    candidates: Integers
    labels: Integers


class Lockstep:
    """Trains classifiers together; what it has recorded of their make serves the next time too."""

    def __init__(self) -> None:
        self._networks: dict[Any, StackedNetwork | str] = {}
        self._first: dict[tuple[int, int], State] = {}
        self._models: dict[int, FusionModel] = {}
        self.reasons: list[str] = []
        """Why classifiers were trained by themselves, each reason once."""

    def fit(self, pupils: Sequence[Pupil]) -> None:
        """Train every classifier on its labelled set, as its own `fit` would.

        Parameters
        ----------
        pupils : sequence of Pupil
            Of any makes and sizes. Those go together that share model, training and sizes.

        Raises
        ------
        DataError
            If labels are not one class number a candidate.
        """
        groups: dict[Any, list[_Begun]] = {}
        for pupil in pupils:
            begun = self._begin(pupil)
            groups.setdefault(begun.key, []).append(begun)
        for group in groups.values():
            for start in range(0, len(group), WIDTH):
                self._fit_group(group[start : start + WIDTH])

    def _begin(self, pupil: Pupil) -> _Begun:
        classifier = pupil.classifier
        candidates, labels = checked_set(pupil.candidates, pupil.labels, classifier.n_classes)
        if not (classifier.training.warm_start and classifier.initialized_):
            classifier.adopt(self._first_weights(classifier), 0)
        else:
            classifier.begin_fit()
        lesson = classifier.lesson(candidates, labels)
        return _Begun(pupil, labels, lesson, weights_and_buffers(classifier.module_))

    def _first_weights(self, classifier: FusionClassifier) -> State:
        """Return the weights that a seed gives, which all strategies of a repetition share."""
        key = id(classifier.model), classifier.seeds.weights
        if key not in self._first:
            self._models[key[0]] = classifier.model  # so that its number stays its own
            classifier.begin_fit()
            state = weights_and_buffers(classifier.module_)
            if len(self._first) >= KEPT:  # committees draw new ones in every query
                del self._first[next(iter(self._first))]
            self._first[key] = {name: values.detach().clone() for name, values in state.items()}
        return self._first[key]

    def _fit_group(self, group: list[_Begun]) -> None:
        try:
            states = _Course(self._network(group[0]), group).run()
        except NotStackable as error:
            if str(error) not in self.reasons:
                self.reasons.append(str(error))
            for begun in group:
                begun.fit_alone()
            return
        for begun, state in zip(group, states, strict=True):
            begun.pupil.classifier.adopt(state, len(begun.labels))

    def _network(self, begun: _Begun) -> StackedNetwork:
        make = begun.key[0]
        if make not in self._networks:
            self._models[make[0]] = begun.pupil.classifier.model
            try:
                require_plain(begun.pupil.classifier)
                self._networks[make] = StackedNetwork(begun.pupil.classifier.module_)
            except NotStackable as error:
                self._networks[make] = str(error)
        network = self._networks[make]
        if isinstance(network, str):
            raise NotStackable(network)
        return network


def require_plain(classifier: FusionClassifier) -> None:
    """Raise if a training is of a kind that lockstep does not know.

    Parameters
    ----------
    classifier : FusionClassifier
        With a network.

    Raises
    ------
    NotStackable
        With the reason.
    """
    if classifier.training.precision != "float32":
        raise NotStackable(f"its precision is {classifier.training.precision}")
    if hasattr(classifier.module_, "solve"):
        raise NotStackable("it has a solver of its own")
    trunks = classifier.module_.trunks
    learning = [
        name for name, shape in classifier.shapes.items() if len(shape) == 3 and name not in trunks
    ]
    if learning:
        raise NotStackable(
            f"its image streams learn ({', '.join(learning)}), so that arithmetic takes the time"
        )


@dataclass(frozen=True, eq=False)
class _Begun:
    """A pupil at the start of its training."""

    pupil: Pupil
    labels: Integers
    lesson: Lesson
    state: State

    @property
    def key(self) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """What must be equal in a stack: the make of the network, and the sizes of the lesson."""
        classifier, lesson = self.pupil.classifier, self.lesson
        shapes = tuple((name, tuple(values.shape)) for name, values in self.state.items())
        make = id(classifier.model), shapes, classifier.training, str(classifier.device)
        sizes = len(lesson.labels), len(lesson.valid_labels), lesson.n_epochs
        return make, sizes

    def fit_alone(self) -> None:
        """Train by `partial_fit`, from where the training has begun."""
        self.pupil.classifier.partial_fit(self.pupil.candidates, self.pupil.labels)


class _Course:
    """The updates of one stack from the first to the last."""

    def __init__(self, network: StackedNetwork, group: Sequence[_Begun]) -> None:
        self._network, self._group = network, group
        self._classifiers = [begun.pupil.classifier for begun in group]
        self._lessons = [begun.lesson for begun in group]
        self._training = self._classifiers[0].training
        self._device = torch.device(self._classifiers[0].device)
        states = [begun.state for begun in group]
        with torch.no_grad():
            self._state = {name: torch.stack([s[name] for s in states]) for name in states[0]}
        self._weights = _stacked_class_weights(group, self._device)
        self._masks = _Masks([each.seeds.dropout for each in self._classifiers], self._device)
        self._taught = _Samples(
            self._classifiers,
            [lesson.candidates for lesson in self._lessons],
            [lesson.labels for lesson in self._lessons],
        )
        self._held_out = _Samples(
            self._classifiers,
            [lesson.valid_candidates for lesson in self._lessons],
            [lesson.valid_labels for lesson in self._lessons],
        )

    def run(self) -> list[State]:
        """Return the weights and buffers of each pupil at the end of its training."""
        lessons, size = self._lessons, self._training.batch_size
        n, n_epochs = len(lessons[0].labels), lessons[0].n_epochs
        n_batches = len(BatchOrder(n, size))
        optimiser = StackedOptimiser(
            self._training, self._classifiers[0].module_, self._state, n_epochs * n_batches
        )
        stop = _EarlyStops(self._state, self._training.patience, len(lessons))
        for _ in range(n_epochs):
            orders = [BatchOrder(n, size, lesson.rng) for lesson in lessons]
            for positions in zip(*orders, strict=True):
                self._update(optimiser, np.stack(positions))
            if len(lessons[0].valid_labels) and stop.are_due(self._validation_losses()):
                break
        state = stop.best if len(lessons[0].valid_labels) else self._state
        return [{name: values[i] for name, values in state.items()} for i in range(len(lessons))]

    def _update(self, optimiser: StackedOptimiser, positions: Integers) -> None:
        samples, targets = self._taught.at(positions)
        bare = StackedBatch(samples=samples, targets=targets)
        batch = StackedBatch(
            samples=samples,
            targets=targets,
            class_weights=self._weights,
            masks=[self._masks.draw(mask) for mask in self._network.masks(bare)],
        )
        optimiser.step(self._network.gradients(self._state, batch))

    def _validation_losses(self) -> NDArray[np.float64]:
        """Return each pupil's mean loss on what is held out, as skorch averages its batches."""
        lessons = self._lessons
        losses, sizes = [], []
        for positions in BatchOrder(len(lessons[0].valid_labels), self._training.batch_size):
            samples, targets = self._held_out.at(np.tile(positions, (len(lessons), 1)))
            with torch.no_grad():
                logits = self._network.logits(self._state, samples)
                losses.append(self._losses(logits, targets))
            sizes.append(len(positions))
        return np.array([np.average(row, weights=sizes) for row in zip(*losses, strict=True)])

    def _losses(self, logits: torch.Tensor, targets: torch.Tensor) -> list[float]:
        weights = self._weights if self._weights is not None else [None] * len(targets)
        return [
            nn.functional.cross_entropy(each, target, weight=weight).item()
            for each, target, weight in zip(logits, targets, weights, strict=True)
        ]


class _EarlyStops:
    """An `EarlyStop` for each pupil; one that has stopped goes on, but its best is settled."""

    def __init__(self, state: State, patience: int, n: int) -> None:
        self._state, self._patience = state, patience
        self.best = {name: values.detach().clone() for name, values in state.items()}
        self._loss = np.full(n, np.inf)
        self._waited = np.zeros(n, dtype=np.intp)

    def are_due(self, losses: NDArray[np.float64]) -> bool:
        """Take the losses of an epoch, and return whether all have stopped."""
        goes_on = self._waited < self._patience
        better = goes_on & (losses < self._loss)
        self._loss = np.where(better, losses, self._loss)
        self._waited = np.where(better, 0, self._waited + goes_on)
        rows = torch.from_numpy(np.flatnonzero(better))
        with torch.no_grad():
            for name, values in self._state.items():
                where = rows.to(values.device)
                self.best[name][where] = values[where]
        return bool((self._waited >= self._patience).all())


class _Masks:
    """Dropout masks, from a generator for each seed; pupils of one seed have the same masks."""

    def __init__(self, seeds: Sequence[int], device: torch.device) -> None:
        distinct = list(dict.fromkeys(seeds))
        self._generators = [torch.Generator().manual_seed(seed) for seed in distinct]
        self._of_pupil = torch.tensor([distinct.index(seed) for seed in seeds])
        self._device = device

    def draw(self, mask: Any) -> torch.Tensor:
        """Return the next mask of every pupil."""
        drawn = torch.stack([mask.draw(generator) for generator in self._generators])
        return drawn[self._of_pupil].to(self._device)


class _Samples:
    """The samples and labels of a stack's labelled sets, by position."""

    def __init__(
        self,
        classifiers: Sequence[FusionClassifier],
        candidates: Sequence[Integers],
        labels: Sequence[Integers],
    ) -> None:
        self._stores = [each.store for each in classifiers]
        self._device = torch.device(classifiers[0].device)
        self._places = [
            store.places(rows) for store, rows in zip(self._stores, candidates, strict=True)
        ]
        self._labels = torch.from_numpy(np.stack(labels).astype(np.int64))
        self._held = self._all() if self._bytes() <= HELD_BYTES else None

    def at(self, positions: Integers) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
        """Return the samples and labels at each pupil's positions, ``(n_heads, n)``."""
        n_heads, n_each = self._labels.shape
        flat = torch.from_numpy((positions + n_each * np.arange(n_heads)[:, None]).ravel())
        targets = self._labels.view(-1)[flat].view(positions.shape).to(self._device)
        if self._held is None:
            return self._gathered(positions), targets
        samples = {
            name: values.index_select(0, flat).view(*positions.shape, *values.shape[1:])
            for name, values in self._held.items()
        }
        return {name: values.to(self._device) for name, values in samples.items()}, targets

    def _gathered(self, positions: Integers) -> dict[str, torch.Tensor]:
        names = self._stores[0].modalities
        return {
            name: torch.stack(
                [
                    store.take(name, places[name][rows])
                    for store, places, rows in zip(
                        self._stores, self._places, positions, strict=True
                    )
                ]
            ).to(self._device)
            for name in names
        }

    def _all(self) -> dict[str, torch.Tensor]:
        every = zip(self._stores, self._places, strict=True)
        pairs = list(every)
        return {
            name: torch.cat([store.take(name, places[name]) for store, places in pairs])
            for name in self._stores[0].modalities
        }

    def _bytes(self) -> int:
        numbers = sum(
            int(np.prod(self._stores[0].shape(name))) for name in self._stores[0].modalities
        )
        return 4 * self._labels.numel() * numbers


def _stacked_class_weights(group: Sequence[_Begun], device: torch.device) -> torch.Tensor | None:
    rows: list[torch.Tensor] = []
    for begun in group:
        classifier = begun.pupil.classifier
        weights = class_weights(classifier.training, begun.labels, classifier.n_classes)
        if weights is None:
            return None
        rows.append(weights)
    return torch.stack(rows).to(device)
