"""A paper's printed tables and claims, and the systems they are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from albench.analysis.curves import BLOCK
from albench.analysis.points import AREA, FINAL, Point

if TYPE_CHECKING:
    from collections.abc import Iterator

SYSTEM = [*BLOCK, "strategy"]


class System(NamedTuple):
    """A strategy in a block; a column of a paper's table."""

    cohort: str
    modalities: str
    model: str
    budget: str
    strategy: str


@dataclass(frozen=True, kw_only=True)
class Printed:
    """What a paper printed of one system, in percent; None where it printed nothing."""

    accuracy: float | None = None
    auc: float | None = None
    labelled: float | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """A system of a published table, with what was printed, row by row."""

    title: str
    model: str
    strategy: str
    budget: str
    printed: tuple[Printed, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PublishedTable:
    """A paper's table of results.

    Parameters
    ----------
    title, source : str
        As people cite it.
    cohort : str
        On what it is repeated here.
    rows : tuple of tuple of str
        Sets of modalities.
    columns : tuple of Column
        Systems.
    shares : tuple of float
        The shares of labelled candidates at which systems are compared.
    """

    title: str
    source: str
    cohort: str
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[Column, ...]
    shares: tuple[float, ...]

    def system(self, row: tuple[str, ...], column: Column) -> System:
        """Return the system of a row and a column."""
        return System(self.cohort, "+".join(row), column.model, column.budget, column.strategy)

    @property
    def points(self) -> tuple[Point, ...]:
        """Where its systems are judged."""
        return (FINAL, AREA, *self.shares)


@dataclass(frozen=True, kw_only=True)
class DataTable:
    """A paper's counts by class; the columns are sets of modalities."""

    title: str
    source: str
    cohort: str
    columns: tuple[tuple[str, ...], ...]
    printed: dict[str, tuple[int, ...]]


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of a claim: a system, and where on its curve it is judged."""

    cohort: str
    modalities: tuple[str, ...]
    model: str
    strategy: str
    budget: str
    at: Point

    @property
    def system(self) -> System:
        """The system."""
        joined = "+".join(self.modalities)
        return System(self.cohort, joined, self.model, self.budget, self.strategy)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A paper's claim that one side is better than the other in a metric."""

    text: str
    source: str
    metric: str
    better: Side
    than: Side


@dataclass(frozen=True, kw_only=True)
class Published:
    """The published tables and claims of a specification."""

    tables: tuple[PublishedTable, ...] = ()
    data_tables: tuple[DataTable, ...] = ()
    claims: tuple[Claim, ...] = ()

    def systems(self) -> list[System]:
        """Return the systems of the tables, each once, in their order."""
        return list(dict.fromkeys(self._of_tables()))

    def points(self) -> dict[System, tuple[Point, ...]]:
        """Return where each system of a table or claim is judged."""
        by_system: dict[System, dict[Point, None]] = {}
        for table in self.tables:
            for row in table.rows:
                for column in table.columns:
                    of_system = by_system.setdefault(table.system(row, column), {})
                    of_system.update(dict.fromkeys(table.points))
        for claim in self.claims:
            for side in (claim.better, claim.than):
                by_system.setdefault(side.system, {})[side.at] = None
        return {system: tuple(points) for system, points in by_system.items()}

    def _of_tables(self) -> Iterator[System]:
        for table in self.tables:
            for row in table.rows:
                for column in table.columns:
                    yield table.system(row, column)


NOTHING = Published()
"""For results whose specification names no paper, or that are older than such tables."""
