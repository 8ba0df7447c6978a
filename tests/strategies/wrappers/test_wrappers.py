from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from albench.api import needs
from albench.strategies import catalogue
from albench.strategies.uncertainty.one_pass import largest_entropy
from albench.strategies.wrappers.bases import built_in
from albench.strategies.wrappers.diverse import DistinctSamples, PerSubjectCap
from albench.strategies.wrappers.sequences import Combine, SubSample, Switch

DOUBT = np.linspace(0.5, 0.99, 12)
PROBA = np.stack([DOUBT, 1 - DOUBT], axis=1)  # the first is most uncertain


@pytest.mark.parametrize("base", [base.name for base in catalogue.unwrapped()])
def test_every_strategy_can_be_wrapped(base: str, cohort: Any, rng: Any) -> None:
    wrapped = PerSubjectCap(base)
    pool = cohort().view(needs=wrapped.needs)
    picks = wrapped(pool, 7, rng)
    assert max(Counter(pool.subjects[picks].tolist()).values()) == 1
    assert len(set(picks.tolist())) == 7


def test_a_wrapper_needs_what_it_wraps() -> None:
    assert PerSubjectCap("badge").needs == {needs.PROBA, needs.EMBEDDINGS}
    assert Combine("bald", "k-means").needs == {needs.DROPOUT_PROBA, needs.EMBEDDINGS}
    assert Switch("random", "esd").needs == {needs.DROPOUT_PROBA}


def test_an_oracle_cannot_be_wrapped() -> None:
    with pytest.raises(ValueError, match="no built-in strategy 'oracle-greedy' to build upon"):
        built_in("oracle-greedy")


def test_an_unknown_base_is_answered_with_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"'entropi'.*entropy"):
        PerSubjectCap("entropi")


def test_wrappers_are_not_wrapped() -> None:
    with pytest.raises(ValueError, match="switch"):
        built_in("switch")


def test_the_cap_skips_what_is_over_it(make_pool: Any, rng: Any) -> None:
    subjects = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    pool = make_pool(12, proba=PROBA, subjects=subjects)
    assert PerSubjectCap("entropy", 1)(pool, 3, rng).tolist() == [0, 3, 6]
    assert PerSubjectCap("entropy", 2)(pool, 3, rng).tolist() == [0, 1, 3]


def test_the_cap_counts_anew_when_subjects_are_too_few(make_pool: Any, rng: Any) -> None:
    pool = make_pool(12, proba=PROBA, subjects=[0] * 6 + [1] * 6)
    assert PerSubjectCap("entropy", 1)(pool, 5, rng).tolist() == [0, 6, 1, 7, 2]


def test_a_cap_that_never_binds_changes_nothing(cohort: Any) -> None:
    pool = cohort().view(needs=largest_entropy.needs)
    capped = PerSubjectCap("entropy", 100)(pool, 9, np.random.default_rng(0))
    assert set(capped) == set(largest_entropy()(pool, 9, np.random.default_rng(0)))


def test_greedy_strategies_go_on_with_what_they_chose(make_pool: Any, rng: Any) -> None:
    # Were k-center asked afresh, it would take a neighbour of its first pick again.
    places = [[10.0], [9.9], [-6.0], [0.1]]
    pool = make_pool(4, labels=[0], embeddings=[*places, [0.0]], subjects=[0, 0, 0, 1, 2])
    assert PerSubjectCap("k-center")(pool, 2, rng).tolist() == [0, 3]


def test_no_two_picks_share_a_sample(make_pool: Any, rng: Any) -> None:
    pairs = np.array([(i, j) for i in range(4) for j in range(3)])
    pool = make_pool(12, candidates=pairs, modalities=("a", "b"))
    picks = DistinctSamples("random")(pool, 3, rng)
    for column in pool.candidates[picks].T:
        assert len(set(column.tolist())) == 3


def test_sharing_starts_anew_when_samples_are_too_few(make_pool: Any, rng: Any) -> None:
    pairs = np.array([(0, j) for j in range(4)])
    pool = make_pool(4, candidates=pairs, modalities=("a", "b"))
    assert sorted(DistinctSamples("random")(pool, 4, rng)) == [0, 1, 2, 3]


def test_a_part_of_the_pool_gives_its_best(make_pool: Any, rng: Any) -> None:
    pool = make_pool(12, proba=PROBA)
    assert SubSample("entropy", 12)(pool, 3, rng).tolist() == [0, 1, 2]
    firsts = {int(SubSample("entropy", 3)(pool, 1, rng)[0]) for _ in range(40)}
    assert len(firsts) > 3


def test_a_part_is_never_smaller_than_the_query(make_pool: Any, rng: Any) -> None:
    assert len(SubSample("entropy", 1)(make_pool(12, proba=PROBA), 5, rng)) == 5


def test_the_strategy_changes_at_the_given_share(make_pool: Any) -> None:
    strategy = Switch("least-confident", "random", at=0.5)
    few = make_pool(8, labels=[0] * 4, proba=PROBA)
    many = make_pool(4, labels=[0] * 8, proba=PROBA)
    seeds = range(20)
    assert {strategy(few, 1, np.random.default_rng(s)).item() for s in seeds} == {0}
    assert len({strategy(many, 1, np.random.default_rng(s)).item() for s in seeds}) > 1


def test_the_second_strategy_sees_only_what_the_first_wants(make_pool: Any, rng: Any) -> None:
    places = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99.0])[:, None]
    pool = make_pool(12, labels=[0], proba=[*PROBA, PROBA[0]], embeddings=[*places, [0.0]])
    assert Combine("entropy", "k-center", factor=4)(pool, 1, rng) == [3]
