"""A paper's printed tables and claims, and the systems they are about; no part of an identity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import Field, StrictInt, StrictStr
from pydantic.functional_validators import BeforeValidator

from albench.metrics.catalogue import BOOTSTRAPPED
from albench.spec.section import Distinct, Name, SpecTable

if TYPE_CHECKING:
    from collections.abc import Iterator

Modalities = Annotated[tuple[Name, ...], Field(min_length=1), Distinct]
ModalitySets = Annotated[tuple[Modalities, ...], Field(min_length=1), Distinct]

AREA: Literal["area"] = "area"
FINAL: Literal["final"] = "final"
"""Points of a curve: the mean over the labels bought, and the last round."""


def _is_point(value: object) -> object:
    if isinstance(value, str) and value in {AREA, FINAL}:
        return value
    if isinstance(value, float) and 0.0 < value < 1.0:
        return value
    raise ValueError("must be 'area', 'final' or a share of the candidates (0.3 is 30 %)")


Point = Annotated[Literal["area", "final"] | float, BeforeValidator(_is_point)]
"""Where on its curve a system is judged; its best round on the test set is no such place."""

if TYPE_CHECKING:
    BootstrappedMetric = str  # mypy cannot see which metrics are listed
else:
    BootstrappedMetric = Literal[BOOTSTRAPPED]

Percent = Annotated[float, Field(ge=0, le=100)]
Share = Annotated[float, Field(gt=0, lt=1)]


class System(NamedTuple):
    """A strategy in a block; a column of a paper's table."""

    cohort: str
    modalities: str
    model: str
    budget: str
    strategy: str


class Printed(SpecTable):
    """What a paper printed of one system, in percent; None where it printed nothing."""

    accuracy: Percent | None = None
    auc: Percent | None = None
    labelled: Percent | None = None
    """The share of the training candidates that were labelled."""


class TableColumn(SpecTable):
    """``[[tables.columns]]``: a system, on each of the table's sets of modalities."""

    title: StrictStr
    model: Name
    strategy: StrictStr
    """``all-labels`` is trained on all labels at once."""
    budget: Name
    printed: tuple[Printed, ...] = ()
    """In the rows' order; none where the paper prints nothing."""


class PublishedTable(SpecTable):
    """``[[tables]]``: a paper's table of results, ours beside it."""

    title: StrictStr
    source: StrictStr = ""
    cohort: Name
    rows: ModalitySets
    columns: Annotated[tuple[TableColumn, ...], Field(min_length=1)]
    shares: Annotated[tuple[Share, ...], Distinct] = (0.1, 0.3, 0.5)
    """The shares of labelled candidates at which systems are compared."""

    def system(self, row: tuple[str, ...], column: TableColumn) -> System:
        """Return the system of a row and a column."""
        return System(self.cohort, "+".join(row), column.model, column.budget, column.strategy)

    @property
    def systems(self) -> Iterator[System]:
        """The systems of all rows and columns, row by row."""
        for row in self.rows:
            for column in self.columns:
                yield self.system(row, column)

    @property
    def points(self) -> tuple[Point, ...]:
        """Where its systems are judged."""
        return (FINAL, AREA, *self.shares)


class DataTable(SpecTable):
    """``[[data_tables]]``: a paper's counts by class, of samples and candidates."""

    title: StrictStr
    source: StrictStr = ""
    cohort: Name
    columns: ModalitySets
    printed: Annotated[dict[str, tuple[StrictInt, ...]], Field(min_length=1)]
    """By class, in the columns' order."""


class Side(SpecTable):
    """One side of a claim: a system, and where on its curve it is judged."""

    cohort: Name
    modalities: Modalities
    model: Name
    strategy: StrictStr
    budget: Name
    at: Point = AREA

    @property
    def system(self) -> System:
        """The system."""
        joined = "+".join(self.modalities)
        return System(self.cohort, joined, self.model, self.budget, self.strategy)


class Claim(SpecTable):
    """``[[claims]]``: a paper says that one side is better than the other in a metric."""

    text: StrictStr
    source: StrictStr = ""
    metric: BootstrappedMetric = "auc"
    better: Side
    than: Side


class Published(SpecTable):
    """All published tables and claims of a specification."""

    tables: tuple[PublishedTable, ...] = ()
    data_tables: tuple[DataTable, ...] = ()
    claims: tuple[Claim, ...] = ()

    def systems(self) -> list[System]:
        """Return the systems of the tables, each once, in their order."""
        return list(dict.fromkeys(system for table in self.tables for system in table.systems))

    def points(self) -> dict[System, tuple[Point, ...]]:
        """Return where each system of a table or claim is judged."""
        by_system: dict[System, dict[Point, None]] = {}
        for table in self.tables:
            for system in table.systems:
                by_system.setdefault(system, {}).update(dict.fromkeys(table.points))
        for claim in self.claims:
            for side in (claim.better, claim.than):
                by_system.setdefault(side.system, {})[side.at] = None
        return {system: tuple(points) for system, points in by_system.items()}
