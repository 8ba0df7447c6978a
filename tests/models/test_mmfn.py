"""The fusion network follows the paper, for any number of modalities, frozen or not."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch.nn.functional import cross_entropy
from torch.testing import assert_close

from albench.api import WeightsError
from albench.models.mmfn import Mmfn
from albench.models.stream_heads import HeadedFusion

if TYPE_CHECKING:
    from albench.models.late_fusion import LateFusion

_SHAPES = {"a.b": (3, 32, 32), "grey": (1, 32, 32), "table": (7,), "more": (3,)}


def _shapes(n: int) -> dict[str, tuple[int, ...]]:
    return dict(list(_SHAPES.items())[:n])


def _inputs(net: LateFusion, shapes: dict[str, tuple[int, ...]], n: int = 5) -> Any:  # of tensors
    torch.manual_seed(1)
    images = {name: torch.rand(n, *shape) for name, shape in shapes.items()}
    return {
        name: net.trunks[name].load()(x) if name in net.trunks else x for name, x in images.items()
    }


@pytest.mark.parametrize("n", [1, 2, 4])
@pytest.mark.parametrize("frozen", [True, False])
def test_any_number_of_modalities_gives_logits(n: int, frozen: bool) -> None:
    net = Mmfn(trunk="small", frozen=frozen).build(_shapes(n), 5)

    assert net(_inputs(net, _shapes(n))).shape == (5, 5)


def test_forward_is_fuse_after_encode() -> None:
    net = Mmfn(trunk="small").build(_SHAPES, 3).eval()
    samples = _inputs(net, _SHAPES)

    vectors = {name: net.encode(name, x) for name, x in samples.items()}

    assert_close(net.fuse(vectors), net(samples))


def test_the_embedding_is_what_the_classifier_sees() -> None:
    net = Mmfn(trunk="small").build(_SHAPES, 3).eval()
    vectors = {name: net.encode(name, x) for name, x in _inputs(net, _SHAPES).items()}

    embedded = net.embed(vectors)

    assert embedded.shape == (5, 4 * 256)
    assert_close(net.classifier(embedded), net.fuse(vectors))


def test_all_randomness_of_training_sits_in_fuse() -> None:
    net = Mmfn(trunk="small", frozen=False).build(_SHAPES, 3).train()
    samples = _inputs(net, _SHAPES)
    vectors = {name: net.encode(name, x) for name, x in samples.items()}

    for name, x in samples.items():
        assert_close(net.encode(name, x), vectors[name], atol=0, rtol=0)
    assert not torch.equal(net.fuse(vectors), net.fuse(vectors))


def test_rows_are_independent_in_evaluation_mode() -> None:
    net = Mmfn(trunk="resnet18", weights="random", frozen=False).build({"a": (3, 32, 32)}, 3).eval()
    images = torch.rand(4, 3, 32, 32)

    assert_close(net.encode("a", images)[2:3], net.encode("a", images[2:3]), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("pools", ["avg", "avg+max"])
def test_a_frozen_trunk_gives_the_full_networks_logits(
    tmp_path: Path, channels: int, pools: str
) -> None:
    shapes = {"image": (channels, 64, 64), "table": (7,)}
    full = Mmfn(trunk="resnet18", weights="random", frozen=False, pools=pools).build(shapes, 5)
    trunk = full.streams[0].front
    torch.save(trunk.body.net.state_dict(), tmp_path / "w.pth")  # type: ignore[union-attr]  # a ResNet
    frozen = Mmfn(trunk="resnet18", weights_file=tmp_path / "w.pth", pools=pools).build(shapes, 5)
    frozen.load_state_dict(full.state_dict(), strict=False)
    samples = {"image": torch.rand(4, channels, 64, 64), "table": torch.rand(4, 7)}
    outputs = {**samples, "image": frozen.trunks["image"].load()(samples["image"])}

    collapsed = pools == "avg"
    assert frozen.trunks["image"].shape == ((512,) if collapsed else (512, 2, 2))
    assert_close(frozen.eval()(outputs), full.eval()(samples), atol=1e-5, rtol=0)


def test_building_a_frozen_network_builds_no_trunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision.models", None)

    net = Mmfn(weights="random").build({"a": (3, 224, 224)}, 5)

    assert net.trunks["a"].shape == (2048,)


def test_weights_come_from_the_global_generator_alone() -> None:
    states = []
    for _ in range(2):
        torch.manual_seed(7)
        states.append(Mmfn(trunk="small", frozen=False).build(_SHAPES, 3).state_dict())

    assert_close(states[0], states[1], atol=0, rtol=0)


def test_shared_streams_share_weights_between_equal_shapes_only() -> None:
    shapes = {"a": (3, 8, 8), "b": (3, 8, 8), "c": (1, 8, 8), "d": (4,)}
    net = Mmfn(trunk="small", frozen=False, share_streams=True).build(shapes, 3)

    assert [net.stream_of[name] for name in shapes] == [0, 0, 1, 2]


def test_a_trained_trunk_learns_more_slowly_than_new_layers(tmp_path: Path) -> None:
    torch.manual_seed(0)
    first = Mmfn(trunk="small", frozen=False).build({"a": (3, 8, 8)}, 3)
    torch.save(first.streams[0].front.body.state_dict(), tmp_path / "w.pth")  # type: ignore[union-attr]  # a module
    net = Mmfn(trunk="small", weights_file=tmp_path / "w.pth", frozen=False).build(
        {"a": (3, 8, 8), "t": (4,)}, 3
    )

    new, trunk = net.parameter_groups()

    assert (new["lr_scale"], trunk["lr_scale"]) == (1.0, 0.1)
    assert len(trunk["params"]) == len(list(first.streams[0].front.parameters()))  # type: ignore[union-attr]  # a module
    assert len(new["params"]) + len(trunk["params"]) == len(list(net.parameters()))


def test_a_random_trunk_learns_at_the_full_rate() -> None:
    net = Mmfn(trunk="small", frozen=False).build({"a": (3, 8, 8)}, 3)

    (group,) = net.parameter_groups()

    assert group["lr_scale"] == 1.0
    assert len(group["params"]) == len(list(net.parameters()))


def test_a_missing_weights_file_is_said_when_the_network_is_built() -> None:
    with pytest.raises(WeightsError, match=r"absent\.pth"):
        Mmfn(weights_file=Path("absent.pth")).build({"a": (3, 64, 64)}, 3)


def test_two_sources_of_weights_are_refused() -> None:
    with pytest.raises(WeightsError, match="both 'random' and a weights_file"):
        Mmfn(weights="random", weights_file=Path("w.pth")).build({"a": (3, 64, 64)}, 3)


def test_heads_of_modalities_add_their_cross_entropies_in_training() -> None:
    torch.manual_seed(0)
    net = Mmfn(trunk="small", stream_heads=True, dropout=0.0).build(_SHAPES, 3).train()
    assert isinstance(net, HeadedFusion)
    samples, targets = _inputs(net, _SHAPES), torch.tensor([0, 1, 2, 0, 1])
    net(samples)
    vectors = [net.encode(name, x) for name, x in samples.items()]
    each = [
        cross_entropy(head(vector), targets)
        for head, vector in zip(net.heads, vectors, strict=True)
    ]

    loss = net.auxiliary_loss(targets)
    torch.autograd.backward(loss)

    assert_close(loss, sum(each))
    assert all(head.weight.grad is not None for head in net.heads.children())
    necks: list[Any] = [stream.neck for stream in net.streams]
    assert all(neck.pointwise.weight.grad.abs().sum() > 0 for neck in necks)
    assert net.classifier.weight.grad is None


def test_heads_change_neither_first_weights_nor_predictions_and_can_be_copied() -> None:
    torch.manual_seed(0)
    plain = Mmfn(trunk="small").build(_SHAPES, 3).eval()
    torch.manual_seed(0)
    headed = Mmfn(trunk="small", stream_heads=True).build(_SHAPES, 3).eval()
    samples = _inputs(plain, _SHAPES)

    assert_close(headed(samples), plain(samples), atol=0, rtol=0)
    copy.deepcopy(headed)  # which fails if the graph of a batch is kept
    assert not hasattr(plain, "auxiliary_loss")


def test_modalities_that_share_a_stream_have_heads_of_their_own() -> None:
    shapes = {"left": (4,), "right": (4,)}
    net = Mmfn(trunk="small", stream_heads=True, share_streams=True).build(shapes, 3)
    assert isinstance(net, HeadedFusion)

    assert len(net.streams) == 1
    assert len(net.heads) == 2
