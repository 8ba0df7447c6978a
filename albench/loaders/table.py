"""The loader ``table``: one row of numbers a sample, from a CSV or Parquet file."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from albench.api import Complaint, DataError, Modality, fingerprint
from albench.loaders.facts import ColumnFacts
from albench.loaders.features import Reading, read_features
from albench.loaders.grid import PARQUET_SUFFIXES, Grid, read_grid
from albench.loaders.labels import as_text
from albench.loaders.owners import read_owners


def load(  # noqa: PLR0913  # one argument an option of the benchmark
    *,
    path: Path,
    subject: str = "subject",
    label: str = "label",
    features: Sequence[str] | None = None,
    categorical: Sequence[str] | None = None,
    facts: Sequence[str] | None = None,
    missing: str = "refuse",
    unlabelled: str = "refuse",
    literal: Sequence[str] | None = None,
    separator: str = ",",
    decimal: str = ".",
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
        The columns to read as numbers; None takes every other column that holds a number, or
        nothing but true and false (1 and 0). What it leaves out, the note names.
    categorical : sequence of str or None
        Columns to read as levels: one feature per level, 1 where a row is of it. Levels are those
        of the whole column, sorted.
    facts : sequence of str or None
        Columns that say something of a subject, such as its fold or site, and are no features.
        Only columns that would silently be read as numbers have to be named.
    missing : str
        What to do about features without a value: ``"refuse"``; ``"mean"`` of the training
        samples; or ``"indicator"``, the mean and a feature more, 1 where a value was missing, for
        each column with gaps.
    unlabelled : str
        ``"refuse"`` rows without a label, or ``"drop"`` subjects of which no row has one.
    literal : sequence of str or None
        Words such as ``"NA"`` or ``"None"`` that are not missing values here.
    separator : str
        What stands between the fields of a CSV file.
    decimal : str
        ``"."`` or ``","``: the decimal mark of numbers in text.

    Returns
    -------
    Modality
        Of float32 vectors.

    Raises
    ------
    DataError
        With all that is wrong: columns, cells and labels, each with its line.
    """
    _require_marks(Path(path), separator, decimal)
    reading = Reading(
        features=features,
        categorical=categorical or (),
        missing=missing,
        literal=literal or (),
        decimal=decimal,
    )
    grid = read_grid(Path(path), separator)
    _require_columns(grid, subject, label, reading, facts or ())
    others = [name for name in grid.columns if name not in (subject, label)]
    possible = [name for name in others if name not in (facts or ())]
    owners = read_owners(
        grid, subject, label or None, unlabelled=unlabelled, literal=reading.literal
    )
    if not owners.rows:
        raise DataError(owners.complaints)
    grid = grid.of_rows(owners.rows)
    columns = read_features(grid, possible, reading)
    if columns.complaints or owners.complaints:
        raise DataError([*columns.complaints, *owners.complaints])
    silently_read = set(columns.columns).difference(reading.features or (), reading.categorical)
    subjects = np.array([owners.subjects[row] for row in owners.rows], dtype=np.str_)
    return Modality(
        subjects=subjects,
        shape=columns.values.shape[1:],
        read=partial(np.take, columns.values, axis=0),
        fingerprint=fingerprint("table", subjects, columns.values, as_text(owners.labels)),
        labels=owners.labels,
        facts=ColumnFacts(
            grid,
            subjects.tolist(),
            [name for name in others if name not in silently_read],
            literal=reading.literal,
        ),
        has_gaps=bool(np.isnan(columns.values).any()),
        note=f"Table {grid.file.name} with {_features(columns.values.shape[1])}."
        f"{columns.remark}{owners.remark}",
    )


def _features(n: int) -> str:
    return "1 feature" if n == 1 else f"{n} features"


def _require_marks(path: Path, separator: str, decimal: str) -> None:
    complaints = []
    if decimal not in (".", ","):
        complaints.append(
            Complaint("option 'decimal'", f"found {decimal!r}, allowed are '.' and ','")
        )
    is_parquet = path.suffix.lower() in PARQUET_SUFFIXES
    if is_parquet and separator != ",":
        problem = "goes with CSV files, and this is a Parquet file: leave it out"
        complaints.append(Complaint("option 'separator'", problem))
    if complaints:
        raise DataError(complaints)


def _require_columns(
    grid: Grid, subject: str, label: str, reading: Reading, facts: Sequence[str]
) -> None:
    complaints = grid.missing([subject], "; name it with the option 'subject'")
    if label:
        remedy = "; name it with the option 'label', or set label = \"\" if another modality has it"
        complaints += grid.missing([label], remedy)
    named = [*(reading.features or ()), *reading.categorical]
    complaints += grid.missing([*named, *facts])
    complaints += [
        Complaint(str(grid.file), f"column {name!r} is named as a feature and as a fact")
        for name in named
        if name in facts
    ]
    complaints += [
        Complaint(str(grid.file), f"column {name!r} cannot be a feature: it is the {role}")
        for role, name in (("subject", subject), ("label", label))
        if name in named
    ]
    complaints += [
        Complaint(str(grid.file), f"column {name!r} is named twice as a feature: name it once")
        for name in dict.fromkeys(named)
        if named.count(name) > 1
    ]
    if complaints:
        raise DataError(complaints)
