from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics.pairwise import cosine_similarity

from albench.strategies.hybrid.information_density import InformationDensity, density


def test_density_is_the_mean_similarity_to_all(rng: Any) -> None:
    features = rng.normal(size=(40, 5))
    plain = ((1 + cosine_similarity(features)) / 2).mean(axis=1)
    np.testing.assert_allclose(density(features), plain)


def test_of_two_equally_uncertain_the_one_in_company_is_bought(make_pool: Any, rng: Any) -> None:
    places = [[1.0, 0.0], [1.0, 0.1], [1.0, 0.2], [-1.0, 0.0]]
    pool = make_pool(4, embeddings=places, proba=[[0.9, 0.1]] * 2 + [[0.5, 0.5]] * 2)
    assert InformationDensity()(pool, 1, rng) == [2]


def test_beta_zero_is_entropy(make_pool: Any, rng: Any) -> None:
    proba = rng.dirichlet(np.ones(3), size=20)
    pool = make_pool(20, embeddings=rng.normal(size=(20, 3)), proba=proba)
    expected = (proba * np.log(proba)).sum(axis=1).argmin()
    assert InformationDensity(0.0)(pool, 1, rng) == [expected]
