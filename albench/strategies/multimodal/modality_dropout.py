"""BALD whose samples of the model are subsets of the modalities, not dropout masks."""

from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING

from albench.api import Option, needs, top
from albench.strategies.declaration import strategy
from albench.strategies.mathematics.entropies import mutual_information
from albench.strategies.query import Picks, sized

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from albench.api import PoolView


def subsets(names: Sequence[str], most: int, rng: np.random.Generator) -> list[tuple[str, ...]]:
    """Return all subsets but the empty one, or a random `most` of them if they are more.

    Parameters
    ----------
    names : sequence of str
        The modalities.
    most : int
        How many at most.
    rng : numpy.random.Generator
        Draws the subsets.

    Returns
    -------
    list of tuple of str
        Distinct.
    """
    every = chain.from_iterable(combinations(names, size + 1) for size in range(len(names)))
    each = list(every)
    if len(each) <= most:
        return each
    return [each[i] for i in rng.permutation(len(each))[:most]]


@strategy(
    "modality-dropout-bald",
    "Label and choice of modalities share most information.",
    options=(
        Option(
            name="passes",
            type=int,
            default=15,
            minimum=1,
            maximum=10_000,
            help="how many subsets of the modalities at most",
        ),
    ),
    modalities=(2, None),
    citation="ours: BALD (Houlsby et al. 2011) over subsets of the modalities",
)
class ModalityDropoutBald:
    """Chooses where label and choice of modalities share most information.

    Parameters
    ----------
    passes : int
        How many subsets at most; all of them, for up to four modalities, by default.
    """

    needs = frozenset({needs.MASKED_PROBA})

    def __init__(self, passes: int = 15) -> None:
        self.passes = passes

    @sized
    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> Picks:
        """Return positions, most informative first; see `albench.api.QueryStrategy`."""
        kept = subsets(pool.modalities, self.passes, rng)
        return top(mutual_information(pool.masked_proba(*names) for names in kept), n, rng)
