"""The Kaggle liver set is found where it lies, and says what it lacks."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from albench.api import DataError
from albench.loaders.public import kaggle_liver_fibrosis


def test_every_image_of_every_stage_is_a_subject(fibrosis: Path) -> None:
    modality = kaggle_liver_fibrosis.load(path=fibrosis, size=8)
    assert len(modality) == 15
    labels = modality.labels or {}
    assert [labels[subject] for subject in modality.subjects.tolist()[:3]] == ["F0", "F1", "F1"]
    assert modality.read(np.array([14, 0]))[:, 0, 0, 0].tolist() == [40, 0]


def test_the_folder_of_stages_is_found_at_any_depth(fibrosis: Path) -> None:
    inner = kaggle_liver_fibrosis.load(path=fibrosis / "Dataset" / "Dataset", size=8)
    assert inner.fingerprint == kaggle_liver_fibrosis.load(path=fibrosis, size=8).fingerprint


def test_the_lack_of_patients_is_noted(fibrosis: Path) -> None:
    assert "names no patients" in kaggle_liver_fibrosis.load(path=fibrosis, size=8).note


def test_a_missing_stage_is_named(fibrosis: Path) -> None:
    shutil.rmtree(fibrosis / "Dataset" / "Dataset" / "F3")
    with pytest.raises(DataError, match="holds no folder with F0, F1, F2, F3, F4"):
        kaggle_liver_fibrosis.load(path=fibrosis)


def test_an_empty_stage_and_a_damaged_image_are_named_together(fibrosis: Path) -> None:
    home = fibrosis / "Dataset" / "Dataset"
    (home / "F0" / "a0.jpg").unlink()
    (home / "F4" / "a2.jpg").write_bytes(b"no picture")
    with pytest.raises(DataError) as caught:
        kaggle_liver_fibrosis.load(path=fibrosis)
    first, second = map(str, caught.value.complaints)
    assert "F0: holds no picture" in first
    assert "subject 'F4/a2.jpg'" in second


def test_a_path_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a folder"):
        kaggle_liver_fibrosis.load(path=tmp_path / "nowhere")
