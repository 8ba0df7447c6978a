from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import entropy

from albench.strategies.mathematics.entropies import mutual_information
from albench.strategies.uncertainty.dropout import bald

PASSES = np.array([[[1.0, 0.0], [0.5, 0.5], [0.9, 0.1]], [[0.0, 1.0], [0.5, 0.5], [0.7, 0.3]]])


def test_passes_that_contradict_each_other_share_a_whole_bit() -> None:
    np.testing.assert_allclose(mutual_information(PASSES)[0], np.log(2))


def test_passes_that_agree_share_nothing() -> None:
    np.testing.assert_allclose(mutual_information(PASSES)[1], 0, atol=1e-12)


def test_streaming_gives_what_the_whole_array_gives(rng: Any) -> None:
    passes = rng.dirichlet(np.ones(4), size=(7, 30))
    whole = entropy(passes.mean(axis=0), axis=1) - entropy(passes, axis=2).mean(axis=0)
    np.testing.assert_allclose(mutual_information(iter(passes)), whole)


def test_contradiction_is_bought_before_mere_doubt(make_pool: Any, rng: Any) -> None:
    assert bald(2)(make_pool(3, dropout=PASSES), 3, rng).tolist() == [0, 2, 1]
