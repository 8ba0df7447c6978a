"""Which trunk, with which weights, and whether it learns or is run once for all."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from albench.api import Complaint, Trunk, WeightsError
from albench.models.pooling import GlobalAverage
from albench.models.trunks import require_fitting, trunk_kind
from albench.models.weights import IMAGENET, RANDOM, load_weights, weights_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from albench.api import Shapes
    from albench.models.trunks import ImageTrunk

_TRANSFORM = 1
"""Raised when normalisation, calibration or pooling change, so that cached outputs are not used."""

_NOISE_SIDE, _OCTAVES = 64, (1, 2, 4, 8, 16, 32, 64)
"""Sides in pixels: of the noise for calibration, where a trunk can see it, and of its octaves."""


@dataclass(frozen=True, kw_only=True)
class TrunkChoice:
    """Which trunk, with which weights, and whether it learns.

    Parameters
    ----------
    name : str
        One of `albench.models.trunks.TRUNKS`.
    weights : str or None
        ``imagenet`` or ``random``; None is ``imagenet`` where there are such weights, else
        ``random``.
    file : pathlib.Path or None
        A ``.safetensors`` or ``.pth`` file of weights; then `weights` must be None.
    seed : int
        The seed of random weights of a frozen trunk. Random weights of one that learns are drawn
        from torch's global generator, as those of every other layer.
    frozen : bool
        Whether the trunk never changes, so that its outputs can be cached.
    lr_scale : float
        A factor on the learning rate of one that learns and starts from trained weights; random
        ones learn at the full rate.
    pixels : int or None
        The side to which images are resized first; None leaves them.
    """

    name: str
    weights: str | None = None
    file: Path | None = None
    seed: int = 0
    frozen: bool = True
    lr_scale: float = 0.1
    pixels: int | None = None

    @property
    def source(self) -> str:
        """What `weights` and `file` come to: ``imagenet``, ``random`` or the path of a file."""
        if self.file is not None and self.weights is not None:
            problem = f"found both {self.weights!r} and a weights_file; leave one of them out"
            raise WeightsError([Complaint("option weights", problem)])
        if self.file is not None:
            return str(self.file.expanduser().absolute())
        if self.weights is not None:
            return self.weights
        return IMAGENET if trunk_kind(self.name).pretrained else RANDOM

    @property
    def features(self) -> int:
        """Channels of the trunk's maps."""
        return trunk_kind(self.name).features

    @property
    def rate(self) -> float:
        """The factor on the learning rate that `lr_scale` comes to."""
        return 1.0 if self.source == RANDOM else self.lr_scale

    def require_fitting(self, shapes: Shapes) -> None:
        """Raise `DataError` if the images of any modality do not fit the trunk."""
        require_fitting(self.name, shapes, self.pixels)

    def learning(self, channels: int) -> ImageTrunk:
        """Return a trunk that learns, as it starts, for images of so many channels.

        It is in training mode. Raises `WeightsError` if its weights cannot be had or do not fit.
        """
        kind = trunk_kind(self.name)
        trunk = kind.build(channels, self.pixels)
        if self.source != RANDOM:
            load_weights(trunk, kind, self.source)
        return trunk

    def fixed(self, shape: tuple[int, ...], *, pooled: bool) -> Trunk:
        """Return a frozen trunk for the cache; nothing heavy is built until it is loaded.

        Parameters
        ----------
        shape : tuple of int
            Channels, height and width of the images.
        pooled : bool
            Whether its outputs are averaged over the maps.

        Returns
        -------
        Trunk
            Its outputs have the shape ``(features,)`` if pooled, else ``(features, h, w)``.

        Raises
        ------
        WeightsError
            If a file of weights is not there.
        """
        kind = trunk_kind(self.name)
        channels, *own = shape
        sides = [self.pixels or side for side in own]
        resized = f" resized {self.pixels}" if self.pixels else ""
        key = (
            f"{self.name} {weights_name(kind, self.source, self.seed)} channels {channels}{resized}"
        )
        pooling = "averaged" if pooled else "maps"
        return Trunk(
            key=f"{key} {pooling} transform {_TRANSFORM}",
            shape=(kind.features,) if pooled else (kind.features, *map(kind.side, sides)),
            load=lambda: self._load(channels, pooled=pooled),
        )

    def _load(self, channels: int, *, pooled: bool) -> nn.Module:
        if self.source == RANDOM:
            with _seeded(self.seed):
                trunk = trunk_kind(self.name).build(channels, self.pixels)
                _calibrate(trunk, _noise(channels, self._noise_side()))
        else:
            trunk = self.learning(channels)
        module = nn.Sequential(trunk, GlobalAverage()) if pooled else trunk
        return module.eval().requires_grad_(False)

    def _noise_side(self) -> int:
        """Return the smallest side, from 64 pixels up, at which the last maps are 2x2 or larger.

        Maps of one position would give each batch norm no more numbers than there are images.
        """
        if self.pixels is not None:  # the trunk resizes whatever it is given
            return _NOISE_SIDE
        kind = trunk_kind(self.name)
        sides = itertools.count(max(_NOISE_SIDE, kind.smallest))
        return next(side for side in sides if kind.side(side) >= 2)


def _calibrate(trunk: ImageTrunk, images: torch.Tensor) -> None:
    """Set the batch norms of a random trunk once, on noise that is like photographs.

    A frozen trunk never sees a batch in training mode. With batch norms as they are made, random
    activations hardly differ between images (ResNet-50: by 6 %) or vanish with depth
    (EfficientNet-Lite0: 1e-9 at the end).
    """
    norms = [part for part in trunk.modules() if isinstance(part, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = None  # an average over all batches: of the one there is
    with torch.no_grad():
        trunk.train()(images)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


def _noise(channels: int, side: int) -> torch.Tensor:
    """Return images in 0..1 with detail of all sizes and the contrast of photographs, 0.25."""
    octaves = [torch.rand(32, channels, own, own) - 0.5 for own in _OCTAVES]
    total = torch.stack(
        [
            nn.functional.interpolate(octave, size=(side, side), mode="bilinear")
            for octave in octaves
        ]
    ).sum(0)
    return (0.5 + 0.25 * total / total.std()).clamp(0, 1)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    # torch's layers draw from the global generator alone; models see only albench.api, so that
    # albench.seeds.torch_seeded is out of reach here. Trunks are loaded on the CPU.
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        yield
