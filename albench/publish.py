"""From a results folder's journal to its text tables and its report."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from albench import report
from albench.analysis import metrics
from albench.errors import RecordsError
from albench.records import journal, tables
from albench.report.manifest import SCHEMA_VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from albench.records.tables import Records

MANIFEST_KEYS = (
    "name",
    "title",
    "question",
    "command",
    "spec",
    "seed",
    "repetitions",
    "provenance",
    "plugins",
    "cohorts",
    "budgets",
    "models",
    "skipped",
    "jobs",
)


def publish(results: Path) -> Path:
    """Write a results folder's tables and report, from its journal if it has one.

    Parameters
    ----------
    results : Path
        ``results/NAME``. Without a journal (a fresh clone has none) the report is drawn from the
        text tables ``cells.csv``, ``scores.csv``, ``marks.csv`` and ``manifest.json``.

    Returns
    -------
    Path
        The report's page.

    Raises
    ------
    RecordsError
        If there is neither a journal nor text tables, or they are damaged.
    """
    if any((results / "journal").glob("*.jsonl")):
        _write_tables(results)
    elif not (results / "cells.csv").is_file():
        raise RecordsError(f"{results}: there are no results here; expected journal/ or cells.csv")
    return report.write(results)


def _write_tables(results: Path) -> None:
    records = _of_the_plan(tables.gather(journal.read(results / "journal").events))
    cells = tables.cells_table(records)
    _write_csv(cells, results / "cells.csv")
    _write_csv(_scores(records), results / "scores.csv")
    _write_csv(tables.marks_table(records), results / "marks.csv")
    text = json.dumps(_manifest(records, cells), indent=1, sort_keys=True) + "\n"
    (results / "manifest.json").write_text(text, encoding="utf-8")
    tables.write_parquet(records, results / "tables")


def _of_the_plan(records: Records) -> Records:
    """Return the records without cells that only an earlier specification planned."""
    planned = {entry["cell"] for entry in records.run["cells"]}
    current = {cell: found for cell, found in records.finished.items() if cell in planned}
    return replace(records, finished=current)


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")


def _scores(records: Records) -> pd.DataFrame:
    scored = [
        {"cell": entry.cell, "round": entry.round}
        | asdict(metrics.score(entry.labels, entry.proba))
        for entry in tables.predictions(records)
    ]
    rounds = tables.rounds_table(records)
    if not scored:
        return rounds
    return rounds.merge(pd.DataFrame(scored), on=["cell", "round"], validate="one_to_one")


def _manifest(records: Records, cells: pd.DataFrame) -> dict[str, Any]:  # plain data
    chosen = {key: records.run[key] for key in MANIFEST_KEYS}
    seconds = sum(found.seconds for found in records.finished.values())
    return chosen | {
        "traps": records.run.get("traps", []),  # runs from before there were traps have none
        "schema": SCHEMA_VERSION,
        "seconds": round(seconds, 1),
        "finished": bool((cells["status"] == "ok").all()),
        "conflicts": list(records.conflicts),
    }
