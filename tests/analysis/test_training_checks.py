"""Faults of training are found in curves, and sound curves pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from albench.analysis.training_checks import (
    CheckOutcome,
    TrainingCheck,
    TrainingFinding,
    check_training,
    guessing,
    passed_lines,
    without_goals,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOCK = ("liver", "LSTE", "mmfn", "all")
GUESS = {"liver": np.log(5)}


def rounds(
    *,
    heights: Sequence[float] = (0.6, 0.7, 0.8),
    reference: float = 0.8,
    loss: float = 0.5,
    n_candidates: int = 30,
    n_repetitions: int = 6,
) -> pd.DataFrame:
    """Return the rounds of random and of the reference, with a little noise."""
    rng = np.random.default_rng(0)
    rows = []
    for repetition in range(n_repetitions):
        curves = {"random": enumerate(heights), "all-labels": [(0, reference)]}
        for strategy, curve in curves.items():
            for number, height in curve:
                n = n_candidates if strategy == "all-labels" else 10 * (number + 1)
                score = height + rng.normal(0, 0.005)
                plan = dict(zip(("cohort", "modalities", "model", "budget"), BLOCK, strict=True))
                rows.append(
                    {**plan, "strategy": strategy, "repetition": repetition, "round": number}
                    | {"n_labelled": n, "n_candidates": n_candidates, "log_loss": loss}
                    | {"accuracy": score, "auc": score}
                )
    return pd.DataFrame(rows)


def outcome(
    checks: list[TrainingFinding], check: TrainingCheck, metric: str = "auc"
) -> CheckOutcome:
    """Return how a check ended."""
    (one,) = [f for f in checks if f.check is check and f.metric in ("", metric, "log_loss")]
    return one.outcome


def test_sound_training_passes_all_that_can_be_checked() -> None:
    checks = check_training(rounds(), GUESS)

    by_check = {check: {f.outcome for f in checks if f.check is check} for check in TrainingCheck}

    assert by_check.pop(TrainingCheck.MODES) == {CheckOutcome.UNKNOWN}
    assert set().union(*by_check.values()) == {CheckOutcome.PASS}


@pytest.mark.parametrize(("loss", "expected"), [(1.6, CheckOutcome.PASS), (4.7, CheckOutcome.FAIL)])
def test_a_loss_above_guessing_fails(loss: float, expected: CheckOutcome) -> None:
    assert outcome(check_training(rounds(loss=loss), GUESS), TrainingCheck.LOSS) is expected


def test_one_bad_network_is_not_hidden_by_another() -> None:
    table = rounds(loss=0.5)
    table.loc[table["strategy"] == "all-labels", "log_loss"] = 4.7

    assert outcome(check_training(table, GUESS), TrainingCheck.LOSS) is CheckOutcome.FAIL


def test_scores_that_fall_as_labels_are_bought_fail_and_flat_ones_are_undecided() -> None:
    falling = check_training(rounds(heights=(0.84, 0.82, 0.81)), GUESS)

    assert outcome(falling, TrainingCheck.RISE) is CheckOutcome.FAIL
    for end in (0.794, 0.7999):  # one falls by chance, one rises
        flat = check_training(rounds(heights=(0.8, 0.8, end)), GUESS)
        assert outcome(flat, TrainingCheck.RISE) is CheckOutcome.OPEN


@pytest.mark.parametrize("reference", [0.865, 0.75])
def test_a_last_round_that_is_not_all_labels_fails_on_either_side(reference: float) -> None:
    checks = check_training(rounds(reference=reference), GUESS)

    assert outcome(checks, TrainingCheck.END) is CheckOutcome.FAIL


@pytest.mark.parametrize(
    ("margin", "expected"),
    [(0.03, CheckOutcome.PASS), (0.01, CheckOutcome.FAIL), (np.nan, CheckOutcome.FAIL)],
)
def test_a_difference_that_is_too_small_to_matter_is_none(
    margin: float, expected: CheckOutcome
) -> None:
    checks = check_training(rounds(reference=0.785), GUESS, margins={"liver": margin})

    assert outcome(checks, TrainingCheck.END) is expected
    assert outcome(checks, TrainingCheck.UPPER) is expected


def test_a_difference_that_may_matter_fails_even_if_it_is_estimated_within_the_margin() -> None:
    checks = check_training(rounds(reference=0.785), GUESS, margins={"liver": 0.015})
    (end,) = [c for c in checks if c.check is TrainingCheck.END and c.metric == "auc"]

    assert end.value < 0.015 < end.high
    assert end.outcome is CheckOutcome.FAIL


def test_a_budget_that_ends_early_is_not_compared_at_its_end() -> None:
    checks = check_training(rounds(reference=0.9, n_candidates=60), GUESS)

    assert outcome(checks, TrainingCheck.END) is CheckOutcome.ELSEWHERE
    assert outcome(checks, TrainingCheck.UPPER) is CheckOutcome.PASS


def test_a_reference_below_the_strategies_is_no_upper_line() -> None:
    checks = check_training(rounds(reference=0.75, n_candidates=60), GUESS)

    assert passed_lines(checks, "auc") == {BLOCK}
    assert passed_lines(check_training(rounds(), GUESS), "auc") == set()


def test_prediction_far_from_training_fails() -> None:
    lagging = rounds().assign(train_accuracy_by_batch=0.98, train_accuracy=0.5)
    sound = rounds().assign(train_accuracy_by_batch=0.98, train_accuracy=0.97)

    assert (
        outcome(check_training(lagging, GUESS), TrainingCheck.MODES, "accuracy")
        is CheckOutcome.FAIL
    )
    assert (
        outcome(check_training(sound, GUESS), TrainingCheck.MODES, "accuracy") is CheckOutcome.PASS
    )


def test_one_repetition_decides_nothing() -> None:
    checks = check_training(rounds(reference=0.5, n_repetitions=1), GUESS)

    assert {f.outcome for f in checks if f.check in {TrainingCheck.END, TrainingCheck.UPPER}} == {
        CheckOutcome.OPEN
    }


def test_without_a_reference_or_losses_nothing_is_claimed() -> None:
    table = rounds().drop(columns="log_loss")
    checks = check_training(table[table["strategy"] == "random"], GUESS)

    assert outcome(checks, TrainingCheck.LOSS) is CheckOutcome.UNKNOWN
    assert outcome(checks, TrainingCheck.UPPER) is CheckOutcome.ELSEWHERE


def test_guessing_knows_the_shares_of_classes() -> None:
    assert guessing({"a": 7, "b": 7, "c": 7}) == pytest.approx(np.log(3))
    assert guessing({"a": 9, "b": 1, "c": 0}) == pytest.approx(0.3250830)


def test_goals_are_taken_away_in_the_blocks_named_alone() -> None:
    columns = ["cohort", "modalities", "model", "budget"]
    table = pd.DataFrame([BLOCK, ("a", "b", "c", "d")], columns=columns)
    table = table.assign(area=0.5, goal=0.9, labels=40.0)

    left = without_goals(table, {BLOCK})

    assert left["goal"].isna().tolist() == left["labels"].isna().tolist() == [True, False]
    assert left["area"].tolist() == [0.5, 0.5]
