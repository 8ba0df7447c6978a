"""The pools that strategies are queried on have the properties they claim."""

from __future__ import annotations

import numpy as np
import pytest

from albench.api.needs import NEEDS
from albench.errors import UndeclaredNeed
from albench.testing.strategies.guarded_source import GuardedSource
from albench.testing.strategies.problems import N_CLASSES, N_POOL, problem, with_vectors


def test_no_two_candidates_are_alike() -> None:
    view = problem().view(NEEDS)
    assert len(np.unique(view.embeddings, axis=0)) == len(np.unique(view.proba, axis=0)) == N_POOL


def test_another_order_shows_the_same_candidates() -> None:
    base, order = problem(), np.random.default_rng(0).permutation(N_POOL)
    plain, turned = base.view(NEEDS), base.in_order(order).view(NEEDS)
    np.testing.assert_array_equal(turned.proba, plain.proba[order])
    np.testing.assert_array_equal(turned.subjects, plain.subjects[order])


def test_classes_numbered_otherwise_are_the_same_classes() -> None:
    base, order = problem(), np.array([2, 0, 1])
    plain, turned = base.view(NEEDS), base.with_classes(order).view(NEEDS)
    np.testing.assert_allclose(turned.proba, plain.proba[:, order], rtol=1e-5)
    np.testing.assert_array_equal(order[turned.labels], plain.labels)
    for one, other in zip(turned.committee_proba(2), plain.committee_proba(2), strict=True):
        np.testing.assert_allclose(one, other[:, order], rtol=1e-5)


def test_a_head_of_scale_zero_knows_nothing() -> None:
    view = with_vectors(problem(), np.copy, scale=0.0).view(NEEDS)
    np.testing.assert_allclose(view.proba, 1 / N_CLASSES)


def test_a_floor_keeps_probabilities_from_zero() -> None:
    sharp = with_vectors(problem(), np.copy, scale=1e4, floor=1e-3).view(NEEDS)
    assert sharp.proba.min() == pytest.approx(1e-3)
    np.testing.assert_allclose(sharp.proba.sum(axis=1), 1.0, rtol=1e-5)


def test_precisions_differ_by_rounding_alone() -> None:
    double = problem().in_precision(np.float64).view(NEEDS).proba
    assert double.dtype == np.float64
    np.testing.assert_allclose(double, problem().view(NEEDS).proba, rtol=1e-5)


def test_a_guarded_view_counts_what_is_read() -> None:
    guard = GuardedSource(problem().source, {"proba"})
    view = problem().view({"proba"}, guard)
    assert view.proba is view.proba
    assert guard.reads == {"proba": 1}
    with pytest.raises(UndeclaredNeed):
        _ = view.embeddings
