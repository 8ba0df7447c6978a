"""Nearest neighbours in sets of any size: exact up to `EXACT` rows, by Faiss beyond.

Douze et al. 2024, The Faiss library. Beyond `EXACT` rows an inverted file is searched (``IVFFlat``:
Sivic & Zisserman 2003, Video Google): rows are parted by k-means into about as many lists as the
square root of their number, and a search looks through the lists whose centres are nearest. The
distances themselves are exact; a neighbour in another list is missed. Lists are found from a fixed
seed on one thread, so that the same rows have the same neighbours each time.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.api.large_pools import EXACT
from albench.strategies.mathematics import neighbours as exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from albench.strategies.query import Floats

SEED = 1234
"""Of the k-means that makes the lists."""

LISTS_SEARCHED = 16
"""For each row, at least; more where lists are too short to hold the neighbours four times."""

ROWS_A_LIST = 64
"""On how many rows of each list, on average, k-means learns where the lists are."""

ROUNDS = 10
"""Of that k-means, as Faiss has it by default for inverted files."""

SEARCHED_AT_ONCE = 2**14
"""Rows whose neighbours are asked for together."""


def mean_neighbour_distance(rows: Floats, k: int) -> NDArray[np.float64]:
    """Return the mean Euclidean distance of each row to its `k` nearest other rows.

    Up to `EXACT` rows it is what `neighbours.mean_neighbour_distance` gives, with the same
    arguments, but of finite vectors alone. Beyond, it may be too large, never too small, and
    `ImportError` is raised if Faiss is not installed.
    """
    if len(rows) <= EXACT:
        return exact.mean_neighbour_distance(rows, k)
    k = min(k, len(rows) - 1)
    out = np.empty(len(rows))
    with _one_thread() as faiss:
        lists = _Lists(faiss, rows)
        for start in range(0, len(rows), SEARCHED_AT_ONCE):
            part = slice(start, min(start + SEARCHED_AT_ONCE, len(rows)))
            squared, positions = lists.nearest(rows[part], k + 1)
            squared[positions == np.arange(part.start, part.stop)[:, None]] = np.inf
            # Where k + 1 others coincide with a row, it is not among them: the last is left out.
            nearest = np.sort(squared, axis=1)[:, :k]
            out[part] = np.sqrt(nearest, dtype=np.float64).mean(axis=1)
    return out


def nearest_neighbours(rows: Floats, others: Floats, k: int) -> NDArray[np.intp]:
    """Return the positions of the `k` nearest others of each row, in no order.

    Up to `EXACT` others they are what `neighbours.nearest_neighbours` gives, with the same
    arguments, but of finite vectors alone. Beyond, some may be near, not nearest, and `ImportError`
    is raised if Faiss is not installed.
    """
    if len(others) <= EXACT:
        return exact.nearest_neighbours(rows, others, k)
    k = min(k, len(others))
    out = np.empty((len(rows), k), dtype=np.intp)
    with _one_thread() as faiss:
        lists = _Lists(faiss, others)
        for start in range(0, len(rows), SEARCHED_AT_ONCE):
            part = slice(start, start + SEARCHED_AT_ONCE)
            out[part] = lists.nearest(rows[part], k)[1]
    return out


class _Lists:
    """An inverted file of rows."""

    def __init__(self, faiss: Any, rows: Floats) -> None:  # a module without types
        n_lists = round(len(rows) ** 0.5)
        self.quantizer = faiss.IndexFlatL2(rows.shape[1])  # the index does not keep it alive
        self.index = faiss.IndexIVFFlat(self.quantizer, rows.shape[1], n_lists)
        self.index.cp.seed = SEED
        self.index.cp.niter = ROUNDS
        self.index.cp.max_points_per_centroid = ROWS_A_LIST
        self.index.train(_single(rows))
        for start in range(0, len(rows), SEARCHED_AT_ONCE):
            self.index.add(_single(rows[start : start + SEARCHED_AT_ONCE]))

    def nearest(self, rows: Floats, k: int) -> tuple[Floats, NDArray[np.intp]]:
        """Return squared distances and positions, (n, k) both, of the nearest in the lists."""
        n_lists, rows = self.index.nlist, _single(rows)
        self.index.nprobe = min(n_lists, max(LISTS_SEARCHED, -(-4 * k // n_lists)))
        squared, positions = self.index.search(rows, k)
        short = positions[:, -1] < 0  # the lists searched hold fewer than k
        if short.any():
            self.index.nprobe = n_lists
            squared[short], positions[short] = self.index.search(rows[short], k)
        return squared, positions


def _single(rows: Floats) -> NDArray[np.float32]:
    return np.ascontiguousarray(rows, dtype=np.float32)


@contextmanager
def _one_thread() -> Iterator[Any]:  # a module without types
    """Yield Faiss, which uses one thread meanwhile."""
    faiss = _faiss()
    n_threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield faiss
    finally:
        faiss.omp_set_num_threads(n_threads)


def _faiss() -> Any:  # a module without types
    try:
        import faiss
    except ImportError as error:
        # Nothing else is tried instead: picks must not depend on what is installed.
        raise ImportError(
            f"neighbours among more than {EXACT:,} candidates are searched for by Faiss, which is "
            "not installed: pip install 'albench[big]'"
        ) from error
    return faiss
