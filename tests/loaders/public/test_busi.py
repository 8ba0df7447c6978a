"""BUSI is read as images, or as the boxes round its masks."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from albench.api import DataError
from albench.loaders.public import busi as loader


def test_masks_are_no_images(busi: Path) -> None:
    modality = loader.load(path=busi, size=8)
    assert modality.subjects.tolist() == [
        "benign/benign (1)",
        "malignant/malignant (1)",
        "normal/normal (1)",
    ]
    assert list((modality.labels or {}).values()) == ["benign", "malignant", "normal"]


def test_a_lesion_is_the_box_round_all_its_masks(busi: Path) -> None:
    samples = loader.load(path=busi, view="lesion", size=8).read(np.arange(3))
    assert [np.unique(sample).tolist()[0] for sample in samples] == [255, 255, 100]


def test_a_missing_mask_matters_to_the_lesion_alone(busi: Path) -> None:
    (busi / "Dataset_BUSI_with_GT" / "malignant" / "malignant (1)_mask.png").unlink()
    assert len(loader.load(path=busi)) == 3
    with pytest.raises(DataError, match=r"malignant \(1\)\.png: has no mask beside it"):
        loader.load(path=busi, view="lesion")


def test_a_damaged_mask_is_named(busi: Path) -> None:
    (busi / "Dataset_BUSI_with_GT" / "benign" / "benign (1)_mask_1.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"benign \(1\)_mask_1\.png: the mask cannot be read"):
        loader.load(path=busi, view="lesion")


def test_the_lack_of_patients_is_noted(busi: Path) -> None:
    assert "names no patients" in loader.load(path=busi).note


def test_masks_of_different_sizes_are_named(busi: Path) -> None:
    mask = busi / "Dataset_BUSI_with_GT" / "benign" / "benign (1)_mask_1.png"
    Image.new("L", (4, 4)).save(mask)
    with pytest.raises(DataError, match=r"_mask_1\.png: is \(4, 4\), but .* is \(30, 40\)"):
        loader.load(path=busi, view="lesion")


def test_an_empty_class_is_named(busi: Path) -> None:
    for file in (busi / "Dataset_BUSI_with_GT" / "normal").iterdir():
        file.unlink()
    with pytest.raises(DataError, match="normal: holds no picture"):
        loader.load(path=busi)
