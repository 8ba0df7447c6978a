from __future__ import annotations

from typing import Any

import numpy as np

from albench.strategies.mathematics.greedy import best, lazy_greedy


def covers(rng: Any, n: int = 40) -> Any:
    return rng.random((n, 60)) < 0.1


def lazily(sets: Any, n: int, rng: Any, asked: list[int] | None = None) -> list[int]:
    covered = np.zeros(sets.shape[1], dtype=bool)

    def gains(positions: Any) -> Any:
        if asked is not None:
            asked.extend(positions.tolist())
        return (sets[positions] & ~covered).sum(axis=1).astype(float)

    def accept(position: int) -> None:
        covered[:] |= sets[position]

    first = sets.sum(axis=1).astype(float)
    return list(lazy_greedy(first, gains, accept, n, rng))


def gains_along(sets: Any, picks: list[int]) -> list[int]:
    covered, gains = np.zeros(sets.shape[1], dtype=bool), []
    for pick in picks:
        gains.append(int((sets[pick] & ~covered).sum()))
        covered |= sets[pick]
    return gains


def test_every_lazy_pick_has_the_largest_gain(rng: Any) -> None:
    sets = covers(rng)
    picks = lazily(sets, 12, rng)
    covered = np.zeros(60, dtype=bool)
    for pick, gain in zip(picks, gains_along(sets, picks), strict=True):
        assert gain == (sets & ~covered).sum(axis=1).max()
        covered |= sets[pick]


def test_lazy_greedy_asks_for_few_gains(rng: Any) -> None:
    sets = rng.random((2000, 60)) < rng.random((2000, 1)) ** 8
    asked: list[int] = []
    lazily(sets, 5, rng, asked)
    assert len(asked) < 2000  # of 10,000; which of equals are asked first depends on the processor


def test_lazy_picks_are_distinct_when_all_gains_are_zero(rng: Any) -> None:
    assert sorted(lazily(np.zeros((9, 3), dtype=bool), 9, rng)) == list(range(9))


def test_ties_are_broken_at_random(rng: Any) -> None:
    flat = np.zeros(10)
    assert len({best(flat, rng) for _ in range(50)}) > 5
    assert len({lazily(np.ones((10, 3), dtype=bool), 1, rng)[0] for _ in range(50)}) > 5
