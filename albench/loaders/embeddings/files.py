"""Files of vectors, told by their suffix: NumPy, safetensors, Parquet, or a folder of these."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from albench.api import Complaint, DataError
from albench.loaders.embeddings.arrow import open_parquet
from albench.loaders.embeddings.numpy_files import open_npy, open_npz
from albench.loaders.embeddings.safetensors_file import open_safetensors
from albench.loaders.embeddings.vectors import Opened, Shards
from albench.loaders.grid import Grid

_OPENERS: dict[str, Callable[[Path, str | None], Opened]] = {
    ".npy": open_npy,
    ".npz": open_npz,
    ".safetensors": open_safetensors,
    ".parquet": open_parquet,
    ".pq": open_parquet,
}


def open_vectors(path: Path, key: str | None, beside: Path | None) -> Opened:
    """Return the vectors of a file, or of all files of a folder.

    Parameters
    ----------
    path : Path
        A file, or a folder of shards, which follow one another in the order of their names, 2
        before 10.
    key : str or None
        The array or column; None takes the only one that can be meant.
    beside : Path or None
        The table of subjects and labels, which is not a shard where it lies among them.

    Returns
    -------
    Opened
        Nothing is read yet of what can be mapped.

    Raises
    ------
    DataError
        If there is no such file, it is of no known kind, or holds anything else; of a folder also
        if its files do not fit together.
    """
    try:
        if path.is_dir():
            return _open_folder(path, key, beside)
        return _open_file(path, key)
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
        raise DataError([Complaint(str(path), problem)]) from error


def _open_file(path: Path, key: str | None) -> Opened:
    opener = _OPENERS.get(path.suffix.lower())
    if opener is None:
        problem = (
            f"is of no kind that is read: expected {', '.join(_OPENERS)} or a folder of these; "
            "torch's .pt and pickles can run code: save with numpy.save or safetensors"
        )
        raise DataError([Complaint(str(path), problem)])
    path.stat()  # names what is missing before a reader wraps the error in its own
    return opener(path, key)


def _open_folder(path: Path, key: str | None, beside: Path | None) -> Opened:
    files = [
        file
        for file in path.iterdir()
        if file.suffix.lower() in _OPENERS
        and file.is_file()
        and (beside is None or not beside.exists() or not file.samefile(beside))
    ]
    files.sort(key=_natural)
    if not files:
        problem = f"holds no file that ends in {', '.join(_OPENERS)}"
        raise DataError([Complaint(str(path), problem)])
    kinds = sorted({file.suffix.lower() for file in files})
    if len(kinds) > 1:
        problem = f"holds files of several kinds, {', '.join(kinds)}: leave the shards of one kind"
        raise DataError([Complaint(str(path), problem)])
    parts = [_open_file(file, key) for file in files]
    _require_one_length(files, parts)
    vectors = Shards([part.vectors for part in parts])
    grids = [part.columns for part in parts if part.columns is not None]
    return Opened(vectors, _one_below_another(path, grids) if grids else None)


def _natural(file: Path) -> list[tuple[bool, int, str]]:
    parts = re.findall(r"[0-9]+|[^0-9]+", file.name)
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]


def _require_one_length(files: Sequence[Path], parts: Sequence[Opened]) -> None:
    length = parts[0].vectors.shape[1]
    complaints = [
        Complaint(str(file), f"has vectors of {other}, but {files[0].name} of {length}")
        for file, part in zip(files, parts, strict=True)
        if (other := part.vectors.shape[1]) != length
    ]
    if complaints:
        raise DataError(complaints)


def _one_below_another(path: Path, grids: Sequence[Grid]) -> Grid:
    names = [name for name in grids[0].columns if all(name in grid.columns for grid in grids)]
    columns = {name: np.concatenate([grid.columns[name] for grid in grids]) for name in names}
    return Grid(path, columns, tuple(range(1, sum(map(len, grids)) + 1)), unit="row")
