"""How results are judged, as the specification says before a run; no part of an identity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StrictStr

from albench.metrics.catalogue import PRIMARY, SHOWN
from albench.spec.section import Distinct, SpecTable

if TYPE_CHECKING:
    ComparedMetric = str  # mypy cannot see which metrics are listed
else:
    ComparedMetric = Literal[SHOWN]

Compare = Annotated[tuple[StrictStr, ...], Field(min_length=2), Distinct]
"""Strategies that are compared with each other, all pairs of them."""

MOST_METRICS = 12
"""The most that a specification may ask for."""

AskedMetrics = Annotated[tuple[StrictStr, ...], Field(max_length=MOST_METRICS), Distinct]
"""Metrics by name; whether there are such, the specification's own check says."""

EqualWithin = Annotated[float, Field(gt=0, lt=1)]
"""A difference in the mean score that is of no practical matter."""


class Judging(SpecTable):
    """How the results of a benchmark are judged.

    Parameters
    ----------
    compare : tuple of str
        Strategies that are compared with each other; empty for the best few.
    equal_within : float or None
        The region of practical equivalence; None for one test subject of each cohort.
    primary_metric : str
        What the answer goes by; other metrics are secondary.
    metrics : tuple of str
        The metrics that reports are about, the first of them primary; empty for the usual ones.
    """

    compare: Compare | tuple[()] = ()
    equal_within: EqualWithin | None = None
    primary_metric: ComparedMetric = PRIMARY
    metrics: AskedMetrics = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """The metrics with a section in reports, in their order."""
        return self.metrics or SHOWN

    @property
    def headline(self) -> str:
        """The metric of a report's first answer."""
        return self.metrics[0] if self.metrics else self.primary_metric
