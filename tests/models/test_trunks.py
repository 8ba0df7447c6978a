"""Trunks give maps of the announced shape, and refuse images that they cannot take."""

from __future__ import annotations

import pytest
import torch
from torch.testing import assert_close

from albench.api import DataError, WeightsError
from albench.models.trunks import TRUNKS, require_fitting, trunk_kind


@pytest.mark.parametrize(
    ("name", "side"), [("small", 8), ("small", 9), ("resnet18", 64), ("resnet18", 70)]
)
def test_maps_have_the_announced_shape(name: str, side: int) -> None:
    kind = trunk_kind(name)
    trunk = kind.build(3).eval()

    maps = trunk(torch.rand(2, 3, side, side))

    assert maps.shape == (2, kind.features, kind.side(side), kind.side(side))


@pytest.mark.parametrize("side", [64, 100, 224])
def test_lite0_maps_have_the_announced_shape(side: int) -> None:
    pytest.importorskip("efficientnet_lite_pytorch")
    kind = trunk_kind("efficientnet-lite0")

    maps = kind.build(3).eval()(torch.rand(1, 3, side, side))

    assert maps.shape == (1, 1280, kind.side(side), kind.side(side))


def test_resnet50_has_2048_channels_at_stride_32() -> None:
    maps = trunk_kind("resnet50").build(3).eval()(torch.rand(1, 3, 64, 96))

    assert maps.shape == (1, 2048, 2, 3)


def test_a_grey_image_is_repeated_to_three_channels() -> None:
    trunk = trunk_kind("resnet18").build(1).eval()
    grey = torch.rand(2, 1, 32, 32)

    assert_close(trunk(grey), trunk(grey.repeat(1, 3, 1, 1)))


def test_images_are_normalised_by_imagenet_statistics() -> None:
    trunk = trunk_kind("resnet18").build(3)
    trunk.body = torch.nn.Identity()

    white = trunk(torch.ones(1, 3, 2, 2))[0, :, 0, 0]

    assert_close(white, torch.tensor([2.2489, 2.4286, 2.6400]), atol=1e-4, rtol=0)


def test_lite0_never_drops_a_path_in_training() -> None:
    pytest.importorskip("efficientnet_lite_pytorch")
    trunk = trunk_kind("efficientnet-lite0").build(3).train()
    images = torch.rand(2, 3, 32, 32)

    assert_close(trunk(images), trunk(images), atol=0, rtol=0)


def test_every_image_modality_that_does_not_fit_is_named() -> None:
    shapes = {"rgba": (4, 64, 64), "tiny": (3, 8, 8), "table": (4,), "good": (1, 64, 64)}

    with pytest.raises(DataError) as caught:
        require_fitting("efficientnet-lite0", shapes)

    rgba, tiny = map(str, caught.value.complaints)
    assert "'rgba'" in rgba
    assert "4 channels, allowed are 1 (grey) or 3" in rgba
    assert "'tiny'" in tiny
    assert "8x8 pixels, efficientnet-lite0 needs 32x32" in tiny


def test_an_unknown_trunk_is_answered_with_the_list() -> None:
    with pytest.raises(WeightsError, match=r"'resnet5'.*resnet50, resnet18"):
        trunk_kind("resnet5")


def test_every_trunk_says_which_weights_it_has() -> None:
    assert [name for name, kind in TRUNKS.items() if kind.pretrained is None] == ["small"]
