"""What is missing is filled by the training part's mean alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from albench.api import DataError, Modality
from albench.learn.gaps import fill_gaps, require_whole

NAN = np.nan


def vectors(*rows: list[float]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_gaps_of_both_parts_are_the_training_mean() -> None:
    train, test = vectors([1, 5], [3, NAN], [NAN, 7]), vectors([NAN, NAN], [100, 200])
    fill_gaps(train, test)
    assert train.tolist() == [[1, 5], [3, 6], [2, 7]]
    assert test.tolist() == [[2, 6], [100, 200]]


def test_the_test_part_teaches_nothing() -> None:
    filled = []
    for other in (0.0, 1e6):
        train = vectors([1], [NAN])
        fill_gaps(train, vectors([other]))
        filled.append(train.tolist())
    assert filled == [[[1], [1]]] * 2


def test_a_feature_that_no_training_sample_has_is_zero() -> None:
    train, test = vectors([NAN], [NAN]), vectors([4], [NAN])
    fill_gaps(train, test)
    assert train.tolist() == [[0], [0]]
    assert test.tolist() == [[4], [0]]


def modality(values: np.ndarray, has_gaps: bool) -> Modality:
    return Modality(
        subjects=np.array([f"P{row}" for row in range(len(values))]),
        shape=values.shape[1:],
        read=lambda rows: values[rows],
        fingerprint="x",
        has_gaps=has_gaps,
    )


@pytest.mark.parametrize(("odd", "has_gaps"), [(NAN, False), (np.inf, False), (np.inf, True)])
def test_what_is_not_finite_is_refused(odd: float, has_gaps: bool) -> None:
    values = vectors([1], [odd])
    with pytest.raises(DataError, match="subject P1, row 1: holds a value that is not finite"):
        require_whole(values, modality(values, has_gaps))


def test_announced_gaps_are_no_fault() -> None:
    values = vectors([1], [NAN])
    require_whole(values, modality(values, has_gaps=True))
    with pytest.raises(DataError):
        require_whole(values, replace(modality(values, has_gaps=True), has_gaps=False))
