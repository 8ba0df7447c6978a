"""Scores of cohorts with ordered classes, and confusion matrices of published systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.metrics.catalogue import LABELS, ORDERED
from albench.metrics.ordinal import BOUNDARY
from albench.reporting import quality_figures
from albench.reporting.content import Figure, Section, Table
from albench.reporting.last_rounds import last_round_table
from albench.reporting.plots import Plot

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from albench.records.run_record import CohortRecord
    from albench.reporting.content import Element
    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer


def section(derived: Derived) -> Section | None:
    """Return ordinal tables and confusion matrices; None if there are neither."""
    parts = list(_parts(derived)) if derived.findings else []
    return Section("Ordinal scores and confusion", parts) if parts else None


def _parts(derived: Derived) -> Iterator[Element]:
    for cohort, facts in derived.manifest.cohorts.items():
        table = _ordinal_table(derived.rounds, cohort, facts, derived.named)
        if table is not None:
            yield table
    if not derived.records.summaries.confusion.empty:
        yield _confusion_figure(derived)


def _ordinal_table(
    rounds: pd.DataFrame, cohort: str, facts: CohortRecord, named: Namer
) -> Table | None:
    """Return a cohort's ordinal scores; None if its classes have no order, or none are there."""
    own = rounds[rounds["cohort"] == cohort]
    if not facts.ordered or own.empty or not set(ORDERED) <= set(own.columns):
        return None
    later = facts.class_order[1:]
    boundaries = {f"{BOUNDARY}{k}": f"AUC ≥ {name}" for k, name in enumerate(later, start=1)}
    shown = {name: LABELS[name] for name in ORDERED} | boundaries
    caption = (
        "Last round: mean over n repetitions ± half its 95 % interval. Quadratic κ weights errors "
        "by the square of its distance (1 is no error, 0 what chance gives); mean error: the mean "
        "absolute distance of the predicted class, in classes. AUC ≥ a class: of being in it or a "
        "later one, by the sum of these classes' probabilities."
    )
    title = f"Ordinal scores, {named.cohort(cohort)}"
    return last_round_table(own, shown, Table(f"ordinal-{cohort}", title, caption, (), ()), named)


def _confusion_figure(derived: Derived) -> Figure:
    caption = (
        "Confusion in the last round of the systems of the published tables, summed over "
        "repetitions: true classes in rows, predicted classes in columns, in percent of the row."
    )
    matrices = (derived.records.summaries.confusion, derived.manifest.cohorts)
    plot = Plot(quality_figures.confusion_matrices, matrices)
    return Figure("confusion", caption, plot, quality_figures.confusion_panels(*matrices))
