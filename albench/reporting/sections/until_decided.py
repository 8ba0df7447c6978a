"""Comparisons for which repetitions were added until they were decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.curves import joined
from albench.analysis.efficiency import cell_efficiency
from albench.analysis.sequential import followed
from albench.analysis.significance import ALPHA
from albench.analysis.verdicts import Verdict
from albench.metrics.catalogue import LABELS
from albench.plural import plural
from albench.reporting.comparison_tables import MARKS
from albench.reporting.content import Section, Table, Text
from albench.reporting.formats import ALL_ENDS, decimals, repetitions, signed, span
from albench.reporting.names import block_of
from albench.reporting.table_cells import whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    import pandas as pd

    from albench.records.sequential import Sequential
    from albench.reporting.content import Element
    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer

TITLE = "Until decided"


def section(derived: Derived) -> Section | None:
    """Return the comparisons that a run was to decide; None of a run without."""
    rule = derived.manifest.sequential
    if rule is None or not derived.findings:
        return None
    return Section(TITLE, list(_parts(derived, rule)))


def _parts(derived: Derived, rule: Sequential) -> Iterator[Element]:
    compared = {name for pair in rule.pairs for name in pair}
    cells = derived.all_repetitions.cells
    rounds = joined(cells[cells["strategy"].isin(compared)], derived.all_repetitions.scores)
    finding = derived.findings[0]
    price = cell_efficiency(rounds, finding.metric)
    table = followed(price, rule.pairs, rule.n_comparisons, finding.margins)
    added = cells[cells["repetition"] >= rule.planned]
    yield Text(
        (_how(rule, finding.metric), _outcome(table, rule), *_added(added), *_asked(derived))
    )
    yield _table(table, rule, derived.named)


def _how(rule: Sequential, metric: str) -> str:
    return (
        f"Beyond the {plural(rule.planned, 'repetition')} of the specification, repetitions were "
        f"added, up to {rule.most} of a block, where {rule.text} was undecided in {LABELS[metric]} "
        "over the labels bought. Results were looked at meanwhile; the intervals here allow that: "
        "they hold after every repetition at once (confidence sequences for the mean of normal "
        "differences of unknown spread: Lai 1976, Wang and Ramdas 2025). All other sections are "
        f"about the first {rule.planned} repetitions alone, whose number owes nothing to results."
    )


def _outcome(table: pd.DataFrame, rule: Sequential) -> str:
    counts = table["verdict"].value_counts().to_dict()
    decided = [v for v in (Verdict.BETTER, Verdict.WORSE, Verdict.EQUAL) if v in counts]
    n = sum(counts[verdict] for verdict in decided)
    counted = ", ".join(f"{counts[verdict]} {verdict}" for verdict in decided)
    of_all = (
        f"Of {plural(rule.n_comparisons, 'comparison')} {n} {'is' if n == 1 else 'are'} decided"
    )
    return f"{of_all}: {counted}." if counted else f"{of_all}."


def _added(cells: pd.DataFrame) -> Iterator[str]:
    if cells.empty:
        return
    n_failed = int((cells["status"] != "ok").sum())
    n_blocks = len(cells[["cohort", "modalities", "model", "budget"]].drop_duplicates())
    lacking = f", {n_failed} of which have no result" if n_failed else ""
    yield f"Added: {plural(len(cells), 'cell')} in {plural(n_blocks, 'block')}{lacking}."


def _asked(derived: Derived) -> Iterator[str]:
    for before in derived.manifest.asked_before:
        yield (
            f"Changed: an earlier run of these results was to decide {before.text} (up to "
            f"{before.most} repetitions), so the question may depend on what it showed."
        )


def _table(table: pd.DataFrame, rule: Sequential, named: Namer) -> Table:
    rows = tuple(_row(row, named) for row in table.to_dict("records"))
    caption = (
        "The first minus the second in the mean score over the labels bought, paired by "
        "repetition. The intervals hold for all comparisons and at every number of repetitions "
        f"together in 95 % of cases: each misses in {100 * ALPHA / rule.n_comparisons:.3g} % "
        "(Bonferroni). Better and worse: the interval excludes 0; equal: it lies within “equal "
        "within” of 0. Decided after: the repetitions that sufficed; a block goes on as long as "
        "any of its comparisons is undecided."
    )
    columns = (
        *("block", "strategy", "against", "repetitions", "difference"),
        *("95 %, at every look", "equal within", "verdict", "decided after"),
    )
    return Table("until-decided", "Decided while repetitions were added", caption, columns, rows)


def _row(row: Mapping[Any, Any], named: Namer) -> tuple[str, ...]:  # a row of `followed`
    low, high = row["all_low"], row["all_high"]
    if not (np.isfinite(low) and low < high):
        low = high = np.nan  # of equal differences an interval has no width
    verdict = str(row["verdict"])
    difference = signed(row["difference"])
    return (
        named.block(block_of(row)),
        row["strategy"],
        row["other"],
        whole(row["n_pairs"]),
        difference.shown_as(difference + MARKS.get(verdict, "")),
        span(low, high, names=ALL_ENDS),
        decimals(row["margin"], 3),
        verdict,
        repetitions(row["n_decided"]),
    )
