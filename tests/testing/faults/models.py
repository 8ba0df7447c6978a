# Other processes must find these modules, so that they lie on sys.path, where mypy does not look.
# mypy: disable-error-code="import-not-found,misc,untyped-decorator"
"""Fusion models that are wrong on purpose."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from faults.fault import caught_by
from torch import nn

from albench.api import DataError, Kind, Trunk, needs

if TYPE_CHECKING:
    from collections.abc import Mapping

caught = partial(caught_by, kind=Kind.MODEL)
WIDTH, DEEP = 5, 4


class SoundNet(nn.Module):
    """Nothing is wrong with this one: a linear layer a stream, dropout, a linear layer."""

    def __init__(self, shapes: Mapping[str, tuple[int, ...]], n_classes: int) -> None:
        super().__init__()
        self.names = list(shapes)
        self.trunks = {name: self.trunk(shape) for name, shape in shapes.items() if len(shape) > 1}
        self.streams = nn.ModuleList(
            nn.Linear(DEEP if name in self.trunks else shape[0], WIDTH)
            for name, shape in shapes.items()
        )
        self.dropout = nn.Dropout(0.5)
        self.classifier = nn.Linear(WIDTH * len(shapes), n_classes)

    def trunk(self, shape: tuple[int, ...]) -> Trunk:
        return Trunk(key="toy trunk", shape=(DEEP,), load=lambda: frozen(shape))

    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:
        vectors: torch.Tensor = self.streams[self.names.index(modality)](x)
        return vectors

    def embed(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return torch.cat([vectors[name] for name in self.names], 1)

    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        logits: torch.Tensor = self.classifier(self.dropout(self.embed(vectors)))
        return logits

    def forward(self, samples: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return self.fuse({name: self.encode(name, samples[name]) for name in self.names})


def frozen(shape: tuple[int, ...]) -> nn.Module:
    """Return a random trunk, the same each time."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(0)
        return drawn(shape).eval().requires_grad_(False)


def drawn(shape: tuple[int, ...]) -> nn.Module:
    """Return a trunk that is drawn as torch's generator stands."""
    return nn.Sequential(nn.Flatten(), nn.Linear(int(np.prod(shape)), DEEP))


class Sound:
    """A recipe for `SoundNet`."""

    net: type[nn.Module] = SoundNet

    def build(self, shapes: Mapping[str, tuple[int, ...]], n_classes: int) -> nn.Module:
        return self.net(shapes, n_classes)


def net_caught_by(check: str, says: str, **changes: Any) -> Any:
    """Keep a recipe for the decorated network among the faults."""

    def keep(net: type[nn.Module]) -> type[nn.Module]:
        recipe = type(net.__name__, (Sound,), {"net": net, "__module__": __name__})
        caught(check, says, **changes)(recipe)
        return net

    return keep


# -- building -----------------------------------------------------------------------------------


@net_caught_by("builds-a-network", "which lacks trunks")
class OnlyALayer(nn.Linear):
    def __init__(self, shapes: Mapping[str, Any], n_classes: int) -> None:
        super().__init__(2, n_classes)


@net_caught_by("builds-a-network", "it takes no samples of the shapes (6,), (1, 8, 8)")
class WantsSound(SoundNet):
    def __init__(self, shapes: Mapping[str, Any], n_classes: int) -> None:
        raise DataError("only sound recordings are taken")


@net_caught_by("every-number-of-modalities", "values to unpack")
class KnowsTwo(SoundNet):
    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        _first, _second = vectors
        return super().fuse(vectors)


@net_caught_by("as-many-logits-as-classes", "for 2 classes, logits have the shape (12, 3)")
class ThreeLogits(SoundNet):
    def __init__(self, shapes: Mapping[str, Any], n_classes: int) -> None:
        super().__init__(shapes, 3)


@net_caught_by("same-seed-same-weights", "does not decide the first weights")
class DrawnByNumpy(SoundNet):
    def __init__(self, shapes: Mapping[str, Any], n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        bias = np.random.normal(size=n_classes)  # noqa: NPY002  # the fault
        self.classifier.bias.data = torch.from_numpy(bias).float()


@net_caught_by("other-seed-other-weights", "must not seed torch itself")
class SeedsItself(SoundNet):
    def __init__(self, shapes: Mapping[str, Any], n_classes: int) -> None:
        torch.manual_seed(0)
        super().__init__(shapes, n_classes)


@net_caught_by("as-many-logits-as-classes", "are not finite")
class DividesByZero(SoundNet):
    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return super().fuse(vectors) / 0


@net_caught_by("builds-a-network", "it has trunks for spleen")
class TrunkOfAnotherModality(SoundNet):
    def __init__(self, shapes: Mapping[str, Any], n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.trunks["spleen"] = self.trunk((1, 8, 8))


# -- factors ------------------------------------------------------------------------------------


@net_caught_by("forward-is-fuse-after-encode", "forward is not fuse after encode")
class SquaresInForward(SoundNet):
    def forward(self, samples: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return super().forward(samples) ** 2


@net_caught_by("rows-are-independent", "depends on its batch")
class CentresTheBatch(SoundNet):
    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:
        return super().encode(modality, x - x.mean(0))


@net_caught_by("rows-are-independent", "a row of fuse depends on its batch")
class AttendsToOtherRows(SoundNet):
    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        logits = super().fuse(vectors)
        return logits - logits.max()


@net_caught_by("rows-are-independent", "vectors of shape (12, 5, 1)")
class EncodesMaps(SoundNet):
    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:
        return super().encode(modality, x)[:, :, None]

    def embed(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return super().embed({name: maps[:, :, 0] for name, maps in vectors.items()})


@net_caught_by("modalities-are-found-by-name", "the order in a mapping changes the logits")
class ConcatenatesAsAsked(SoundNet):
    def embed(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return torch.cat(list(vectors.values()), 1)


@net_caught_by("no-rows-give-no-rows", "raised")
class LargestOfNoRows(SoundNet):
    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        if self.embed(vectors).abs().max() > 1e6:
            raise ValueError("vectors are too long")
        return super().fuse(vectors)


@net_caught_by("prediction-changes-nothing", "prediction changes seen")
class CountsWhatItSees(SoundNet):
    def __init__(self, shapes: Mapping[str, Any], n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.register_buffer("seen", torch.zeros(()))

    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        self.get_buffer("seen").add_(1)
        return super().fuse(vectors)


@net_caught_by("prediction-changes-nothing", "encode writes into the samples")
class RectifiesInPlace(SoundNet):
    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:
        return super().encode(modality, nn.functional.relu(x, inplace=True))


@net_caught_by("vectors-are-not-written-to", "fuse writes into the vectors")
class RectifiesVectorsInPlace(SoundNet):
    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return super().fuse({name: v.mul_(0.5) for name, v in vectors.items()})


@net_caught_by("dropout-sits-in-fuse", "dropout before `fuse`")
class DropsInTheStream(SoundNet):
    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:
        dropped: torch.Tensor = self.dropout(super().encode(modality, x))
        return dropped


# -- learning -----------------------------------------------------------------------------------


@net_caught_by("gradients-reach-every-parameter", "no gradient reaches streams.0.weight")
class DetachesStreams(SoundNet):
    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:
        return super().encode(modality, x).detach()


@net_caught_by("parameter-groups-are-complete", "not in exactly one group: classifier.weight")
class ForgetsTheClassifier(SoundNet):
    def parameter_groups(self) -> list[dict[str, Any]]:
        return [{"params": list(self.streams.parameters()), "lr_scale": 1.0}]


@net_caught_by("state-round-trips", "is lost in a checkpoint")
class KeepsSomethingAside(SoundNet):
    def __init__(self, shapes: Mapping[str, Any], n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.scale = torch.ones(())

    def forward(self, samples: Mapping[str, torch.Tensor]) -> torch.Tensor:
        if self.training:
            self.scale = self.scale + 0.1
        return super().forward(samples)

    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return super().fuse(vectors) * self.scale


# -- trunks -------------------------------------------------------------------------------------


@net_caught_by("trunks-are-frozen", "parameters that learn")
class TrunkThatLearns(SoundNet):
    def trunk(self, shape: tuple[int, ...]) -> Trunk:
        load = lambda: frozen(shape).requires_grad_(True)  # noqa: E731  # as short as it gets
        return Trunk(key="toy", shape=(DEEP,), load=load)


@net_caught_by("trunks-are-frozen", "training changes the trunk")
class TrunkOfSharedWeights(SoundNet):
    def trunk(self, shape: tuple[int, ...]) -> Trunk:
        def load() -> nn.Module:
            module = frozen(shape)
            linear = module[1]  # type: ignore[index]  # a sequence
            bias = linear.bias.data
            del linear.bias
            linear.register_buffer("bias", self.classifier.weight.data.abs().mean() + bias)
            return module

        return Trunk(key="toy", shape=(DEEP,), load=load)


@net_caught_by("trunks-are-frozen", "is in training mode")
class TrunkInTrainingMode(SoundNet):
    def trunk(self, shape: tuple[int, ...]) -> Trunk:
        return Trunk(key="toy", shape=(DEEP,), load=lambda: frozen(shape).train())


@net_caught_by("outputs-are-as-announced", "expected torch.float32 of (12, 9)")
class TrunkOfAnotherShape(SoundNet):
    def trunk(self, shape: tuple[int, ...]) -> Trunk:
        return Trunk(key="toy", shape=(9,), load=lambda: frozen(shape))


@net_caught_by("outputs-are-as-announced", "depends on its batch")
class TrunkOfTheBatch(SoundNet):
    def trunk(self, shape: tuple[int, ...]) -> Trunk:
        class Centred(nn.Flatten):
            def forward(self, x: torch.Tensor) -> torch.Tensor:
                return super().forward(x - x.mean())[:, :DEEP]

        return Trunk(key="toy", shape=(DEEP,), load=lambda: Centred().eval())


@net_caught_by("equal-keys-are-equal-trunks", "changes with torch's seed")
class TrunkOfAKeyAtRandom(SoundNet):
    def trunk(self, shape: tuple[int, ...]) -> Trunk:
        key = f"toy {torch.rand(1).item()}"
        return Trunk(key=key, shape=(DEEP,), load=lambda: frozen(shape))


@net_caught_by("equal-keys-are-equal-trunks", "with the key 'toy' differ")
class TrunkDrawnAnew(SoundNet):
    def trunk(self, shape: tuple[int, ...]) -> Trunk:
        module = drawn(shape).eval().requires_grad_(False)
        return Trunk(key="toy", shape=(DEEP,), load=lambda: module)


@net_caught_by("loading-a-trunk-draws-nothing", "moves torch's global generator")
class TrunkThatDraws(SoundNet):
    def trunk(self, shape: tuple[int, ...]) -> Trunk:
        load = lambda: drawn(shape).eval().requires_grad_(False)  # noqa: E731  # as above
        return Trunk(key="toy", shape=(DEEP,), load=load)


# -- what is provided ---------------------------------------------------------------------------

DROPOUT = frozenset({needs.DROPOUT_PROBA})


@net_caught_by("provides-what-it-claims", "all passes are equal", provides=DROPOUT)
class DropsByFunction(SoundNet):
    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        dropped = nn.functional.dropout(self.embed(vectors), training=self.training)
        logits: torch.Tensor = self.classifier(dropped)
        return logits


@net_caught_by("provides-what-it-claims", "same vector", provides=frozenset({needs.EMBEDDINGS}))
class EmbedsNothing(SoundNet):
    def embed(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return super().embed(vectors) * 0


# -- large batches --------------------------------------------------------------------------------


@net_caught_by("large-batches-change-nothing", "among 600 rows, a row of fuse is another")
class NormsLargeBatches(SoundNet):
    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        logits = super().fuse(vectors)
        return (
            nn.functional.batch_norm(logits, None, None, training=True)
            if len(logits) > 32
            else logits
        )


@net_caught_by("large-batches-change-nothing", "a row of the vectors of m0 is another")
class CentresLargeBatches(SoundNet):
    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:
        return super().encode(modality, x - x.mean(0) if len(x) > 16 else x)


@net_caught_by("large-batches-change-nothing", "a batch of 600 samples of m0 is written to")
class WritesIntoLargeBatches(SoundNet):
    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:
        return super().encode(modality, x.mul_(0.5) if len(x) > 500 else x)


@net_caught_by("large-batches-change-nothing", "fuse writes into 600 vectors of m0")
class WritesIntoManyVectors(SoundNet):
    def embed(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        for rows in vectors.values():
            if len(rows) > 500:
                rows.mul_(2)
        return super().embed(vectors)


@net_caught_by("large-batches-change-nothing", "global random state")
class DrawsForLargeBatches(SoundNet):
    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        logits = super().fuse(vectors)
        if len(logits) > 500:
            torch.rand(1)
        return logits


@net_caught_by("large-batches-change-nothing", "predicting 600 rows changes seen")
class CountsLargeBatches(SoundNet):
    def __init__(self, shapes: Mapping[str, Any], n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.register_buffer("seen", torch.zeros(()))

    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        logits = super().fuse(vectors)
        if len(logits) > 500:
            self.get_buffer("seen").add_(1)
        return logits


@net_caught_by("large-batches-of-trunks", "among 65 rows, an output of the trunk of m1 is another")
class TrunkOfLargeBatches(SoundNet):
    def trunk(self, shape: tuple[int, ...]) -> Trunk:
        class Centred(nn.Flatten):
            def forward(self, x: torch.Tensor) -> torch.Tensor:
                return super().forward(x - x.mean() if len(x) > 32 else x)[:, :DEEP]

        return Trunk(key="toy", shape=(DEEP,), load=lambda: Centred().eval())


@net_caught_by("asking-again-changes-nothing", "asked for the 51th time")
class CountsCalls(SoundNet):
    calls = 0

    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        self.calls += 1
        return super().fuse(vectors) * (1 if self.calls <= 50 else 2)


# -- what training leaves -------------------------------------------------------------------------


@net_caught_by("training-shows-in-prediction", "but prediction gets 0% of the training set right")
class RollsInTraining(SoundNet):
    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        logits = super().fuse(vectors)
        return logits.roll(1, 1) if self.training else logits


@net_caught_by("training-shows-in-prediction", "what is trained is not what predicts")
class StatisticsThatLag(SoundNet):
    def __init__(self, shapes: Mapping[str, Any], n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        self.norm = nn.BatchNorm1d(WIDTH, momentum=1e-6)

    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:
        vectors: torch.Tensor = self.norm(100 + 0.01 * super().encode(modality, x))
        return vectors


@net_caught_by("state-round-trips", "is lost in a checkpoint")
class TurnsAfterManySteps(SoundNet):
    steps = 0

    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        self.steps += self.training
        return super().fuse(vectors) * (1 if self.steps <= 15 else 2)


@net_caught_by("every-modality-counts", "other samples of m1 move the logits by")
class LastModalityIsNothing(SoundNet):
    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:
        factor = 1e-12 if modality == self.names[-1] else 1
        return super().encode(modality, x) * factor


@net_caught_by("what-is-frozen-does-not-move", "training moves inner.1.running_mean")
class FrozenTrunkInside(SoundNet):
    def __init__(self, shapes: Mapping[str, Any], n_classes: int) -> None:
        super().__init__(shapes, n_classes)
        size = shapes[self.names[0]][0]
        self.inner = nn.Sequential(nn.Linear(size, size), nn.BatchNorm1d(size, affine=False))
        self.inner.requires_grad_(False)

    def encode(self, modality: str, x: torch.Tensor) -> torch.Tensor:
        return super().encode(modality, self.inner(x) if modality == self.names[0] else x)


@net_caught_by("logits-are-no-probabilities", "logits are probabilities already")
class SoftmaxInside(SoundNet):
    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return super().fuse(vectors).softmax(1)


@net_caught_by("the-classifier-sees-what-is-embedded", "is not the input of the classifier")
class EmbedsSomethingElse(SoundNet):
    def fuse(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        logits: torch.Tensor = self.classifier(self.dropout(super().embed(vectors)))
        return logits

    def embed(self, vectors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return super().embed(vectors).square()


# -- another process ------------------------------------------------------------------------------


@caught("another-process-builds-the-same", "in another process, logits are others")
class OrderOfASet(Sound):
    def build(self, shapes: Mapping[str, tuple[int, ...]], n_classes: int) -> nn.Module:
        first = next(iter({f"{number}" for number in range(1000)}))
        torch.rand(int(first))
        return super().build(shapes, n_classes)


@caught("another-process-builds-the-same", "in another process, logits are others")
class RemembersWhatCameFirst(Sound):
    first: list[int] = []  # noqa: RUF012  # the fault: all share it

    def build(self, shapes: Mapping[str, tuple[int, ...]], n_classes: int) -> nn.Module:
        self.first.append(n_classes)
        torch.rand(self.first[0])
        return super().build(shapes, n_classes)


class HashedTrunkNet(SoundNet):
    def trunk(self, shape: tuple[int, ...]) -> Trunk:
        return Trunk(key=f"toy {hash('toy')}", shape=(DEEP,), load=lambda: frozen(shape))


@caught("another-process-builds-the-same", "the key of the trunk of m1 is another")
class HashedTrunk(Sound):
    net = HashedTrunkNet
