"""Extraction reads every sample once and runs its trunk once per weights and data."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import nn

from albench.api import DataError, Modality, Trunk
from albench.cohort.cache import FeatureCache
from albench.learn.extraction import features

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_IMAGES = np.random.default_rng(0).integers(0, 256, (21, 1, 4, 4), dtype=np.uint8)


class _Reader:
    """Counts how often each row is read, and remembers the threads."""

    def __init__(self, values: NDArray[Any]) -> None:
        self.values = values
        self.counts = np.zeros(len(values), dtype=int)
        self.threads: set[str] = set()

    def __call__(self, rows: NDArray[np.intp]) -> NDArray[Any]:
        self.counts[rows] += 1
        self.threads.add(threading.current_thread().name)
        read = self.values[rows]
        read.flags.writeable = False  # as a loader may give it
        return read


def _modality(read: Any, values: NDArray[Any] = _IMAGES) -> Modality:
    subjects = np.arange(len(values)).astype(str)
    return Modality(subjects=subjects, shape=values.shape[1:], read=read, fingerprint="data")


class _Mean(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean((1, 2, 3))[:, None]


def _mean_trunk(key: str = "mean") -> Trunk:
    return Trunk(key=key, shape=(1,), load=_Mean)


def _never() -> nn.Module:
    raise AssertionError("loaded although the outputs were there")


def test_outputs_are_the_trunks_of_images_in_0_to_1(tmp_path: Path) -> None:
    outputs = features(_modality(_Reader(_IMAGES)), _mean_trunk(), FeatureCache(tmp_path))

    expected = (_IMAGES / np.float32(255)).mean((1, 2, 3))[:, None]
    np.testing.assert_allclose(outputs, expected, rtol=1e-6)
    assert outputs.dtype == np.float32


@pytest.mark.parametrize("batch_size", [1, 8, 21, 100])
def test_each_row_is_read_once_whatever_the_batch(tmp_path: Path, batch_size: int) -> None:
    reader = _Reader(_IMAGES)

    features(_modality(reader), _mean_trunk(), FeatureCache(tmp_path), batch_size=batch_size)

    assert (reader.counts == 1).all()


def test_reading_runs_beside_the_trunk(tmp_path: Path) -> None:
    reader = _Reader(_IMAGES)

    features(_modality(reader), _mean_trunk(), FeatureCache(tmp_path))

    assert threading.main_thread().name not in reader.threads


def test_a_second_time_neither_trunk_nor_data_are_touched(tmp_path: Path) -> None:
    first = features(_modality(_Reader(_IMAGES)), _mean_trunk(), FeatureCache(tmp_path))
    reader, trunk = _Reader(_IMAGES), Trunk(key="mean", shape=(1,), load=_never)

    again = features(_modality(reader), trunk, FeatureCache(tmp_path))

    np.testing.assert_array_equal(again, first)
    assert not reader.counts.any()


def test_a_flipped_bit_of_a_cached_output_changes_nothing(tmp_path: Path) -> None:
    first = np.array(features(_modality(_Reader(_IMAGES)), _mean_trunk(), FeatureCache(tmp_path)))
    (data,) = tmp_path.glob("*.npy")
    content = bytearray(data.read_bytes())
    content[-1] ^= 1
    data.write_bytes(content)
    notices: list[str] = []

    again = features(
        _modality(_Reader(_IMAGES)), _mean_trunk(), FeatureCache(tmp_path, notices.append)
    )

    np.testing.assert_array_equal(again, first)
    assert str(data) in notices[0]


def test_another_trunk_is_another_entry(tmp_path: Path) -> None:
    features(_modality(_Reader(_IMAGES)), _mean_trunk(), FeatureCache(tmp_path))

    trunk = Trunk(key="other", shape=(1,), load=_never)

    with pytest.raises(AssertionError, match="loaded although"):
        features(_modality(_Reader(_IMAGES)), trunk, FeatureCache(tmp_path))


def test_images_without_a_trunk_are_kept_as_bytes(tmp_path: Path) -> None:
    outputs = features(_modality(_Reader(_IMAGES)), None, FeatureCache(tmp_path))

    np.testing.assert_array_equal(outputs, _IMAGES)
    assert outputs.dtype == np.uint8
    assert isinstance(outputs, np.memmap)


def test_vectors_without_a_trunk_are_just_read(tmp_path: Path) -> None:
    values = np.arange(6, dtype=np.float32).reshape(3, 2)

    outputs = features(_modality(_Reader(values), values), None, FeatureCache(tmp_path / "unused"))

    np.testing.assert_array_equal(outputs, values)
    assert not (tmp_path / "unused").exists()


def test_what_a_loader_raises_is_passed_on_and_nothing_is_kept(tmp_path: Path) -> None:
    def read(rows: NDArray[np.intp]) -> NDArray[Any]:
        if 17 in rows:
            raise DataError("image 17 of subject 3 is truncated")
        return _IMAGES[rows]

    with pytest.raises(DataError, match="image 17 of subject 3"):
        features(_modality(read), _mean_trunk(), FeatureCache(tmp_path))

    assert not list(tmp_path.glob("*.npy"))


def test_many_vectors_are_never_read_all_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("albench.learn.extraction.IN_MEMORY", 10)
    monkeypatch.setattr("albench.learn.extraction._AT_ONCE", 8)
    values = np.random.default_rng(0).standard_normal((21, 4)).astype(np.float32)
    most: list[int] = []

    def read(rows: NDArray[np.intp]) -> NDArray[np.float32]:
        most.append(len(rows))
        return values[rows]

    outputs = features(_modality(read, values), None, FeatureCache(tmp_path))

    np.testing.assert_array_equal(outputs, values)
    assert max(most) == 2


def test_many_vectors_with_a_value_that_is_not_finite_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("albench.learn.extraction.IN_MEMORY", 10)
    values = np.zeros((21, 4), dtype=np.float32)
    values[13, 2] = np.inf

    for _ in range(2):  # nothing is kept of what was refused
        with pytest.raises(DataError, match="row 13"):
            features(_modality(_Reader(values), values), None, FeatureCache(tmp_path))
