"""A report is written in the formats that are asked for, and in no others."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from pypdf import PdfReader

from albench.cli import main
from albench.report_formats import FORMATS, USUAL
from albench.reporting import build, drawing, writing
from albench.reporting.sections import answer, cost, metric

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path


def suffixes(folder: Path) -> set[str]:
    return {path.suffix for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def results(make_toy: Callable[..., Any]) -> Path:
    toy = make_toy()
    toy.keep(cohort="digits")
    folder: Path = toy.write()
    return folder


def report(results: Path, *formats: str) -> int:
    return main(
        ["report", str(results), *(part for name in formats for part in ("--format", name))]
    )


@pytest.fixture(scope="module")
def drawn(
    toy_in: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
    blank_figures: Callable[[], AbstractContextManager[None]],
) -> Path:
    """Results with a report in the usual formats, and a file that is none of its own."""
    toy = toy_in(tmp_path_factory.mktemp("drawn") / "toy")
    toy.keep(cohort="digits")
    folder: Path = toy.write()
    with blank_figures():
        assert report(folder) == 0
    (folder / "report" / "notes.rst").touch()
    return folder


@pytest.mark.sections(answer, metric)
@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("csv",), {".csv", ".tex", ".bib", ".txt"}),
        (("parquet,markdown",), {".parquet", ".md"}),
        (("html",), {".html"}),
        (("png", "svg"), {".png", ".svg"}),
        ((), {".html", ".md", ".csv", ".tex", ".svg", ".bib", ".txt"}),
    ],
)
def test_what_is_asked_for_is_written_and_nothing_else(
    drawn: Path, tmp_path: Path, names: tuple[str, ...], expected: set[str]
) -> None:
    results = shutil.copytree(drawn, tmp_path / "results")
    assert report(results, *names) == 0
    assert suffixes(results / "report") == expected | {".rst"}


def test_an_unknown_format_is_named_with_those_that_there_are(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(results, "latx,csv") == 2
    printed = capsys.readouterr().err
    assert "'latx' is no format of a report" in printed
    assert "did you mean 'latex'?" in printed
    assert all(name in printed for name in FORMATS)
    assert not (results / "report").exists()


def test_the_page_cannot_be_printed_without_being_written(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(results), "--pdf", "--format", "csv"]) == 2
    assert "add html" in capsys.readouterr().err


def test_the_usual_formats_are_formats() -> None:
    assert set(USUAL) < set(FORMATS)


@pytest.mark.usefixtures("rendered")
def test_a_figure_for_a_paper_is_as_wide_as_a_column_and_brings_its_fonts(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = (answer.section, partial(metric.section, number=0), cost.section)  # a figure of each
    monkeypatch.setattr(build, "SECTIONS", parts)
    writing.write(results, formats=["pdf"])
    paths = sorted((results / "report" / "figures").glob("*.pdf"))
    assert len(paths) == 5
    for path in paths:
        for page in PdfReader(path).pages:
            assert float(page.mediabox.width) == pytest.approx(3.5 * 72, abs=1)
            assert float(page.mediabox.height) < 10 * 72
            fonts = page["/Resources"]["/Font"].get_object()  # type: ignore[index]
            assert fonts
            for font in fonts.values():
                below = font.get_object()["/DescendantFonts"][0].get_object()
                assert "/FontFile2" in below["/FontDescriptor"].get_object(), path.name


@pytest.mark.sweep
@pytest.mark.usefixtures("rendered")
def test_another_process_draws_the_same_bytes(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn() -> dict[str, bytes]:
        writing.write(results, formats=["svg", "pdf"])
        return {path.name: path.read_bytes() for path in (results / "report/figures").iterdir()}

    here = drawn()
    monkeypatch.setattr(writing, "MANY_CELLS", 1)
    assert drawn() == here


@pytest.mark.sections(answer)
@pytest.mark.usefixtures("rendered")
def test_a_process_that_cannot_draw_is_told_of(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(writing, "MANY_CELLS", 1)
    monkeypatch.setattr(drawing, "PROGRAM", "albench.nowhere")
    assert report(results, "svg") == 1
    printed = capsys.readouterr().err
    assert "figures: the process that draws figures failed: " in printed
    assert "No module named albench.nowhere" in printed


def test_parquet_tables_can_be_read(results: Path) -> None:
    writing.write(results, formats=["parquet"])
    for path in (results / "report" / "tables").iterdir():
        assert len(pd.read_parquet(io.BytesIO(path.read_bytes())))


def test_the_help_of_report_imports_no_tables() -> None:
    code = "import sys; from albench.commands import report; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603  # our own code
    assert done.stdout.strip() == "False"
