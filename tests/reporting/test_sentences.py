"""The wording of statements: plurals, ties, long lists, and what they are about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from albench.reporting import sentences
from albench.reporting.content import Table, Text
from albench.reporting.derived import Finding, derive
from albench.reporting.headline import headline, supporting, sureness
from albench.reporting.load import load
from albench.reporting.methods import methods
from albench.reporting.names import Namer
from albench.reporting.page import emphasised
from albench.reporting.sections import answer, ranks

if TYPE_CHECKING:
    from collections.abc import Callable

BLOCK = {"cohort": "digits", "modalities": "a", "model": "m", "budget": "b"}
NAMES = tuple("abcdefgh")


def compared(verdicts: dict[str, tuple[float, str]], **columns: Any) -> pd.DataFrame:
    """Return a comparison with random: difference and verdict of each strategy."""
    rows = [
        {"strategy": name, "other": "random", "difference": difference, "verdict": verdict}
        | {"all_low": difference - 0.01, "all_high": difference + 0.01, "margin": 0.002}
        | {"p_holm": 0.01, "n_blocks": 3, "n_pairs": 6, "more": 4.0 if is_open(verdict) else np.nan}
        for name, (difference, verdict) in verdicts.items()
    ]
    return pd.DataFrame(rows).assign(**(BLOCK | columns))


def is_open(verdict: str) -> bool:
    return verdict == "undecided"


@pytest.fixture
def named() -> Namer:
    """A namer of three blocks of one cohort."""
    plan = {"strategy": ["a", "random"], "repetition": [0, 0]}
    parts = [pd.DataFrame(plan).assign(**(BLOCK | {"budget": b})) for b in ("x", "y", "z")]
    return Namer(pd.concat(parts), {})


def findings(table: pd.DataFrame, named: Namer) -> list[str]:
    price = table.assign(goal=np.nan, labels=np.nan)
    return list(sentences.answers(table, table, price, table, "accuracy", named))


def test_a_few_winners_are_in_bold_and_many_are_counted(named: Namer) -> None:
    gains = {name: (0.1 - i / 100, "better") for i, name in enumerate(NAMES)}
    few, *_ = findings(compared({name: gains[name] for name in "ab"}), named)
    many, *_ = findings(compared(gains), named)
    assert "**a and b are better than random** in accuracy" in few
    assert (
        "**8 of 8 strategies are better than random** in accuracy (a, b, c, d, e, f, g and h)"
        in many
    )


def test_neighbours_are_those_of_the_blocks_that_all_have(named: Namer) -> None:
    first, *_ = findings(compared({"a": (0.1, "better"), "b": (0.0, "undecided")}), named)
    assert "Of 2 pairs of neighbours in the order of these means over all 3 blocks, random" in first
    assert "1 strategy is undecided (4 more repetitions would probably decide it)" in first


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (0.05, "a and b are better than random, by up to +0.100 (+0.090 to +0.110; a)"),
        (0.1, "a and b are better than random, +0.100 (+0.090 to +0.110) each"),
    ],
)
def test_whoever_gains_most_is_named_unless_all_gain_alike(
    named: Namer, second: float, expected: str
) -> None:
    table = compared({"a": (0.1, "better"), "b": (second, "better")}, budget="x")
    assert any(expected in sentence for sentence in findings(table, named))


def test_the_first_screen_says_how_many_neighbours_differ(make_toy: Callable[..., Any]) -> None:
    derived = derive(load(make_toy().write()))
    first, *_ = supporting(derived.findings[0], derived)
    n = len(derived.findings[0].neighbours)
    assert first.startswith("How sure: ")
    assert f" Of {n} pairs of neighbours in the order of these means over " in first


def test_a_small_difference_that_is_sure_is_said_to_count_as_equal(
    make_toy: Callable[..., Any],
) -> None:
    derived = derive(load(make_toy().write()))
    finding = derived.findings[0]
    overall = finding.overall.assign(verdict="equal", margin=0.029)
    assert "That is less than 0.029, which counts as equal. This is" in sureness(
        replace(finding, overall=overall), derived.named
    )
    other = finding.overall.assign(verdict="worse")
    assert "counts as equal" not in sureness(replace(finding, overall=other), derived.named)


def test_equal_leaders_are_named_together(named: Namer) -> None:
    gains = {"a": (0.1, "better"), "b": (0.1, "better"), "c": (0.05, "better")}
    assert any(
        "by up to +0.100 (+0.090 to +0.110; a and b)" in text
        for text in findings(compared(gains), named)
    )


def test_of_cohorts_like_these_it_is_said_who_is_undecided() -> None:
    table = compared({"a": (0.1, "undecided"), "b": (0.0, "undecided")})
    (lines,) = sentences.over_cohorts(table.assign(n_pairs=[8, 7]), "accuracy")
    assert lines == (
        "In accuracy, by t-tests over up to 8 cohorts, corrected by Holm over 2 strategies: no "
        "strategy beats random; 2 strategies are undecided (4 more cohorts would probably decide "
        "them)."
    )


def test_pairs_are_named_with_the_verb_that_fits(named: Namer) -> None:
    table = compared({"a": (0.0, "equal"), "b": (0.0, "undecided")})
    lines = " ".join(sentences.pairs(table, table, named))
    assert "In no pair is one better than the other. a – random is equal (within 0.002)." in lines
    assert " b – random is undecided; 4 more repetitions would decide it at a power" in lines


def test_many_open_pairs_are_counted(named: Namer) -> None:
    table = compared(dict.fromkeys(NAMES, (0.0, "undecided")))
    lines = list(sentences.pairs(table, table, named))
    assert lines[2].startswith("All 8 pairs are undecided; ")


def test_a_winner_is_named_once_with_all_whom_it_beats(named: Namer) -> None:
    table = compared({"a": (0.1, "better"), "b": (-0.1, "worse"), "c": (-0.2, "worse")})
    assert list(sentences.pairs(table, table, named))[1:] == [
        "a is better than random, +0.100 (+0.090 to +0.110).",
        "random is better than b, +0.100 (+0.090 to +0.110); than c, +0.200 (+0.190 to +0.210).",
    ]


@pytest.mark.parametrize(
    ("n_blocks", "where"), [([3, 3], "averaged over 3 blocks"), ([3, 2], "over up to 3 blocks")]
)
def test_a_headline_counts_strategies_and_the_blocks_that_each_has(
    named: Namer, n_blocks: list[int], where: str
) -> None:
    table = compared({"a": (0.1, "better"), "b": (-0.1, "worse")}).assign(n_blocks=n_blocks)
    text = headline(Finding("accuracy", table, table, table, {}), named)
    assert where in text
    assert text.endswith("by +0.100; 1 strategy does worse.")


def test_a_headline_says_in_how_many_blocks_its_best_is_if_others_are_in_more(
    named: Namer,
) -> None:
    table = compared({"a": (0.1, "better"), "b": (0.05, "better")}).assign(n_blocks=[2, 3])
    text = headline(Finding("accuracy", table, table, table, {}), named)
    assert text.endswith("a gains the most, +0.100 (over its 2 of the 3 blocks).")


def test_strategies_of_equal_curves_are_a_sentence_each() -> None:
    groups = [("d: x, low", ["a", "b"]), ("d: x, high", ["a", "b"]), ("e: y", ["c", "d"])]
    assert list(sentences.identical(groups)) == [
        "a and b on d: x, low; d: x, high.",
        "c and d on e: y.",
    ]


def test_a_page_shows_code_as_code_and_keeps_percent_signs_with_their_numbers() -> None:
    assert emphasised("`a<b` at 95 %") == "<code>a&lt;b</code> at 95\N{NO-BREAK SPACE}%"
    assert emphasised("**a `b** c`") == "<strong>a `b</strong> c`"


def test_strategies_of_equal_rank_share_a_place(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    same = toy.cells[toy.cells["strategy"] == "margin"]
    twin = same.assign(strategy="twin", cell="x" + same["cell"], picks_hash="others")
    rounds = toy.scores[toy.scores["cell"].isin(same["cell"])]
    toy.cells = pd.concat([toy.cells, twin])
    toy.scores = pd.concat([toy.scores, rounds.assign(cell="x" + rounds["cell"])])
    section = ranks.section(derive(load(toy.write())))
    assert section is not None
    text, table = section.parts[:2]
    assert isinstance(text, Text)
    assert isinstance(table, Table)
    assert "; margin and twin lead with 2.00." in text.sentences[0]
    assert [(row[0], row[1]) for row in table.rows[:3]] == [
        ("margin", "1"),
        ("twin", "1"),
        (table.rows[2][0], "3"),
    ]


def test_an_oracle_is_not_the_bold_one(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    for part in toy.manifest["plugins"]:
        part["tags"] = ["oracle"] if part["name"] == "core/margin" else []
    section = answer.section(derive(load(toy.write())))
    (table,) = [part for part in section.parts if isinstance(part, Table)]
    place = table.columns.index("margin")
    assert not any(row[place].startswith("**") for row in table.rows)
    assert all(any(cell.startswith("**") for cell in row) for row in table.rows)


def test_a_budget_of_subjects_is_not_said_to_count_candidates(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    toy.manifest["budgets"] = {"ten": "initial 10, query 10, up to 60 of the training subjects"}
    (budgets,) = [one.text for one in methods(load(toy.write())) if one.text.startswith("Budgets")]
    assert budgets == "Budgets: ten: initial 10, query 10, up to 60 of the training subjects."
