"""The baselines work with any number of modalities, and are what their descriptions say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from albench.api import DataError, WeightsError
from albench.models.dlre import Dlre
from albench.models.inception import AidedFusion, InceptionV3
from albench.models.plain import Plain

if TYPE_CHECKING:
    from albench.models.late_fusion import LateFusion

_SHAPES = {"colour": (3, 80, 70), "grey": (1, 80, 80), "table": (7,), "more": (3,)}
_MODELS: dict[str, Any] = {
    "resnet50 of resnet18": Plain(trunk="resnet18", weights="random"),
    "resnet50 that learns": Plain(trunk="resnet18", weights="random", frozen=False),
    "dlre": Dlre(channels=4),
    "dlre flattened": Dlre(channels=4, flatten=True, batch_norm=False),
    "inception that learns": InceptionV3(
        weights="random", frozen=False, pixels=80, auxiliary_weight=0
    ),
}


def _inputs(net: LateFusion, shapes: dict[str, tuple[int, ...]], n: int = 3) -> Any:  # of tensors
    torch.manual_seed(1)
    samples = {name: torch.rand(n, *shape) for name, shape in shapes.items()}
    frozen = {name: trunk.load()(samples[name]) for name, trunk in net.trunks.items()}
    return {**samples, **frozen}


def _any_number() -> list[Any]:
    """Return models with numbers of modalities; two take long where a trunk is wide."""
    light = ("dlre", "dlre flattened")
    return [
        pytest.param(name, n, marks=[pytest.mark.sweep] * (n == 2 and name not in light))
        for name in _MODELS
        for n in (1, 2, 4)
    ]


@pytest.mark.parametrize(("name", "n"), _any_number())
def test_any_number_of_modalities_gives_logits(name: str, n: int) -> None:
    shapes: Any = dict(list(_SHAPES.items())[:n])
    net = _MODELS[name].build(shapes, 5).eval()
    samples = _inputs(net, shapes)

    vectors = {key: net.encode(key, x) for key, x in samples.items()}

    assert net(samples).shape == (3, 5)
    assert_close(net.fuse(vectors), net(samples))
    assert net.embed(vectors).shape == (3, net.classifier.in_features)


def test_the_plain_network_is_torchvisions_with_another_classifier() -> None:
    resnet = pytest.importorskip("torchvision.models").resnet18(weights=None).eval()
    net = Plain(trunk="resnet18", weights="random", frozen=False).build({"a": (3, 64, 64)}, 5)
    trunk: Any = net.eval().streams[0].front
    trunk.body.net.load_state_dict(resnet.state_dict(), strict=False)
    resnet.fc = net.classifier
    images = torch.rand(2, 3, 64, 64)

    assert_close(
        net({"a": images}), resnet((images - trunk.mean) / trunk.std), atol=1e-5, rtol=1e-4
    )


def test_the_inception_trunk_is_torchvisions() -> None:
    models = pytest.importorskip("torchvision.models")
    own = models.inception_v3(weights=None, init_weights=True, aux_logits=False).eval()
    own.fc = nn.Identity()
    model = InceptionV3(weights="random", frozen=False, pixels=80, auxiliary_weight=0)
    net = model.build({"a": (3, 80, 80)}, 5).eval()
    trunk: Any = net.streams[0].front
    trunk.body.net.load_state_dict(own.state_dict(), strict=False)
    # Random activations grow to 1e5 with depth, and their rounding with them: hence doubles.
    images = torch.rand(2, 3, 80, 80, dtype=torch.float64)

    assert_close(net.double().encode("a", images), own.double()(2 * images - 1), rtol=1e-6, atol=0)


def test_frozen_inception_outputs_have_the_announced_shape() -> None:
    shapes = {"square": (3, 75, 75), "grey": (1, 299, 299), "wide": (3, 100, 200)}
    net = InceptionV3(weights="random", frozen=True, pixels=75).build(shapes, 5)

    loaded: dict[str, Any] = {}  # equal keys are equal trunks

    for name, trunk in net.trunks.items():
        if trunk.key not in loaded:
            loaded[trunk.key] = trunk.load()
        outputs = loaded[trunk.key](torch.rand(1, *shapes[name]))
        assert outputs.shape == (1, *trunk.shape) == (1, 2048)
    assert set(net.trunks) == set(shapes)


def test_the_auxiliary_loss_is_the_heads_weighted_cross_entropy() -> None:
    torch.manual_seed(0)
    model = InceptionV3(weights="random", auxiliary_weight=0.4)
    net = model.build({"a": (3, 64, 64), "table": (4,)}, 5).train()
    targets = torch.tensor([0, 3])
    net({"a": torch.rand(2, 3, 64, 64), "table": torch.rand(2, 4)})
    assert isinstance(net, AidedFusion)
    (body,) = net._bodies
    middle = body.middle
    assert middle is not None
    assert middle.shape == (2, 768, 17, 17)
    net.auxiliaries.eval()  # whose norms would else change between the two
    expected = 0.4 * nn.functional.cross_entropy(net.auxiliaries[0](middle), targets)

    assert_close(net.auxiliary_loss(targets), expected)
    assert body.middle is None


def test_the_auxiliary_head_learns_and_reaches_the_trunk() -> None:
    net = InceptionV3(weights="random").build({"a": (3, 32, 32)}, 3).train()
    net({"a": torch.rand(2, 3, 32, 32)})
    assert isinstance(net, AidedFusion)

    torch.autograd.backward(net.auxiliary_loss(torch.tensor([0, 1])))

    assert all(parameter.grad is not None for parameter in net.auxiliaries.parameters())
    stem: Any = net._bodies[0].net
    assert stem.Conv2d_1a_3x3.conv.weight.grad.abs().sum() > 0


def test_vectors_alone_have_no_auxiliary_loss() -> None:
    net = InceptionV3(weights="random").build({"table": (4,)}, 3)
    assert isinstance(net, AidedFusion)

    assert net.auxiliary_loss(torch.tensor([0, 1])) == 0


def test_a_size_too_small_for_the_auxiliary_head_is_said() -> None:
    with pytest.raises(WeightsError, match=r"299 pixels, found pixels = 96; set auxiliary_weight"):
        InceptionV3(weights="random", pixels=96).build({"a": (3, 96, 96)}, 3)


def test_inception_refuses_what_it_cannot_see() -> None:
    with pytest.raises(DataError, match="2 channels"):
        InceptionV3(weights="random").build({"a": (2, 96, 96)}, 3)


def test_dlre_has_four_convolutions_each_twice_as_wide() -> None:
    net = Dlre().build({"a": (3, 64, 64)}, 5)

    widths = [part.out_channels for part in net.modules() if isinstance(part, nn.Conv2d)]

    assert widths == [32, 64, 128, 256]
    assert net.classifier.in_features == 256


def test_dlre_flattened_sees_every_position() -> None:
    net = Dlre(flatten=True).build({"a": (3, 64, 50)}, 5)

    assert net.classifier.in_features == 256 * 4 * 4


@pytest.mark.parametrize("name", _MODELS)
def test_all_randomness_of_training_sits_in_fuse(name: str) -> None:
    net = _MODELS[name].build({"grey": (1, 80, 80)}, 3).train()
    samples = _inputs(net, {"grey": (1, 80, 80)})
    first = net.encode("grey", samples["grey"])

    assert_close(net.encode("grey", samples["grey"]), first, atol=0, rtol=0)
