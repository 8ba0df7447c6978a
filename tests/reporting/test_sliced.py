"""A report, and a status, of a part of the results."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from albench.cli import main
from albench.reporting.sections import answer, cohorts_like_these, data, ranks

COMMITTED = Path(__file__).parents[2] / "results" / "quickstart"
SLICE = shutil.ignore_patterns("slice")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Return a copy of published results."""
    return Path(shutil.copytree(COMMITTED, tmp_path / "results", ignore=SLICE))


def test_a_sliced_report_stands_beside_the_whole_one_and_says_what_it_is(results: Path) -> None:
    before = (results / "report" / "report.md").read_bytes()
    assert main(["report", str(results), "--cohort", "digits", "--exclude-strategy", "esd"]) == 0
    page = (results / "slice" / "report.md").read_text()
    assert "A slice: 280 of the 1280 cells" in page
    assert "`--cohort digits --exclude-strategy esd`" in page
    assert "breast-cancer: " not in page
    assert (results / "report" / "report.md").read_bytes() == before
    assert len(pd.read_csv(results / "cells.csv")) == 1280


@pytest.mark.sections(answer, cohorts_like_these, ranks, data)
def test_a_slice_without_random_or_simulated_cohorts_says_nothing_about_them(
    results: Path,
) -> None:
    part = ["--cohort", "digits", "--strategy", "margin", "--exclude-strategy", "random"]
    assert main(["report", str(results), *part]) == 0
    page = (results / "slice" / "report.md").read_text()
    assert "Nothing is claimed: random, with which strategies are compared, is not here." in page
    assert "Simulated data" not in page
    assert "Cohorts like these" not in page
    assert "margin leads" not in page


def test_a_name_that_is_not_in_the_results_is_refused(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(results), "--strategy", "badgee"]) == 2
    assert "--strategy badgee: is not in the matrix" in capsys.readouterr().err
    assert not (results / "slice").exists()


@pytest.mark.sweep
def test_claims_and_published_tables_survive_a_slice(tmp_path: Path) -> None:
    results = Path(
        shutil.copytree(COMMITTED.parent / "mmfn-al", tmp_path / "results", ignore=SLICE)
    )
    assert main(["report", str(results), "--model", "dlre", "--model", "mmfn*"]) == 0
    assert (results / "slice" / "index.html").is_file()
