"""Tables that scikit-learn ships, read without importing it: that takes longer than a plan."""

import importlib.util
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint, DataError


def bundled_table(name: str, *, skip: int = 0) -> NDArray[np.float64]:
    """Return the numbers of a file that is part of scikit-learn.

    Parameters
    ----------
    name : str
        The file's name in ``sklearn/datasets/data``; compressed or not.
    skip : int
        Lines before the first row.

    Returns
    -------
    ndarray of float, shape (n_rows, n_columns)
        As written there: what ``sklearn.datasets`` gives too.

    Raises
    ------
    DataError
        If scikit-learn or the file is not there, or the file is damaged.
    """
    package = importlib.util.find_spec("sklearn")
    if package is None or not package.submodule_search_locations:
        raise DataError("scikit-learn, which ships these data, is not installed")
    file = Path(package.submodule_search_locations[0]) / "datasets" / "data" / name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # of a file without a row
            table: NDArray[np.float64] = np.loadtxt(file, delimiter=",", skiprows=skip, ndmin=2)
    except (OSError, ValueError, EOFError, UserWarning) as error:
        problem = f"cannot be read: {error}; install scikit-learn again"
        raise DataError([Complaint(str(file), problem)]) from error
    return table
