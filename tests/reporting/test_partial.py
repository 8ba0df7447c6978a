"""Incomplete runs still get a report, which says what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from albench.reporting.build import sections
from albench.reporting.content import Table
from albench.reporting.load import load
from albench.reporting.markdown import markdown
from albench.reporting.page import page
from albench.reporting.sections import answer as first
from albench.reporting.sections import coverage, labels_needed, metric

if TYPE_CHECKING:
    from collections.abc import Callable


def one_repetition(toy: Any) -> None:
    toy.keep(repetition=0)


def some_missing(toy: Any) -> None:
    for name in np.random.default_rng(3).choice(toy.cells["cell"], 15, replace=False):
        toy.end("missing", cell=name)


def a_failed_block(toy: Any) -> None:
    toy.end("oom", "killed", cohort="liver")


def one_strategy(toy: Any) -> None:
    toy.keep(strategy="random")


def random_failed(toy: Any) -> None:
    toy.end("crashed", "signal 11", strategy="random")


def only_all_labels(toy: Any) -> None:
    for strategy in set(toy.cells["strategy"]) - {"all-labels"}:
        toy.end("timeout", strategy=strategy)


def no_all_labels(toy: Any) -> None:
    toy.end("error", "diverged", strategy="all-labels")


def nothing_scored(toy: Any) -> None:
    toy.end("error", "no module named x")
    hashes = [name for name in toy.cells.columns if name.endswith("hash")]
    toy.cells[hashes] = ""
    # Without a single success `albench.publish` does not know the names of the scores.
    sizes = ["n_labelled", "n_labelled_subjects"]
    toy.scores = toy.scores[["cell", "round", *sizes, "query_seconds", "train_seconds"]]


def unknown_auc_and_gaps_in_accuracy(toy: Any) -> None:
    toy.scores["auc"] = float("nan")
    toy.scores.loc[toy.scores.index % 7 == 0, "accuracy"] = float("nan")


def one_round(toy: Any) -> None:
    toy.scores = toy.scores[toy.scores["round"] == 0]


def blocks_of_different_strategies(toy: Any) -> None:
    is_else = (toy.cells["cohort"] == "liver") & (toy.cells["strategy"] == "esd")
    toy.cells.loc[is_else, "strategy"] = "badge"


def twenty_strategies(toy: Any) -> None:
    toy.keep(modalities="pixels")
    likes = toy.cells[toy.cells["strategy"] == "esd"]
    keys = ["cell", "picks_hash"]  # other picks, though the scores are the same
    copies = [
        likes.assign(strategy=f"esd-{i}", **{key: likes[key] + f"-{i}" for key in keys})
        for i in range(14)
    ]
    rounds = [
        toy.scores[toy.scores["cell"].isin(likes["cell"])].assign(
            cell=lambda part, i=i: part["cell"] + f"-{i}"
        )
        for i in range(14)
    ]
    toy.cells = pd.concat([toy.cells, *copies])
    toy.scores = pd.concat([toy.scores, *rounds])


SPOILT = {
    spoil.__name__.replace("_", " "): spoil
    for spoil in (
        *(one_repetition, some_missing, a_failed_block, one_strategy, random_failed),
        *(only_all_labels, no_all_labels, nothing_scored, unknown_auc_and_gaps_in_accuracy),
        *(one_round, blocks_of_different_strategies, twenty_strategies),
    )
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_what_is_there_is_reported(
    make_toy: Callable[..., Any], spoil: Callable[[Any], None]
) -> None:
    toy = make_toy()
    spoil(toy)
    drawn = sections(load(toy.write()))
    text = markdown("Toy", "", drawn) + page("Toy", "", drawn)
    assert "nan" not in text.replace("nano", "").lower().split()
    assert "## The answer" in text
    assert "inf" not in text.lower().split()


def answer(toy: Any) -> str:
    """Return the report as Markdown."""
    return markdown("Toy", "", sections(load(toy.write())))


def table(toy: Any, name: str) -> list[dict[str, str]]:
    """Return a table of the report, a mapping a row."""
    parts = [part for section in sections(load(toy.write())) for part in section.parts]
    (named,) = [part for part in parts if isinstance(part, Table) and part.name == name]
    return [dict(zip(named.columns, row, strict=True)) for row in named.rows]


@pytest.mark.sections(first)
def test_one_repetition_claims_nothing(make_toy: Callable[..., Any]) -> None:
    toy = make_toy(n_repetitions=1)
    assert "With fewer than 6 paired repetitions nothing is claimed" in answer(toy)


@pytest.mark.sections(metric)
def test_no_verdict_is_printed_under_six_pairs(make_toy: Callable[..., Any]) -> None:
    rows = table(make_toy(n_repetitions=5), "against-random-accuracy")
    assert {row["verdict"] for row in rows} == {"too few repetitions"}
    assert {row["p (Holm)"] for row in rows} == {"–"}


@pytest.mark.sections(coverage)
def test_a_failed_block_is_listed_with_its_cause(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    a_failed_block(toy)
    rows = table(toy, "failures")
    assert len(rows) == 4
    assert rows[0]["repetitions"] == "0, 1, 2, 3, 4, 5"
    assert {(row["status"], row["reason"]) for row in rows} == {("oom", "killed")}


@pytest.mark.sections(first)
def test_an_incomplete_run_says_so_first(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    some_missing(toy)
    start, _, _ = answer(toy).partition("\n\n- ")
    assert "Incomplete: 33 of 48 planned cells succeeded (15 missing)" in start


@pytest.mark.sections(first)
def test_a_mean_over_fewer_repetitions_says_of_how_many(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    toy.end("timeout", strategy="esd", repetition=1, modalities="pixels")
    row = table(toy, "area-accuracy")[0]
    assert row["esd"].endswith("(5 of 6)")
    assert "of" not in row["margin"]


@pytest.mark.sections(metric)
def test_a_repetition_without_a_partner_is_counted(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    toy.end("timeout", strategy="random", repetition=1, modalities="pixels")
    row = table(toy, "against-random-accuracy")[0]
    assert row["w-t-l"].endswith("(1 unpaired)")


@pytest.mark.sections(first, metric, labels_needed)
def test_without_all_labels_no_price_is_told(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    no_all_labels(toy)
    text = answer(toy)
    assert "No block has a known accuracy of all labels to compare with." in text
    assert "labels for 95 %" not in text


@pytest.mark.sections(first)
def test_strategies_that_are_too_many_for_columns_are_rows(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    twenty_strategies(toy)
    rows = table(toy, "area-accuracy")
    assert [row["strategy"] for row in rows][:2] == ["random", "margin"]
    assert set(rows[0]) == {"strategy", "digits: pixels"}


@pytest.mark.sections(metric)
def test_equal_curves_are_told(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    twenty_strategies(toy)
    text = answer(toy)
    assert "<summary>Equal in every round of every repetition</summary>" in text
    assert "esd, esd-0, esd-1" in text


@pytest.mark.sections(first)
def test_conflicts_are_told_first(make_toy: Callable[..., Any]) -> None:
    toy = make_toy(n_repetitions=1)
    toy.manifest["conflicts"] = ["0" * 16]
    start, _, _ = answer(toy).partition("\n\n- ")
    assert "Conflicts: 1 cell succeeded twice" in start
