"""The report's files."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from albench.reporting.build import sections
from albench.reporting.content import Figure, Table
from albench.reporting.file_names import file_name
from albench.reporting.latex import as_latex
from albench.reporting.load import load
from albench.reporting.markdown import as_csv, markdown
from albench.reporting.page import page
from albench.reporting.rivals import with_rivals
from albench.reporting.sliced import sliced
from albench.spec.slices import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from albench.spec.slices import Slice


def write(results: Path, part: Slice = EVERYTHING, rivals: Sequence[str] = ()) -> Path:
    """Write a results folder's report; the same tables give the same files, byte for byte.

    Parameters
    ----------
    results : Path
        With ``cells.csv``, ``scores.csv`` and ``manifest.json``.
    part : Slice
        What of it is to be shown; without a shard.
    rivals : sequence of str
        Strategies to compare with each other, instead of those that the specification names.

    Returns
    -------
    Path
        ``report/index.html``, or ``slice/index.html`` of a slice; Markdown, tables and figures lie
        beside it.

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
    parts, shown = sections(records), records.manifest.judging.shown
    folder = results / ("slice" if part else "report")
    for name in ("tables", "figures"):
        if (folder / name).is_dir():
            shutil.rmtree(folder / name)  # it may hold tables that there are no more
        (folder / name).mkdir(parents=True)
    for piece in (piece for section in parts for piece in section.parts):
        if isinstance(piece, Table):
            _write(folder / "tables" / f"{file_name(piece.name)}.csv", as_csv(piece))
            _write(folder / "tables" / f"{file_name(piece.name)}.tex", as_latex(piece))
        elif isinstance(piece, Figure):
            _write(folder / "figures" / f"{piece.name}.svg", piece.svg)
            (folder / "figures" / f"{piece.name}.png").write_bytes(piece.png)
    _write(folder / "report.md", markdown(title, question, parts))
    _write(folder / "index.html", page(title, question, parts, shown))
    return folder / "index.html"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
