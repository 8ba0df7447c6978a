"""Rows of a table matched to the vectors of a file by a key that both hold."""

from pathlib import Path

from albench.api import Complaint, DataError
from albench.loaders.grid import Grid

MAX_NAMED = 5
"""How many keys a complaint names before it counts the rest."""


def match_rows(path: Path, inside: Grid | None, table: Grid | None, key: str) -> tuple[Grid, str]:
    """Return a table in the order of the vectors.

    Parameters
    ----------
    path : Path
        The file of vectors.
    inside : Grid or None
        What stands beside the vectors in the file, row for row.
    table : Grid or None
        The table.
    key : str
        The column that both have.

    Returns
    -------
    Grid, str
        A row a vector; and a sentence on rows that no vector has, empty if there are none.

    Raises
    ------
    DataError
        If one of them lacks the column, a key is empty or there twice, or a vector has no row.
    """
    if table is None:
        problem = "goes with the option 'table', whose rows are matched: name it or leave it out"
        raise DataError([Complaint("option 'match'", problem)])
    if inside is None:
        problem = (
            f"holds no column {key!r} beside its vectors: save the keys with them, as "
            f"numpy.savez(file, vectors=vectors, {key}=keys) or in a Parquet file"
        )
        raise DataError([Complaint(str(path), problem)])
    if missing := [*inside.missing([key]), *table.missing([key])]:
        raise DataError(missing)
    wanted, there = inside.keys(key), table.keys(key)
    complaints = [*_about_keys(inside, wanted, key), *_about_keys(table, there, key)]
    row_of = {text: row for row, text in enumerate(there)}
    lost = [text for text in wanted if text not in row_of]
    if lost and not complaints:
        shown = ", ".join(map(repr, lost[:MAX_NAMED])) + (" ..." if len(lost) > MAX_NAMED else "")
        spelt = ", ".join(map(repr, there[:3]))
        problem = f"has no row for {len(lost)} of {len(wanted)} vectors: {shown}; it has {spelt}"
        complaints.append(Complaint(f"{table.file}, column {key!r}", problem))
    if complaints:
        raise DataError(complaints)
    n_idle = len(there) - len(wanted)
    remark = f" {n_idle} rows of {table.file.name} have no vector." if n_idle else ""
    return table.of_rows([row_of[text] for text in wanted]), remark


def _about_keys(grid: Grid, keys: list[str], key: str) -> list[Complaint]:
    first: dict[str, int] = {}
    complaints = []
    for row, text in enumerate(keys):
        where = f"{grid.where(row)}, column {key!r}"
        if not text:
            complaints.append(Complaint(where, "is empty; every row needs a key"))
        elif first.setdefault(text, row) != row:
            place = f"{grid.unit} {grid.lines[first[text]]}"
            complaints.append(Complaint(where, f"the key {text!r} is there already, in {place}"))
    return complaints
