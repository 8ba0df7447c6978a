"""Mini-batches hold every candidate once, in an order that a generator decides."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

from albench.learn.mini_batches import CandidateDataset, MiniBatches
from albench.learn.store import SampleStore


def _dataset(n: int) -> CandidateDataset:
    values = np.arange(n, dtype=np.float32)[:, None]
    store = SampleStore({"x": (np.arange(n), values)})
    return CandidateDataset(store, np.arange(n)[:, None], np.arange(n))


def _labels(batches: MiniBatches) -> list[list[int]]:
    return [labels.tolist() for _, labels in batches]


def test_without_a_generator_the_order_is_kept() -> None:
    assert _labels(MiniBatches(_dataset(5), 2)) == [[0, 1], [2, 3, 4]]


def test_samples_and_labels_belong_together() -> None:
    for samples, labels in MiniBatches(_dataset(7), 3, np.random.default_rng(0)):
        assert samples["x"][:, 0].tolist() == labels.tolist()


@pytest.mark.parametrize(
    ("n", "size", "expected"),
    [(1, 4, [1]), (4, 4, [4]), (5, 4, [2, 3]), (3, 2, [3]), (100, 32, [25] * 4), (3, 1, [1, 1, 1])],
)
def test_batches_are_as_equal_as_can_be_and_none_has_one_candidate(
    n: int, size: int, expected: list[int]
) -> None:
    assert [len(labels) for labels in _labels(MiniBatches(_dataset(n), size))] == expected


def test_each_pass_has_a_new_order_of_all_candidates() -> None:
    batches = MiniBatches(_dataset(20), 6, np.random.default_rng(0))

    first, second = (list(chain(*_labels(batches))) for _ in range(2))

    assert sorted(first) == sorted(second) == list(range(20))
    assert first != second


def test_equal_generators_give_equal_orders() -> None:
    one, two = (MiniBatches(_dataset(20), 6, np.random.default_rng(3)) for _ in range(2))

    assert _labels(one) == _labels(two)
