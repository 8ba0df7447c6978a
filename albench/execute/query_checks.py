"""Checks of every query in a real run: the answer, and what the strategy changed."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.errors import PurityViolation, QueryFault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def checked_picks(answer: object, n: int, n_pool: int, who: str) -> NDArray[np.intp]:
    """Return a strategy's answer as positions, if it is one.

    Parameters
    ----------
    answer : object
        What the strategy returned.
    n : int
        How many it was asked for.
    n_pool : int
        How many there were.
    who : str
        Strategy, distribution and round, for the message.

    Returns
    -------
    ndarray of int, shape (min(n, n_pool),)
        Distinct positions.

    Raises
    ------
    QueryFault
        If it is anything else; names what came and what was expected.
    """
    wanted = min(n, n_pool)
    picks = _as_array(answer)
    if picks is None or picks.dtype.kind not in "iu" or picks.ndim != 1:
        if not (isinstance(picks, np.ndarray) and picks.size == 0 and wanted == 0):
            raise QueryFault(f"{who}: expected an array of {wanted} positions, {_found(answer)}")
        picks = picks.astype(np.intp).ravel()
    if len(picks) != wanted:
        raise QueryFault(f"{who}: expected {wanted} positions, found {len(picks)}")
    outside = picks[(picks < 0) | (picks >= n_pool)]
    if len(outside):
        place = f"a position in the pool (0 to {n_pool - 1})"
        raise QueryFault(
            f"{who}: {outside[0]} is not {place}; labelled candidates are not in the pool"
        )
    if len(np.unique(picks)) != len(picks):
        values, counts = np.unique(picks, return_counts=True)
        raise QueryFault(f"{who}: position {values[counts > 1][0]} was chosen more than once")
    return picks.astype(np.intp)


def _as_array(answer: object) -> NDArray[Any] | None:  # of whatever kind it is
    """Return an answer as an array; None if there is none of it, as of rows of unequal lengths."""
    if not isinstance(answer, np.ndarray | list | tuple | range):
        return None
    try:
        return np.asarray(answer)
    except ValueError:
        return None


def _found(answer: object) -> str:
    if isinstance(answer, np.ndarray):
        return f"found an array of shape {answer.shape} and type {answer.dtype}"
    return f"found {type(answer).__name__}: {str(answer)[:80]}"


@dataclass(frozen=True)
class Fingerprints:
    """Hashes of all that a query must leave as it was.

    Parameters
    ----------
    model, pool, generators : str
        Of weights and buffers, of the pool's arrays, and of the global random states.
    """

    model: str
    pool: str
    generators: str

    def require_equal(self, after: Fingerprints, who: str) -> None:
        """Raise if anything changed.

        Parameters
        ----------
        after : Fingerprints
            Taken behind the query.
        who : str
            Strategy, distribution and round, for the message.

        Raises
        ------
        PurityViolation
            Names what changed.
        """
        names = {
            "model": "the model's weights or buffers",
            "pool": "the pool's arrays",
            "generators": "the global random state (use the `rng` that is passed in)",
        }
        for key, name in names.items():
            if getattr(self, key) != getattr(after, key):
                raise PurityViolation(f"{who}: changed {name}")


def fingerprints(model_hash: str, pool: Mapping[str, NDArray[Any]]) -> Fingerprints:
    """Return the hashes at this moment.

    Parameters
    ----------
    model_hash : str
        Of weights and buffers.
    pool : mapping of str to ndarray
        What the strategy is shown.

    Returns
    -------
    Fingerprints
        To be compared with those taken later.
    """
    return Fingerprints(model_hash, _hash_arrays(pool), _hash_generators())


def _hash_arrays(arrays: Mapping[str, NDArray[Any]]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name, array in arrays.items():
        digest.update(f"{name}{array.dtype}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _hash_generators() -> str:
    import torch

    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr(random.getstate()).encode())
    # The legacy generator is read here to show that nobody has used it.
    state = np.random.get_state(legacy=False)  # noqa: NPY002
    digest.update(repr([state["state"]["key"].tobytes(), state["state"]["pos"]]).encode())
    digest.update(torch.get_rng_state().numpy().tobytes())
    return digest.hexdigest()
