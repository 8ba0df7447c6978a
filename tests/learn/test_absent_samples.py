"""For a missing modality, networks get the mean training sample and a flag."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from albench.api import AVAILABLE
from albench.errors import DataError
from albench.learn.absent_samples import mean_sample, with_absent
from albench.learn.store import SampleStore

_BYTES: Any = np.array([[[[0]]], [[[101]]]], dtype=np.uint8)
_VECTORS: Any = np.array([[1.0, 4.0], [3.0, 8.0]], dtype=np.float32)
_CANDIDATES = np.array([[3, 5], [3, -1], [-1, 9], [7, 9]])


def _store() -> SampleStore:
    image = with_absent(np.array([3, 7]), _BYTES, mean_sample(_BYTES))
    table = with_absent(np.array([5, 9]), _VECTORS, mean_sample(_VECTORS))
    return SampleStore(
        {"image": image, "table": table},
        subjects=np.array([-1, 30, 70]),
        others={"table": np.array([-1, 50, 90])},
        is_incomplete=True,
    )


def test_what_is_lacking_is_the_mean_and_told_apart() -> None:
    batch = _store().gather(_CANDIDATES)
    expected = torch.tensor([[1.0, 4.0], [2.0, 6.0], [3.0, 8.0], [3.0, 8.0]])
    assert_close(batch["table"], expected)
    assert_close(batch["image"].flatten(), torch.tensor([0.0, 0.0, 50.0, 101.0]) / 255)
    assert_close(batch[AVAILABLE], torch.tensor([[1.0, 1], [1, 0], [0, 1], [1, 1]]))


def test_the_mean_of_bytes_is_a_byte_and_of_nothing_zero() -> None:
    assert mean_sample(_BYTES).dtype == np.uint8
    assert mean_sample(_VECTORS[:0]).tolist() == [0.0, 0.0]


def test_a_candidate_is_of_the_subject_of_any_of_its_samples() -> None:
    assert _store().subjects(_CANDIDATES).tolist() == [30, 30, 90, 70]


def test_streams_are_the_modalities_and_what_tells_of_them() -> None:
    store = _store()
    assert (store.columns, store.modalities[2:]) == (("image", "table"), (AVAILABLE,))
    assert store.shape(AVAILABLE) == (2,)


def test_a_store_over_vectors_keeps_what_is_lacking() -> None:
    store = _store()
    lengths = {name: len(store.rows(name)) for name in store.modalities}
    vectors: dict[str, Any] = {
        name: np.arange(2 * n, dtype=np.float32).reshape(n, 2) for name, n in lengths.items()
    }
    over = store.over(vectors)
    assert_close(over.gather(_CANDIDATES)[AVAILABLE][1], torch.from_numpy(vectors[AVAILABLE][1]))
    assert over.subjects(_CANDIDATES).tolist() == [30, 30, 90, 70]


def test_a_part_in_which_nobody_lacks_a_modality_refuses_the_number_of_none() -> None:
    parts: Any = {"image": (np.array([3, 7]), _BYTES)}
    with pytest.raises(DataError, match="sample -1 does not belong"):
        SampleStore(parts).gather(np.array([[-1]]))
