"""What the cells of a batch learn together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from albench.execute import batch
from albench.execute.rounds import Foresee, Teach

NOTHING = np.empty(0, dtype=np.intp)


@dataclass(frozen=True, eq=False)
class Opened:
    """A cell whose next query asks for a committee."""

    committee_of: dict[int, list[str]] = field(default_factory=dict)

    def pupil(self, bought: Any, labels: Any, number: int) -> str:
        """Return the cell's own network."""
        del bought, labels
        return f"own {number}"

    def committee(self, number: int) -> list[str]:
        """Return the members that a query asks for, unless they have been handed out."""
        return self.committee_of.pop(number, [])

    def next_committee(self, number: int) -> list[str]:
        """Return those of the next query."""
        return self.committee(number + 1)


class Lockstep:
    """Takes note of who learns together."""

    def __init__(self) -> None:
        self.together: list[list[str]] = []

    def fit(self, pupils: list[str]) -> None:
        """Train nobody."""
        self.together.append(list(pupils))


def test_the_committee_of_the_next_query_learns_with_the_cells_themselves() -> None:
    """Both learn from the same labels: two stacks would be recorded and carried out apart."""
    lockstep: Any = Lockstep()
    asks, plain = _member(0), _member(1)
    asking: Any = Opened({1: ["first"], 2: ["second", "third"]})
    other: Any = Opened()

    ahead = batch._foreseen({asks: Foresee(asking, 1), plain: Foresee(other, 1)}, lockstep)
    taught = batch._taught(
        {asks: Teach(asking, NOTHING, NOTHING, 1), plain: Teach(other, NOTHING, NOTHING, 1)},
        lockstep,
    )
    later = batch._foreseen({asks: Foresee(asking, 2), plain: Foresee(other, 2)}, lockstep)

    assert lockstep.together == [["first"], ["own 1", "own 1", "second", "third"], []]
    assert ahead[asks] > 0
    assert later[asks] > ahead[plain] == later[plain] == 0
    assert taught[asks] == taught[plain] > 0
    assert batch._foreseen({asks: Foresee(asking, 3)}, lockstep)[asks] == 0, "told once"


def _member(number: int) -> Any:
    nobody: Any = None
    return batch._Member(number, nobody, nobody, nobody, Path())
