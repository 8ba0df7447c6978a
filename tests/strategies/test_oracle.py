from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from albench.strategies.oracle import OracleGreedy, greedy, true_loss
from albench.strategies.softmax_head import fit_head


def two_heaps(rng: Any, n: int) -> tuple[Any, Any]:
    labels = np.arange(n) % 2
    return rng.normal(size=(n, 2)) + 3.0 * labels[:, None], labels


def test_the_loss_is_that_of_the_true_labels(rng: Any) -> None:
    known, held = two_heaps(rng, 10), two_heaps(rng, 30)
    logits = fit_head(*known, 2).logits(held[0])
    proba = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = -np.log(proba[np.arange(30), held[1]]).mean()
    assert true_loss(known, held, 2, "log") == pytest.approx(expected)
    wrong = np.mean(proba.argmax(axis=1) != held[1])
    assert true_loss(known, held, 2, "zero-one") == wrong


def test_nothing_is_lost_on_nothing(rng: Any) -> None:
    nothing = np.zeros((0, 2)), np.zeros(0, dtype=np.intp)
    assert true_loss(two_heaps(rng, 4), nothing, 2, "log") == 0.0


def test_each_choice_is_the_best_of_all_given_those_before_it(rng: Any) -> None:
    known, free, held = (two_heaps(rng, n) for n in (4, 6, 20))

    def loss_of(x: Any, y: Any) -> float:
        return true_loss((x, y), held, 2, "log")

    def after(rows: list[int]) -> float:
        return loss_of(np.vstack([known[0], free[0][rows]]), np.append(known[1], free[1][rows]))

    picks = greedy(known, free, loss_of, 3, 6, rng).tolist()
    for i, pick in enumerate(picks):
        others = set(range(6)) - set(picks[:i])
        assert after([*picks[:i], pick]) == min(after([*picks[:i], other]) for other in others)


def test_it_goes_by_what_it_is_told(make_pool: Any) -> None:
    vectors, labels = two_heaps(np.random.default_rng(1), 64)

    def picks(told: Any) -> list[int]:
        pool = make_pool(
            60,
            embeddings=vectors,
            labels=labels[60:],
            n_classes=2,
            tell_labels=lambda asked: told[asked[:, 0]],
        )
        found: list[int] = OracleGreedy()(pool, 5, np.random.default_rng(2)).tolist()
        return found

    assert picks(labels) != picks(1 - labels)


def test_what_is_set_aside_is_bought_when_nothing_else_is_left(cohort: Any, rng: Any) -> None:
    pool = cohort(20).view()
    picks = OracleGreedy(held_out=200)(pool, 20, rng)
    assert sorted(picks.tolist()) == list(range(20))


def test_trying_more_candidates_lowers_the_loss(rng: Any) -> None:
    known, free, held = (two_heaps(rng, n) for n in (4, 40, 60))

    def loss_of(x: Any, y: Any) -> float:
        return true_loss((x, y), held, 2, "log")

    def mean_loss(candidates: int) -> float:
        losses = []
        for seed in range(8):
            row = greedy(known, free, loss_of, 1, candidates, np.random.default_rng(seed))
            losses.append(
                loss_of(np.vstack([known[0], free[0][row]]), np.append(known[1], free[1][row]))
            )
        return float(np.mean(losses))

    assert mean_loss(40) < mean_loss(10) < mean_loss(1)
