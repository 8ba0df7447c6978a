"""Which of several results of a cell counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.records.schema import CellStatus, Finished

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def counted(results: Sequence[Finished], current: Mapping[str, str]) -> Finished:
    """Return the result of a cell that counts.

    Parameters
    ----------
    results : sequence of Finished
        One or more of one cell, in the order of the journal.
    current : mapping of str to str
        The digest of each component's source, as it is or was when the latest run was planned;
        there may be others than the cell's.

    Returns
    -------
    Finished
        The first success that this source made; without one the latest success, or failure.
    """
    successes = [result for result in results if result.status is CellStatus.OK]
    made = (result for result in successes if is_made_by(result, current))
    return next(made, (successes or results)[-1])


def is_made_by(result: Finished, current: Mapping[str, str]) -> bool:
    """Return whether a result was made by a source.

    Parameters
    ----------
    result : Finished
        Of a cell.
    current : mapping of str to str
        Digests by component.

    Returns
    -------
    bool
        Whether every component that made it has the digest that it carries.
    """
    return all(current.get(name) == digest for name, digest in result.sources.items())
