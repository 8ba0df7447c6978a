"""Fits side by side are those of scipy, one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from albench.strategies.mathematics.alike_heads import heads_after_each
from albench.strategies.mathematics.alike_minima import minima
from albench.strategies.mathematics.softmax_head import fit_head
from albench.strategies.references.oracle import ROUNDING, greedy, true_loss


@pytest.mark.parametrize("iterations", [1, 3, 10])
@pytest.mark.parametrize("waves", [0.0, 0.3, 3.0])
def test_points_are_those_of_scipy(rng: Any, iterations: int, waves: float) -> None:
    """Columns of very different scales, and waves that mislead line searches."""
    rows = rng.normal(size=(6, 40, 12)) * np.exp(1.5 * rng.normal(size=(6, 1, 12)))

    def objective(points: Any, which: Any) -> Any:
        margins = np.einsum("knd,kd->kn", rows[which], points)
        slopes = np.einsum("knd,kn->kd", rows[which], 0.5 + 0.5 * np.tanh(0.5 * margins))
        values = np.logaddexp(0, margins).sum(axis=1) + 0.05 * (points**2).sum(axis=1)
        slopes += 0.1 * points - 3 * waves * np.sin(3 * points)
        return values + waves * np.cos(3 * points).sum(axis=1), slopes

    start = 2 * rng.normal(size=(6, 12))
    found = minima(objective, start, iterations)
    for number, begin in enumerate(start):

        def alone(flat: Any, number: int = number) -> Any:
            values, slopes = objective(flat[None], np.array([number]))
            return values[0], slopes[0]

        own = minimize(alone, begin, jac=True, method="L-BFGS-B", options={"maxiter": iterations})
        np.testing.assert_allclose(found[number], own.x, atol=1e-7)


def test_one_that_is_at_its_minimum_stays_there() -> None:
    def bowls(points: Any, which: Any) -> Any:
        depth = np.array([1.0, 2.0])[which]
        return depth * (points**2).sum(axis=1), 2 * depth[:, None] * points

    found = minima(bowls, np.array([[0.0, 0.0], [3.0, -1.0]]), 10)
    assert found[0].tolist() == [0.0, 0.0]
    np.testing.assert_allclose(found[1], 0, atol=1e-6)


def drawn(rng: Any, n: int, dtype: Any = np.float64) -> tuple[Any, Any]:
    labels = rng.integers(3, size=n)
    vectors = rng.normal(size=(n, 5)) * [1, 10, 0.1, 1, 0] + labels[:, None] + [0, 50, 0, 0, 0]
    return vectors.astype(dtype), labels


@pytest.mark.parametrize("n", [0, 1, 30])
def test_heads_are_those_that_are_fitted_alone(rng: Any, n: int) -> None:
    labelled, more = drawn(rng, n), drawn(rng, 23)
    start = fit_head(*labelled, 4)
    heads = heads_after_each(labelled, more, 4, start=start, iterations=10)
    assert len(heads) == 23
    for head, row, label in zip(heads, *more, strict=True):
        vectors, labels = np.vstack([labelled[0], row]), np.append(labelled[1], label)
        own = fit_head(vectors, labels, 4, start=start, iterations=10)
        np.testing.assert_allclose(head.weights, own.weights, atol=1e-6)
        np.testing.assert_allclose(head.bias, own.bias, atol=1e-4)


def test_quick_fits_leave_the_choice_as_it_is() -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        labelled, free, held = (drawn(rng, n, np.float32) for n in (6, 60, 40))

        def picks(rounding: float, parts: Any = (labelled, free, held), seed: int = seed) -> Any:
            known, pool, (vectors, labels) = parts

            def loss_of(head: Any) -> float:
                return true_loss(head, vectors, labels, "log")

            own = np.random.default_rng(seed)
            return greedy(known, pool, np.arange(60), loss_of, 12, 4, 8, own, rounding).tolist()

        assert picks(ROUNDING) == picks(np.inf)
