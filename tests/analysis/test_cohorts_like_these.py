"""With the cohort as the unit: at least five, and a mixed model beside the test."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from albench.analysis import nested_likelihood
from albench.analysis.cohorts_like_these import across_cohorts, n_cohorts
from albench.analysis.mixed_model import mixed_interval
from albench.analysis.score_cube import cube
from albench.analysis.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.analysis.score_cube import ScoreCube

    Areas = Callable[..., pd.DataFrame]

RNG = np.random.default_rng(2)
GAINS = RNG.normal(0.05, 0.02, 7)
BASE = RNG.normal(0.7, 0.05, 6)
PAIR = ("esd", "random")


@pytest.fixture
def make_scores(make_areas: Areas) -> Callable[..., ScoreCube]:
    """A factory of scores: a gain in each cohort, with noise in each repetition."""

    def make_scores(n: int, noise: float = 0.01, budgets: tuple[str, ...] = ("x",)) -> ScoreCube:
        rng = np.random.default_rng(8)
        rows = [
            make_areas({"esd": gain + rng.normal(0, noise, 6)}, BASE, cohort=f"c{i}").assign(
                budget=budget
            )
            for i, gain in enumerate(GAINS[:n])
            for budget in budgets
        ]
        return cube(pd.concat(rows), "area")

    return make_scores


def test_the_cohort_is_the_unit(make_scores: Callable[..., ScoreCube]) -> None:
    row = across_cohorts(make_scores(7, noise=0.0), [PAIR]).iloc[0]
    assert row["n_pairs"] == 7
    assert row["p"] == pytest.approx(stats.ttest_1samp(GAINS, 0.0).pvalue)
    assert row["verdict"] == Verdict.BETTER


@pytest.mark.parametrize(("n", "is_judged"), [(4, False), (5, True)])
def test_under_five_cohorts_nothing_is_claimed(
    make_scores: Callable[..., ScoreCube], n: int, is_judged: bool
) -> None:
    scores = make_scores(n)
    assert n_cohorts(scores, PAIR) == n
    row = across_cohorts(scores, [PAIR]).iloc[0]
    assert (row["verdict"] != Verdict.TOO_FEW) == is_judged


def test_blocks_of_a_cohort_count_once(make_scores: Callable[..., ScoreCube]) -> None:
    thrice = across_cohorts(make_scores(6, budgets=("low", "middle", "high")), [PAIR]).iloc[0]
    assert thrice["n_pairs"] == 6


def test_of_balanced_data_the_mixed_model_is_the_t_test_over_cohorts(
    make_scores: Callable[..., ScoreCube],
) -> None:
    scores = make_scores(7, noise=0.002)
    row = across_cohorts(scores, [PAIR]).iloc[0]
    interval = mixed_interval(scores, PAIR)
    assert interval == pytest.approx((row["difference"], row["low"], row["high"]), abs=1e-4)


def test_the_mixed_model_nests_repetitions(make_scores: Callable[..., ScoreCube]) -> None:
    mean, low, high = mixed_interval(make_scores(7, budgets=("low", "high")), PAIR)
    assert low < mean < high
    assert mean == pytest.approx(GAINS.mean(), abs=0.01)


def reml(gaps: np.ndarray) -> tuple[float, float]:
    """Return the mean and its standard error by the likelihood's definition, from many starts.

    Gaps have the shape (cohorts, blocks, repetitions).
    """
    n_cohorts, n_blocks, n_repetitions = gaps.shape
    ones = np.ones((n_blocks * n_repetitions, 1))
    block = np.kron(np.eye(n_blocks), np.ones((n_repetitions, n_repetitions)))
    repetition = np.kron(np.ones((n_blocks, n_blocks)), np.eye(n_repetitions))
    within = [ones @ ones.T, block, repetition, np.eye(len(ones))]
    flat = gaps.reshape(n_cohorts, -1)

    def fitted(roots: np.ndarray) -> tuple[float, float, float]:
        squares = [*np.square(roots[:3]), max(roots[3] ** 2, 1e-12)]
        covariance = np.tensordot(squares, within, axes=1)
        inverse = np.linalg.inv(covariance)
        weight = n_cohorts * (ones.T @ inverse @ ones).item()
        mean = (flat @ inverse @ ones).sum() / weight
        rest = flat - mean
        fit = np.einsum("ci,ij,cj->", rest, inverse, rest)
        cost = n_cohorts * np.linalg.slogdet(covariance)[1] + math.log(weight) + fit
        return cost, mean, weight**-0.5

    starts = [np.full(4, 0.01), *np.random.default_rng(0).uniform(0, 0.03, (6, 4))]
    ends = [
        optimize.minimize(
            lambda roots: fitted(roots)[0],
            start,
            method="Nelder-Mead",
            options={"maxiter": 4000, "xatol": 1e-7, "fatol": 1e-9},
        )
        for start in starts
    ]
    best = min(ends, key=lambda end: end.fun).x
    return fitted(best)[1:]


@pytest.mark.parametrize(
    ("spreads", "seed"),
    [
        ((0.01, 0.01, 0.005), 0),
        ((0.01, 0.0, 0.0), 0),  # a search by gradients ends nowhere
        ((0.01, 0.0, 0.0), 2),  # Powell's method strays to infinity
        ((0.0, 0.0, 0.02), 0),  # a search by gradients stops short
        ((0.0, 0.02, 0.0), 2),
    ],
)
def test_the_mixed_model_is_at_the_top_of_its_likelihood_also_at_the_edge(
    make_areas: Areas, spreads: tuple[float, float, float], seed: int
) -> None:
    cohort, block, repetition = spreads
    rng = np.random.default_rng(seed)
    gaps = rng.normal(0.02, cohort, (8, 1, 1)) + rng.normal(0, block, (8, 3, 1))
    gaps = gaps + rng.normal(0, repetition, (8, 1, 6)) + rng.normal(0, 0.01, (8, 3, 6))
    gaps = gaps * np.array([1, 1, 1, 1, 0.2, 0.2, 3, 3])[:, None, None]
    rows = [
        make_areas({"esd": gaps[i, j]}, BASE, cohort=f"c{i}").assign(budget=f"b{j}")
        for i in range(8)
        for j in range(3)
    ]
    mean, low, high = mixed_interval(cube(pd.concat(rows), "area"), PAIR)
    truth, error = reml(gaps)
    half = stats.t.ppf(0.975, 7) * error
    assert (mean, low, high) == pytest.approx((truth, truth - half, truth + half), abs=1e-6)


@pytest.mark.parametrize("n_blocks", [1, 3])
def test_a_missing_cell_changes_the_way_of_the_mixed_model_and_hardly_its_numbers(
    make_areas: Areas, n_blocks: int
) -> None:
    rng = np.random.default_rng(4)
    gaps = rng.normal(0.02, 0.02, (8, 1, 1)) + rng.normal(0, 0.01, (8, n_blocks, 20))
    gaps = gaps + rng.normal(0, 0.01, (8, n_blocks, 1)) + rng.normal(0, 0.01, (8, 1, 20))
    base = np.full(20, 0.7)
    table = pd.concat(
        make_areas({"esd": gaps[i, j]}, base, cohort=f"c{i}").assign(budget=f"b{j}")
        for i in range(8)
        for j in range(n_blocks)
    )
    whole = mixed_interval(cube(table, "area"), PAIR)
    lacking = mixed_interval(cube(table.iloc[1:], "area"), PAIR)
    assert lacking == pytest.approx(whole, abs=2e-4)
    assert lacking != whole


@pytest.mark.parametrize(
    ("spread_of_blocks", "n_blocks", "spread_of_repetitions"),
    [(0.0, 1, 0.0), (0.05, 3, 0.0), (0.0, 2, 0.02), (0.05, 3, 0.02)],
)
@pytest.mark.parametrize("noise", [0.0, 1e-7, 1e-5])
def test_where_nothing_is_left_to_chance_the_mean_is_as_sure_as_with_a_little(
    spread_of_blocks: float, n_blocks: int, spread_of_repetitions: float, noise: float
) -> None:
    rng = np.random.default_rng(0)
    gaps = rng.normal(0, 0.1, (5, 1, 1)) + spread_of_blocks * rng.normal(size=(5, n_blocks, 1))
    gaps = gaps + spread_of_repetitions * rng.normal(size=(5, 1, 10))
    rest = rng.normal(size=(5, n_blocks, 10))
    mean, error = nested_likelihood.fitted(list(gaps + noise * rest))
    truth = nested_likelihood.fitted(list(gaps + 1e-4 * rest))
    assert (mean, error) == pytest.approx(truth, rel=2e-3, abs=1e-6)
    means = gaps.mean(axis=(1, 2))
    assert error == pytest.approx(means.std(ddof=1) / 5**0.5, rel=0.3)


@pytest.mark.parametrize(("n", "noise"), [(1, 0.01), (7, None)])
def test_what_has_no_spread_has_no_mixed_model(
    make_areas: Areas, n: int, noise: float | None
) -> None:
    gain = np.zeros(6) if noise is None else RNG.normal(0, noise, 6)
    rows = [make_areas({"esd": gain}, BASE, cohort=f"c{i}") for i in range(n)]
    assert all(map(math.isnan, mixed_interval(cube(pd.concat(rows), "area"), PAIR)))
