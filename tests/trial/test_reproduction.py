"""Whether cells that run again give the published results."""

from __future__ import annotations

import pandas as pd

from albench.trial.reproduction import reproduction

Side = tuple[pd.DataFrame, pd.DataFrame]


def side(accuracy: float = 0.8125, split: str = "aa", n_labelled: int = 30) -> Side:
    place = {"cohort": "digits", "modalities": "f", "model": "small", "budget": "low"}
    hashes = {"split_hash": split, "first_labels_hash": "bb"}
    cells = pd.DataFrame([{"cell": "c0", **place, "repetition": 0, **hashes}])
    scores = pd.DataFrame(
        {"cell": "c0", "round": [0, 1], "n_labelled": [20, n_labelled], "accuracy": [0.5, accuracy]}
    )
    return cells, scores


def test_last_digits_are_no_difference() -> None:
    check = reproduction(side(), side(accuracy=0.81251))
    assert check.holds
    assert check.n_cells == 1


def test_another_score_is_named_with_both_numbers() -> None:
    check = reproduction(side(), side(accuracy=0.8))
    assert not check.holds
    assert check.difference == (
        "accuracy 0.8000 in place of 0.8125 in round 1 of digits · f · small · low · repetition 0"
    )


def test_another_split_is_named_though_scores_are_equal() -> None:
    check = reproduction(side(), side(split="cc"))
    assert "the split into training and test part of digits" in check.difference


def test_other_numbers_of_labels_are_named() -> None:
    assert "other numbers of labels" in reproduction(side(), side(n_labelled=31)).difference


def test_nothing_in_common_reproduces_nothing() -> None:
    cells, scores = side()
    assert not reproduction(side(), (cells.assign(repetition=1), scores)).holds
