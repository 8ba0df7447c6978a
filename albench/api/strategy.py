"""The contract of a query strategy: a pool view, a number and a generator in; positions out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from albench.api.pool import PoolView


class QueryStrategy(Protocol):
    """Chooses which candidates of a pool to buy labels for.

    A strategy is rebuilt from its options for every query, so that it has no memory but what
    the pool shows it, and a stopped run goes on to the same picks.

    Attributes
    ----------
    needs : frozenset of str
        What it reads of the pool, in the words of `albench.api.needs`; reading anything else
        raises `UndeclaredNeed`. Structure (candidates, subjects, labels of the labelled set) is
        always there.
    """

    needs: frozenset[str]

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
        """Return positions in the pool, the most wanted first.

        Parameters
        ----------
        pool : PoolView
            The candidates without a label, and what the model says of them.
        n : int
            How many to choose, 0 or more.
        rng : numpy.random.Generator
            The only source of randomness a strategy may use.

        Returns
        -------
        ndarray of int, shape (min(n, len(pool)),)
            Distinct positions, 0 to ``len(pool) - 1``.
        """
