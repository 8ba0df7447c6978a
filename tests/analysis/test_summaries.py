"""Summaries of test probabilities: intervals, optimism, contrasts and confusion."""

from __future__ import annotations

import numpy as np
import pytest

from albench.analysis.summaries import CellPredictions, Outcomes, summarise
from albench.metrics.classification import macro_auc
from albench.spec.published import Claim, Published, PublishedTable, Side, System, TableColumn

GOOD, POOR = (System("c", "a", "net", "all", name) for name in ("good", "poor"))
GAINS = {GOOD: 1.5, POOR: 0.5}


def published() -> Published:
    columns = tuple(
        TableColumn(title=s.strategy, model="net", strategy=s.strategy, budget="all") for s in GAINS
    )
    table = PublishedTable(
        title="T", source="", cohort="c", rows=(("a",),), columns=columns, shares=(0.5,)
    )
    sides = [
        Side(
            cohort="c", modalities=("a",), model="net", budget="all", strategy=s.strategy, at="area"
        )
        for s in GAINS
    ]
    claim = Claim(text="", source="", metric="auc", better=sides[0], than=sides[1])
    return Published(tables=(table,), claims=(claim,))


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    rng = np.random.default_rng(3)
    labels = np.arange(40) % 4
    collected: Outcomes = {}
    for system, gain in GAINS.items():
        for repetition in range(3):
            proba = np.exp(rng.normal(size=(5, 40, 4)) + gain * np.eye(4)[labels])
            proba = (proba / proba.sum(axis=2, keepdims=True)).astype(np.float32)
            subjects = tuple(f"s{i}" for i in range(40))
            shares = np.linspace(0.2, 1.0, 5)
            outcome = CellPredictions(subjects=subjects, labels=labels, proba=proba, shares=shares)
            collected.setdefault(system, {})[repetition] = outcome
    return collected


def test_intervals_hold_the_mean_over_repetitions(outcomes: Outcomes) -> None:
    table = summarise(outcomes, published()).intervals
    (row,) = table.query("strategy == 'good' and point == 'final' and metric == 'auc'").to_dict(
        "records"
    )
    cells = outcomes[GOOD].values()
    mean = np.mean([macro_auc(cell.labels, cell.proba[-1]) for cell in cells])
    assert row["low"] < mean < row["high"]
    assert (row["n_subjects"], row["n_repetitions"]) == (40, 3)


def test_a_contrast_is_paired_by_subject(outcomes: Outcomes) -> None:
    (row,) = summarise(outcomes, published()).contrasts.to_dict("records")
    assert row["low"] > 0
    same = {GOOD: outcomes[GOOD], POOR: outcomes[GOOD]}
    (row,) = summarise(same, published()).contrasts.to_dict("records")
    assert row["deviation"] == 0.0


def test_confusion_counts_every_test_unit_of_the_last_round(outcomes: Outcomes) -> None:
    table = summarise(outcomes, published()).confusion
    assert table.groupby("strategy")["n"].sum().to_dict() == {"good": 120, "poor": 120}
    right = table[(table["truth"] == table["answer"]) & (table["strategy"] == "good")]["n"].sum()
    answers = [(c.proba[-1].argmax(axis=1) == c.labels).sum() for c in outcomes[GOOD].values()]
    assert right == sum(answers)


def test_the_order_of_the_outcomes_changes_nothing(outcomes: Outcomes) -> None:
    turned = {system: outcomes[system] for system in (POOR, GOOD)}
    one, other = summarise(outcomes, published()), summarise(turned, published())
    assert one.optimism.equals(other.optimism)
    assert one.contrasts.equals(other.contrasts)


def test_a_system_without_any_success_is_left_out(outcomes: Outcomes) -> None:
    summaries = summarise({GOOD: outcomes[GOOD]}, published())
    assert set(summaries.intervals["strategy"]) == {"good"}
    assert summaries.contrasts.empty


def test_nothing_published_is_empty_tables() -> None:
    assert all(table.empty for table in vars(summarise({}, Published())).values())
