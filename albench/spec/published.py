"""What a paper printed and claims, to be shown beside what is found; no part of an identity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StrictInt, StrictStr
from pydantic.functional_validators import BeforeValidator

from albench.metrics.catalogue import BOOTSTRAPPED
from albench.spec.section import Distinct, Name, Section

Modalities = Annotated[list[Name], Field(min_length=1), Distinct]
ModalitySets = Annotated[list[Modalities], Field(min_length=1), Distinct]


def _is_point(value: object) -> object:
    if isinstance(value, str) and value in {"area", "final"}:
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


class Printed(Section):
    """What a paper printed of one system, in percent."""

    accuracy: Percent | None = None
    auc: Percent | None = None
    labelled: Percent | None = None
    """The share of the training candidates that were labelled."""


class TableColumn(Section):
    """``[[tables.columns]]``: a system, on each of the table's sets of modalities."""

    title: StrictStr
    model: Name
    strategy: StrictStr
    """``all-labels`` is trained on all labels at once."""
    budget: Name
    printed: list[Printed] = Field(default_factory=list)
    """In the rows' order; none where the paper prints nothing."""


class PublishedTable(Section):
    """``[[tables]]``: a paper's table of results, ours beside it."""

    title: StrictStr
    source: StrictStr = ""
    cohort: Name
    rows: ModalitySets
    columns: Annotated[list[TableColumn], Field(min_length=1)]
    shares: Annotated[list[Share], Distinct] = Field(default_factory=lambda: [0.1, 0.3, 0.5])
    """The shares of labelled candidates at which systems are compared."""


class DataTable(Section):
    """``[[data_tables]]``: a paper's counts by class, of samples and candidates."""

    title: StrictStr
    source: StrictStr = ""
    cohort: Name
    columns: ModalitySets
    printed: Annotated[dict[str, list[StrictInt]], Field(min_length=1)]
    """By class, in the columns' order."""


class Side(Section):
    """One side of a claim: a system, and where on its curve it is judged."""

    cohort: Name
    modalities: Modalities
    model: Name
    strategy: StrictStr
    budget: Name
    at: Point = "area"


class Claim(Section):
    """``[[claims]]``: what a paper says is better than what."""

    text: StrictStr
    source: StrictStr = ""
    metric: BootstrappedMetric = "auc"
    better: Side
    than: Side
