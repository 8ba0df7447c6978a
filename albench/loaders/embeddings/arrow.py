"""Vectors in a column of lists in a Parquet file, with the other columns beside them."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint, DataError
from albench.loaders.embeddings.numpy_files import choose
from albench.loaders.embeddings.vectors import ArrayVectors, Opened, require_floats
from albench.loaders.grid import read_grid


def open_parquet(path: Path, key: str | None) -> Opened:
    """Return the vectors of a column of lists, read into memory, and the other columns.

    Parameters
    ----------
    path : Path
        The file.
    key : str or None
        The column; None takes the only one of lists.

    Returns
    -------
    Opened
        With columns, if there are others.

    Raises
    ------
    DataError
        If it is no Parquet file, or the column is missing, holds gaps or lists of several lengths.
    """
    import pyarrow as pa  # here, as most cohorts have no Parquet file and the import is slow
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
        lists = [field.name for field in schema if _is_list(field.type)]
        name = choose(path, key, lists, list(schema.names))
        column = pq.read_table(path, columns=[name], partitioning=None).column(0)
    except pa.ArrowInvalid as error:
        raise DataError([Complaint(str(path), f"is not a Parquet file: {error}")]) from error
    if not _is_list(column.type):
        problem = f"column {name!r} holds {column.type}, expected lists of floats"
        raise DataError([Complaint(str(path), problem)])
    array = _array(path, name, column.combine_chunks())
    others = [field.name for field in schema if field.name not in lists]
    return Opened(ArrayVectors(array), read_grid(path, columns=others) if others else None)


def _is_list(kind: Any) -> bool:  # a type of pyarrow, which ships none itself
    import pyarrow as pa

    checks = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(check(kind) for check in checks)


def _array(path: Path, name: str, column: Any) -> NDArray[Any]:  # an array of pyarrow
    import pyarrow.compute as pc

    where = f"{path}, column {name!r}"
    if column.null_count:
        row = np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0] + 1
        problem = f"row {row} has no vector, as {column.null_count} rows in all: remove them"
        raise DataError([Complaint(where, problem)])
    lengths = pc.list_value_length(column).to_numpy(zero_copy_only=False)
    odd = np.flatnonzero(lengths != lengths[0]) if len(lengths) else lengths
    if len(odd):
        problem = f"row {odd[0] + 1} has {lengths[odd[0]]} values, row 1 has {lengths[0]}"
        raise DataError([Complaint(where, f"{problem}: vectors are of one length")])
    values = column.flatten()
    if values.null_count:
        row = np.flatnonzero(values.is_null().to_numpy(zero_copy_only=False))[0] // lengths[0] + 1
        raise DataError([Complaint(where, f"row {row} lacks a value of its vector")])
    flat: NDArray[Any] = values.to_numpy(zero_copy_only=False)
    length = int(lengths[0]) if len(lengths) else 0
    require_floats(path, (len(lengths), length), flat.dtype.name)
    return flat.reshape(len(lengths), length)
