from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from modAL.batch import ranked_batch as theirs

from albench.strategies.hybrid.ranked_batch import ranked_batch


def test_picks_are_those_of_modal(rng: Any) -> None:
    features, labelled = rng.normal(size=(50, 4)), rng.normal(size=(12, 4))
    uncertainty = rng.random(50)
    classifier = SimpleNamespace(on_transformed=False, X_training=labelled)
    expected = theirs(classifier, features, uncertainty, 10, "euclidean", None)
    assert ranked_batch(uncertainty, features, labelled, 10, rng).tolist() == expected.tolist()


def test_with_many_labels_uncertainty_decides(rng: Any) -> None:
    features, labelled = np.array([[0.0], [3.0]]), np.zeros((1000, 1))
    assert ranked_batch(np.array([0.5, 0.1]), features, labelled, 1, rng) == [0]
    assert ranked_batch(np.array([0.5, 0.1]), features, labelled[:1], 1, rng) == [1]
