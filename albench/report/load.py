"""The three text files that a report is drawn from, read and checked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from albench.errors import Complaint, RecordsError

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA_VERSION = 1
CELL_COLUMNS = {
    "cell",
    "cohort",
    "modalities",
    "model",
    "budget",
    "strategy",
    "repetition",
    "status",
}
SCORE_COLUMNS = {"cell", "round", "n_labelled", "accuracy", "auc", "balanced_accuracy"}
TEXT = dict.fromkeys(
    [
        *("cell", "cohort", "modalities", "model", "budget", "strategy", "strategy_plugin"),
        *("status", "reason", "split_hash", "first_labels_hash", "weights_hash", "batches_hash"),
    ],
    str,
)


@dataclass(frozen=True, eq=False)
class Records:
    """What a report is drawn from.

    Parameters
    ----------
    cells : DataFrame
        One row a planned cell.
    scores : DataFrame
        One row a cell and round.
    manifest : dict
        Specification, data, plugins and provenance.
    """

    cells: pd.DataFrame
    scores: pd.DataFrame
    manifest: dict[str, Any]  # plain data, written by `albench.publish`


def load(results: Path) -> Records:
    """Return the text tables of a results folder.

    Parameters
    ----------
    results : Path
        With ``cells.csv``, ``scores.csv`` and ``manifest.json``.

    Returns
    -------
    Records
        Checked for what the report needs.

    Raises
    ------
    RecordsError
        If a file is missing, unreadable or of another version.
    """
    complaints: list[Complaint] = []
    cells = _table(results / "cells.csv", CELL_COLUMNS, complaints)
    scores = _table(results / "scores.csv", SCORE_COLUMNS, complaints)
    manifest = _manifest(results / "manifest.json", complaints)
    if complaints:
        raise RecordsError(complaints)
    return Records(cells, scores, manifest)


def _table(path: Path, needed: set[str], complaints: list[Complaint]) -> pd.DataFrame:
    try:
        # A class or cohort may be called "None" or "NA": only empty fields are empty.
        table = pd.read_csv(path, dtype=TEXT, keep_default_na=False, na_values=[""])
    except FileNotFoundError:
        complaints.append(Complaint(str(path), "is missing; run the benchmark, or restore it"))
    except (OSError, ValueError) as error:
        complaints.append(Complaint(str(path), f"cannot be read as CSV: {error}"))
    else:
        lacking = sorted(needed - set(table.columns))
        if lacking:
            complaints.append(Complaint(str(path), f"lacks the columns {', '.join(lacking)}"))
        for key in TEXT.keys() & set(table.columns):
            table[key] = table[key].fillna("")
        return table
    return pd.DataFrame()


def _manifest(path: Path, complaints: list[Complaint]) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        complaints.append(Complaint(str(path), "is missing; run the benchmark, or restore it"))
    except (OSError, ValueError) as error:
        complaints.append(Complaint(str(path), f"cannot be read as JSON: {error}"))
    else:
        if isinstance(manifest, dict) and manifest.get("schema") == SCHEMA_VERSION:
            return manifest
        found = manifest.get("schema") if isinstance(manifest, dict) else None
        problem = f"has schema {found}, this albench reads {SCHEMA_VERSION}"
        complaints.append(Complaint(str(path), problem))
    return {}
