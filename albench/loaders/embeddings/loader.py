"""The loader ``embeddings``: a row of a file of vectors a sample, its owner in a table beside."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint, DataError, Modality, fingerprint
from albench.loaders.embeddings.files import open_vectors
from albench.loaders.embeddings.matching import match_rows
from albench.loaders.embeddings.vectors import ArrayVectors, Vectors, digest
from albench.loaders.facts import ColumnFacts
from albench.loaders.grid import Grid, read_grid
from albench.loaders.labels import as_text
from albench.loaders.owners import read_owners

SUBJECT = "subject"
_EACH_ITS_OWN = ""
"""The column of row numbers; no column of a file has an empty name."""


def load(  # noqa: PLR0913  # one argument an option of the benchmark
    *,
    path: Path,
    key: str | None = None,
    table: Path | None = None,
    match: str | None = None,
    subject: str | None = None,
    label: str = "label",
    unlabelled: str = "refuse",
    literal: Sequence[str] | None = None,
    separator: str = ",",
) -> Modality:
    """Return vectors that another program has made.

    Parameters
    ----------
    path : Path
        A ``.npy``, ``.npz``, ``.safetensors`` or Parquet file, or a folder of shards.
    key : str or None
        The array or column; None takes the only one that can be meant.
    table : Path or None
        Subjects and labels, one row per vector, in their order; None takes what stands in the file
        itself.
    match : str or None
        The column of both file and table by which their rows are matched; None takes them in
        their order.
    subject : str or None
        The column with the subject; None takes ``subject`` if there is one, and else, as ``""``
        does, every row as a subject of its own.
    label : str
        The column with the label; empty if another modality knows the labels.
    unlabelled : str
        ``"refuse"`` rows without a label, or ``"drop"`` subjects of which no row has one.
    literal : sequence of str or None
        Words such as ``"NA"`` that are not missing values here.
    separator : str
        What stands between the fields of a CSV file.

    Returns
    -------
    Modality
        Of float32 vectors, read when they are asked for.

    Raises
    ------
    DataError
        If files, table and columns do not fit together.
    """
    path = Path(path)
    beside = None if table is None else Path(table)
    opened = open_vectors(path, key, beside)
    grid = read_grid(beside, separator) if beside is not None else opened.columns
    matched = ""
    if match is not None:
        grid, matched = match_rows(path, opened.columns, grid if beside else None, match)
    grid = _with_rows(path, grid, opened.vectors, label)
    column, warning = _subject_column(grid, subject)
    if complaints := grid.missing([column, *([label] if label else [])]):
        raise DataError(complaints)
    owners = read_owners(grid, column, label or None, unlabelled=unlabelled, literal=literal or ())
    if owners.complaints:
        raise DataError(owners.complaints)
    rows = np.array(owners.rows, dtype=np.intp)
    subjects = np.array([owners.subjects[row] for row in owners.rows], dtype=np.str_)
    n_rows, length = opened.vectors.shape
    return Modality(
        subjects=subjects,
        shape=(length,),
        read=partial(_read, opened.vectors, rows),
        fingerprint=fingerprint(
            "embeddings",
            digest(opened.vectors),
            rows.astype(np.int64),
            subjects,
            as_text(owners.labels),
        ),
        labels=owners.labels,
        mapped=_mapped(path, opened.vectors, rows),
        facts=ColumnFacts(
            grid, owners.subjects, _others(grid, column, label), literal=literal or ()
        ),
        note=f"Embeddings {path.name}: {n_rows} vectors of {length} {opened.vectors.dtype} "
        f"numbers.{matched}{owners.remark}",
        warnings=warning,
    )


def _mapped(path: Path, vectors: Vectors, kept: NDArray[np.intp]) -> Path | None:
    """Return the file if it holds just the rows that are kept, as albench maps them."""
    is_whole = np.array_equal(kept, np.arange(vectors.shape[0]))
    array = vectors.array if isinstance(vectors, ArrayVectors) else None
    if path.suffix.lower() != ".npy" or array is None or not is_whole:
        return None
    return path if array.flags.c_contiguous and array.dtype.str[0] == "<" else None


def _others(grid: Grid, subject: str, label: str) -> list[str]:
    return [name for name in grid.columns if name not in (subject, label, _EACH_ITS_OWN)]


def _read(vectors: Vectors, kept: NDArray[np.intp], rows: NDArray[np.intp]) -> NDArray[np.float32]:
    return vectors.read(kept[rows]).astype(np.float32)


def _with_rows(path: Path, grid: Grid | None, vectors: Vectors, label: str) -> Grid:
    """Return the table with a column of row numbers, which are subjects where nobody names any."""
    n_rows = vectors.shape[0]
    if grid is None and label:
        problem = (
            f"stands alone, and its column {label!r} is wanted: name the table of subjects and "
            "labels with the option 'table', or set label = \"\" if another modality has them"
        )
        raise DataError([Complaint(str(path), problem)])
    if grid is None:
        grid = Grid(path, {}, tuple(range(1, n_rows + 1)), unit="row")
    if len(grid) != n_rows:
        problem = f"has {len(grid)} rows, but {path.name} {n_rows} vectors: one row per vector"
        raise DataError([Complaint(str(grid.file), problem)])
    numbers = np.arange(n_rows)
    return Grid(grid.file, {_EACH_ITS_OWN: numbers, **grid.columns}, grid.lines, grid.unit)


def _subject_column(grid: Grid, subject: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the column of subjects, and a warning where one is taken that nobody asked for."""
    if subject:
        return subject, ()
    if subject is None and SUBJECT in grid.columns:
        return SUBJECT, ()
    if subject == "":
        return _EACH_ITS_OWN, ()
    warning = (
        f"{grid.file.name} has no column {SUBJECT!r}: each of its {len(grid)} rows is taken as a "
        "subject of its own. If rows belong together, name the column with the option 'subject'; "
        'if not, set subject = ""'
    )
    return _EACH_ITS_OWN, (warning,)
