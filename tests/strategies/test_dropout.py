from __future__ import annotations

from typing import Any

from albench.strategies.dropout import EntropyDropout
from albench.strategies.uncertainty import Entropy

# Candidate 0 is split between passes, candidate 1 is mildly unsure in each.
PASSES = [[[1.0, 0.0], [0.7, 0.3]], [[0.0, 1.0], [0.7, 0.3]]]


def test_esd_takes_the_entropy_of_the_mean_not_the_mean_of_entropies(
    make_pool: Any, rng: Any
) -> None:
    assert EntropyDropout(2)(make_pool(2, dropout=PASSES), 1, rng) == [0]


def test_esd_of_one_pass_is_entropy_of_that_pass(make_pool: Any, rng: Any) -> None:
    pool = make_pool(2, dropout=PASSES, proba=PASSES[0])
    assert EntropyDropout(1)(pool, 1, rng) == Entropy()(pool, 1, rng)
