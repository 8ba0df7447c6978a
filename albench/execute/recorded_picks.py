"""A strategy that buys what another cell bought: recorded picks, replayed with another model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from albench.api import Descriptor, Kind, Option

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from albench.api import PoolView

DESCRIPTOR = Descriptor(
    name="replay",
    kind=Kind.STRATEGY,
    target="albench.execute.recorded_picks:RecordedPicks",
    summary="Buys what a recorded cell bought, whatever the model says.",
    options=(
        Option(name="picks", type=Path, required=True, help="the file of what a cell bought"),
    ),
    incomplete=True,
)
"""It is announced by no plugin: a specification cannot name it."""
NAME = f"core/{DESCRIPTOR.name}"
"""What records call it."""


class RecordedPicks:
    """Buys the candidates that a recorded cell bought, round by round.

    Parameters
    ----------
    picks : Path
        JSON with ``rounds``: of each round the sample numbers of what it bought, in its order.
    """

    needs: frozenset[str] = frozenset()

    def __init__(self, picks: Path) -> None:
        content = json.loads(picks.read_text(encoding="utf-8"))
        self._rounds: list[list[list[int]]] = content["rounds"]

    def __call__(self, pool: PoolView, n: int, rng: np.random.Generator) -> NDArray[np.intp]:  # noqa: ARG002  # nothing is drawn
        """Return the positions of the first recorded round that is not bought yet."""
        place = {tuple(row): i for i, row in enumerate(np.asarray(pool.candidates).tolist())}
        for bought in self._rounds:
            left = [place[tuple(row)] for row in bought if tuple(row) in place]
            if left:
                return _as_asked(np.array(left, dtype=np.intp), pool, n)
        return np.empty(0, dtype=np.intp)


def _as_asked(positions: NDArray[np.intp], pool: PoolView, n: int) -> NDArray[np.intp]:
    """Return one position of each subject where so many subjects are bought, with all they have."""
    if len(positions) <= n:
        return positions
    _, first = np.unique(np.asarray(pool.subjects)[positions], return_index=True)
    return positions[np.sort(first)][:n]
