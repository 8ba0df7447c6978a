"""The report's sections, in their order.

Arguments are those of `albench.reporting`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from albench.reporting.derived import derive
from albench.reporting.sections import (
    along_the_budget,
    answer,
    beside_the_paper,
    calibration,
    claims,
    cohorts_like_these,
    cost,
    coverage,
    data,
    environment,
    fairness,
    final_scores,
    head_to_head,
    labels_needed,
    methods,
    metric,
    ordinal,
    pitfalls,
    plugins,
    ranks,
    replay,
    selections,
    specification,
    traps,
    until_decided,
)
from albench.spec.judging import MOST_METRICS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from albench.reporting.content import Section
    from albench.reporting.derived import Derived
    from albench.reporting.load import ReportTables

SECTIONS: tuple[Callable[[Derived], Section | None], ...] = (
    answer.section,
    beside_the_paper.section,
    claims.section,
    traps.section,
    replay.section,
    until_decided.section,
    head_to_head.section,
    cohorts_like_these.section,
    ranks.section,
    *(partial(metric.section, number=number) for number in range(MOST_METRICS)),
    labels_needed.section,
    along_the_budget.section,
    final_scores.section,
    cost.section,
    ordinal.section,
    calibration.section,
    selections.section,
    coverage.section,
    fairness.section,
    pitfalls.section,
    data.section,
    plugins.section,
    methods.section,
    environment.section,
    specification.section,
)
"""Each is written from the same tables; one with nothing to say returns None."""


def sections(records: ReportTables) -> list[Section]:
    """Return the whole report: the answer first, the specification last."""
    return list(each_section(records))


def each_section(records: ReportTables) -> Iterator[Section]:
    """Yield the sections of a report as they are written; see `sections`."""
    derived = derive(records)
    for write in SECTIONS:
        if (section := write(derived)) is not None:
            yield section
