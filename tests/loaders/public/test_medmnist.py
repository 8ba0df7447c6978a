"""A MedMNIST file is read if it is of a kind that albench can use."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from albench.api import DataError
from albench.loaders.public import medmnist as loader


def test_all_splits_are_joined_in_order(medmnist: Path) -> None:
    modality = loader.load(path=medmnist)
    assert modality.shape == (1, 28, 28)
    assert modality.read(np.arange(9))[:, 0, 0, 0].tolist() == [0, 1, 2, 3, 0, 1, 0, 1, 2]
    assert modality.subjects[[0, 4, 8]].tolist() == ["train-00001", "val-00001", "test-00003"]


def test_labels_are_whole_numbers_by_subject(medmnist: Path) -> None:
    assert loader.load(path=medmnist, split="val").labels == {"val-00001": 0, "val-00002": 1}


def test_colours_become_channels(tmp_path: Path) -> None:
    images = np.zeros((2, 28, 28, 3), dtype=np.uint8)
    images[:, :, :, 1] = 7
    np.savez(tmp_path / "path.npz", test_images=images, test_labels=np.zeros((2, 1), dtype=int))
    modality = loader.load(path=tmp_path / "path.npz", split="test")
    assert modality.read(np.array([0]))[0, :, 0, 0].tolist() == [0, 7, 0]


def test_the_lack_of_patients_is_noted(medmnist: Path) -> None:
    assert "names no patients" in loader.load(path=medmnist).note


BROKEN = {
    "three dimensions": ((2, 28, 28, 28), 1, "allowed are uint8 images"),
    "many labels": ((2, 28, 28), 14, "allowed is one label an image"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_set_of_another_kind_is_refused(tmp_path: Path, kind: str) -> None:
    shape, n_labels, message = BROKEN[kind]
    arrays: dict[str, Any] = {
        "test_images": np.zeros(shape, dtype=np.uint8),
        "test_labels": np.zeros((2, n_labels)),
    }
    np.savez(tmp_path / "other.npz", **arrays)
    with pytest.raises(DataError, match=message):
        loader.load(path=tmp_path / "other.npz", split="test")


def test_missing_arrays_are_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "half.npz", test_images=np.zeros((2, 28, 28), dtype=np.uint8))
    with pytest.raises(DataError, match="no array 'test_labels'; found are test_images"):
        loader.load(path=tmp_path / "half.npz", split="test")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"no archive"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"bad\.npz: is not a MedMNIST file"):
        loader.load(path=tmp_path / "bad.npz")


def test_a_truncated_file_is_refused(medmnist: Path) -> None:
    medmnist.write_bytes(medmnist.read_bytes()[:-200])
    with pytest.raises(DataError, match="is not a MedMNIST file"):
        loader.load(path=medmnist)


def test_a_bare_array_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "bare.npz.npy", np.zeros(3))
    (tmp_path / "bare.npz.npy").rename(tmp_path / "bare.npz")
    with pytest.raises(DataError, match="is not a MedMNIST file"):
        loader.load(path=tmp_path / "bare.npz")


@pytest.mark.parametrize("odd", [1.5, np.nan])
def test_labels_that_are_no_classes_are_refused(tmp_path: Path, odd: float) -> None:
    images, labels = np.zeros((2, 28, 28), dtype=np.uint8), np.array([[0.0], [odd]])
    np.savez(tmp_path / "odd.npz", test_images=images, test_labels=labels)
    with pytest.raises(DataError, match="test_labels: holds float64 that are not whole numbers"):
        loader.load(path=tmp_path / "odd.npz", split="test")


def test_a_file_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.npz: cannot be read: No such file"):
        loader.load(path=tmp_path / "gone.npz")
