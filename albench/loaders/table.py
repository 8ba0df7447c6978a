"""The loader ``table``: one row of numbers a sample, from a CSV or Parquet file."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint, DataError, Label, Modality, fingerprint
from albench.loaders.grid import Column, Grid, read_grid
from albench.loaders.labels import as_text, one_label_each, whole_numbers_if_all


def load(
    *,
    path: Path,
    subject: str = "subject",
    label: str = "label",
    features: Sequence[str] | None = None,
) -> Modality:
    """Return the rows of a table as vectors.

    Parameters
    ----------
    path : Path
        A CSV or Parquet file; a subject may have many rows.
    subject : str
        The column with the subject.
    label : str
        The column with the label; empty if another modality knows the labels.
    features : sequence of str or None
        The columns to read; None takes every other column that holds a number.

    Returns
    -------
    Modality
        Of float32 vectors.

    Raises
    ------
    DataError
        With all that is wrong: columns, cells and labels, each with its line.
    """
    grid = read_grid(Path(path))
    _require_columns(grid, subject, label, features)
    names = features or _numeric_columns(grid, subject, label)
    values, complaints = _values(grid, names)
    complaints += _empty(grid, subject)
    labels, contradictions = _labels(grid, subject, label)
    if complaints + contradictions:
        raise DataError(complaints + contradictions)
    subjects = np.array(grid.text(subject), dtype=np.str_)
    return Modality(
        subjects=subjects,
        shape=(len(names),),
        read=partial(np.take, values, axis=0),
        fingerprint=fingerprint("table", subjects, values, as_text(labels)),
        labels=labels,
        note=f"Table {grid.file.name} with {len(names)} features.",
    )


def _require_columns(grid: Grid, subject: str, label: str, features: Sequence[str] | None) -> None:
    complaints = grid.missing([subject], "; name it with the option 'subject'")
    if label:
        remedy = "; name it with the option 'label', or set label = \"\" if another modality has it"
        complaints += grid.missing([label], remedy)
    complaints += grid.missing(features or ())
    complaints += [
        Complaint(str(grid.file), f"column {name!r} cannot be a feature: it is the {role}")
        for role, name in (("subject", subject), ("label", label))
        if name in (features or ())
    ]
    if complaints:
        raise DataError(complaints)


def _numeric_columns(grid: Grid, subject: str, label: str) -> list[str]:
    others = [name for name in grid.columns if name not in (subject, label)]
    names = [name for name in others if np.isfinite(_numbers(grid.columns[name])).any()]
    if not names:
        found = ", ".join(map(repr, others)) or "none"
        problem = f"has no column of numbers to read; columns beside subject and label: {found}"
        raise DataError([Complaint(str(grid.file), problem)])
    return names


def _values(grid: Grid, names: Sequence[str]) -> tuple[NDArray[np.float32], list[Complaint]]:
    values = np.empty((len(grid), len(names)), dtype=np.float32)
    complaints = []
    for position, name in enumerate(names):
        with np.errstate(over="ignore"):  # a number beyond float32 becomes inf, and a complaint
            values[:, position] = _numbers(grid.columns[name])
        complaints += _about_cells(grid, name, values[:, position])
    return values, complaints


def _numbers(column: Column) -> NDArray[np.float64]:
    """Return a column as numbers, NaN where a cell holds none."""
    try:
        return column.astype(np.float64)
    except (ValueError, TypeError):
        return np.array([_number(cell) for cell in column.tolist()])


def _number(cell: object) -> float:
    try:
        return float(str(cell))
    except ValueError:
        return float("nan")


def _about_cells(grid: Grid, name: str, values: NDArray[np.float32]) -> list[Complaint]:
    rows = np.flatnonzero(~np.isfinite(values)).tolist()
    found = grid.text(name) if rows else []
    return [
        Complaint(
            f"{grid.where(row)}, column {name!r}",
            f"found {found[row]!r}, allowed is a finite number (within 3.4e38); mend or remove "
            "the row, or leave the column out with the option 'features'",
        )
        for row in rows
    ]


def _empty(grid: Grid, name: str) -> list[Complaint]:
    return [
        Complaint(f"{grid.where(row)}, column {name!r}", "is empty; every row needs a value")
        for row, value in enumerate(grid.text(name))
        if not value
    ]


def _labels(
    grid: Grid, subject: str, label: str
) -> tuple[dict[str, Label] | None, list[Complaint]]:
    if not label:
        return None, []
    subjects, labels = grid.text(subject), grid.text(label)
    places = map(grid.where, range(len(grid)))
    entries = (e for e in zip(subjects, labels, places, strict=True) if e[0] and e[1])
    merged, contradictions = one_label_each(entries)
    return whole_numbers_if_all(merged), _empty(grid, label) + contradictions
