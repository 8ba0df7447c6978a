"""A store hands out samples of its own part, scaled, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from albench.errors import DataError
from albench.learn.store import SampleStore, Scaling

if TYPE_CHECKING:
    from numpy.typing import NDArray

_IMAGES: NDArray[Any] = np.arange(3 * 4, dtype=np.uint8).reshape(3, 1, 2, 2) * 20
_VECTORS: NDArray[Any] = np.array([[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]], dtype=np.float32)
_ROWS = np.array([2, 5, 9])


def _store() -> SampleStore:
    parts = {"image": (_ROWS, _IMAGES), "table": (_ROWS, _VECTORS)}
    return SampleStore(parts, subjects=np.array([7, 7, 8]))


def test_candidates_are_gathered_by_sample_number_in_their_order() -> None:
    batch = _store().gather(np.array([[9, 2], [2, 5], [9, 9]]))

    assert_close(batch["table"], torch.tensor([[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]]))
    assert_close(batch["image"][0], torch.from_numpy(_IMAGES[2] / np.float32(255)))


def test_bytes_become_numbers_between_0_and_1() -> None:
    image = _store().gather(np.array([[9, 9]]))["image"]

    assert image.dtype == torch.float32
    assert image.max() == torch.tensor(220 / 255)


@pytest.mark.parametrize("strange", [0, 3, 10, -1])
def test_a_sample_of_another_part_is_refused(strange: int) -> None:
    with pytest.raises(DataError, match=rf"'table': sample {strange} does not belong"):
        _store().gather(np.array([[2, 2], [2, strange]]))


def test_the_wrong_number_of_columns_is_refused() -> None:
    with pytest.raises(DataError, match=r"shape \(1, 3\), expected \(n, 2\)"):
        _store().gather(np.array([[2, 2, 2]]))


def test_subjects_are_those_of_the_first_modality() -> None:
    assert _store().subjects(np.array([[9, 2], [5, 9], [2, 2]])).tolist() == [8, 7, 7]


def test_without_subjects_each_sample_is_its_own() -> None:
    store = SampleStore({"table": (_ROWS, _VECTORS)})

    assert store.subjects(np.array([[9], [2], [9]])).tolist() == [9, 2, 9]


def test_scaling_standardises_what_it_is_of() -> None:
    scaled = Scaling.of(_VECTORS).apply(torch.from_numpy(_VECTORS)).numpy()

    np.testing.assert_allclose(scaled.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(scaled.std(0), [1, 0], atol=1e-6)


def test_a_feature_that_never_changes_stays_finite() -> None:
    values = np.full((5, 1), 0.1, dtype=np.float32)

    assert_close(
        Scaling.of(values).apply(torch.from_numpy(values)).abs().max() < 1e-6, torch.tensor(True)
    )


def test_another_parts_vectors_are_scaled_by_the_given_statistics() -> None:
    scaling = Scaling(np.array([1.0], np.float32), np.array([2.0], np.float32))
    parts = {"table": (np.array([4]), np.array([[5.0]], np.float32))}

    store = SampleStore(parts, scalings={"table": scaling})

    assert_close(store.gather(np.array([[4]]))["table"], torch.tensor([[2.0]]))


def test_all_that_does_not_go_together_is_said_at_once() -> None:
    parts = {"image": (_ROWS[:2], _IMAGES), "table": (_ROWS[::-1], _VECTORS)}

    with pytest.raises(DataError) as caught:
        SampleStore(parts, subjects=np.arange(3))

    assert list(map(str, caught.value.complaints)) == [
        "modality 'image': 2 sample numbers for 3 samples",
        "modality 'table': sample numbers must be ascending, one at least",
        "subjects: 3 subjects for 2 samples of the first modality",
    ]
