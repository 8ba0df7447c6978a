"""Small imitations of the layouts of public sets."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image


def picture(file: Path, grey: int = 100, lesion: tuple[int, int, int, int] | None = None) -> None:
    """Write a grey picture of 40 x 30 pixels, white in a box if there is one."""
    pixels = np.full((30, 40), grey, dtype=np.uint8)
    if lesion is not None:
        x, y, width, height = lesion
        pixels[y : y + height, x : x + width] = 255
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(file)


@pytest.fixture
def fibrosis(tmp_path: Path) -> Path:
    """Imitate the Kaggle liver set, wrapped twice as its archive is."""
    for stage in range(5):
        for number in range(stage + 1):
            picture(tmp_path / "Dataset" / "Dataset" / f"F{stage}" / f"a{number}.jpg", 10 * stage)
    return tmp_path


@pytest.fixture
def busi(tmp_path: Path) -> Path:
    """Imitate BUSI: a lesion with two masks, one with one, and a normal image."""
    home = tmp_path / "Dataset_BUSI_with_GT"
    for name in ("benign (1)", "malignant (1)", "normal (1)"):
        picture(home / name.split()[0] / f"{name}.png", lesion=(10, 5, 4, 6))
    picture(home / "benign" / "benign (1)_mask.png", 0, (10, 5, 2, 6))
    picture(home / "benign" / "benign (1)_mask_1.png", 0, (12, 7, 2, 4))
    picture(home / "malignant" / "malignant (1)_mask.png", 0, (10, 5, 4, 6))
    picture(home / "normal" / "normal (1)_mask.png", 0)
    return tmp_path


@pytest.fixture
def bus_bra(tmp_path: Path) -> Path:
    """Imitate BUS-BRA: two patients, one of them with two sides."""
    home = tmp_path / "BUSBRA"
    lines = ["ID,Case,Histology,Pathology,BIRADS,Device,Width,Height,Side,BBOX"]
    for name, case, pathology, birads in (
        ("bus_0001-l", 1, "benign", 3),
        ("bus_0001-r", 1, "benign", 3),
        ("bus_0002-l", 2, "malignant", 5),
    ):
        picture(home / "Images" / f"{name}.png", lesion=(10, 5, 4, 6))
        picture(home / "Masks" / f"{name.replace('bus', 'mask')}.png", 0, (10, 5, 4, 6))
        box = '"[10,5,4,6]"'
        lines.append(f"{name},{case},x,{pathology},{birads},LOGIQ 5,40,30,left,{box}")
    (home / "bus_data.csv").write_text("\n".join(lines))
    return tmp_path


@pytest.fixture
def derm7pt(tmp_path: Path) -> Path:
    """Imitate Derm7pt: three cases."""
    home = tmp_path / "release_v0"
    lines = ["case_num,diagnosis,elevation,location,sex,clinic,derm"]
    for number, diagnosis, sex in (
        (1, "clark nevus", "male"),
        (2, "melanoma (in situ)", "female"),
        (3, "lentigo", "female"),
    ):
        picture(home / "images" / "NEL" / f"c{number}.jpg", number)
        picture(home / "images" / "NEL" / f"d{number}.jpg", 100 + number)
        lines.append(f"{number},{diagnosis},flat,back,{sex},NEL/c{number}.jpg,NEL/d{number}.jpg")
    (home / "meta").mkdir()
    (home / "meta" / "meta.csv").write_text("\n".join(lines))
    return tmp_path


@pytest.fixture
def medmnist(tmp_path: Path) -> Path:
    """Imitate a grey MedMNIST file."""
    arrays: dict[str, Any] = {}  # as savez wants it
    for split, n in (("train", 4), ("val", 2), ("test", 3)):
        values = np.arange(n, dtype=np.uint8)
        arrays[f"{split}_images"] = np.tile(values[:, np.newaxis, np.newaxis], (1, 28, 28))
        arrays[f"{split}_labels"] = values[:, np.newaxis] % 2
    np.savez_compressed(tmp_path / "breastmnist.npz", **arrays)
    return tmp_path / "breastmnist.npz"
