"""A paper's tables and claims stand beside the results; optimistic ones are marked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from albench.analysis.claims import ClaimStanding, Judged
from albench.analysis.curves import SYSTEM
from albench.errors import RecordsError
from albench.records.run_record import CohortRecord
from albench.reporting import writing
from albench.reporting.load import load
from albench.reporting.plots import Plot
from albench.reporting.quality_figures import confusion_matrices
from albench.reporting.sections import beside_the_paper, calibration, claims, ordinal
from albench.spec.published import Claim

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeToy = Callable[..., Any]

pytestmark = pytest.mark.sections(beside_the_paper, claims)

BLOCK = ("digits", "pixels", "small", "tenth")


def column(title: str, strategy: str, **printed: float) -> dict[str, Any]:
    fields = {"title": title, "model": "small", "budget": "tenth", "strategy": strategy}
    return fields | {"printed": [printed] if printed else []}


TABLE = {
    "title": "Table 2",
    "source": "A paper",
    "cohort": "digits",
    "rows": [["pixels"]],
    "shares": [0.25, 0.9],
    "columns": [
        column("Net", "all-labels", accuracy=55.88),
        column("ESD", "esd", accuracy=65.12, auc=89.72, labelled=87.4),
        column("Margin", "margin"),
    ],
}


def side(strategy: str, at: str | float = "area") -> dict[str, Any]:
    fields = {"cohort": "digits", "modalities": ["pixels"], "model": "small", "budget": "tenth"}
    return fields | {"strategy": strategy, "at": at}


def claim(text: str, better: dict[str, Any], than: dict[str, Any]) -> dict[str, Any]:
    fields = {"text": text, "source": "section 4", "metric": "accuracy"}
    return fields | {"better": better, "than": than}


CLAIMS = [
    claim("Margin helps", side("margin"), side("random")),
    claim("Margin hurts", side("random"), side("margin")),
    claim("ESD helps", side("esd", 0.25), side("random", 0.25)),
]


@pytest.fixture
def paper(make_toy: MakeToy) -> Any:
    toy = make_toy(n_repetitions=8, blocks=[BLOCK])
    toy.manifest["cohorts"]["digits"]["class_samples"] = {"pixels": {"pixels": {"a": 60, "b": 50}}}
    toy.manifest["cohorts"]["digits"]["class_candidates"] = {"pixels": {"a": 60, "b": 50}}
    data: dict[str, Any] = {"title": "Table 1", "source": "", "cohort": "digits"}
    data |= {
        "columns": [["pixels"], ["pixels", "fourier"]],
        "printed": {"a": [60, 9], "b": [55, 8]},
    }
    toy.manifest["published"] = {"tables": [TABLE], "claims": CLAIMS, "data_tables": [data]}
    return toy


def section(folder: Path, title: str) -> str:
    written = writing.write(folder, formats=["markdown"])
    text = (written / "report.md").read_text(encoding="utf-8")
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_printed_numbers_stand_in_the_papers_layout(paper: Any) -> None:
    text = section(paper.write(), "Beside the paper")
    assert "| modalities | what | Net | ESD | Margin |" in text
    assert "| pixels | printed | 55.88 / – | 65.12 / 89.72 (87.4) | – |" in text


def test_the_best_round_is_the_mean_of_each_repetitions_best(paper: Any) -> None:
    scores = paper.scores.merge(paper.cells[["cell", "strategy"]], on="cell")
    own = scores[scores["strategy"] == "esd"]
    best = own.loc[own.groupby("cell")["auc"].idxmax()]
    shown = f"{100 * best['accuracy'].mean():.2f} / {100 * best['auc'].mean():.2f}"
    share = 100 * (best["n_labelled"] / 90).mean()
    text = section(paper.write(), "Beside the paper")
    line = next(line for line in text.splitlines() if "(**optimistic**)" in line)
    assert f"| {shown} ({share:.1f}) |" in line


def test_what_is_trained_once_has_no_best_round(paper: Any) -> None:
    text = section(paper.write(), "Beside the paper")
    (best,) = [line for line in text.splitlines() if "(**optimistic**)" in line]
    assert best.split(" | ")[2] == "–"
    (last,) = [line for line in text.splitlines() if "here: last round" in line]
    assert last.split(" | ")[2].endswith("(100.0)")


def test_a_table_of_what_is_trained_once_says_it_once(paper: Any) -> None:
    once = TABLE | {"columns": [column("Net", "all-labels", accuracy=55.88)]}
    paper.manifest["published"] = {"tables": [once]}
    text = section(paper.write(), "Beside the paper")
    lines = [line for line in text.splitlines() if line.startswith("| pixels |")]
    assert [line.split(" | ")[1] for line in lines] == ["printed", "here"]
    assert "Optimistic" not in text


def test_what_peeking_adds_is_told_of_whoever_had_a_choice(paper: Any) -> None:
    folder = paper.write()
    rows = [[*BLOCK[:3], BLOCK[3], name, 0.03, 0.02, 8] for name in ("esd", "margin", "all-labels")]
    table = pd.DataFrame(rows, columns=[*SYSTEM, "accuracy", "auc", "n_repetitions"])
    table.to_csv(folder / "optimism.csv", index=False)
    text = section(folder, "Beside the paper")
    assert "| here: of this by peeking | – | 3.00 / 2.00 | 3.00 / 2.00 |" in text


def test_honest_figures_have_intervals_over_repetitions_and_subjects(paper: Any) -> None:
    folder = paper.write()
    row = [*BLOCK, "esd", "0.25", "auc", 0.6, 0.7, 0.02, 30, 8]
    columns = [*SYSTEM, "point", "metric", "low", "high", "deviation", "n_subjects"]
    table = pd.DataFrame([row], columns=[*columns, "n_repetitions"])
    table.to_csv(folder / "intervals.csv", index=False)
    text = section(folder, "Beside the paper")
    (line,) = [line for line in text.splitlines() if line.startswith("| pixels: ESD | AUC |")]
    _, final, at_share, late, _, n = line.split(" | ")[1:]
    assert at_share.endswith(" [60, 70]")
    assert " ± " in final
    assert (late, n) == ("–", "8 |")  # the curves end at half of the labels


def test_counts_that_differ_and_sets_that_are_not_used_are_told(paper: Any) -> None:
    text = section(paper.write(), "Beside the paper")
    assert "| a | 60 | not in this matrix / 9 |" in text
    assert "| b | **50** / 55 | not in this matrix / 8 |" in text
    assert "as 1 of 4 do" in text


def test_the_claims_are_told_in_a_paragraph(paper: Any) -> None:
    text = section(paper.write(), "Claims")
    assert "Of the paper's 3 claims 1 holds on digits, of 1 the opposite holds" in text
    assert "- **Margin helps** (section 4): holds; accuracy +" in text
    assert "- **Margin hurts** (section 4): the opposite holds; accuracy −" in text


def test_an_open_claim_says_what_would_decide_it(paper: Any) -> None:
    folder = paper.write()
    row = {"claim": 2, "low": -0.2, "high": 0.2, "deviation": 0.1, "n_subjects": 30}
    pd.DataFrame([row | {"n_repetitions": 8}]).to_csv(folder / "contrasts.csv", index=False)
    text = section(folder, "Claims")
    (line,) = [line for line in text.splitlines() if line.startswith("- **ESD helps**")]
    assert "not decided; accuracy" in line
    assert "more than 1000 of these" in line
    assert "corrected test, in which the next claim to be decided needs p under 0.05." in text


def test_modalities_alone_stand_beside_a_claim_of_fusion(make_toy: MakeToy) -> None:
    fused = ("digits", "pixels+fourier", "big", "tenth")
    toy = make_toy(n_repetitions=8, blocks=[BLOCK, fused])
    better = side("margin") | {"modalities": ["pixels", "fourier"], "model": "big"}
    toy.manifest["published"] = {"claims": [claim("Fusion helps", better, side("margin"))]}
    assert "big was not run on pixels, so that it is not known" in section(toy.write(), "Claims")
    more = toy.cells[toy.cells["modalities"] == "pixels"]
    alone = more.assign(model="big", cell="x" + more["cell"])
    rounds = toy.scores[toy.scores["cell"].isin(more["cell"])]
    toy.cells = pd.concat([toy.cells, alone])
    toy.scores = pd.concat([toy.scores, rounds.assign(cell="x" + rounds["cell"])])
    text = section(toy.write(), "Claims")
    pattern = (
        r"big on pixels has accuracy 0\.\d{3}, against which pixels \+ fourier has [+−]0\.\d{3} "
    )
    assert re.search(pattern, text)


def test_under_six_repetitions_no_verdict_is_given(make_toy: MakeToy) -> None:
    toy = make_toy(n_repetitions=4, blocks=[BLOCK])
    toy.manifest["published"] = {"claims": CLAIMS}
    text = section(toy.write(), "Claims")
    assert "0 hold on digits" in text
    assert "Fewer than 6 repetitions have both sides of 3" in text


def test_a_system_of_which_every_cell_failed_is_a_gap(paper: Any) -> None:
    paper.end("error", "broken", strategy="esd")
    text = section(paper.write(), "Beside the paper")
    assert "| pixels: ESD | AUC | – | – | – | – | 0 |" in text


def test_a_run_without_papers_has_no_such_section(make_toy: MakeToy) -> None:
    folder = make_toy().write()
    assert section(folder, "Beside the paper") == section(folder, "Claims") == ""


def with_confusion(folder: Path, *odd: list[object]) -> Path:
    """Return a folder with a table of confusion, to which rows are added."""
    rows = [[*BLOCK, "esd", i, j, 3 + i] for i, j in np.ndindex(2, 2)]
    table = pd.DataFrame([*rows, *odd], columns=[*SYSTEM, "truth", "answer", "n"])
    table.to_csv(folder / "confusion.csv", index=False)
    return folder


@pytest.mark.sections(ordinal)
@pytest.mark.usefixtures("rendered")
def test_confusion_is_drawn_with_the_classes_names(paper: Any) -> None:
    folder = with_confusion(paper.write())
    svg = (writing.write(folder).parent / "figures" / "confusion.svg").read_text(encoding="utf-8")
    assert "pixels, small, esd" in svg
    assert ">a</text>" in svg


@pytest.mark.usefixtures("rendered")
def test_a_class_that_looks_like_a_formula_is_drawn_as_it_is_called() -> None:
    cohort = manifest_cohort({r"$\frac{$": 5, "$5 to $10": 5})
    rows = [[*BLOCK, "esd", i, j, 3 + i] for i, j in np.ndindex(2, 2)]
    table = pd.DataFrame(rows, columns=[*SYSTEM, "truth", "answer", "n"])
    plot = Plot(confusion_matrices, (table, {BLOCK[0]: cohort}))
    svg = plot.files(["svg"])[".svg"].decode()
    assert r">$\frac{$</text>" in svg
    assert ">$5 to $10</text>" in svg


@pytest.mark.parametrize("truth", [2, 10**12, -1, 0.5])
def test_confusion_of_a_class_that_is_not_there_is_refused(paper: Any, truth: float) -> None:
    folder = with_confusion(paper.write(), [*BLOCK, "esd", truth, 0, 3])
    with pytest.raises(RecordsError, match=r"confusion\.csv: column truth holds .* no class"):
        load(folder)


def manifest_cohort(classes: dict[str, int]) -> CohortRecord:
    """Return what a manifest tells of a cohort with these classes."""
    return CohortRecord(
        subjects=10,
        test_subjects=3,
        classes=classes,
        class_order=tuple(classes),
        ordered=False,
        class_candidates={},
        class_samples={},
        evaluation="subject",
        label_noise=0.0,
        modalities={},
        candidates={},
        note="",
        simulated=False,
    )


@pytest.mark.sections(calibration)
@pytest.mark.usefixtures("rendered")
def test_calibration_is_drawn_over_rounds(paper: Any) -> None:
    folder = writing.write(paper.write()).parent
    svg = (folder / "figures" / "calibration.svg").read_text(encoding="utf-8")
    assert "calibration error" in svg
    assert "margin" in svg


@pytest.mark.parametrize(("difference", "is_turned"), [(-0.0002, False), (-0.002, True)])
def test_a_difference_shown_as_zero_has_no_other_sign(difference: float, is_turned: bool) -> None:
    claimed = Claim.model_validate(claim("Fusion helps", side("margin"), side("random")))
    judged = Judged(
        claim=claimed,
        n_pairs=6,
        difference=difference,
        low=difference - 0.01,
        high=difference + 0.01,
        p=0.9,
        p_holm=0.9,
        standing=ClaimStanding.OPEN,
        n_repetitions=float("inf"),
    )
    assert ("other sign" in claims._in_words(judged, {"needed": float("inf")})) == is_turned
