"""A strategy declared by its score: class, descriptor and picks come from one function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.api import needs
from albench.strategies import declaration
from albench.strategies.scores import Passes, Scores, score_of_passes, score_of_proba

if TYPE_CHECKING:
    from albench.api import Descriptor
    from albench.strategies.query import Floats


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> dict[str, Descriptor]:
    mine: dict[str, Descriptor] = {}
    monkeypatch.setattr(declaration, "DECLARED", mine)
    return mine


def test_the_largest_score_is_bought_first(declared: Any, make_pool: Any, rng: Any) -> None:
    @score_of_proba("first-class", citation="")
    def first_class(proba: Floats) -> Scores:
        """Return the probability of the first class."""
        return proba[:, 0].astype(np.float64)

    pool = make_pool(3, proba=[[0.2, 0.8], [0.9, 0.1], [0.5, 0.5]])
    assert first_class()(pool, 2, rng).tolist() == [1, 2]


def test_the_descriptor_says_what_the_function_says(declared: Any) -> None:
    @score_of_passes("spread", citation="ours", tags=frozenset({"coarse"}))
    def spread(passes: Passes) -> Scores:
        """Return the spread."""
        return np.asarray(np.ptp(list(passes), axis=0).mean(axis=1), dtype=np.float64)

    descriptor = declared["spread"]
    assert descriptor.target == f"{__name__}:{spread.__qualname__}"
    assert (descriptor.summary, descriptor.citation) == ("Return the spread.", "ours")
    assert (descriptor.needs, descriptor.tags) == ({needs.DROPOUT_PROBA}, {"coarse"})
    assert [option.name for option in descriptor.options] == ["passes"]
    assert spread(3).passes == 3
