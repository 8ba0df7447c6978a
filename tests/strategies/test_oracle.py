from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from albench.strategies.mathematics.softmax_head import fit_head
from albench.strategies.references.oracle import OracleGreedy, greedy, true_loss


def two_heaps(rng: Any, n: int) -> tuple[Any, Any]:
    labels = np.arange(n) % 2
    return rng.normal(size=(n, 2)) + 3.0 * labels[:, None], labels


def head_of(labelled: Any, free: Any, rows: list[int]) -> Any:
    """Return the head that fits what is known and some rows of what is free."""
    vectors = np.vstack([labelled[0], free[0][rows]])
    return fit_head(vectors, np.append(labelled[1], free[1][rows]), 2)


def test_the_loss_is_that_of_the_true_labels(rng: Any) -> None:
    vectors, labels = two_heaps(rng, 30)
    head = fit_head(*two_heaps(rng, 10), 2)
    odds = np.exp(head.logits(vectors))
    proba = odds / odds.sum(axis=1, keepdims=True)
    expected = -np.log(proba[np.arange(30), labels]).mean()
    assert true_loss(head, vectors, labels, "log") == pytest.approx(expected)
    wrong = np.mean(proba.argmax(axis=1) != labels)
    assert true_loss(head, vectors, labels, "zero-one") == wrong


def test_nothing_is_lost_on_nothing(rng: Any) -> None:
    head = fit_head(*two_heaps(rng, 4), 2)
    assert true_loss(head, np.zeros((0, 2)), np.zeros(0, dtype=np.intp), "log") == 0.0


def test_each_choice_is_the_best_of_all_given_those_before_it(rng: Any) -> None:
    labelled, free, held = (two_heaps(rng, n) for n in (4, 6, 20))

    def after(rows: list[int]) -> float:
        return true_loss(head_of(labelled, free, rows), *held, "log")

    picks = greedy(
        labelled, free, np.arange(6), lambda h: true_loss(h, *held, "log"), 3, 2, 6, rng
    ).tolist()
    for i, pick in enumerate(picks):
        others = set(range(6)) - set(picks[:i])
        least = min(after([*picks[:i], other]) for other in others)
        assert after([*picks[:i], pick]) == pytest.approx(least, abs=1e-3)


def test_it_goes_by_what_it_is_told(make_pool: Any) -> None:
    vectors, labels = two_heaps(np.random.default_rng(1), 64)

    def picks(hidden: Any) -> list[int]:
        pool = make_pool(
            60,
            embeddings=vectors,
            labels=labels[60:],
            n_classes=2,
            tell_labels=lambda asked: hidden[asked[:, 0]],
        )
        chosen: list[int] = OracleGreedy()(pool, 5, np.random.default_rng(2)).tolist()
        return chosen

    assert picks(labels) != picks(1 - labels)


def test_what_is_set_aside_is_bought_when_nothing_else_is_left(cohort: Any, rng: Any) -> None:
    pool = cohort(20).view()
    picks = OracleGreedy(held_out=200)(pool, 20, rng)
    assert sorted(picks.tolist()) == list(range(20))


def test_trying_more_candidates_lowers_the_loss(rng: Any) -> None:
    labelled, free, held = (two_heaps(rng, n) for n in (4, 40, 60))

    def mean_loss(candidates: int) -> float:
        losses = []
        for seed in range(8):
            own = np.random.default_rng(seed)
            row = greedy(
                labelled,
                free,
                np.arange(40),
                lambda h: true_loss(h, *held, "log"),
                1,
                2,
                candidates,
                own,
            )
            losses.append(true_loss(head_of(labelled, free, row.tolist()), *held, "log"))
        return float(np.mean(losses))

    assert mean_loss(40) < mean_loss(10) < mean_loss(1)
