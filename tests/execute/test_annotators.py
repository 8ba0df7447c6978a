"""Cells with annotators: the same labels for all strategies; unanswered ones are still paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.records.tables import essence

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.records.schema import Finished

    RunToy = Callable[..., dict[str, Finished]]

MODEL = """plugin = "logistic"
[[cohorts.digits.annotators]]
number = 2
abstain = 0.7
wrong = 0.1
"""


@pytest.mark.parametrize("of", ["candidates", pytest.param("subjects", marks=pytest.mark.sweep)])
def test_a_killed_cell_with_missing_labels_goes_on_to_the_same_bytes(
    run_toy: RunToy, of: str
) -> None:
    killed = run_toy("dies", model=MODEL, of=of)["dies"]
    assert (killed.status, len(killed.rounds)) == ("crashed", 2)
    resumed = run_toy("dies", "margin", model=MODEL, of=of)
    whole = run_toy("dies", model=MODEL, of=of, output="elsewhere")["dies"]
    assert essence(resumed["dies"]) == essence(whole)
    assert resumed["margin"].status == "ok"
    bought = sum(entry.marks["no label"] for entry in whole.rounds[1:])
    assert whole.rounds[0].marks["no label"] == 0
    assert 5 < bought < 25  # of 30, with a probability of 0.49 each
    assert whole.rounds[-1].n_labelled == 50


def test_a_cold_start_without_an_answer_has_no_model_yet(run_toy: RunToy) -> None:
    silent = MODEL.replace("0.7", "0.999")
    ended = run_toy("typiclust", model=silent, initial=0)["typiclust"]
    assert (ended.status, ended.reason) == ("ok", "")
    assert len({entry.proba for entry in ended.rounds[:2]}) == 1
