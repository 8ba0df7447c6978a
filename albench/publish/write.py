"""The third stage: the files of a results folder, from which a report is written anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from albench.publish.derive import Tables


def write(tables: Tables, results: Path) -> None:
    """Write the tables and the manifest of a results folder.

    Parameters
    ----------
    tables : Tables
        The result of `derive`.
    results : Path
        ``results/NAME``. Text tables and the manifest, which are committed, lie in the folder
        itself; ``tables/`` holds all tables as Parquet, and can be derived again at any time.
    """
    write_text_tables(tables, results)
    (results / "tables").mkdir(parents=True, exist_ok=True)
    for name, table in _parquet_tables(tables).items():
        table.to_parquet(results / "tables" / f"{name}.parquet", index=False)


def write_text_tables(tables: Tables, results: Path) -> None:
    """Write the tables that a report is drawn from, and the manifest.

    Parameters
    ----------
    tables : Tables
        The result of `derive`.
    results : Path
        A run folder, or published results.
    """
    for name, table in _text_tables(tables).items():
        path = results / f"{name}.csv"
        table.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")
    (results / "manifest.json").write_text(tables.manifest.to_text(), encoding="utf-8")


def _text_tables(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the tables that a report is drawn from, by the names of their files."""
    run = {"cells": tables.cells, "scores": tables.scores, "marks": tables.marks}
    return run | vars(tables.summaries)


def _parquet_tables(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the tables for other tools, by the names of their files."""
    return {
        "cells": tables.cells,
        "rounds": tables.rounds,
        "selections": tables.selections,
        "acquired": tables.acquired,
        "marks": tables.marks,
        "predictions": tables.predictions,
    }
