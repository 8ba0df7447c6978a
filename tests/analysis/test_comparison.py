"""Comparisons: pairs, corrections, and what may be said."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from albench.analysis.comparison import across_blocks, against_random
from albench.analysis.paired import paired_t, wilcoxon
from albench.analysis.significance import FEWEST_PAIRS, holm
from albench.analysis.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    Areas = Callable[..., pd.DataFrame]

RNG = np.random.default_rng(11)
BASE = RNG.normal(0.7, 0.05, 6)
NOISE = RNG.normal(0.0, 0.004, 6)


def test_a_planted_gain_is_found_and_a_planted_loss_too(make_areas: Areas) -> None:
    compared = against_random(make_areas({"up": 0.03 + NOISE, "down": -0.03 + NOISE}, BASE))
    assert compared.set_index("strategy")["verdict"].to_dict() == {
        "up": Verdict.BETTER,
        "down": Verdict.WORSE,
    }


def test_pairing_finds_what_differs_less_than_repetitions_do(make_areas: Areas) -> None:
    gain = 0.01 + NOISE / 4
    assert stats.ttest_ind(BASE + gain, BASE).pvalue > 0.5
    assert against_random(make_areas({"esd": gain}, BASE))["p_holm"].item() < 0.01


def test_under_the_null_false_claims_are_as_rare_as_promised(make_areas: Areas) -> None:
    rng = np.random.default_rng(5)
    n_matrices = 100
    claims = 0
    for _ in range(n_matrices):
        noise = rng.normal(0, 0.01, (4, 6))
        compared = against_random(make_areas(dict(zip("abcd", noise, strict=True)), BASE))
        claims += bool((compared["p_holm"] < 0.05).any())
    # Binomial: the chance of more than 11 of 100 is under 0.01 if the promise of 5 % is kept.
    assert claims <= 11


def test_the_order_of_rows_is_of_no_matter(make_areas: Areas) -> None:
    table = make_areas({"esd": 0.01 + NOISE, "bald": NOISE}, BASE)
    shuffled = table.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(against_random(table), against_random(shuffled))
    pd.testing.assert_frame_equal(across_blocks(table), across_blocks(shuffled))


def test_a_missing_repetition_is_told_and_its_partner_left_out(make_areas: Areas) -> None:
    table = make_areas({"esd": 0.01 + NOISE}, BASE)
    lacking = table[~((table["strategy"] == "random") & (table["repetition"] == 2))]
    row = against_random(lacking).iloc[0]
    assert (row["n_pairs"], row["n_missing"]) == (5, 1)
    assert row["difference"] == pytest.approx(np.delete(0.01 + NOISE, 2).mean())


def test_an_unknown_area_is_told_as_missing(make_areas: Areas) -> None:
    table = make_areas({"esd": np.array([np.nan, *NOISE[1:]])}, BASE)
    row = against_random(table).iloc[0]
    assert (row["n_pairs"], row["n_missing"]) == (5, 1)


def test_a_strategy_without_any_known_area_keeps_its_row(make_areas: Areas) -> None:
    row = against_random(make_areas({"esd": np.full(6, np.nan)}, BASE)).iloc[0]
    assert (row["n_pairs"], row["n_missing"]) == (0, 6)
    assert row["verdict"] == Verdict.TOO_FEW


def test_nothing_is_claimed_of_fewer_than_six_pairs(make_areas: Areas) -> None:
    few = FEWEST_PAIRS - 1
    row = against_random(make_areas({"esd": 0.5 + NOISE[:few]}, BASE[:few])).iloc[0]
    assert row["p"] < 1e-6
    assert row["verdict"] == Verdict.TOO_FEW
    assert math.isnan(row["p_holm"])


def test_a_block_without_random_claims_nothing(make_areas: Areas) -> None:
    table = make_areas({"esd": NOISE}, BASE)
    row = against_random(table[table["strategy"] == "esd"]).iloc[0]
    assert (row["n_pairs"], row["verdict"]) == (0, Verdict.TOO_FEW)


def test_random_alone_gives_no_row(make_areas: Areas) -> None:
    alone = make_areas({}, BASE)
    assert against_random(alone).empty
    assert across_blocks(alone).empty


def test_one_cell_with_two_values_is_refused(make_areas: Areas) -> None:
    table = make_areas({"esd": NOISE}, BASE)
    with pytest.raises(ValueError, match="duplicate"):
        against_random(pd.concat([table, table.tail(1)]))


def test_correction_is_over_all_blocks(make_areas: Areas) -> None:
    gains = {"esd": 0.002 + NOISE}
    one = make_areas(gains, BASE)
    two = pd.concat([one, make_areas(gains, BASE, cohort="liver")])
    p = against_random(one)["p"].item()
    assert against_random(two)["p_holm"].tolist() == pytest.approx([2 * p, 2 * p])


def test_holm_by_hand() -> None:
    # Sorted 0.01, 0.03, 0.04 times 3, 2, 1, never falling: 0.03, 0.06, 0.06.
    assert holm(np.array([0.04, 0.01, 0.03])) == pytest.approx([0.06, 0.03, 0.06])


def test_holm_is_at_most_one_and_does_not_count_the_unknown() -> None:
    assert holm(np.array([0.9, np.nan, 0.6])) == pytest.approx([1.0, np.nan, 1.0], nan_ok=True)


def test_paired_t_is_scipys() -> None:
    assert paired_t(NOISE) == pytest.approx(stats.ttest_1samp(NOISE, 0.0).pvalue)


@pytest.mark.parametrize("n", [2, 6, 11])
def test_wilcoxon_is_scipys_exact_test(n: int) -> None:
    gaps = np.random.default_rng(n).normal(0.5, 1.0, n)
    assert wilcoxon(gaps) == pytest.approx(stats.wilcoxon(gaps, method="exact").pvalue)


@pytest.mark.parametrize("n", [6, 9])
def test_wilcoxon_of_ties_and_zeros_is_scipys_test_of_all_signs(n: int) -> None:
    gaps = np.random.default_rng(n).integers(-2, 5, n).astype(float)
    gaps[:2] = 0.0
    assert wilcoxon(gaps) == pytest.approx(stats.wilcoxon(gaps, method="auto").pvalue)


def test_wilcoxon_of_ties_is_exact_where_scipys_is_not() -> None:
    gaps = np.repeat([1.0, 2.0, -3.0], [9, 3, 2])
    ranks = stats.rankdata(np.abs(gaps))
    signs = np.array(list(itertools.product((-1, 1), repeat=len(gaps))))  # all are as likely
    exact = float(np.mean(np.abs(signs @ ranks) >= abs(np.sign(gaps) @ ranks)))
    assert wilcoxon(gaps) == pytest.approx(exact)
    assert stats.wilcoxon(gaps, method="auto").pvalue != pytest.approx(exact, rel=0.01)


def test_wilcoxon_of_ties_counts_all_signs() -> None:
    # Ranks 1.5, 1.5, 3 all won: of eight choices of signs, two are as extreme.
    assert wilcoxon(np.array([0.1, 0.1, 0.2])) == pytest.approx(2 / 8)


def test_six_pairs_are_the_fewest_that_wilcoxon_can_reject() -> None:
    assert wilcoxon(np.arange(1.0, FEWEST_PAIRS)) > 0.05
    assert wilcoxon(np.arange(1.0, FEWEST_PAIRS + 1)) < 0.05


@pytest.mark.parametrize("test", [paired_t, wilcoxon])
def test_equal_pairs_are_not_separable(test: Callable[[np.ndarray], float]) -> None:
    assert test(np.zeros(6)) == 1.0


def test_equal_gains_are_as_sure_as_their_signs() -> None:
    assert paired_t(np.full(6, 0.01)) == pytest.approx(2 / 2**6)


@pytest.mark.parametrize("test", [paired_t, wilcoxon])
def test_one_pair_has_no_p_value(test: Callable[[np.ndarray], float]) -> None:
    assert math.isnan(test(np.array([0.1])))


def test_what_floating_point_leaves_of_equal_areas_is_a_tie(make_areas: Areas) -> None:
    row = against_random(make_areas({"esd": np.full(6, 1e-16)}, BASE)).iloc[0]
    assert (row["wins"], row["ties"], row["losses"]) == (0, 6, 0)
    assert row["p"] == row["p_wilcoxon"] == 1.0


def test_across_blocks_is_the_mean_over_blocks_of_a_repetition(make_areas: Areas) -> None:
    table = pd.concat(
        [
            make_areas({"esd": 0.02 + NOISE}, BASE),
            make_areas({"esd": 0.04 - NOISE}, BASE, cohort="liver"),
        ]
    )
    row = across_blocks(table).iloc[0]
    assert (row["n_blocks"], row["n_pairs"], row["n_missing"]) == (2, 6, 0)
    assert row["difference"] == pytest.approx(0.03)


@pytest.mark.parametrize("lacking", ["esd", "random"])
def test_across_blocks_leaves_out_a_repetition_that_lacks_a_block(
    make_areas: Areas, lacking: str
) -> None:
    table = pd.concat(
        [make_areas({"esd": NOISE}, BASE), make_areas({"esd": 0.5 + NOISE}, BASE, cohort="liver")]
    )
    is_gone = (table[["cohort", "strategy"]] == ["liver", lacking]).all(axis=1)
    row = across_blocks(table[~(is_gone & (table["repetition"] == 3))]).iloc[0]
    assert (row["n_pairs"], row["n_missing"]) == (5, 1)
    assert row["difference"] == pytest.approx(np.delete(0.25 + NOISE, 3).mean())
