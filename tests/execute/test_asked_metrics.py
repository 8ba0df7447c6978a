"""Metrics are asked for after a run: they come from its probabilities, and no cell runs again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from albench.cli import main
from albench.reporting import build
from albench.reporting.sections import answer, metric

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOGISTIC = 'plugin = "logistic"'
ASKED = ("## Macro F1", "## Accuracy", "## Recall of 3")


@pytest.fixture
def finished(write_spec: Callable[..., Path], tmp_path: Path) -> tuple[Path, Path]:
    """Run a benchmark of two repetitions; return its specification and its results."""
    path = write_spec("margin", model=LOGISTIC, repetitions=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "SECTIONS", ())  # the report comes later
        assert main(["run", str(path), "--output", str(tmp_path / "results")]) == 0
    return path, tmp_path / "results"


def test_they_come_from_stored_predictions(
    finished: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, results = finished
    before = pd.read_csv(results / "scores.csv")
    assert "macro_f1" not in before
    of_metrics = [part for part in build.SECTIONS if getattr(part, "func", None) is metric.section]
    assert len(of_metrics) > 2
    monkeypatch.setattr(build, "SECTIONS", (answer.section, *of_metrics))
    path.write_text('metrics = ["macro_f1", "accuracy", "recall_3"]\n' + path.read_text())
    assert main(["run", str(path), "--output", str(results)]) == 0
    assert "0 cells done, 6 reused, 0 failed" in capsys.readouterr().out
    scores = pd.read_csv(results / "scores.csv")
    pd.testing.assert_frame_equal(scores[before.columns], before)
    predictions = pd.read_parquet(results / "tables" / "predictions.parquet")
    for (cell, number), part in predictions.groupby(["cell", "round"]):
        answers = np.stack(part["proba"].tolist()).argmax(axis=1)
        row = scores[(scores["cell"] == cell) & (scores["round"] == number)].iloc[0]
        expected = f1_score(part["label"], answers, average="macro")
        assert row["macro_f1"] == pytest.approx(expected, abs=1e-6)
        own = part["label"].to_numpy() == 3
        assert row["recall_3"] == pytest.approx(np.mean(answers[own] == 3), abs=1e-6)
    page = (results / "report" / "report.md").read_text(encoding="utf-8")
    found = [line for line in page.splitlines() if line in (*ASKED, "## AUC")]
    assert tuple(found) == ASKED
    assert "The primary metric is macro F1; accuracy, recall of 3 are secondary." in page


def test_a_recall_of_a_class_that_nobody_has_is_refused(
    write_spec: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_spec("margin", model=LOGISTIC)
    path.write_text('metrics = ["recall_F3"]\n' + path.read_text())
    assert main(["plan", str(path)]) == 2
    assert "metrics: 'recall_F3': no cohort has the class 'F3'" in capsys.readouterr().err
