"""Sample data in shapes that a model accepts, and the networks that it builds for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from albench.errors import DataError, WeightsError
from albench.learn.network import build_network
from albench.learn.train_eval_modes import evaluating
from albench.seeds import torch_seeded
from albench.testing.checks import Skip, Violation
from albench.testing.descriptor_claims import counts, usual_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray
    from torch import nn

    from albench.api import Trunk
    from albench.api.model import Network
    from albench.testing.specimen import Specimen

    Shape = tuple[int, ...]

VECTOR = (6,)
IMAGES = ((1, 8, 8), (3, 8, 8), (3, 32, 32), (3, 80, 80), (3, 224, 224))
"""Images to try, smallest first: the first shape that a model accepts is used."""

ROUNDING = 1e-4
"""The tolerance for equal computations, relative to the largest number."""

TINY = 1e-7

N_SAMPLES, N_CLASSES = 12, 3


@dataclass(frozen=True, eq=False, kw_only=True)
class Samples:
    """Samples of some modalities.

    Parameters
    ----------
    shapes : mapping of str to tuple of int
        The shape of a sample of each modality.
    n_classes : int
        The number of classes.
    raw : mapping of str to ndarray, shape (n, *shape)
        As a loader returns them: images of uint8, vectors of float32.
    arrays : mapping of str to ndarray
        As the streams take them: outputs of frozen trunks in place of images.
    """

    shapes: Mapping[str, Shape]
    n_classes: int
    raw: Mapping[str, NDArray[Any]]
    arrays: Mapping[str, NDArray[Any]]

    def tensors(self, rows: slice = slice(None)) -> dict[str, torch.Tensor]:
        """Return the rows as `FusionNet.encode` takes them: float32, new at each call."""
        return {name: scaled(values[rows]) for name, values in self.arrays.items()}


def scaled(values: NDArray[Any]) -> torch.Tensor:
    """Return a copy of samples ``(n, *shape)`` as float32: images in 0..1, vectors as they are."""
    tensor = torch.from_numpy(values.copy())
    return tensor.float() / 255 if values.dtype == np.uint8 else tensor


def built(
    specimen: Specimen, samples: Samples, seed: int = 0, n_classes: int | None = None
) -> Network:
    """Return a new network for samples, in training mode; the seed determines its weights.

    `n_classes` is the samples' own unless it is given.
    """
    with torch_seeded(seed):
        return build_network(specimen.build(), samples.shapes, n_classes or samples.n_classes)


def usual_samples(specimen: Specimen) -> Samples:
    """Return samples of two modalities, or of as few as the model takes.

    They are a vector and an image, if it takes both.
    """
    return samples_of(specimen, usual_count(specimen.descriptor))


@lru_cache(maxsize=16)
def samples_of(specimen: Specimen, n_modalities: int) -> Samples:
    """Return samples of a number of modalities, in shapes that the model accepts.

    They are the same every time.
    """
    kinds = accepted_shapes(specimen).taken
    shapes = {f"m{i}": kinds[i % len(kinds)] for i in range(n_modalities)}
    return _samples_of_shapes(specimen, shapes)


@dataclass(frozen=True)
class AcceptedShapes:
    """The shapes of samples that a model accepts.

    Parameters
    ----------
    taken : tuple of tuple of int
        A shape of vectors and one of images, or one of the two.
    untried : str
        Why larger images could not be tried; empty if they could.
    """

    taken: tuple[Shape, ...]
    untried: str = ""


@lru_cache(maxsize=16)
def accepted_shapes(specimen: Specimen) -> AcceptedShapes:
    """Return which of a few shapes a model accepts, at least one.

    Raises `Skip` if its weights are unavailable and it takes no vectors, and `Violation` if it
    accepts none of the shapes.
    """
    vectors, images = _first_taken(specimen, (VECTOR,)), _first_taken(specimen, IMAGES)
    taken = tuple(part for part in (vectors, images) if isinstance(part, tuple))
    untried = images if isinstance(images, str) else ""
    if not taken:
        if untried:
            raise Skip(untried)
        raise Violation(
            f"it takes no samples of the shapes {VECTOR}, {', '.join(map(str, IMAGES))}"
        )
    return AcceptedShapes(taken, untried)


def _first_taken(specimen: Specimen, shapes: Iterable[Shape]) -> Shape | str | None:
    """Return the first accepted shape, or why weights are unavailable, or None."""
    low = counts(specimen.descriptor)[0]
    for shape in shapes:
        try:
            _samples_of_shapes(specimen, {f"m{i}": shape for i in range(low)})
        except WeightsError as error:
            return f"images of {shape} need weights that are unavailable: {error}"
        except DataError:
            continue  # it refuses such samples, as it may
        return shape
    return None


def _samples_of_shapes(specimen: Specimen, shapes: Mapping[str, Shape]) -> Samples:
    rng = np.random.default_rng(8)
    raw = {name: _samples(rng, shape) for name, shape in shapes.items()}
    return through_trunks(specimen, raw, N_CLASSES)


def _samples(rng: np.random.Generator, shape: Shape) -> NDArray[Any]:
    if len(shape) == 1:
        return rng.normal(size=(N_SAMPLES, *shape)).astype(np.float32)
    return rng.integers(256, size=(N_SAMPLES, *shape)).astype(np.uint8)


def through_trunks(specimen: Specimen, raw: Mapping[str, NDArray[Any]], n_classes: int) -> Samples:
    """Return raw samples ``(n, *shape)`` with the outputs of the model's frozen trunks."""
    shapes = {name: values.shape[1:] for name, values in raw.items()}
    with torch_seeded(0):
        trunks = build_network(specimen.build(), shapes, n_classes).trunks
    arrays = {
        name: through(trunks[name], values) if name in trunks else values
        for name, values in raw.items()
    }
    return Samples(shapes=shapes, n_classes=n_classes, raw=raw, arrays=arrays)


def through(trunk: Trunk, values: NDArray[Any]) -> NDArray[np.float32]:
    """Return the outputs ``(n, *trunk.shape)`` of a frozen trunk, as in the cache."""
    with torch.inference_mode():
        outputs: NDArray[np.float32] = trunk.load()(scaled(values)).numpy()
    return outputs


def logits(net: Network, samples: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """Return ``(n, n_classes)`` logits in evaluation mode, computed by `encode` and `fuse`."""
    with torch.no_grad(), evaluating(net):
        return net.fuse(encoded(net, samples))


def encoded(net: Network, samples: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return ``(n, d)`` vectors of each modality, in the current mode of the network."""
    return {name: net.encode(name, x) for name, x in samples.items()}


def heads(net: Network) -> dict[str, Callable[[Mapping[str, torch.Tensor]], torch.Tensor]]:
    """Return what a network computes of vectors, by name."""
    return {"fuse": net.fuse, "embed": net.embed}


def copied_state(net: nn.Module) -> dict[str, torch.Tensor]:
    """Return a copy of a network's weights and buffers."""
    return {name: tensor.clone() for name, tensor in net.state_dict().items()}


def changed_state(net: nn.Module, before: Mapping[str, torch.Tensor]) -> list[str]:
    """Return the names of weights and buffers that differ from what `copied_state` returned."""
    return [name for name, value in net.state_dict().items() if not value.equal(before[name])]


def require_close(actual: torch.Tensor, expected: torch.Tensor, what: str) -> None:
    """Raise if two tensors differ by more than rounding errors of a deep network.

    The message begins with `what` is wrong if they do, and gives the largest difference.
    """
    if actual.shape != expected.shape:
        raise Violation(f"{what}: shapes {tuple(actual.shape)} and {tuple(expected.shape)}")
    if not expected.numel():
        return
    worst, scale = float((actual - expected).abs().max()), float(expected.abs().max())
    if not worst <= ROUNDING * scale + TINY:  # NaN is no rounding either
        raise Violation(f"{what}: numbers up to {scale:.2g} differ by {worst:.2g}")
