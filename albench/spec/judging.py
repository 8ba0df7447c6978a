"""How results are judged, as the specification says before a run; no part of an identity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StrictStr

from albench.metrics.catalogue import PRIMARY, SHOWN
from albench.spec.section import Distinct, Section

if TYPE_CHECKING:
    ComparedMetric = str  # mypy cannot see which metrics are listed
else:
    ComparedMetric = Literal[SHOWN]

Compare = Annotated[tuple[StrictStr, ...], Field(min_length=2), Distinct]
"""Strategies that are compared with each other, all pairs of them."""

EqualWithin = Annotated[float, Field(gt=0, lt=1)]
"""A difference in the mean score that is of no practical matter."""


class Judging(Section):
    """How the results of a benchmark are judged.

    Parameters
    ----------
    compare : tuple of str
        Strategies that are compared with each other; empty for the best few.
    equal_within : float or None
        The region of practical equivalence; None for one test subject of each cohort.
    primary_metric : str
        What the answer goes by; other metrics are secondary.
    """

    compare: Compare | tuple[()] = ()
    equal_within: EqualWithin | None = None
    primary_metric: ComparedMetric = PRIMARY
