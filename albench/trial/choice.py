"""Which cells of a strategy fit into some seconds: whole repetitions first, then fewer blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.analysis.significance import FEWEST_PAIRS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from albench.records.schema import BlockKey

"""Cohort, modalities, model and budget."""


def affordable(
    costs: Mapping[BlockKey, float],
    repetitions: Sequence[int],
    done: Collection[tuple[BlockKey, int]],
    seconds: float,
) -> tuple[list[BlockKey], list[int]]:
    """Return the blocks and repetitions that fit.

    Parameters
    ----------
    costs : mapping of BlockKey to float
        What one repetition of each block takes, in seconds of wall time.
    repetitions : sequence of int
        Those there are, in the order in which they run.
    done : collection of (BlockKey, int)
        Blocks and repetitions that take no more time.
    seconds : float
        The time that is left.

    Returns
    -------
    blocks : list of BlockKey
        All of them; without the dearest where only so `FEWEST_PAIRS` repetitions fit, which a
        verdict takes.
    repetitions : list of int
        The first ones; every block has all of them. Empty if none fits.
    """
    enough = min(FEWEST_PAIRS, len(repetitions))
    blocks = list(costs)
    while blocks:
        fitting = _fitting(blocks, costs, repetitions, done, seconds)
        if len(fitting) >= enough:
            return blocks, fitting
        blocks.remove(max(blocks, key=lambda block: costs[block]))
    return list(costs), _fitting(list(costs), costs, repetitions, done, seconds)


def _fitting(
    blocks: Sequence[BlockKey],
    costs: Mapping[BlockKey, float],
    repetitions: Sequence[int],
    done: Collection[tuple[BlockKey, int]],
    seconds: float,
) -> list[int]:
    left = seconds
    fitting = []
    for repetition in repetitions:
        left -= sum(costs[block] for block in blocks if (block, repetition) not in done)
        if left < 0:
            break
        fitting.append(repetition)
    return fitting


def cheapest(costs: Mapping[BlockKey, float], seconds: float) -> list[BlockKey]:
    """Return the blocks that a first look can afford.

    Parameters
    ----------
    costs : mapping of BlockKey to float
        What one repetition of each takes, in seconds.
    seconds : float
        The time there is.

    Returns
    -------
    list of BlockKey
        From the cheapest on, as many as fit together; one at least.
    """
    chosen: list[BlockKey] = []
    spent = 0.0
    for block in sorted(costs, key=lambda block: (costs[block], block)):
        spent += costs[block]
        if chosen and spent > seconds:
            break
        chosen.append(block)
    return chosen
