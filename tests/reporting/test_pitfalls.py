"""The checklist of pitfalls is filled from the records, and each item can fail."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import pytest

from albench.reporting.derived import derive
from albench.reporting.load import load
from albench.reporting.pitfalls import CHECKLIST, pitfalls
from albench.reporting.sections import pitfalls as section

if TYPE_CHECKING:
    from collections.abc import Callable

QUESTIONS = [question for question, _, _ in CHECKLIST]


def judged(toy: Any) -> dict[str, tuple[bool, str]]:
    judged = pitfalls(derive(load(toy.write())))
    return {one.question: (one.is_avoided, one.reason) for one in judged}


def test_every_item_is_answered_with_a_reason_and_a_source(make_toy: Callable[..., Any]) -> None:
    judged = pitfalls(derive(load(make_toy().write())))
    assert [one.question for one in judged] == QUESTIONS
    assert all(one.reason and one.source for one in judged)


def lose_random(toy: Any) -> None:
    toy.end("error", "x", strategy="random", cohort="liver")


def lose_a_cell(toy: Any) -> None:
    toy.end("error", "x", strategy="esd", repetition=3)


def lose_the_reference(toy: Any) -> None:
    toy.end("error", "x", strategy="all-labels", cohort="digits")


def start_elsewhere(toy: Any) -> None:
    first = toy.cells.index[toy.cells["strategy"] == "esd"][0]
    toy.cells.loc[first, "first_labels_hash"] = "another"


def judge_otherwise(toy: Any) -> None:
    toy.manifest["judged_before"] = [{"compare": [], "equal_within": None, "primary_metric": "auc"}]


def simulate_all(toy: Any) -> None:
    toy.manifest["cohorts"]["digits"]["simulated"] = True


def simulate_none(toy: Any) -> None:
    toy.manifest["cohorts"]["liver"]["simulated"] = False


def record_a_commit(toy: Any) -> None:
    toy.manifest["provenance"]["commit"] = "abc123"


def record_changes(toy: Any) -> None:
    toy.manifest["provenance"]["commit"] = "abc123+"


def make_one_class_rare(toy: Any) -> None:
    toy.manifest["cohorts"]["digits"]["classes"] = {"a": 100, "b": 20}


def nothing(toy: Any) -> None:
    """Leave the results as they are."""


@pytest.fixture(scope="module")
def judged_after(
    toy_in: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Callable[[Any], None]], dict[str, tuple[bool, str]]]:
    """A function that changes results and judges them, once for all items about the change."""

    @functools.cache
    def judged_after(change: Callable[[Any], None]) -> dict[str, tuple[bool, str]]:
        toy = toy_in(tmp_path_factory.mktemp("changed") / "toy")
        change(toy)
        return judged(toy)

    return judged_after


@pytest.mark.parametrize(
    ("change", "question", "is_avoided", "reason"),
    [
        (nothing, "Random choice is a competitor everywhere", True, "in all 2 blocks"),
        (lose_random, "Random choice is a competitor everywhere", False, "liver (simulated)"),
        (nothing, "Training on all labels is shown everywhere", True, "in all 2 blocks"),
        (lose_the_reference, "Training on all labels is shown everywhere", False, "digits: pixels"),
        (nothing, "Enough repetitions for a verdict", True, "6 or more"),
        (lose_a_cell, "Enough repetitions for a verdict", False, "fewer than 6: "),
        (nothing, "Every planned cell has a result", True, "planned cells succeeded"),
        (lose_a_cell, "Every planned cell has a result", False, "2 cells of "),
        (nothing, "Strategies share splits, first labels, weights and batches", True, "agree in"),
        (
            *(start_elsewhere, "Strategies share splits, first labels, weights and batches"),
            *(False, "agree in 11 of 12"),
        ),
        (nothing, "The metric was chosen before the run", True, "accuracy"),
        (judge_otherwise, "The metric was chosen before the run", False, "judged otherwise"),
        (simulate_none, "The data are real", True, "none of 2 cohorts is simulated"),
        (simulate_all, "The data are real", False, "digits (simulated), liver (simulated)"),
        (nothing, "The code and versions are recorded", False, "no commit"),
        (record_changes, "The code and versions are recorded", False, "changes that are not in it"),
        (record_a_commit, "The code and versions are recorded", True, "commit abc123"),
        (nothing, "Classes of unequal size are among the data", False, "at most 1.0 times"),
        (make_one_class_rare, "Classes of unequal size are among the data", True, "digits"),
        (nothing, "More than one model is tried", True, "2 models: "),
        (nothing, "Few and many labels are both tried", False, "a single budget: "),
        (nothing, "There are enough cohorts to generalise to others", False, "2 cohorts"),
        (nothing, "Comparisons are corrected for their number", True, "in one family"),
        (nothing, "No round is chosen by its test score", True, "none is chosen"),
    ],
)
def test_an_item_says_what_the_records_say(
    judged_after: Callable[[Callable[[Any], None]], dict[str, tuple[bool, str]]],
    change: Callable[[Any], None],
    question: str,
    is_avoided: bool,
    reason: str,
) -> None:
    checklist = judged_after(change)[question]
    assert checklist[0] is is_avoided
    assert reason in checklist[1]


def test_results_without_any_success_have_a_checklist_too(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    toy.end("error", "nothing works")
    checklist = judged(toy)
    assert not checklist["Random choice is a competitor everywhere"][0]
    assert not checklist["Comparisons are corrected for their number"][0]


def test_the_page_counts_what_is_avoided(make_toy: Callable[..., Any]) -> None:
    text, table = section.section(derive(load(make_toy().write()))).parts
    n = sum(row[1] == "pass" for row in table.rows)  # type: ignore[union-attr]  # a table
    assert text.sentences == (f"{n} of {len(QUESTIONS)} known pitfalls are avoided.",)  # type: ignore[union-attr]  # a text
