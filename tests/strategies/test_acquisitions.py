"""Strategies that ask for modalities: by price, and by what they tell for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from albench.api import Offer
from albench.spec.schema import shipped_strategies
from albench.strategies import catalogue
from albench.strategies.acquiring.cheapest_first import CheapestFirst
from albench.strategies.acquiring.expected_gain import ExpectedGain, settled_share

SURE, LIKELY, UNSURE = [0.99, 0.01], [0.8, 0.2], [0.5, 0.5]


def offer(obtainable: list[list[int]], prices: tuple[float, ...], label: float) -> Offer:
    return Offer(
        money=10.0,
        label_price=label,
        prices=np.array(prices),
        obtainable=np.array(obtainable, dtype=bool),
    )


def asked(requests: list[Any]) -> list[tuple[int, str | None]]:
    return [(request.position, request.modality) for request in requests]


def test_the_cheapest_comes_first_and_a_label_after_all_else_of_its_subject(
    make_pool: Any, rng: Any
) -> None:
    pool = make_pool(2, modalities=("a", "b", "c"))
    requests = asked(CheapestFirst()(pool, offer([[0, 1, 1], [0, 1, 0]], (0, 3, 1), 2.0), rng))
    assert requests[0] == (0, "c")
    assert set(requests[1:]) == {(0, "b"), (1, "b"), (0, None), (1, None)}
    assert requests.index((0, "b")) < requests.index((0, None))
    assert requests.index((1, "b")) < requests.index((1, None))


def test_things_of_one_price_come_in_random_order(make_pool: Any) -> None:
    pool = make_pool(30, modalities=("a", "b"))
    offered = offer([[0, 1]] * 30, (0, 1), 5.0)
    orders = {
        tuple(asked(CheapestFirst()(pool, offered, np.random.default_rng(seed))))
        for seed in range(3)
    }
    assert len(orders) == 3
    assert all({name for _, name in order[:30]} == {"b"} for order in orders)


def masked_pool(make_pool: Any) -> Any:
    """Return a pool of three: b is known of the first, and makes it sure."""
    arguments = {
        ("a",): np.array([UNSURE, UNSURE, LIKELY], np.float32),
        ("b",): np.array([SURE, UNSURE, UNSURE], np.float32),
    }
    pool = make_pool(
        3,
        modalities=("a", "b"),
        masked=arguments,
        proba=np.array([SURE, UNSURE, LIKELY], np.float32),
    )
    pool.candidates = np.array([[0, 0], [1, -1], [2, -1]])
    return pool


def test_a_modality_settles_what_it_settled_for_others(make_pool: Any) -> None:
    pool = masked_pool(make_pool)
    entropies = np.array([0.056, 0.693, 0.5])
    assert settled_share(pool, entropies, 1) == pytest.approx(1 - 0.056 / np.log(2), abs=1e-3)


def test_what_nobody_has_is_tried(make_pool: Any) -> None:
    pool = masked_pool(make_pool)
    pool.candidates = np.array([[0, -1], [1, -1], [2, -1]])
    assert settled_share(pool, np.ones(3), 1) == 1.0


@pytest.mark.parametrize(("price", "first"), [(1.0, (1, "b")), (11.0, (1, None))])
def test_the_most_told_for_the_price_is_bought(
    make_pool: Any, rng: Any, price: float, first: tuple[int, str | None]
) -> None:
    requests = asked(
        ExpectedGain()(masked_pool(make_pool), offer([[0, 0], [0, 1], [0, 1]], (1, price), 10), rng)
    )
    assert requests[0] == first
    assert [place for place, name in requests if name is None] == [1, 2, 0]
    assert ((1, "b") in requests) == (price == 1.0)


def test_no_benchmark_of_all_strategies_has_them() -> None:
    acquiring = {each.name for each in catalogue.declared_in("acquiring")}
    assert not acquiring & set(shipped_strategies())
