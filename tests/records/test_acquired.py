"""What records say of modalities that were bought is held against what they count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from albench.records.acquired import flaws_of_acquired
from albench.records.run_record import PlannedCell
from albench.records.schema import CellStatus, Finished, Round

N_CANDIDATES = 40


def planned(known: list[str]) -> PlannedCell:
    names = ("cohort", "model", "budget", "strategy", "strategy_plugin")
    plain: dict[str, Any] = dict.fromkeys(names, "x")
    identity = {"budget": {"known": known}} if known else {"budget": {"initial": 3}}
    return PlannedCell(**plain, cell="c", modalities="a+b", repetition=0, identity=identity)


def turn(number: int, acquired: list[int], a: int, b: int) -> Round:
    sizes = {"n_labelled": 3, "n_labelled_subjects": 3, "picked": [], "marks": {}}
    times = dict.fromkeys(("query_seconds", "train_seconds", "evaluate_seconds"), 0.5)
    plain: dict[str, Any] = sizes | times
    return Round(**plain, round=number, proba="", acquired=acquired, measured={"a": a, "b": b})


# Codes: the subject's number times two, and 1 for the second modality.
SOUND = Finished(
    cell="c", status=CellStatus.OK, rounds=[turn(0, [1, 3], 0, 2), turn(1, [4, 5], 1, 3)]
)


def flaws(*rounds: Round, known: list[str]) -> list[str]:
    return list(
        flaws_of_acquired(replace(SOUND, rounds=list(rounds)), planned(known), N_CANDIDATES)
    )


def test_what_is_counted_may_have_been_bought() -> None:
    assert flaws(*SOUND.rounds, known=["a"]) == []
    assert flaws(turn(0, [], 3, 3), known=[]) == []


@pytest.mark.parametrize(
    ("rounds", "problem"),
    [
        ([turn(0, [1, 1], 0, 2)], "bought a modality of a subject twice"),
        ([turn(0, [1], 0, 1), turn(1, [1], 0, 2)], "bought a modality of a subject twice"),
        ([turn(0, [80], 1, 0)], "bought a modality of nobody"),
        ([turn(0, [], 0, 2)], "bought other modalities by round 0 than are counted"),
        ([turn(0, [1], 0, 1), turn(1, [2], 0, 2)], "by round 1 than are counted"),
    ],
    ids=["twice", "in two rounds", "of nobody", "lacking", "of another modality"],
)
def test_what_cannot_be_is_told(rounds: list[Round], problem: str) -> None:
    assert [flaw for flaw in flaws(*rounds, known=["a"]) if problem in flaw]


def test_nothing_is_bought_where_nothing_is_for_sale() -> None:
    assert flaws(*SOUND.rounds, known=[]) == ["bought modalities where none are for sale"]
