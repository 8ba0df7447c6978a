"""What a child is told to run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from albench.execute.prepare import Prepared
    from albench.plan import Cell
    from albench.registry import Component


@dataclass(frozen=True)
class CellTask:
    """All that a child needs to run a cell.

    Parameters
    ----------
    cell : Cell
        What to run.
    prepared : Prepared
        Its block's data.
    strategy : Component or None
        The strategy's plugin; None for the reference.
    start : Path
        Where round 0 lies, or is to be put.
    checkpoint : Path
        Where the cell's own rounds are kept until it ends.
    """

    cell: Cell
    prepared: Prepared
    strategy: Component | None
    start: Path
    checkpoint: Path
