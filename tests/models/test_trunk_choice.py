"""A frozen trunk's outputs depend on its key and its input alone."""

from __future__ import annotations

import pytest
import torch
from torch.testing import assert_close

from albench.models.trunk_choice import TrunkChoice
from albench.models.trunks import TRUNKS, trunk_kind

_SHAPE = (3, 32, 32)


def _trunk(**options: object) -> TrunkChoice:
    return TrunkChoice(**{"name": "small", "weights": "random", **options})  # type: ignore[arg-type]  # varied


def test_a_random_frozen_trunk_is_the_same_each_time() -> None:
    images = torch.rand(2, *_SHAPE)
    one, again = (_trunk(seed=3).fixed(_SHAPE, pooled=True).load() for _ in range(2))

    assert_close(one(images), again(images), atol=0, rtol=0)


def test_loading_leaves_the_global_generator_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)

    _trunk().fixed(_SHAPE, pooled=True).load()

    assert_close(torch.rand(3), expected, atol=0, rtol=0)


@pytest.mark.parametrize(
    "other",
    [
        _trunk(seed=1).fixed(_SHAPE, pooled=True),
        _trunk().fixed(_SHAPE, pooled=False),
        _trunk().fixed((1, 32, 32), pooled=True),
        _trunk(name="resnet18").fixed(_SHAPE, pooled=True),
    ],
    ids=["seed", "pooling", "channels", "architecture"],
)
def test_what_changes_the_outputs_changes_the_key(other: object) -> None:
    assert _trunk().fixed(_SHAPE, pooled=True).key != other.key  # type: ignore[attr-defined]  # a Trunk


def test_a_loaded_trunk_is_frozen_and_in_evaluation_mode() -> None:
    module = _trunk(name="resnet18").fixed(_SHAPE, pooled=True).load()

    assert not any(parameter.requires_grad for parameter in module.parameters())
    assert not any(part.training for part in module.modules())


@pytest.mark.parametrize("name", ["resnet18", "efficientnet-lite0", "inception-v3"])
def test_random_trunks_tell_images_apart(name: str) -> None:
    if name == "efficientnet-lite0":
        pytest.importorskip("efficientnet_lite_pytorch")
    torch.manual_seed(0)
    module = _trunk(name=name).fixed((3, 80, 80), pooled=True).load()

    outputs = module(torch.rand(8, 3, 5, 5).repeat_interleave(16, 2).repeat_interleave(16, 3))

    spread = outputs.std(0).mean() / outputs.abs().mean()
    assert spread > 0.1
    assert 0.1 < outputs.abs().mean() < 100


def test_pooled_outputs_are_the_average_of_the_maps() -> None:
    images = torch.rand(2, *_SHAPE)
    maps = _trunk().fixed(_SHAPE, pooled=False).load()(images)

    pooled = _trunk().fixed(_SHAPE, pooled=True).load()(images)

    assert_close(pooled, maps.mean((2, 3)))


@pytest.mark.parametrize("name", TRUNKS)
def test_noise_for_calibration_is_large_enough_for_the_trunk(name: str) -> None:
    side = _trunk(name=name)._noise_side()

    assert trunk_kind(name).side(side) >= 2
    assert side == (107 if name == "inception-v3" else 64)
    assert _trunk(name=name, pixels=80)._noise_side() == 64  # which the trunk then resizes
