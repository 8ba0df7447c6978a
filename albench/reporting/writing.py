"""The report's files."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from albench.records.results_folder import has_journal
from albench.report_formats import PICTURES, USUAL
from albench.reporting.build import each_section
from albench.reporting.content import Figure, Table
from albench.reporting.data_files import as_csv, as_parquet
from albench.reporting.drawing import Drawer
from albench.reporting.file_names import file_name
from albench.reporting.latex import as_latex
from albench.reporting.load import load
from albench.reporting.markdown import markdown
from albench.reporting.page import page
from albench.reporting.paper import paper_files, report_command
from albench.reporting.rivals import with_rivals
from albench.reporting.sliced import sliced
from albench.spec.slices import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from albench.reporting.content import Element, Section
    from albench.reporting.load import ReportTables
    from albench.spec.slices import Slice

MANY_CELLS = 1000
"""From so many on, figures take long enough to be drawn by another process meanwhile."""
FOLDERS = ("tables", "figures", "paper")
FILES = ("index.html", "report.md", "report.pdf")


def write(
    results: Path,
    part: Slice = EVERYTHING,
    rivals: Sequence[str] = (),
    formats: Collection[str] = USUAL,
) -> Path:
    """Write a results folder's report; the same tables give the same files, byte for byte.

    Parameters
    ----------
    results : Path
        With ``cells.csv``, ``scores.csv`` and ``manifest.json``.
    part : Slice
        What of it is to be shown; without a shard.
    rivals : sequence of str
        Strategies to compare with each other, instead of those that the specification names.
    formats : collection of str
        Some of `FORMATS`. What an earlier report wrote in others is taken away, so that no file
        is older than the rest.

    Returns
    -------
    Path
        ``report/index.html`` if there is a page, else ``report/``; of a slice, ``slice/``. Tables,
        figures, and what a paper needs lie below it.

    Raises
    ------
    RecordsError
        If a file is missing, unreadable, damaged or of another version.
    InputError
        If the slice or a rival names what is not there, or the slice leaves nothing.
    """
    records = sliced(load(results), part) if part else load(results)
    records = with_rivals(records, rivals)
    title = records.manifest.title
    question = " ".join(records.manifest.question.split())
    folder = results / ("slice" if part else "report")
    pictures = [kind for kind in PICTURES if kind in formats]
    _make_way(folder)
    with Drawer(folder / "figures", pictures, beside=len(records.cells) >= MANY_CELLS) as drawer:
        parts = list(_drawn(each_section(records), drawer))
        for table in (piece for piece in _pieces(parts) if isinstance(piece, Table)):
            _write_table(table, folder / "tables", formats)
        if {"csv", "latex"} & set(formats):
            again = report_command(_place(results, records), part, rivals, formats)
            for name, text in paper_files(records, parts, formats, again).items():
                _write(folder / "paper" / name, text)
        if "markdown" in formats:
            _write(folder / "report.md", markdown(title, question, parts, next(iter(pictures), "")))
        if "html" in formats:
            shown = records.manifest.judging.shown
            _write(folder / "index.html", page(title, question, parts, shown))
    return folder / "index.html" if "html" in formats else folder


def _place(results: Path, records: ReportTables) -> str:
    """Return where results are kept: those of runs in ``runs``, published ones in ``results``."""
    return f"{'runs' if has_journal(results) else 'results'}/{records.manifest.name}"


def _make_way(folder: Path) -> None:
    """Take away what an earlier report wrote, and nothing that it did not write."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FOLDERS:
        if (folder / name).is_dir():
            shutil.rmtree(folder / name)
    for name in FILES:
        (folder / name).unlink(missing_ok=True)


def _pieces(parts: Iterable[Section]) -> Iterator[Element]:
    return (piece for section in parts for piece in section.parts)


def _drawn(parts: Iterable[Section], drawer: Drawer) -> Iterator[Section]:
    """Yield sections, whose figures are drawn while the next ones are written."""
    for section in parts:
        for piece in section.parts:
            if isinstance(piece, Figure):
                drawer.take(piece)
        yield section


def _write_table(table: Table, folder: Path, formats: Collection[str]) -> None:
    stem = file_name(table.name)
    if "csv" in formats:
        _write(folder / f"{stem}.csv", as_csv(table))
    if "latex" in formats:
        _write(folder / f"{stem}.tex", as_latex(table))
    if "parquet" in formats:
        folder.mkdir(exist_ok=True)
        (folder / f"{stem}.parquet").write_bytes(as_parquet(table))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
