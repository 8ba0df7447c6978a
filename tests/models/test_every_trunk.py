"""Every model works on every trunk it offers, frozen or not, wherever the weights come from."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import torch
from torch import nn

from albench.api import WeightsError
from albench.models.plugin import albench_models
from albench.models.trunks import TRUNKS, trunk_kind
from albench.models.weights import IMAGENET, RANDOM

if TYPE_CHECKING:
    from pathlib import Path

    from albench.api import Descriptor

FILE = "file"


class _Combination(NamedTuple):
    model: Descriptor
    trunk: str
    frozen: bool
    weights: str

    def __str__(self) -> str:
        state = "frozen" if self.frozen else "learning"
        return f"{self.model.name} {self.trunk} {state} {self.weights}"


def _trunks(model: Descriptor) -> tuple[str, ...]:
    """Return the trunks that a model offers: those of its option, or the one of its name."""
    options = {option.name: option for option in model.options}
    if "trunk" in options:
        return tuple(map(str, options["trunk"].choices))
    return (model.name,) if "weights" in options else ()


_COMBINATIONS = [
    _Combination(*parts)
    for model in albench_models()
    for parts in product([model], _trunks(model), [True, False], [RANDOM, FILE, IMAGENET])
]


def test_every_trunk_and_every_model_with_a_trunk_is_tried() -> None:
    assert {each.trunk for each in _COMBINATIONS} == set(TRUNKS)
    assert {model.name for model in albench_models()} - {
        each.model.name for each in _COMBINATIONS
    } == {"dlre", "logistic", "sklearn"}  # weights that always start anew, or no images


LIGHT = ("small", "resnet18", "efficientnet-lite0")
"""Trunks that are built in a fraction of a second."""


def _tried_with(combination: _Combination) -> list[pytest.MarkDecorator]:
    """Leave to the long tests what neither the trunk, with `mmfn`, nor the model, shows here.

    Of a trunk that takes longer than `small`, frozen ones have a file's weights and those that
    learn have random ones: where weights come from does not depend on who changes them.
    """
    is_shown = combination.model.name == "mmfn" or combination.trunk in ("small", "resnet18")
    is_only = len(_trunks(combination.model)) == 1
    is_light = combination.trunk in LIGHT
    is_usual_pair = combination.frozen == (combination.weights == FILE)
    is_paired = combination.trunk == "small" or combination.weights == IMAGENET or is_usual_pair
    return [] if is_light and is_paired and (is_shown or is_only) else [pytest.mark.sweep]


def _refused_with(combination: _Combination) -> list[pytest.MarkDecorator]:
    """Leave to the long tests what a frozen trunk of `mmfn`, and one of each model, show here."""
    is_shown = combination.frozen and combination.model.name == "mmfn"
    is_only = combination.frozen and len(_trunks(combination.model)) == 1
    is_light = combination.trunk in LIGHT
    return [] if is_shown or is_only or is_light else [pytest.mark.sweep]


@pytest.fixture(scope="module")
def file_of(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What gives a file of weights for a trunk, written once."""
    folder = tmp_path_factory.mktemp("weights")

    @cache
    def written(trunk: str) -> Path:
        torch.manual_seed(0)  # some first weights let nothing through to the classifier
        body: Any = trunk_kind(trunk).build(3).body
        path = folder / f"{trunk}.pth"
        torch.save(getattr(body, "net", body).state_dict(), path)
        return path

    return written


@pytest.fixture
def _offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OSError("Network is unreachable")

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", unreachable)


def _net(combination: _Combination, shapes: Any, weights_file: Path | None, **more: object) -> Any:
    options = {option.name: option.default for option in combination.model.options}
    options |= {"frozen": combination.frozen, **more}
    if "trunk" in options:
        options["trunk"] = combination.trunk
    else:  # images as small as can be, for which there is no auxiliary head
        options |= {"pixels": trunk_kind(combination.trunk).smallest, "auxiliary_weight": 0}
    if weights_file is None:
        options["weights"] = combination.weights
    else:
        options["weights_file"] = weights_file
    module, _, attribute = combination.model.target.partition(":")
    torch.manual_seed(0)
    return getattr(import_module(module), attribute)(**options).build(shapes, 3)


def _require_packages(trunk: str) -> None:
    if trunk == "efficientnet-lite0":
        pytest.importorskip("efficientnet_lite_pytorch")


def _learns(net: Any, shapes: Any) -> None:
    """Assert that loss and gradients are finite on samples that went through the trunks."""
    torch.manual_seed(0)
    samples = {name: torch.rand(2, *shape) for name, shape in shapes.items()}
    for name, trunk in net.trunks.items():
        samples[name] = trunk.load()(samples[name])
        assert samples[name].shape == (2, *trunk.shape)
        assert samples[name].std(0).max() > 0, "all images look the same"
    net.train()
    torch.autograd.backward(nn.functional.cross_entropy(net(samples), torch.tensor([0, 2])))
    assert all(
        torch.isfinite(part.grad).all() for part in net.parameters() if part.grad is not None
    )
    assert net.classifier.weight.grad.abs().sum() > 0


def _shapes(trunk: str) -> dict[str, tuple[int, ...]]:
    side = max(32, trunk_kind(trunk).smallest)
    shapes = {"colour": (3, side, side), "grey": (1, side, side + 1), "table": (4,)}
    if trunk == "small":
        del shapes["grey"]  # a file's weights are of three channels
    return shapes


def _needs_a_network(combination: _Combination) -> bool:
    # EfficientNet-Lite0's weights come in a package.
    return combination.weights == IMAGENET and combination.trunk != "efficientnet-lite0"


@pytest.mark.parametrize(
    "combination",
    [
        pytest.param(x, marks=_tried_with(x), id=str(x))
        for x in _COMBINATIONS
        if not _needs_a_network(x)
    ],
)
def test_every_combination_learns(combination: _Combination, file_of: Any) -> None:
    _require_packages(combination.trunk)
    shapes = _shapes(combination.trunk)
    weights_file = file_of(combination.trunk) if combination.weights == FILE else None

    _learns(_net(combination, shapes, weights_file), shapes)


@pytest.mark.usefixtures("_offline")
@pytest.mark.parametrize(
    "combination",
    [
        pytest.param(x, marks=_refused_with(x), id=str(x))
        for x in _COMBINATIONS
        if _needs_a_network(x)
    ],
)
def test_weights_that_cannot_be_had_are_said_with_the_option(combination: _Combination) -> None:
    shapes = _shapes(combination.trunk)
    advice = "set weights = 'random' or give a weights_file|give it as the option weights_file"

    with pytest.raises(WeightsError, match=advice):
        _learns(_net(combination, shapes, None), shapes)


@pytest.mark.parametrize("trunk", TRUNKS)
def test_a_gate_that_needs_maps_works_on_every_trunk(trunk: str) -> None:
    _require_packages(trunk)
    side = max(64, trunk_kind(trunk).smallest)
    shapes = {"colour": (3, side, side)}
    (model,) = (descriptor for descriptor in albench_models() if descriptor.name == "mmfn")

    _learns(_net(_Combination(model, trunk, True, RANDOM), shapes, None, pools="avg+max"), shapes)
