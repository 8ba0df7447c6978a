from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from albench.strategies.hybrid.dropquery import DropQuery, cluster_among, dropquery, share_changed
from albench.strategies.mathematics.softmax_head import LinearHead

HEAD = LinearHead(np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([0.0, 1.0]))


def test_a_label_that_rests_on_all_features_changes_when_they_are_dropped(rng: Any) -> None:
    # Class 0 needs any feature of the second row; class 1, the bias, needs none.
    features = np.array([[-1.0, -1.0], [0.6, 0.6]], dtype=np.float32)
    changed = share_changed(np.repeat(features, 500, axis=0), HEAD, 0.75, 4, rng)
    assert changed[:500].max() == 0
    # Both features of two are dropped in 0.75 squared of the passes.
    assert changed[500:].mean() == pytest.approx(0.5625, abs=0.03)


def test_only_changed_labels_are_clustered(rng: Any) -> None:
    changed = np.repeat([1.0, 0.4], 10)
    assert (dropquery(rng.normal(size=(20, 3)), changed, 5, rng) < 10).all()


def test_the_most_changed_are_bought_when_few_changed(rng: Any) -> None:
    changed = np.array([0.0, 0.4, 1.0, 0.2])
    assert dropquery(rng.normal(size=(4, 3)), changed, 3, rng).tolist() == [2, 1, 3]


def test_wanted_rows_come_before_others(rng: Any) -> None:
    wanted = np.array([True, False, True, False])
    picks = cluster_among(wanted, rng.normal(size=(4, 2)), 3, rng)
    assert wanted[picks[:2]].all()


def test_the_recovered_head_is_that_of_the_network(cohort: Any) -> None:
    pool = cohort().view(needs=DropQuery.needs)
    picks = DropQuery(rate=0.01, passes=5)(pool, 5, np.random.default_rng(0))
    best_two = np.sort(pool.proba, axis=1)[:, -2:]
    margins = best_two[:, 1] - best_two[:, 0]
    # Dropping next to nothing changes only labels that hang in the balance.
    assert margins[picks].mean() < margins.mean()
