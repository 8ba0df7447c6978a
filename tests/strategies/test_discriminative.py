from __future__ import annotations

from typing import Any

import numpy as np

from albench.strategies.coverage.discriminative import discriminative


def test_what_lies_away_from_labels_is_bought(rng: Any) -> None:
    features = np.repeat([[0.0], [9.0]], 30, axis=0) + rng.normal(size=(60, 1))
    assert (discriminative(features, rng.normal(size=(10, 1)), 5, rng) >= 30).all()


def test_later_parts_leave_the_place_of_earlier_ones(rng: Any) -> None:
    right, left = 9 + rng.normal(size=(20, 1)) / 5, -6 + rng.normal(size=(10, 1)) / 5
    pool, labelled = np.concatenate([right, left]), rng.normal(size=(10, 1)) / 5
    assert (discriminative(pool, labelled, 10, rng, parts=1) < 20).all()
    assert (discriminative(pool, labelled, 10, rng, parts=10) >= 20).any()
