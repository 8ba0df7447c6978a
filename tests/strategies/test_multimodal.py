from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
from scipy.special import softmax

from albench.strategies.bmmal import Bmmal, scales, shapley, zeroed_worth
from albench.strategies.modality_disagreement import ModalityDisagreement
from albench.strategies.modality_dropout import ModalityDropoutBald, subsets

SURE, UNSURE, OPPOSITE = [0.9, 0.1], [0.5, 0.5], [0.1, 0.9]


def test_modalities_that_contradict_each_other_are_bought(make_pool: Any, rng: Any) -> None:
    masked = {("a",): [SURE, SURE, UNSURE], ("b",): [OPPOSITE, SURE, UNSURE]}
    pool = make_pool(3, modalities=("a", "b"), masked=masked)
    assert ModalityDisagreement()(pool, 1, rng) == [0]


def test_every_subset_but_the_empty_one_is_used_when_they_are_few(rng: Any) -> None:
    assert set(subsets("ab", 15, rng)) == {("a",), ("b",), ("a", "b")}
    assert len(subsets("abcd", 15, rng)) == 15


def test_a_random_part_of_many_subsets_is_used(rng: Any) -> None:
    assert len(set(subsets("abcde", 7, rng))) == 7


def test_predictions_that_hang_on_the_choice_of_modalities_are_bought(
    make_pool: Any, rng: Any
) -> None:
    masked = {("a",): [UNSURE, SURE], ("b",): [UNSURE, OPPOSITE], ("a", "b"): [UNSURE, UNSURE]}
    pool = make_pool(2, modalities=("a", "b"), masked=masked)
    assert ModalityDropoutBald()(pool, 1, rng) == [1]


def test_shapley_values_are_means_over_all_orders(rng: Any) -> None:
    worths = {
        tuple(n for n, b in zip("abc", f"{i:03b}", strict=True) if b == "1"): rng.random(4)
        for i in range(8)
    }
    plain = np.zeros((3, 4))
    for order in permutations("abc"):
        for i, name in enumerate(order):
            with_it = tuple(sorted(order[: i + 1]))
            plain["abc".index(name)] += (worths[with_it] - worths[tuple(sorted(order[:i]))]) / 6
    np.testing.assert_allclose(shapley(lambda kept: worths[kept], "abc"), plain)


def test_shapley_values_add_up_to_the_whole(rng: Any) -> None:
    worths = {(): rng.random(5), ("a",): rng.random(5), ("b",): rng.random(5)}
    worths["a", "b"] = rng.random(5)
    total = shapley(lambda kept: worths[kept], "ab").sum(axis=0)
    np.testing.assert_allclose(total, worths["a", "b"] - worths[()])


def test_the_weaker_modality_is_scaled_by_what_its_share_lacks() -> None:
    np.testing.assert_allclose(scales(np.array([[0.6], [-0.2]])), [[1.0], [0.5]])
    np.testing.assert_allclose(scales(np.zeros((2, 1))), [[1.0], [1.0]])


def test_a_gradient_of_one_modality_alone_is_shortened(make_pool: Any, rng: Any) -> None:
    # Both have the same gradient, but the first is predicted from modality a alone.
    masked = {
        ("a", "b"): [SURE, SURE],
        ("a",): [SURE, [0.7, 0.3]],
        ("b",): [UNSURE, [0.7, 0.3]],
        (): [UNSURE, UNSURE],
    }
    ones = np.ones((2, 3))
    pool = make_pool(
        2,
        modalities=("a", "b"),
        masked=masked,
        proba=[SURE, SURE],
        streams={"a": ones, "b": ones},
    )
    assert Bmmal()(pool, 1, rng) == [1]


def _linear(rng: Any, n: int, widths: tuple[int, ...] = (3, 2)) -> Any:
    """Return vectors of two modalities, a head's weights and bias, and its probabilities."""
    vectors = {name: rng.gamma(2, size=(n, d)) for name, d in zip("ab", widths, strict=True)}
    weights, bias = rng.normal(size=(sum(widths), 3)), rng.normal(size=3)
    return vectors, weights, bias, softmax(np.hstack(list(vectors.values())) @ weights + bias, 1)


def test_contributions_against_zeros_are_the_authors(rng: Any) -> None:
    vectors, weights, bias, proba = _linear(rng, 60)
    label, rows = proba.argmax(axis=1), np.arange(60)
    a, b = vectors["a"] @ weights[:3], vectors["b"] @ weights[3:]
    no_a, no_b = (softmax(logits + bias, axis=1) for logits in (b, a))
    neither = softmax(np.broadcast_to(bias, a.shape), axis=1)
    # As their prediction step has it, for two modalities.
    of_a = ((proba - no_a + no_b - neither) / 2)[rows, label]
    of_b = ((proba - no_b + no_a - neither) / 2)[rows, label]

    found = shapley(zeroed_worth(vectors, proba, label), "ab")

    np.testing.assert_allclose(found, [of_a, of_b], atol=1e-9)


def test_zeros_need_no_masked_predictions_and_pass_over_what_is_unknown(
    make_pool: Any, rng: Any
) -> None:
    vectors, _, _, proba = _linear(rng, 40)
    vectors["b"][7] = np.nan
    pool = make_pool(40, modalities=("a", "b"), proba=proba, streams=vectors)

    picks = Bmmal(missing="zero")(pool, 39, rng)

    assert sorted(picks) == [i for i in range(40) if i != 7]


def test_a_modality_that_says_nothing_is_scaled_down_against_zeros(rng: Any) -> None:
    vectors, _, _, _ = _linear(rng, 50)
    proba = softmax(vectors["a"] @ rng.normal(size=(3, 3)), axis=1)

    of_a, of_b = scales(shapley(zeroed_worth(vectors, proba, proba.argmax(axis=1)), "ab"))

    np.testing.assert_allclose(of_a, 1)
    assert of_b.max() < 1e-6
