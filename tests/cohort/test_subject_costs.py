"""What subjects cost, and budgets that are counted in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench.cohort import first_labels
from albench.cohort.budget import cost_schedule
from albench.cohort.join import join
from albench.cohort.subject_costs import Purse, count_measured, subject_costs

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.api import Modality
    from albench.cohort.join import Cohort

PRICES = {"a": 1.0, "b": 0.2, "label": 5.0}


@pytest.fixture
def clinic(make_modality: Callable[..., Modality]) -> Cohort:
    """Join ten subjects with two samples of a each, of whom the last three lack b."""
    names = [f"P{number}" for number in range(10)]
    labels = {name: f"F{number % 2}" for number, name in enumerate(names)}
    parts = {"a": make_modality(names * 2, labels), "b": make_modality(names[:7], labels)}
    return join("clinic", parts, incomplete=True)


def test_a_subject_pays_for_its_label_and_once_for_what_it_has(clinic: Cohort) -> None:
    assert subject_costs(clinic, PRICES) == pytest.approx([6.2] * 7 + [6.0] * 3)
    assert subject_costs(clinic, {"b": 2.0}) == pytest.approx([2.0] * 7 + [0.0] * 3)


def test_those_are_counted_who_have_a_modality(clinic: Cohort) -> None:
    owners = clinic.candidate_subjects
    labelled = np.flatnonzero(np.isin(owners, [0, 6, 8]))
    assert count_measured(clinic, labelled) == {"a": 3, "b": 2}


def test_where_nobody_lacks_anything_nothing_is_counted(
    make_modality: Callable[..., Modality],
) -> None:
    labels = {"P1": "F0", "P2": "F1"}
    whole = join("clinic", {"a": make_modality(list(labels), labels)})
    assert count_measured(whole, np.array([0, 1])) == {}


def test_money_lasts_for_the_first_or_for_the_cheapest() -> None:
    purse = Purse(costs=(1.0, 4.0, 0.1, 0.2, 3.0), left=4.3)
    assert purse.first([0, 1, 2, 3]) == 1
    assert purse.first([2, 3, 1, 0]) == 3  # 0.1 + 0.2 + 4 is 4.3, though not in floating point
    assert purse.most([0, 1, 2, 3, 4]) == 4
    assert Purse((1.0,), 0.0).most([0]) == 0


def test_rounds_may_spend_at_least_a_query_each() -> None:
    costs, owners = np.full(10, 6.0), np.arange(8).repeat(2)
    assert cost_schedule(costs, owners, 12, 10, 40).targets == (12, 22, 32)
    assert cost_schedule(costs, owners, 12, 10, 1.0).targets == (12, 22, 32, 42, 48)
    assert cost_schedule(costs, owners, 0.25, 0.25, 1.0).targets == (12, 24, 36, 48)
    assert cost_schedule(costs, owners, 0, 20, 1000).targets == (0, 20, 40, 48)
    assert cost_schedule(costs, owners, 0.5, 10, 20).targets == (24,)


@pytest.mark.parametrize("first", ["random", "stratified"])
def test_first_labels_are_whole_subjects_for_the_money_there_is(clinic: Cohort, first: str) -> None:
    terms = {"of": "cost", "prices": PRICES, "initial": 25, "query": 7, "stop": 1.0, "first": first}
    train = np.arange(len(clinic.candidates))
    plan = first_labels.rounds(clinic, train, terms)
    picked = first_labels.first_set(clinic, train, plan, terms, np.random.default_rng(1))
    subjects = np.unique(clinic.candidate_subjects[picked])
    assert len(subjects) == 4
    assert len(picked) == np.isin(clinic.candidate_subjects, subjects).sum()
    purse = plan.purse(1, clinic.candidate_subjects[picked])
    assert purse is not None
    assert purse.left == pytest.approx(32 - subject_costs(clinic, PRICES)[subjects].sum())
