"""The report's files."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from albench.report.build import sections
from albench.report.content import Figure, Table
from albench.report.load import load
from albench.report.markdown import as_csv, as_latex, markdown
from albench.report.page import page

if TYPE_CHECKING:
    from pathlib import Path


def write(results: Path) -> Path:
    """Write a results folder's report; the same tables give the same files, byte for byte.

    Parameters
    ----------
    results : Path
        With ``cells.csv``, ``scores.csv`` and ``manifest.json``.

    Returns
    -------
    Path
        ``report/index.html``; Markdown, tables and figures lie beside it.

    Raises
    ------
    RecordsError
        If a file is missing, unreadable, damaged or of another version.
    """
    records = load(results)
    title = records.manifest.title
    question = " ".join(records.manifest.question.split())
    parts = sections(records)
    folder = results / "report"
    for name in ("tables", "figures"):
        if (folder / name).is_dir():
            shutil.rmtree(folder / name)  # it may hold tables that there are no more
        (folder / name).mkdir(parents=True)
    for part in (part for section in parts for part in section.parts):
        if isinstance(part, Table):
            _write(folder / "tables" / f"{part.name}.csv", as_csv(part))
            _write(folder / "tables" / f"{part.name}.tex", as_latex(part))
        elif isinstance(part, Figure):
            _write(folder / "figures" / f"{part.name}.svg", part.svg)
            (folder / "figures" / f"{part.name}.png").write_bytes(part.png)
    _write(folder / "report.md", markdown(title, question, parts))
    _write(folder / "index.html", page(title, question, parts))
    return folder / "index.html"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
