from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from skactiveml.pool import average_kl_divergence
from skactiveml.pool import vote_entropy as their_vote_entropy

from albench.strategies.mathematics.entropies import entropy, mutual_information
from albench.strategies.mathematics.votes import vote_shares
from albench.strategies.uncertainty.committee import mean_divergence, vote_entropy

# Members contradict one another on 0, waver together on 1 and agree on 2.
MEMBERS = [[[1.0, 0.0], [0.6, 0.4], [0.9, 0.1]], [[0.0, 1.0], [0.4, 0.6], [0.9, 0.1]]]


@pytest.mark.parametrize("strategy", [vote_entropy(2), mean_divergence(2)])
def test_agreement_is_bought_last(strategy: Any, make_pool: Any, rng: Any) -> None:
    assert strategy(make_pool(3, committee=MEMBERS), 3, rng)[-1] == 2


def test_divergence_sees_how_sure_the_members_are_and_votes_do_not(
    make_pool: Any, rng: Any
) -> None:
    assert mean_divergence(2)(make_pool(3, committee=MEMBERS), 3, rng)[0] == 0
    assert entropy(vote_shares(np.array(MEMBERS)))[:2].tolist() == [np.log(2)] * 2


def test_mean_divergence_agrees_with_scikit_activeml(rng: Any) -> None:
    members = rng.dirichlet(np.ones(3), size=(4, 30))
    np.testing.assert_allclose(
        mutual_information(members), average_kl_divergence(members), atol=1e-6
    )


def test_vote_entropy_agrees_with_scikit_activeml(rng: Any) -> None:
    members = rng.dirichlet(np.ones(3), size=(5, 30))
    theirs = their_vote_entropy(members.argmax(axis=2).T, classes=[0, 1, 2])
    # scikit-activeml takes the logarithm to the base of the number of members
    ours = entropy(vote_shares(members))
    assert np.corrcoef(ours, theirs)[0, 1] > 1 - 1e-9
