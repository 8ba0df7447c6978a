"""Networks as authors of plugins write them: in lockstep to the same bits, or refused in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import nn

from albench.errors import NotStackable
from albench.learn.estimator import FusionClassifier
from albench.learn.lockstep import Lockstep, Pupil
from albench.learn.optimisation import Seeds
from albench.learn.stacking_trial import require_stackable
from albench.learn.store import SampleStore
from albench.models.dlre import Dlre
from albench.models.logistic import Logistic
from albench.models.mmfn import Mmfn
from albench.spec.training import Training

if TYPE_CHECKING:
    from collections.abc import Mapping

    from albench.api import Shapes

    Tensors = Mapping[str, torch.Tensor]

N, WIDTH, SHAPES = 60, 16, {"scan": (12,), "blood": (9,)}
RNG = np.random.default_rng(0)
STORE = SampleStore(
    {
        name: (np.arange(N), RNG.normal(size=(N, *shape)).astype(np.float32))
        for name, shape in SHAPES.items()
    }
)
LABELS = RNG.integers(0, 3, N)
BRIEF: dict[str, Any] = {"epochs": 3, "min_updates": 1, "batch_size": 16, "learning_rate": 1e-2}
STOPPED_EARLY = {"validation": 0.2, "patience": 1}


@dataclass(frozen=True)
class Recipe:
    """A model whose networks are of a class."""

    network: type[Multiplied]

    def build(self, shapes: Shapes, n_classes: int) -> Multiplied:
        return self.network(shapes, n_classes)


class Multiplied(nn.Module):
    """Two streams, whose vectors are multiplied; all others here do something more."""

    trunks: Mapping[str, Any] = {}

    def __init__(self, shapes: Shapes, n_classes: int) -> None:
        super().__init__()
        self.streams = nn.ModuleDict(
            {name: nn.Sequential(nn.Linear(s[0], WIDTH), nn.GELU()) for name, s in shapes.items()}
        )
        self.dropout: nn.Module = nn.Dropout(0.3)
        self.head = nn.Linear(WIDTH, n_classes)

    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:
        vectors: torch.Tensor = self.streams[modality](x)
        return vectors

    def embed(self, vectors: Tensors) -> torch.Tensor:
        return vectors["scan"] * vectors["blood"]

    def fuse(self, vectors: Tensors) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.dropout(self.embed(vectors)))
        return logits

    def forward(self, samples: Tensors) -> torch.Tensor:
        return self.fuse({name: self.encode(name, x) for name, x in samples.items()})


class Attends(Multiplied):
    """Streams attend to each other and are normalised by layer; dropout is used twice."""

    def __init__(self, shapes: Shapes, n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.asks, self.answers = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH, bias=False)
        self.norm, self.scale = nn.LayerNorm(WIDTH), nn.Parameter(torch.ones(()))

    def embed(self, vectors: Tensors) -> torch.Tensor:
        rows = torch.stack(list(vectors.values()), 1)
        weights = torch.softmax(self.scale * self.asks(rows) @ self.answers(rows).mT, -1)
        attended: torch.Tensor = self.norm(rows + self.dropout(weights) @ rows)
        return attended.mean(1)


class Convolves(Multiplied):
    """A convolution over streams, groups that are normalised, and weights that are shared."""

    shift: torch.Tensor

    def __init__(self, shapes: Shapes, n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.over = nn.Conv1d(len(shapes), 4, 3, padding=1)
        self.norm, self.second = nn.GroupNorm(2, 4), nn.Linear(WIDTH, n_classes)
        self.second.weight = self.head.weight
        self.register_buffer("shift", torch.linspace(0, 1, WIDTH))

    def fuse(self, vectors: Tensors) -> torch.Tensor:
        rows = torch.relu_(self.norm(self.over(torch.stack(list(vectors.values()), 1))))
        fused: torch.Tensor = self.head(self.dropout(rows.amax(1) + self.shift))
        more: torch.Tensor = self.second(vectors["blood"])
        return fused + more


class HelpsItself(Multiplied):
    """An auxiliary loss of one stream, with what the latest pass has left."""

    def fuse(self, vectors: Tensors) -> torch.Tensor:
        self.left = self.head(vectors["scan"])
        return super().fuse(vectors)

    def auxiliary_loss(self, targets: torch.Tensor) -> torch.Tensor:
        return 0.3 * nn.functional.cross_entropy(self.left, targets)


class ChangesNothing(Multiplied):
    """Has a list, a count and a text, none of which a pass changes for good."""

    def __init__(self, shapes: Shapes, n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.seen: list[torch.Tensor] = []
        self.n_rows, self.called = 0, ""

    def embed(self, vectors: Tensors) -> torch.Tensor:
        self.n_rows, self.called = len(vectors["scan"]), "multiplied"
        self.seen = list(vectors.values())
        return super().embed(vectors)


class LeavesALayerOut(Multiplied):
    """Uses a layer on whole batches alone, so that an update of the last one has no gradient."""

    def __init__(self, shapes: Shapes, n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.more = nn.Linear(WIDTH, WIDTH)

    def embed(self, vectors: Tensors) -> torch.Tensor:
        vector = super().embed(vectors)
        return vector + self.more(vector) if len(vector) > 13 else vector


class Normalises(Multiplied):
    def __init__(self, shapes: Shapes, n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.norm = nn.BatchNorm1d(WIDTH)

    def embed(self, vectors: Tensors) -> torch.Tensor:
        normed: torch.Tensor = self.norm(super().embed(vectors))
        return normed


class Keeps(Multiplied):
    """Has a buffer in which something is kept."""

    kept: torch.Tensor

    def __init__(self, shapes: Shapes, n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.register_buffer("kept", torch.zeros(WIDTH))

    def embed(self, vectors: Tensors) -> torch.Tensor:
        vector = super().embed(vectors)
        if self.training:
            self.keep(vector.detach().mean(0))
        return vector

    def keep(self, mean: torch.Tensor) -> None:
        raise NotImplementedError


class KeepsAMeanInPlace(Keeps):
    def keep(self, mean: torch.Tensor) -> None:
        self.kept.lerp_(mean, 0.1)


class KeepsACopy(Keeps):
    def keep(self, mean: torch.Tensor) -> None:
        self.kept.copy_(mean)


class KeepsAnotherTensor(Keeps):
    def keep(self, mean: torch.Tensor) -> None:
        self.kept = 0.9 * self.kept + 0.1 * mean


class KeepsACount(Keeps):
    """Adds the same number in every pass, whatever the samples are."""

    def keep(self, mean: torch.Tensor) -> None:
        del mean
        self.kept += 1


class KeepsNothingInAFile(KeepsAnotherTensor):
    """A buffer that is no part of a checkpoint, but is looked at."""

    def __init__(self, shapes: Shapes, n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.register_buffer("kept", torch.zeros(WIDTH), persistent=False)

    def embed(self, vectors: Tensors) -> torch.Tensor:
        return super().embed(vectors) - self.kept


class BoundsItsWeights(Keeps):
    """Changes a parameter in place, and behind autograd's back."""

    def keep(self, mean: torch.Tensor) -> None:
        del mean
        self.head.weight.data.clamp_(-0.1, 0.1)


class Warms(Multiplied):
    """Does something else after some passes: no pass of a trial shows it."""

    n_passes = 0

    def embed(self, vectors: Tensors) -> torch.Tensor:
        self.n_passes += self.training
        return super().embed(vectors) * (2 if self.n_passes > 7 else 1)


class Lists(Multiplied):
    """As `Warms`, but what it counts by is a list."""

    def __init__(self, shapes: Shapes, n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.passes: list[bool] = []

    def embed(self, vectors: Tensors) -> torch.Tensor:
        if self.training:
            self.passes.append(True)
        return super().embed(vectors) * (2 if len(self.passes) > 7 else 1)


class WarmsInPrivate(Warms):
    """As `Warms`, by a count that its author calls private."""

    _n_passes = 0

    def embed(self, vectors: Tensors) -> torch.Tensor:
        self._n_passes += self.training
        return Multiplied.embed(self, vectors) * (2 if self._n_passes > 40 else 1)


class WarmsInADict(Multiplied):
    """As `Warms`, by a count among other things, whose number stays."""

    def __init__(self, shapes: Shapes, n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.about: dict[str, list[int]] = {"passes": [0], "streams": [len(shapes)]}

    def embed(self, vectors: Tensors) -> torch.Tensor:
        self.about["passes"][0] += self.training
        return super().embed(vectors) * (2 if self.about["passes"][0] > 40 else 1)


class WarmsByASchedule(Multiplied):
    """As `Warms`, by a count that an object of another class holds."""

    def __init__(self, shapes: Shapes, n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.schedule = Schedule()

    def embed(self, vectors: Tensors) -> torch.Tensor:
        self.schedule.n_passes += self.training
        return super().embed(vectors) * (2 if self.schedule.n_passes > 40 else 1)


@dataclass
class Schedule:
    """What a network may warm up by."""

    n_passes: int = 0


class CountsModes(Multiplied):
    """As `Warms`, but it counts how often its mode is set, which training does in each update."""

    n_modes = 0

    def train(self, mode: bool = True) -> CountsModes:
        self.n_modes += mode
        return super().train(mode)

    def embed(self, vectors: Tensors) -> torch.Tensor:
        return super().embed(vectors) * (2 if self.n_modes > 4 else 1)


class IsHooked(Multiplied):
    """Halves the gradient of a weight: a hook of the tensor itself, and not of a layer."""

    def __init__(self, shapes: Shapes, n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        halve = self.head.weight.register_hook  # torch leaves it untyped
        halve(lambda gradient: gradient / 2)  # type: ignore[no-untyped-call]


class Branches(Multiplied):
    def embed(self, vectors: Tensors) -> torch.Tensor:
        vector = super().embed(vectors)
        return vector if vector.mean() > 0 else -vector


class Divides(Multiplied):
    def embed(self, vectors: Tensors) -> torch.Tensor:
        vector = super().embed(vectors)
        return vector / max(1.0, vector.abs().max().item())


class BranchesWhenItPredicts(Branches):
    """Does so in evaluation mode alone, which lockstep enters for early stops alone."""

    def embed(self, vectors: Tensors) -> torch.Tensor:
        return Multiplied.embed(self, vectors) if self.training else super().embed(vectors)


class IsNoisy(Multiplied):
    def embed(self, vectors: Tensors) -> torch.Tensor:
        vector = super().embed(vectors)
        return nn.functional.dropout(vector, 0.2, self.training)


class DropsOtherwise(Multiplied):
    def __init__(self, shapes: Shapes, n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.dropout = nn.AlphaDropout(0.2)


class DropsTransposed(Multiplied):
    """Torch draws a mask in the order in which numbers lie in memory."""

    def embed(self, vectors: Tensors) -> torch.Tensor:
        rows = torch.stack(list(vectors.values()), 1)
        dropped: torch.Tensor = self.dropout(rows.transpose(1, 2))
        return dropped.sum(2)


class DropsInPlace(Multiplied):
    """What is dropped in place is gone for the rest of the pass too."""

    def __init__(self, shapes: Shapes, n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.dropout = nn.Dropout(0.3, inplace=True)

    def embed(self, vectors: Tensors) -> torch.Tensor:
        vector = vectors["scan"] + vectors["blood"]
        dropped: torch.Tensor = self.dropout(vector)
        return dropped + vector


class DropsDoubles(Multiplied):
    """Factors of another precision have other digits."""

    def fuse(self, vectors: Tensors) -> torch.Tensor:
        dropped: torch.Tensor = self.dropout(self.embed(vectors).double())
        logits: torch.Tensor = self.head(dropped.float())
        return logits


class LeavesTorch(Multiplied):
    def embed(self, vectors: Tensors) -> torch.Tensor:
        vector = super().embed(vectors)
        return vector * float(np.mean(vector.detach().numpy()))


class IsLaidOutOtherwise(Multiplied):
    """Torch's own layer of attention looks at how its numbers lie."""

    def __init__(self, shapes: Shapes, n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.attention = nn.MultiheadAttention(WIDTH, 2, batch_first=True)

    def embed(self, vectors: Tensors) -> torch.Tensor:
        rows = torch.stack(list(vectors.values()), 1)
        attended: torch.Tensor = self.attention(rows, rows, rows, need_weights=False)[0].mean(1)
        return attended


class HasOtherDigits(Multiplied):
    """The gradient of a product along an axis is computed in another way when it is stacked."""

    def embed(self, vectors: Tensors) -> torch.Tensor:
        return torch.stack(list(vectors.values())).prod(0)


class Solves(Multiplied):
    def solve(
        self, samples: Tensors, targets: torch.Tensor, class_weights: torch.Tensor | None
    ) -> None:
        """Count classes alone."""
        del samples, class_weights
        with torch.no_grad():
            self.head.weight.zero_()
            self.head.bias.copy_(torch.bincount(targets, minlength=len(self.head.bias)))


ITSELF = "it changes {} in training, beside the optimiser"
MASKS = "its dropout comes out otherwise with masks that are drawn for a stack"
BRANCHES = "what it does depends on values: a branch, .item() or the like"


@dataclass(frozen=True)
class Refused:
    """Why lockstep refuses a network, and how it must be trained for that."""

    reason: str
    training: Mapping[str, float] = field(default_factory=dict)


STACKED = (Multiplied, Attends, Convolves, HelpsItself, ChangesNothing, LeavesALayerOut)
REFUSED: dict[type[Multiplied], Refused] = {
    Normalises: Refused("batch normalisation changes its statistics in training"),
    KeepsAMeanInPlace: Refused(ITSELF.format("kept")),
    KeepsACopy: Refused(ITSELF.format("kept")),
    KeepsAnotherTensor: Refused(ITSELF.format("kept")),
    KeepsACount: Refused(ITSELF.format("kept")),
    KeepsNothingInAFile: Refused(ITSELF.format("kept")),
    BoundsItsWeights: Refused(ITSELF.format("head.weight")),
    Warms: Refused(ITSELF.format("n_passes")),
    Lists: Refused(ITSELF.format("passes")),
    WarmsInPrivate: Refused(ITSELF.format("_n_passes")),
    WarmsInADict: Refused(ITSELF.format("about")),
    WarmsByASchedule: Refused(ITSELF.format("schedule")),
    CountsModes: Refused(ITSELF.format("n_modes")),
    IsHooked: Refused("it has a hook on head.weight, which a stack would not call"),
    Branches: Refused(BRANCHES),
    Divides: Refused(BRANCHES),
    BranchesWhenItPredicts: Refused(BRANCHES, STOPPED_EARLY),
    IsNoisy: Refused("it draws random numbers otherwise than by layers of torch.nn.Dropout"),
    DropsOtherwise: Refused(
        "it has a layer of AlphaDropout, which draws its masks otherwise than torch.nn.Dropout"
    ),
    DropsTransposed: Refused(MASKS),
    DropsInPlace: Refused(MASKS),
    DropsDoubles: Refused(MASKS),
    LeavesTorch: Refused("it takes values out of torch, to NumPy or the like"),
    Solves: Refused("it has a solver of its own"),
}


def pupils(recipe: Recipe, training: Mapping[str, float]) -> list[Pupil]:
    """Return three classifiers, each with labels of its own."""
    how, made = Training(**{**BRIEF, **training}), []
    for number in range(3):
        rows = np.sort(np.random.default_rng(number).permutation(N)[:41])
        seeds = Seeds(weights=number % 2, batches=number, dropout=number % 2)
        classifier = FusionClassifier(
            recipe, SHAPES, 3, STORE, training=how, seeds=seeds, device="cpu"
        )
        made.append(Pupil(classifier, np.tile(rows[:, None], (1, 2)), LABELS[rows]))
    return made


def reasons_if_equal(network: type[Multiplied], **training: float) -> list[str]:
    """Return why networks were trained one by one, after comparing all bits with `fit`."""
    recipe = Recipe(network)
    together, alone = (pupils(recipe, training) for _ in range(2))
    lockstep = Lockstep()
    lockstep.fit(together)
    for one in alone:
        one.classifier.fit(one.candidates, one.labels)
    assert [each.classifier.state_hash() for each in together] == [
        each.classifier.state_hash() for each in alone
    ]
    return lockstep.reasons


@pytest.mark.parametrize("network", STACKED)
@pytest.mark.parametrize("training", [{}, STOPPED_EARLY], ids=["to the end", "stopped early"])
def test_a_network_of_somebody_else_learns_in_lockstep_to_the_bits_of_fit(
    network: type[Multiplied], training: Mapping[str, float]
) -> None:
    assert reasons_if_equal(network, **training) == []


@pytest.mark.parametrize("network", REFUSED)
def test_a_network_that_cannot_be_stacked_is_trained_by_itself_and_the_reason_told(
    network: type[Multiplied],
) -> None:
    refused = REFUSED[network]
    assert reasons_if_equal(network, **refused.training) == [refused.reason]


@pytest.mark.parametrize("network", [IsLaidOutOtherwise, HasOtherDigits])
def test_a_network_that_torch_may_stack_some_day_has_the_bits_of_fit_either_way(
    network: type[Multiplied],
) -> None:
    for reason in reasons_if_equal(network):
        assert reason.startswith(("torch cannot stack it: ", "the gradient of streams.scan.0."))


@pytest.mark.parametrize("network", REFUSED)
def test_a_trial_finds_the_reason_before_a_run_begins(network: type[Multiplied]) -> None:
    refused = REFUSED[network]
    training = Training(**{**BRIEF, **refused.training, "epochs": 1})
    with pytest.raises(NotStackable) as raised:
        require_stackable(Recipe(network), SHAPES, 3, training)
    assert str(raised.value) == refused.reason


LEARNING = "its image streams learn ({}), so that arithmetic takes the time"


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (Mmfn(trunk="small", frozen=False, width=8), LEARNING.format("scan, slide")),
        (Dlre(channels=2), LEARNING.format("scan, slide")),
        (Logistic(), "it has a solver of its own"),
    ],
    ids=["mmfn that is fine-tuned", "dlre", "logistic"],
)
def test_image_streams_that_learn_and_solvers_are_named(model: Any, reason: str) -> None:
    images = {"scan": (1, 16, 16), "blood": (4,), "slide": (1, 16, 16)}
    shapes = images if "image" in reason else {"blood": (4,)}
    with pytest.raises(NotStackable) as raised:
        require_stackable(model, shapes, 3, Training(**BRIEF))
    assert str(raised.value) == reason


def test_a_frozen_trunk_is_no_image_stream_that_learns() -> None:
    shapes = {"scan": (1, 16, 16), "blood": (4,)}
    assert require_stackable(Mmfn(trunk="small", width=8), shapes, 3, Training(**BRIEF)) > 0
