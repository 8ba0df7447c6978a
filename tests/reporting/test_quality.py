"""Ordinal scores, calibration and selections have sections if there is something to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from albench.errors import RecordsError
from albench.reporting import writing
from albench.reporting.build import sections
from albench.reporting.choices import figures_of
from albench.reporting.load import load
from albench.reporting.markdown import markdown
from albench.reporting.sections import calibration, cost, metric, ordinal, selections

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeToy = Callable[..., Any]

pytestmark = pytest.mark.sections(calibration, cost, ordinal, selections)


def section(folder: Path, title: str) -> str:
    text = (writing.write(folder).parent / "report.md").read_text(encoding="utf-8")
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.fixture
def ordered(make_toy: MakeToy) -> Any:
    toy = make_toy()
    toy.manifest["cohorts"]["liver"] |= {"ordered": True, "class_order": ["b", "a"]}
    is_liver = toy.scores["cell"].isin(toy.cells.loc[toy.cells["cohort"] == "liver", "cell"])
    values = {"kappa": 0.5, "mean_error": 0.75, "auc_from_1": 0.625}
    toy.scores = toy.scores.assign(
        **{name: is_liver.map({True: value, False: None}) for name, value in values.items()}
    )
    return toy


def test_ordered_classes_have_ordinal_scores_in_their_own_order(ordered: Any) -> None:
    text = section(ordered.write(), "Ordinal scores and confusion")
    assert "| quadratic κ | mean error (classes) | AUC ≥ a | n |" in text
    assert "| esd | 0.500 ± 0.000 | 0.750 ± 0.000 | 0.625 ± 0.000 | 6 |" in text
    assert "digits" not in text


def test_classes_without_an_order_have_none(make_toy: MakeToy) -> None:
    assert section(make_toy().write(), "Ordinal scores and confusion") == ""


def test_calibration_is_told_of_the_last_round(make_toy: MakeToy) -> None:
    text = section(make_toy().write(), "Calibration")
    assert "| liver (simulated): LSTE + LUS | esd | 0.100 ± 0.000 |" in text


def test_scores_without_calibration_are_refused(make_toy: MakeToy) -> None:
    toy = make_toy()
    toy.scores = toy.scores.drop(columns=["brier", "calibration_error"])
    with pytest.raises(RecordsError, match="lacks the columns brier, calibration_error; restore"):
        load(toy.write())


def test_what_was_bought_stands_beside_a_blind_choice(make_toy: MakeToy) -> None:
    toy = make_toy()
    folder = toy.write()
    cells = toy.cells[toy.cells["strategy"].isin(["random", "esd"])]
    bought = {"random": (2, 2, 2, 3), "esd": (2, 1, 1, 1)}
    marks = pd.DataFrame(
        [
            {"cell": row.cell, "round": i, "mark": "failed", "n_picked": n, "n_train": 18}
            for row in cells.itertuples()
            for i, n in enumerate(bought[str(row.strategy)])
        ]
    )
    marks.to_csv(folder / "marks.csv", index=False)
    text = section(folder, "What was bought")
    # 20 of 90 labelled: ten bought, a fifth of the training part is marked.
    assert "| random | 20.0 | 20.0 (1.00, 1.00 to 1.00) |" in text
    assert "| esd | 20.0 | 10.0 (0.50, 0.50 to 0.50) |" in text


def test_nothing_marked_is_no_section(make_toy: MakeToy) -> None:
    assert section(make_toy().write(), "What was bought") == ""


@pytest.mark.sections(metric)
@pytest.mark.usefixtures("rendered")
def test_a_large_run_is_drawn_with_the_best_standing_out(make_toy: MakeToy) -> None:
    names = ["random", *(f"strategy-{i:02}" for i in range(20))]
    drawn = sections(load(make_toy(strategies=names, n_repetitions=2).write()))
    (curves,) = [one for one in figures_of(drawn) if one.name == "curves-accuracy"]
    svg = curves.plot.files(["svg"])[".svg"].decode()
    assert ">others</text>" in svg
    assert svg.count(">strategy-") == 6
    assert "too many strategies to distinguish" in markdown("", "", drawn)


def test_curves_are_drawn_over_cost_where_it_is_known(make_toy: MakeToy) -> None:
    toy = make_toy()
    is_liver = toy.scores["cell"].isin(toy.cells.loc[toy.cells["cohort"] == "liver", "cell"])
    toy.scores["cost"] = (10.2 * toy.scores["n_labelled"]).where(is_liver)
    folder = toy.write()
    text = section(folder, "Cost")
    assert "by what the labelled set has cost" in text
    table = text.partition("over cost</summary>")[2].partition("</details>")[0]
    assert "| esd | 1 |" in table  # of two blocks, one has prices
    page = (folder / "report" / "index.html").read_text(encoding="utf-8")
    assert "accuracy by cost of the labelled set, liver" in page


def test_without_prices_nothing_is_drawn_over_cost(make_toy: MakeToy) -> None:
    assert "over cost" not in section(make_toy().write(), "Cost")
