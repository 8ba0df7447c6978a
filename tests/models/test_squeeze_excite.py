"""The channel gate and the neck agree with their formulas written out."""

from __future__ import annotations

import pytest
import torch
from torch.testing import assert_close

from albench.models.squeeze_excite import ChannelGate, GatedNeck


def _neck(pools: str = "avg") -> GatedNeck:
    torch.manual_seed(0)
    return GatedNeck(12, 8, reduction=4, gate_bias=True, pools=pools)


def test_the_gate_is_the_sigmoid_of_two_layers() -> None:
    gate = ChannelGate(8, 4)
    vector = torch.rand(3, 8)
    hidden = (vector @ gate.squeeze.weight.T + gate.squeeze.bias).clamp(min=0)

    expected = 1 / (1 + torch.exp(-(hidden @ gate.excite.weight.T + gate.excite.bias)))

    assert_close(gate(vector), expected)


def test_the_hidden_layer_is_narrower_by_the_reduction() -> None:
    assert ChannelGate(256, 16).squeeze.weight.shape == (16, 256)
    assert ChannelGate(8, 16).squeeze.weight.shape == (1, 8)


def test_a_gate_without_bias_has_none() -> None:
    assert [name for name, _ in ChannelGate(8, 4, bias=False).named_parameters()] == [
        "squeeze.weight",
        "excite.weight",
    ]


def test_the_neck_is_convolution_gate_and_average_one_after_another() -> None:
    neck, maps = _neck(), torch.rand(3, 12, 5, 4)
    convolved = torch.einsum("oc,nchw->nohw", neck.pointwise.weight, maps)
    convolved = convolved + neck.pointwise.bias[:, None, None]
    factors = neck.gate(convolved.mean((2, 3)))

    assert_close(neck(maps), (factors[:, :, None, None] * convolved).mean((2, 3)))


def test_maximum_pooling_joins_the_average_before_the_sigmoid() -> None:
    neck, maps = _neck("avg+max"), torch.rand(3, 12, 5, 4)
    convolved = torch.einsum("oc,nchw->nohw", neck.pointwise.weight, maps)
    convolved = convolved + neck.pointwise.bias[:, None, None]

    def answer(vector: torch.Tensor) -> torch.Tensor:
        hidden: torch.Tensor = neck.gate.excite(torch.relu(neck.gate.squeeze(vector)))
        return hidden

    average, largest = convolved.mean((2, 3)), convolved.amax((2, 3))

    assert_close(neck(maps), torch.sigmoid(answer(average) + answer(largest)) * average)


@pytest.mark.parametrize("size", [1, 7])
def test_pooled_maps_give_the_same_vector_as_maps(size: int) -> None:
    neck, maps = _neck(), torch.rand(3, 12, size, size)

    assert_close(neck(maps.mean((2, 3))), neck(maps), atol=1e-6, rtol=1e-5)
