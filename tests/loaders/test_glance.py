"""Blank images are counted, whichever loader reads them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from albench import cli
from albench.loaders import images
from albench.loaders.public import busi, medmnist

WriteCsv = Callable[..., Path]
WritePicture = Callable[..., Path]

NOISE = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
KINDS = ("a.png", "a.jpg", "a.tif", "a.gif", "a.webp", "a.jp2")


@pytest.mark.parametrize("name", KINDS)
def test_a_picture_of_one_value_is_counted(
    write_csv: WriteCsv, write_picture: WritePicture, name: str
) -> None:
    exact = {"lossless": True} if name == "a.webp" else {}
    write_picture(name, size=(400, 300), **exact)
    write_picture(f"noise-{name}", pixels=NOISE)
    manifest = write_csv("subject,modality,path", f"P1,M,noise-{name}", f"P2,M,{name}")
    (warning,) = images.load(manifest=manifest, size=8).warnings
    assert "1 of 2 pictures has one single value in all pixels" in warning
    assert "table.csv, line 3" in warning


def test_a_blank_picture_is_found_behind_much_metadata(
    write_csv: WriteCsv, write_picture: WritePicture
) -> None:
    write_picture("a.jpg", size=(400, 300), icc_profile=bytes(60_000))
    manifest = write_csv("subject,modality,path", "P1,M,a.jpg")
    assert len(images.load(manifest=manifest, size=8).warnings) == 1


def test_a_box_that_shows_nothing_is_counted(
    write_csv: WriteCsv, write_picture: WritePicture
) -> None:
    pixels = NOISE.copy()
    pixels[:50, :50] = 7
    write_picture("a.png", pixels=pixels)
    manifest = write_csv("subject,modality,path", "P1,M,a.png")
    margin = images.load(manifest=manifest, size=8, region="box", box=[0, 0, 50, 50])
    assert "1 of 1 pictures" in margin.warnings[0]
    inside = images.load(manifest=manifest, size=8, region="box", box=[0, 0, 60, 60])
    assert inside.warnings == ()


def test_a_blank_picture_of_a_public_set_is_counted(
    tmp_path: Path, write_picture: WritePicture
) -> None:
    for name in ("benign", "malignant", "normal"):
        write_picture(f"{name}/{name} (1).png", pixels=NOISE)
    write_picture("normal/normal (2).png")
    assert "1 of 4 pictures" in busi.load(path=tmp_path, size=8).warnings[0]


@pytest.mark.parametrize("shape", [(3, 8, 8), (3, 8, 8, 3)])
def test_a_blank_image_of_an_array_is_counted(tmp_path: Path, shape: tuple[int, ...]) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    pictures[1] = 9
    labels = np.zeros((3, 1), dtype=np.uint8)
    parts: dict[str, Any] = {
        f"{part}_{kind}": values
        for part in ("train", "val", "test")
        for kind, values in (("images", pictures), ("labels", labels))
    }
    np.savez(tmp_path / "set.npz", **parts)
    (warning,) = medmnist.load(path=tmp_path / "set.npz").warnings
    assert "3 of 9 pictures" in warning
    assert "first: train-00002" in warning


@pytest.mark.usefixtures("untried_networks")
def test_warnings_are_told_by_plan_and_description(
    write_csv: WriteCsv,
    write_picture: WritePicture,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = ["subject,modality,path,label"]
    for number in range(8):
        write_picture(f"{number}.png", pixels=np.roll(NOISE, number))
        lines.append(f"P{number},M,{number}.png,F{number % 2}")
    write_picture("0.png")
    write_csv(*lines)
    (tmp_path / "b.toml").write_text(SPECIFICATION)
    outputs = []
    for command in (["plan"], ["data", "describe"]):
        assert cli.main([*command, str(tmp_path / "b.toml")]) == 0
        outputs.append(capsys.readouterr().out)
    assert "warning: cohorts.clinic.modalities.M: 1 of 8 pictures" in outputs[0]
    assert "1 of 8 pictures" in outputs[1]


SPECIFICATION = """
name = "toy"
repetitions = 1
[cohorts.clinic]
test = 0.5
[cohorts.clinic.modalities]
M = { loader = "images", options = { manifest = "table.csv", size = 8 } }
[models.small]
plugin = "dlre"
[budgets.half]
initial = 2
query = 2
[[matrix]]
cohorts = ["clinic"]
models = ["small"]
strategies = ["random"]
budgets = ["half"]
"""
