"""A paper's counts by class, with the counts here beside what was printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.reporting.content import Table
from albench.reporting.table_cells import TableCell
from albench.spelt_keys import as_spelt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from albench.records.run_record import CohortRecord
    from albench.reporting.names import Namer
    from albench.spec.published import DataTable

LACKING = "not in this matrix"


def data_tables(
    tables: Sequence[DataTable], cohorts: Mapping[str, CohortRecord], named: Namer
) -> Iterator[Table]:
    """Yield each published table of counts.

    Parameters
    ----------
    tables : sequence of DataTable
        From the specification.
    cohorts : mapping of str to CohortRecord
        The manifest's; a table of a cohort that was skipped is left out.
    named : Namer
        Names cohorts.

    Yields
    ------
    Table
        One row per class, and the sums.
    """
    for i, table in enumerate(tables, start=1):
        if table.cohort in cohorts:
            yield _table(table, cohorts[table.cohort], f"data-{i}", named)


def _table(table: DataTable, facts: CohortRecord, name: str, named: Namer) -> Table:
    spelt = as_spelt(table.printed, facts.class_order)
    table = table.model_copy(
        update={"printed": dict(zip(spelt, table.printed.values(), strict=True))}
    )
    ours = [_counts(facts, chosen) for chosen in table.columns]
    classes = [label for label in facts.class_order if label in table.printed]
    rows = [
        (label, *(_cell(counts, [label], table, i) for i, counts in enumerate(ours)))
        for label in classes
    ]
    rows.append(("sum", *(_cell(counts, classes, table, i) for i, counts in enumerate(ours))))
    n_equal = sum(
        counts is not None and counts.get(label) == table.printed[label][i]
        for label in classes
        for i, counts in enumerate(ours)
    )
    n = len(classes) * len(ours)
    caption = (
        f"{table.source + '. ' if table.source else ''}"
        f"Cohort here: {named.cohort(table.cohort)}. Counted are samples (one modality) or "
        "candidates (several), by the subjects' class, of subjects that have all modalities of the "
        f"column. Here / printed; a single number where they agree, as {n_equal} of {n} do."
    )
    columns = ("class", *(" × ".join(chosen) for chosen in table.columns))
    return Table(name, table.title, caption, columns, tuple(rows))


def _cell(
    counts: Mapping[str, int] | None, classes: Sequence[str], table: DataTable, column: int
) -> TableCell:
    printed = sum(table.printed[label][column] for label in classes)
    if counts is None:
        return TableCell(f"{LACKING} / {printed}", {" here": LACKING, " printed": printed})
    ours = sum(counts.get(label, 0) for label in classes)
    text = str(ours) if ours == printed else f"**{ours}** / {printed}"
    return TableCell(text, {" here": ours, " printed": printed})


def _counts(facts: CohortRecord, chosen: tuple[str, ...]) -> Mapping[str, int] | None:
    """Return counts by class; for a modality never used alone, those of its largest set."""
    joined = "+".join(chosen)
    if joined in facts.class_candidates:
        return facts.class_candidates[joined]
    if len(chosen) == 1:
        sets = [by_set[joined] for by_set in facts.class_samples.values() if joined in by_set]
        return max(sets, key=lambda counts: sum(counts.values()), default=None)
    orders = [key for key in facts.class_candidates if sorted(key.split("+")) == sorted(chosen)]
    return facts.class_candidates[orders[0]] if orders else None
