"""Classifiers trained in lockstep are bit for bit what they would be if trained alone."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from albench.errors import NotStackable
from albench.learn import stacked_network
from albench.learn.estimator import FusionClassifier, weights_and_buffers
from albench.learn.lifted_program import lift
from albench.learn.lockstep import Lockstep, Pupil
from albench.learn.optimisation import Seeds
from albench.learn.stacked_network import StackedNetwork
from albench.learn.store import SampleStore
from albench.models.mmfn import Mmfn
from albench.spec.training import Training

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHAPES = {"a": (76,), "b": (76,)}
RNG = np.random.default_rng(0)
VALUES = {name: RNG.normal(size=(200, *s)).astype(np.float32) for name, s in SHAPES.items()}
STORE = SampleStore({name: (np.arange(200), values) for name, values in VALUES.items()})
LABELS = RNG.integers(0, 3, 200)
MODELS = {
    "gated": Mmfn(hidden=32, width=32),
    "with heads": Mmfn(hidden=32, width=32, stream_heads=True),
}
TRAININGS: dict[str, dict[str, Any]] = {
    "adam": {},
    "adamw, cosine": {"optimiser": "adamw", "schedule": "cosine", "weight_decay": 0.01},
    "sgd": {"optimiser": "sgd", "weight_decay": 0.01},
    "balanced": {"class_weights": "balanced"},
    "early stop": {"validation": 0.2, "patience": 2},
}

TOGETHER = [("gated", "adamw, cosine"), ("gated", "early stop"), ("with heads", "balanced")]
"""What runs every time: each model, and what shares least code with the others."""


def pupils(numbers: list[int], model: Mmfn, updates: int = 100, **training: Any) -> list[Pupil]:
    how = Training(epochs=5, min_updates=updates, batch_size=32, learning_rate=5e-3, **training)
    made = []
    for i in numbers:
        rows = np.sort(np.random.default_rng(i).permutation(200)[:45])
        seeds = Seeds(weights=i % 2, batches=i % 3, dropout=i % 2)
        classifier = FusionClassifier(
            model, SHAPES, 3, STORE, training=how, seeds=seeds, device="cpu"
        )
        made.append(Pupil(classifier, np.tile(rows[:, None], (1, 2)), LABELS[rows]))
    return made


EVERY_TIME = [pytest.param(*names, 100, id="-".join(names)) for names in TOGETHER]
LONG = [
    pytest.param(*names, 300, id="-".join((*names, "longer")), marks=pytest.mark.sweep)
    for names in product(MODELS, TRAININGS)
]


@pytest.mark.parametrize(("model", "training", "updates"), [*EVERY_TIME, *LONG])
def test_updates_in_lockstep_give_the_bits_of_single_trainings(
    model: str, training: str, updates: int
) -> None:
    together, alone = (
        pupils([0, 1, 2], MODELS[model], updates, **TRAININGS[training]) for _ in range(2)
    )
    lockstep = Lockstep()
    lockstep.fit(together)
    for one in alone:
        one.classifier.fit(one.candidates, one.labels)
    assert lockstep.reasons == []
    assert [p.classifier.state_hash() for p in together] == [
        p.classifier.state_hash() for p in alone
    ]


MANY = 50
FEW_UPDATES = 12


@pytest.fixture(scope="module")
def alone() -> list[str]:
    """The weights of many pupils, each trained by itself."""
    made = pupils(list(range(MANY)), MODELS["gated"], FEW_UPDATES)
    for one in made:
        one.classifier.fit(one.candidates, one.labels)
    return [one.classifier.state_hash() for one in made]


@pytest.mark.parametrize("width", [1, 3, MANY])
def test_weights_do_not_depend_on_how_many_learn_together(width: int, alone: list[str]) -> None:
    together = pupils(list(range(width)), MODELS["gated"], FEW_UPDATES)
    lockstep = Lockstep()
    lockstep.fit(together)
    assert lockstep.reasons == []
    assert [one.classifier.state_hash() for one in together] == alone[:width]


WIDE: dict[str, tuple[Mmfn, dict[str, tuple[int, ...]]]] = {
    "pooled maps of a trunk": (Mmfn(width=64), {"a": (1280,), "b": (1280,)}),
    "inputs of 512": (Mmfn(hidden=32, width=32), {"a": (512,), "b": (512,)}),
    "layers of 8": (Mmfn(hidden=8, width=8), {"a": (30,), "b": (10,)}),
    "layers of 16": (Mmfn(hidden=16, width=16), {"a": (76,), "b": (47,)}),
}


def wide_pupils(
    numbers: Iterable[int], model: Mmfn, shapes: dict[str, tuple[int, ...]], n: int
) -> list[Pupil]:
    rng = np.random.default_rng(1)
    # Bytes become floats batch by batch, as vectors of cohorts are scaled: in torch's own memory.
    values = {
        name: rng.integers(0, 256, size=(100, *shape)).astype(np.uint8)
        for name, shape in shapes.items()
    }
    store = SampleStore({name: (np.arange(100), part) for name, part in values.items()})
    how = Training(epochs=1, min_updates=6, batch_size=32, learning_rate=1e-2)
    made = []
    for i in numbers:
        rows = np.sort(np.random.default_rng(i).permutation(100)[:n])
        seeds = Seeds(weights=i % 3, batches=i % 3, dropout=i % 3)
        classifier = FusionClassifier(model, shapes, 3, store, training=how, seeds=seeds)
        made.append(Pupil(classifier, np.tile(rows[:, None], (1, 2)), LABELS[rows]))
    return made


FEW_AND_MANY = [(3, 63), (50, 41)]
"""Numbers of networks, and of samples: the last batch has 31 of them, or 9."""

OTHERS = {"layers of 16": (1, 41), "pooled maps of a trunk": (3, 41)}


def sizes() -> Iterator[Any]:
    """Yield all sizes; those that differ only in the pairing of what others show are a sweep."""
    for name, (width, n) in product(WIDE, [(1, 41), (3, 41), *FEW_AND_MANY]):
        is_swept = (width, n) not in (*FEW_AND_MANY, OTHERS.get(name))
        marks = [pytest.mark.sweep] * is_swept
        yield pytest.param(*WIDE[name], width, n, id=f"{name}-{width}-{n}", marks=marks)


@pytest.mark.parametrize(("model", "shapes", "width", "n"), list(sizes()))
def test_sizes_for_which_stacked_kernels_have_other_digits_learn_in_lockstep(
    model: Mmfn, shapes: dict[str, tuple[int, ...]], width: int, n: int
) -> None:
    compared = {0, width // 3, width - 1}
    whole, alone = (wide_pupils(who, model, shapes, n) for who in (range(width), compared))
    lockstep = Lockstep()
    lockstep.fit(whole)
    assert lockstep.reasons == []
    for number, one in zip(compared, alone, strict=True):
        one.classifier.fit(one.candidates, one.labels)
        assert whole[number].classifier.state_hash() == one.classifier.state_hash()


def test_logits_that_have_other_digits_in_a_stack_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Trials are remembered: what they let through is compared, as gradients are."""

    def spoilt(function: Any, inputs: list[torch.Tensor]) -> Any:
        play = lift(function, inputs)
        return lambda *tensors: [each + 1e-6 for each in play(*tensors)]

    (pupil,) = pupils([0], MODELS["gated"])
    pupil.classifier.fit(pupil.candidates, pupil.labels)
    network = pupil.classifier.module_
    state = {name: torch.stack([v, v]) for name, v in weights_and_buffers(network).items()}
    samples = {
        name: torch.from_numpy(values[None, :40].repeat(2, 0)) for name, values in VALUES.items()
    }
    StackedNetwork(network).logits(state, samples)
    monkeypatch.setattr(stacked_network, "lift", spoilt)
    with pytest.raises(NotStackable, match="the logits of a batch of 40 have other digits"):
        StackedNetwork(network).logits(state, samples)
