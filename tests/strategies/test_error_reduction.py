from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from albench.strategies.error_reduction import ExpectedErrorReduction, expected_loss, leverage


def with_bias(rows: Any) -> Any:
    return np.column_stack([rows, np.ones(len(rows))])


def test_the_step_is_newtons_with_boehnings_bound(rng: Any) -> None:
    labelled, others, x = (rng.normal(size=(k, 2)) for k in (9, 5, 1))
    scale = np.sqrt(np.mean(x**2))  # vectors are measured in the size of the candidates
    known, seen, row = (with_bias(rows / scale) for rows in (labelled, others, x))
    gram = known.T @ known + row.T @ row + np.eye(3)
    surprise = np.array([-0.2, 0.7, -0.5])
    # One system over the weights of all classes; the bound has a null space, shifts of all classes.
    bound = np.kron(0.5 * (np.eye(3) - 1 / 3), gram)
    step = (np.linalg.pinv(bound) @ np.kron(surprise, row[0])).reshape(3, 3)
    reach = leverage(x, others, labelled, 1.0)[0]
    np.testing.assert_allclose(reach[:, None] * surprise, seen @ step.T)


@pytest.mark.parametrize("loss", ["log", "zero-one"])
def test_what_reaches_nothing_changes_nothing(loss: str, rng: Any) -> None:
    proba, others = rng.dirichlet(np.ones(3), size=4), rng.dirichlet(np.ones(3), size=6)
    found = expected_loss(proba, others, np.zeros((4, 6)), loss)
    plain = -(others * np.log(others)).sum(axis=1) if loss == "log" else 1 - others.max(axis=1)
    np.testing.assert_allclose(found, plain.mean())


def test_the_middle_of_the_uncertain_heap_is_bought(make_pool: Any, rng: Any) -> None:
    places = np.concatenate([np.full((10, 2), [3.0, 0.0]), np.full((1, 2), [0.0, 3.0])])
    pool = make_pool(11, embeddings=places, proba=[[0.6, 0.4]] * 11)
    assert ExpectedErrorReduction()(pool, 1, rng)[0] < 10
