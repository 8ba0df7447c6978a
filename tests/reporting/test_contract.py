"""The report and the toys have the format that `albench.publish` writes from a journal."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import albench
from albench.publish import redraw
from albench.records.journal import Journal
from albench.records.schema import CellStatus, Finished, MeasuredPart, Round, pack
from albench.reporting import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

PROBA = np.array([[0.9, 0.1], [0.2, 0.8]], dtype=np.float32)


TABLE = {
    "title": "T",
    "source": "",
    "cohort": "digits",
    "rows": [["pixels"]],
    "shares": [0.5],
    "columns": [{"title": "ESD", "model": "small", "strategy": "esd", "budget": "tenth"}],
}


def finished(cell: str, n_rounds: int) -> Finished:
    """Return a cell that succeeded, or failed before it had a part."""
    if not n_rounds:
        return Finished(cell=cell, status=CellStatus.ERROR, reason="no such file")
    rounds = [
        Round(
            round=i,
            picked=[i],
            n_labelled=10 * (i + 1),
            n_labelled_subjects=10 * (i + 1),
            proba=pack(PROBA),
            query_seconds=0.1,
            train_seconds=0.2,
            evaluate_seconds=0.1,
            marks={},
        )
        for i in range(n_rounds)
    ]
    part = MeasuredPart(
        units=["a", "b"],
        labels=[0, 1],
        n_candidates=9,
        n_subjects=9,
        n_test_candidates=2,
        n_test_subjects=2,
        split_hash="s",
        first_labels_hash="f",
        weights_hash="w",
        batches_hash="b",
        marks={},
    )
    return Finished(cell=cell, status=CellStatus.OK, seconds=1.0, part=part, rounds=rounds)


@pytest.fixture(scope="module")
def publish_run(
    tmp_path_factory: pytest.TempPathFactory,
    toy_in: Callable[..., Any],
    blank_figures: Callable[[], AbstractContextManager[None]],
) -> Callable[[int], Path]:
    """Publish a run of the toys' plan, each cell of so many rounds; return its folder."""

    def publish_run(n_rounds: int, *, ordered: bool = False) -> Path:
        folder = tmp_path_factory.mktemp("run")
        toy = toy_in(folder, n_repetitions=1)
        plan = ["cell", "cohort", "modalities", "model", "budget", "strategy", "strategy_plugin"]
        toy.manifest["published"] = {"tables": [TABLE]}
        toy.manifest["cohorts"]["digits"]["ordered"] = ordered
        cells = json.loads(toy.cells[[*plan, "repetition"]].to_json(orient="records"))
        with Journal(folder / "journal") as journal:
            planned = [cell | {"identity": {}} for cell in cells]
            journal.append("run", toy.manifest | {"cells": planned})
            for row in cells:
                journal.append("cell", finished(row["cell"], n_rounds).to_json())
        with blank_figures(), pytest.MonkeyPatch.context() as patched:
            patched.setattr(build, "SECTIONS", build.SECTIONS[:1])  # nobody looks at the others
            redraw(folder)
        return folder

    return publish_run


@pytest.fixture(scope="module")
def published(publish_run: Callable[[int], Path]) -> Path:
    """The folder of a run of two rounds."""
    return publish_run(2)


@pytest.mark.parametrize("name", ["cells.csv", "scores.csv"])
def test_toys_have_the_columns_that_are_published(
    published: Path, make_toy: Callable[..., Any], name: str
) -> None:
    toy = pd.read_csv(make_toy(n_repetitions=1).write() / name)
    assert toy.columns.tolist() == pd.read_csv(published / name).columns.tolist()


def test_toys_have_the_keys_that_are_published(
    published: Path, make_toy: Callable[..., Any]
) -> None:
    manifest = json.loads((published / "manifest.json").read_text(encoding="utf-8"))
    assert make_toy().manifest.keys() == manifest.keys()


def test_published_systems_are_summarised(published: Path) -> None:
    intervals, confusion = (pd.read_csv(published / f"{n}.csv") for n in ("intervals", "confusion"))
    assert set(intervals["strategy"]) == {"esd"}
    assert set(intervals["point"]) == {"final", "area", "0.5"}
    assert confusion["n"].tolist() == [1, 0, 0, 1]


def test_only_ordered_cohorts_have_ordinal_scores(publish_run: Callable[..., Path]) -> None:
    folder = publish_run(1, ordered=True)
    cells, scores = (pd.read_csv(folder / f"{name}.csv") for name in ("cells", "scores"))
    counts = cells.merge(scores, on="cell").groupby("cohort")["kappa"].count()
    assert counts.to_dict() == {"digits": 4, "liver": 0}


def test_a_run_without_a_success_has_a_report(publish_run: Callable[[int], Path]) -> None:
    folder = publish_run(0)
    redraw(folder)
    text = (folder / "report" / "report.md").read_text(encoding="utf-8")
    assert "Incomplete: 0 of 8 planned cells succeeded (8 error)" in text


NEW_METRIC = """
    Metric("halved", "halved accuracy", lambda labels, proba: accuracy(labels, proba) / 2,
           section=True),
    Metric("balanced_accuracy","""
PUBLISH = """
import sys
from pathlib import Path
from albench.publish import redraw
from albench.reporting import build
from albench.reporting.plots import Plot
from albench.reporting.sections import answer, final_scores, labels_needed, metric
from albench.spec.traps import Trap
modules = {each.__name__ for each in (answer, final_scores, labels_needed, metric)}
build.SECTIONS = [s for s in build.SECTIONS if getattr(s, "func", s).__module__ in modules]
Plot.files = lambda *_: {}  # nobody looks at the figures
redraw(Path(sys.argv[1]))
Trap(cohort="digits", fall="learns-less", metric="halved", best="Learn.")
"""


def test_a_metric_that_is_listed_in_one_place_is_everywhere(
    published: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "albench"
    shutil.copytree(Path(albench.__file__).parent, copy)
    catalogue = copy / "metrics" / "catalogue.py"
    text = catalogue.read_text(encoding="utf-8")
    assert text.count('\n    Metric("balanced_accuracy",') == 1
    new = text.replace('\n    Metric("balanced_accuracy",', NEW_METRIC)
    catalogue.write_text(new, encoding="utf-8")
    folder = Path(shutil.copytree(published, tmp_path / "run"))
    command = [sys.executable, "-c", PUBLISH, str(folder)]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    subprocess.run(command, check=True, env=environment, cwd=tmp_path)  # noqa: S603  # our own code
    scores = pd.read_csv(folder / "scores.csv")
    assert (scores["halved"] == scores["accuracy"] / 2).all()
    assert "\n## Halved accuracy\n" in (folder / "report/report.md").read_text(encoding="utf-8")
    assert "halved accuracy mean" in pd.read_csv(folder / "report/tables/final.csv").columns
    assert (folder / "report/tables/labels-halved.csv").exists()
