"""Names of cohorts and blocks, and the styles that distinguish strategies in figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from albench.analysis.curves import BLOCK
from albench.analysis.equal_picks import JOINT
from albench.plural import plural
from albench.records.schema import BlockKey
from albench.references import ALWAYS, BASELINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from albench.records.run_record import CohortRecord


# Okabe and Ito's colours, which are safe for colour-blind readers; without yellow.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = ("-", "--", "-.", ":")


@dataclass(frozen=True)
class Style:
    """How a strategy is drawn."""

    colour: str
    marker: str
    dash: str
    width: float = 1.6
    is_faint: bool = False
    """Whether it is one of many that are drawn only to show where they lie."""


MOST_STYLES = 12
"""More strategies than these cannot be distinguished in a figure."""
FAINT = Style("#c9ced4", "", "-", 0.7, is_faint=True)


def styles(strategies: Iterable[str], best: Sequence[str] = ()) -> dict[str, Style]:
    """Return a style for each strategy: random is grey, the others differ in colour and shape.

    Parameters
    ----------
    strategies : iterable of str
        Labels.
    best : sequence of str
        Those that stand out where there are too many to distinguish; the others are faint.

    Returns
    -------
    dict of str to Style
        Depends on the set of labels only.
    """
    chosen = {BASELINE: Style("#777777", "", "-", 2.4)}
    others = sorted(set(strategies) - {BASELINE})
    if len(others) > MOST_STYLES:
        chosen |= dict.fromkeys(others, FAINT)
        others = sorted(set(others) & set(best))
    for i, name in enumerate(others):
        colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
        chosen[name] = Style(colour, marker, DASHES[i // len(COLOURS) % len(DASHES)])
    return chosen


def in_figures(strategy: str) -> str:
    """Return a strategy's name in figures: the first of those that are counted once."""
    first, *others = strategy.split(JOINT)
    return f"{first} and {len(others)} alike" if others else first


def blocks_of(table: pd.DataFrame) -> list[BlockKey]:
    """Return the blocks of a table that has their columns, sorted, each once."""
    return sorted(set(table[BLOCK].itertuples(index=False, name=None)))


class RowsByBlock(dict[BlockKey, "pd.DataFrame"]):
    """The rows of each block of a table, in the table's order; blocks are sorted.

    A block that the table lacks has a frame without rows.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        grouped = table.groupby(list(BLOCK), sort=True)
        super().__init__((cast("BlockKey", key), part) for key, part in grouped)
        self._none = table.iloc[:0]

    def __missing__(self, block: BlockKey) -> pd.DataFrame:
        return self._none


def by_strategy(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of each strategy, in the order of their names.

    Parameters
    ----------
    table : DataFrame
        With a column ``strategy``.

    Returns
    -------
    dict of str to DataFrame
        By name.
    """
    return {str(name): part for name, part in table.groupby("strategy", sort=True)}


def block_of(row: Mapping[Any, Any]) -> BlockKey:  # a row of a frame
    """Return the block of a row: its cohort, modalities, model and budget."""
    return row["cohort"], row["modalities"], row["model"], row["budget"]


class Namer:
    """Names blocks as briefly as possible while names stay distinct.

    Parameters
    ----------
    cells : DataFrame
        One row per planned cell.
    cohorts : mapping of str to CohortRecord
        Simulated ones are marked wherever they are named.
    """

    def __init__(self, cells: pd.DataFrame, cohorts: Mapping[str, CohortRecord]) -> None:
        self._simulated = {name for name, facts in cohorts.items() if facts.simulated}
        self.blocks = blocks_of(cells)
        self._compared = blocks_of(cells[~cells["strategy"].isin(ALWAYS)]) or self.blocks
        self._needs_model = _vary(self.blocks, 2)
        self._needs_budget = _vary(self.blocks, 3)
        by_block = cells.groupby(BLOCK)["repetition"]
        self._planned = {key: part.nunique() for key, part in by_block}

    def cohort(self, name: str) -> str:
        """Return a cohort's name, marked *simulated* if it is."""
        return f"{name} (simulated)" if name in self._simulated else name

    def block(self, block: BlockKey) -> str:
        """Return a block's name: what all blocks of its cohort share is left out."""
        cohort, modalities, model, budget = block
        parts = [self.modalities(modalities)]
        parts += [model] if cohort in self._needs_model else []
        parts += [budget] if cohort in self._needs_budget else []
        return f"{self.cohort(cohort)}: {', '.join(parts)}"

    def modalities(self, joined: str) -> str:
        """Return the names of modalities as people write a sum."""
        return joined.replace("+", " + ")

    def of_planned(self, block: BlockKey, n: int) -> str:
        """Return how many of the planned repetitions there are; empty if all are."""
        planned = self._planned[block]
        return "" if n == planned else f" ({n} of {planned})"

    def these_cohorts(self, cohorts: Iterable[str]) -> str:
        """Return how many cohorts a finding covers, and how many are simulated."""
        names = set(cohorts)
        n_simulated = len(names & self._simulated)
        count = "this cohort" if len(names) == 1 else f"these {len(names)} cohorts"
        return f"{count}{_of_simulated(n_simulated, len(names))}"

    @property
    def compared_blocks(self) -> str:
        """How many blocks have a strategy to compare with random, and how many are simulated."""
        n = len(self._compared)
        n_simulated = sum(block[0] in self._simulated for block in self._compared)
        count = plural(n, "block")
        return f"{count}{_of_simulated(n_simulated, n)}"

    def averaged(self, n_blocks: pd.Series[int]) -> str:
        """Return over how many blocks strategies are averaged, which may not suit all of them."""
        upto = "" if n_blocks.min() == n_blocks.max() else "up to "
        return f"{upto}{self.compared_blocks}"


def _of_simulated(n_simulated: int, n: int) -> str:
    """Return how many of some things are simulated, in brackets; empty if none is."""
    if not n_simulated:
        return ""
    many = "all " if n == n_simulated else f"{n_simulated} "
    return f" ({'' if n == 1 else many}simulated)"


def _vary(blocks: list[BlockKey], position: int) -> set[str]:
    """Return the cohorts whose blocks differ at a position."""
    values_of: dict[str, set[str]] = {}
    for block in blocks:
        values_of.setdefault(block[0], set()).add(block[position])
    return {cohort for cohort, values in values_of.items() if len(values) > 1}
