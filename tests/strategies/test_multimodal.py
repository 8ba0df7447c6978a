from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from scipy.special import softmax

from albench.strategies.multimodal.bmmal import Bmmal, scales, shapley, zeroed_worth
from albench.strategies.multimodal.modality_disagreement import ModalityDisagreement
from albench.strategies.multimodal.modality_dropout import ModalityDropoutBald, subsets

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


@dataclass(frozen=True)
class _Linear:
    """A linear head on the vectors of two modalities, whose mean vectors are anyone's."""

    vectors: dict[str, Any]
    weights: dict[str, Any]
    bias: Any

    def logits(self, kept: str, missing: float) -> Any:
        """Return logits with the modalities that are not kept at `missing` in every entry."""
        rows = {
            name: each if name in kept else np.full_like(each, missing)
            for name, each in self.vectors.items()
        }
        return sum(rows[name] @ self.weights[name] for name in rows) + self.bias

    def masked(self, kept: tuple[str, ...]) -> Any:
        return softmax(self.logits("".join(kept), missing=1.5), axis=1)


def _linear(rng: Any, n: int) -> _Linear:
    widths = {"a": 30, "b": 20}
    vectors = {name: rng.gamma(2, size=(n, d)) for name, d in widths.items()}
    weights = {name: rng.normal(size=(d, 3)) / d for name, d in widths.items()}
    return _Linear(vectors, weights, rng.normal(size=3))


def test_contributions_against_zeros_are_the_authors(rng: Any) -> None:
    head = _linear(rng, 40)  # fewer than both modalities have numbers together
    proba, no_a, no_b, neither = (
        softmax(head.logits(kept, missing=0), axis=1) for kept in ("ab", "b", "a", "")
    )
    label, rows = proba.argmax(axis=1), np.arange(40)
    # As their prediction step has it, for two modalities.
    of_a = ((proba - no_a + no_b - neither) / 2)[rows, label]
    of_b = ((proba - no_b + no_a - neither) / 2)[rows, label]

    contributions = shapley(zeroed_worth(head.vectors, head.masked, label), "ab")

    np.testing.assert_allclose(contributions, [of_a, of_b], atol=1e-8)
    assert (
        np.abs(shapley(lambda kept: head.masked(kept)[rows, label], "ab") - contributions).max()
        > 0.01
    )


def test_against_zeros_what_is_unknown_is_passed_over(make_pool: Any, rng: Any) -> None:
    head = _linear(rng, 40)
    subsets_of_both = [(), ("a",), ("b",), ("a", "b")]
    masked = {kept: head.masked(kept) for kept in subsets_of_both}
    head.vectors["b"][7] = np.nan
    pool = make_pool(
        40, modalities=("a", "b"), proba=masked["a", "b"], streams=head.vectors, masked=masked
    )

    picks = Bmmal(missing="zero")(pool, 39, rng)

    assert sorted(picks) == [i for i in range(40) if i != 7]
