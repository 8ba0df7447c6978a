"""The query is uncertain and evens out the classes, as the definition says."""

from itertools import combinations

import numpy as np
import pytest
from albench_example.class_balance import greedy, lacking
from albench_example.plugin import CLASS_BALANCE


def objective(proba: np.ndarray, target: np.ndarray, picks: list[int], balance: float) -> float:
    chosen = proba[picks]
    entropy = -(chosen * np.log(chosen)).sum()
    return float(entropy - balance * np.abs(target - chosen.sum(axis=0)).sum())


@pytest.fixture
def proba() -> np.ndarray:
    return np.random.default_rng(0).dirichlet(np.full(3, 0.7), size=12)


def test_a_class_lacks_what_is_missing_to_an_even_share() -> None:
    labels = np.array([0, 0, 0, 0, 1])
    assert lacking(labels, 3, 4).tolist() == [0.0, 2.0, 3.0]


def test_without_labels_the_query_itself_is_to_be_even() -> None:
    assert lacking(np.array([], dtype=int), 4, 8).tolist() == [2.0] * 4


def test_without_a_weight_it_is_entropy(proba: np.ndarray) -> None:
    entropy = -(proba * np.log(proba)).sum(axis=1)
    picks = greedy(proba, np.array([0.0, 2.0, 3.0]), 5, 0.0)
    assert picks.tolist() == np.argsort(-entropy)[:5].tolist()


def test_each_pick_is_the_best_beside_those_before_it(proba: np.ndarray) -> None:
    target = np.array([0.0, 1.0, 3.0])
    picks = greedy(proba, target, 4, 1.0).tolist()
    for i, pick in enumerate(picks):
        left = [j for j in range(len(proba)) if j not in picks[:i]]
        best = max(left, key=lambda j: objective(proba, target, [*picks[:i], j], 1.0))
        assert pick == best


def test_greed_comes_near_the_best_of_all_queries(proba: np.ndarray) -> None:
    target = np.array([0.0, 1.0, 3.0])
    values = [objective(proba, target, list(q), 2.0) for q in combinations(range(12), 4)]
    value = objective(proba, target, greedy(proba, target, 4, 2.0).tolist(), 2.0)
    assert np.mean(np.array(values) > value) < 0.02


def test_rare_classes_are_bought_first() -> None:
    certain = np.full((30, 3), 0.05) + 0.85 * np.eye(3)[np.repeat([0, 1, 2], [26, 2, 2])]
    target = lacking(np.array([0] * 8), 3, 4)
    assert sorted(greedy(certain, target, 4, 1.0).tolist()) == [26, 27, 28, 29]


def test_the_announced_default_is_one_nat() -> None:
    assert CLASS_BALANCE.options[0].default == 1.0
