"""Columns of a table as features: which are read, what each becomes, and which are left out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint, DataError, is_whole_number
from albench.loaders.grid import Grid
from albench.loaders.numeric_text import Numbers, like_numbers, read_numbers, remedy
from albench.loaders.owners import is_gap

_WRITTEN_INDEX = re.compile(r"Unnamed: [0-9]+")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a user says of the columns of a table; see the loader ``table``.

    Parameters
    ----------
    features, categorical : sequence of str or None
        The columns to read as numbers, and those to read as levels.
    missing : str
        ``"refuse"``, ``"mean"`` or ``"indicator"``.
    literal : sequence of str
        Words for a missing value that are meant as they are written.
    decimal : str
        The decimal mark.
    """

    features: Sequence[str] | None = None
    categorical: Sequence[str] = ()
    missing: str = "refuse"
    literal: Sequence[object] = ()
    decimal: str = "."


@dataclass(frozen=True, eq=False)
class Features:
    """The vectors of a table.

    Parameters
    ----------
    values : ndarray of float32, shape (n_rows, n_features)
        NaN where the mean of the training samples is to stand.
    remark : str
        How levels, gaps and columns that are left out were dealt with; empty if there are none.
    complaints : list of Complaint
        About cells, each with its row.
    columns : tuple of str
        Those that features are made of.
    """

    values: NDArray[np.float32]
    remark: str = ""
    complaints: list[Complaint] = field(default_factory=list)
    columns: tuple[str, ...] = ()


@dataclass
class _Vectors:
    """What is being gathered: blocks of features, side by side."""

    blocks: list[NDArray[np.float64]] = field(default_factory=list)
    gaps: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    levels: dict[str, list[str]] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)


def read_features(grid: Grid, others: Sequence[str], reading: Reading) -> Features:
    """Return the features of a table.

    Numbers come first, in the order of `Reading.features`, then the levels of each categorical
    column, then the indicators of columns with gaps.

    Parameters
    ----------
    grid : Grid
        A table that has the columns.
    others : sequence of str
        The columns beside subject and label, from which numbers are chosen if the user names none.
    reading : Reading
        What the user says.

    Returns
    -------
    Features
        Whose complaints may be many.

    Raises
    ------
    DataError
        If there is no column to read.
    """
    wanted = reading.features or [name for name in others if name not in reading.categorical]
    columns = {
        name: read_numbers(grid.columns[name], reading.decimal, reading.literal) for name in wanted
    }
    left_out = {} if reading.features else _left_out(grid, columns)
    vectors = _Vectors()
    for name in wanted:
        if name not in left_out:
            _add_numbers(vectors, grid, name, columns[name], reading)
    for name in reading.categorical:
        _add_levels(vectors, grid, name, reading)
    if not vectors.blocks and not vectors.complaints:
        raise DataError([Complaint(str(grid.file), _nothing(left_out))])
    if reading.missing == "indicator":
        vectors.blocks += [gap.astype(np.float64)[:, np.newaxis] for gap in vectors.gaps.values()]
    return Features(
        _side_by_side(vectors.blocks, len(grid)),
        _remark(vectors, left_out, reading.missing),
        vectors.complaints,
        (*(name for name in wanted if name not in left_out), *reading.categorical),
    )


def _left_out(grid: Grid, columns: Mapping[str, Numbers]) -> dict[str, str]:
    """Return the columns that are not features if nobody says so, each with the reason."""
    reasons = {}
    for name, column in columns.items():
        if _WRITTEN_INDEX.fullmatch(name):
            reasons[name] = "an index that pandas has written"
        elif column.kind != "numbers" and not any(like_numbers(grid.columns[name])):
            reasons[name] = column.kind
    return reasons


def _nothing(left_out: Mapping[str, str]) -> str:
    listed = ", ".join(f"{name!r} ({reason})" for name, reason in left_out.items()) or "none"
    return (
        f"has no column of numbers to read; columns beside subject and label: {listed}. Text can "
        "be read as levels with the option 'categorical'"
    )


def _add_numbers(
    vectors: _Vectors, grid: Grid, name: str, column: Numbers, reading: Reading
) -> None:
    if column.kind != "numbers":
        vectors.complaints.append(_no_number(grid, name, column, reading.decimal))
        return
    with np.errstate(over="ignore"):  # a number beyond float32 becomes inf, and a complaint
        values = column.values.astype(np.float32)
    bad = ~np.isfinite(values)
    if reading.missing != "refuse":
        bad &= ~column.missing
    rows = np.flatnonzero(bad).tolist()
    shown = grid.text(name) if rows else []
    vectors.complaints += [
        Complaint(
            f"{grid.where(row)}, column {name!r}", _no_finite(shown[row], column, row, reading)
        )
        for row in rows
    ]
    vectors.blocks.append(values[:, np.newaxis].astype(np.float64))
    if column.missing.any():
        vectors.gaps[name] = column.missing


def _no_number(grid: Grid, name: str, column: Numbers, decimal: str) -> Complaint:
    """Return the complaint about a column to be read that holds not one number."""
    where = f"{grid.file}, column {name!r}"
    out = "name the columns to read with the option 'features', without this one"
    like = list(like_numbers(grid.columns[name]))
    if not like:
        return Complaint(where, f"holds no number but {column.kind}: {out}")
    row, cell = like[0]
    problem = (
        f"holds no number, though {_count(len(like), 'cell')} look like one: found {cell!r} in "
        f"{grid.unit} {grid.lines[row]}; {remedy(cell, decimal)}; or {out}"
    )
    return Complaint(where, problem)


def _no_finite(cell: str, column: Numbers, row: int, reading: Reading) -> str:
    what = f"found {cell!r}, allowed is a finite number (within 3.4e38)"
    hint = remedy(cell, reading.decimal)
    if column.missing[row]:
        hint = 'set the option missing = "mean" or "indicator"'
    mend = f"{hint}, mend" if hint else "mend"
    return f"{what}; {mend} or remove the row, or leave the column out with the option 'features'"


def _add_levels(vectors: _Vectors, grid: Grid, name: str, reading: Reading) -> None:
    cells = grid.keys(name)
    gaps = np.array([is_gap(cell, reading.literal) for cell in cells], dtype=bool)
    levels = _sorted({cell for cell, gap in zip(cells, gaps.tolist(), strict=True) if not gap})
    if not levels:
        problem = "holds no value: leave it out of the option 'categorical'"
        vectors.complaints.append(Complaint(f"{grid.file}, column {name!r}", problem))
        return
    if reading.missing == "refuse":
        vectors.complaints += [
            Complaint(f"{grid.where(row)}, column {name!r}", _no_level(cells[row]))
            for row in np.flatnonzero(gaps).tolist()
        ]
    block = np.array(cells)[:, np.newaxis] == np.array(levels)  # (n_rows, n_levels)
    vectors.blocks.append(np.where(gaps[:, np.newaxis], np.nan, block.astype(np.float64)))
    vectors.levels[name] = levels
    if gaps.any():
        vectors.gaps[name] = gaps


def _sorted(levels: set[str]) -> list[str]:
    if all(map(is_whole_number, levels)):
        return sorted(levels, key=int)
    return sorted(levels)


def _no_level(cell: str) -> str:
    meant = f', or literal = ["{cell}"] if it is meant' if cell else ""
    problem = f"found {cell!r}, which stands for a missing value" if cell else "is empty"
    return (
        f'{problem}; fix or remove the row, set the option missing = "mean" or "indicator"{meant}'
    )


def _side_by_side(blocks: Sequence[NDArray[np.float64]], n_rows: int) -> NDArray[np.float32]:
    if not blocks:
        return np.empty((n_rows, 0), dtype=np.float32)
    return np.concatenate(blocks, axis=1).astype(np.float32)


def _remark(vectors: _Vectors, left_out: Mapping[str, str], missing: str) -> str:
    parts = [
        f" Levels of {name!r}: {', '.join(levels)}." for name, levels in vectors.levels.items()
    ]
    if vectors.gaps:
        counts = [f"{int(gap.sum())} of {name!r}" for name, gap in vectors.gaps.items()]
        marked = ", and marked by an indicator each" if missing == "indicator" else ""
        parts.append(
            f" Missing values are filled by the mean of the training samples{marked}: "
            f"{', '.join(counts)}."
        )
    if left_out:
        named = ", ".join(f"{name!r} ({reason})" for name, reason in left_out.items())
        parts.append(f" Columns left out: {named}.")
    return "".join(parts)


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
