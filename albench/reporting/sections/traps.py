"""Traps: which strategies fell into which, and the numbers behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from albench.analysis import traps
from albench.analysis.traps import Fate
from albench.metrics.catalogue import LABELS
from albench.plural import plural
from albench.references import BASELINE
from albench.reporting.content import Section, Table, Text
from albench.reporting.formats import UNKNOWN, decimals, in_order, p_value, signed, span
from albench.reporting.names import block_of
from albench.reporting.table_cells import whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from albench.reporting.content import Element
    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer
    from albench.spec.traps import Trap

FATES = {Fate.FELL: "**fell**", Fate.DID_NOT: "did not", Fate.OPEN: "?"}


def section(derived: Derived) -> Section | None:
    """Return each trap in a sentence, the matrix of strategies and traps, and its numbers."""
    if not derived.manifest.traps or derived.once.empty:
        return None
    return Section("Traps", list(_parts(derived)))


def _parts(derived: Derived) -> Iterator[Element]:
    marks = derived.records.marks
    judged = [(trap, traps.fates(derived.once, marks, trap)) for trap in derived.manifest.traps]
    yield Text(
        tuple(
            _in_words(trap, table[~table["strategy"].isin(derived.oracles)])
            for trap, table in judged
        ),
        is_list=True,
    )
    if any(len(table) for _, table in judged):
        yield _matrix(judged, derived.named)
        yield _numbers(judged, derived.named)


def _in_words(trap: Trap, table: pd.DataFrame) -> str:
    fates = table["fate"].value_counts()
    counts = ", ".join(f"{fates.get(str(fate), 0)} {fate}" for fate in Fate)
    n = plural(len(table), "strategy", "strategies")
    who = f"Of {n}: {counts}." if len(table) else "No strategy was compared."
    return f"**{trap.cohort}**: {trap.best} Fell: a strategy that {_falls(trap)}. {who}"


def _falls(trap: Trap) -> str:
    least = f"by {trap.tolerance:g} at least"
    match trap.fall:
        case "buys-more":
            return f"buys a larger share of “{trap.mark}” than random, {least}"
        case "buys-less":
            return f"buys a smaller share of “{trap.mark}” than random, {least}"
        case "misses":
            return (
                f"finds “{trap.mark}” in fewer repetitions than random, {least} of them, where "
                "the first labels have none"
            )
        case "learns-less":
            metric = LABELS[trap.metric or ""]
            return f"has less mean {metric} over the labels bought than random, {least}"
        case _:
            return f"spreads its labels over fewer subjects (a share of them) than random, {least}"


def _matrix(judged: Sequence[tuple[Trap, pd.DataFrame]], named: Namer) -> Table:
    columns = [
        (trap, block, part)
        for trap, table in judged
        for block, part in table.groupby(["cohort", "modalities", "model", "budget"], sort=True)
    ]
    headings = _headings(columns, named)
    fates = [dict(zip(part["strategy"], part["fate"], strict=True)) for _, _, part in columns]
    strategies = in_order([name for column in fates for name in column])
    rows = []
    for name in strategies:
        shown = [FATES[Fate(column[name])] if name in column else UNKNOWN for column in fates]
        n_fell = sum(column.get(name) == Fate.FELL for column in fates)
        rows.append((name, *shown, whole(n_fell)))
    caption = (
        "**fell**: separable from random after Holm's correction over the strategies of the trap, "
        "and by the trap's tolerance at least; did not: the 95 % interval of the difference to "
        "random rules the tolerance out; ?: neither, or fewer than six repetitions; "
        f"{UNKNOWN}: not tried. All are compared with random, so random cannot fall."
    )
    return Table(
        "traps", "Who falls into which trap", caption, ("strategy", *headings, "fell"), tuple(rows)
    )


def _headings(columns: Sequence[tuple[Trap, object, object]], named: Namer) -> list[str]:
    """Return the cohorts' names, with what distinguishes columns of one cohort where needed."""
    cohorts = [trap.cohort for trap, _, _ in columns]
    return [
        trap.cohort
        if cohorts.count(trap.cohort) == 1
        else f"{named.block(block)}, {trap.mark or trap.metric or 'subjects'}"  # type: ignore[arg-type]  # the key of a group
        for trap, block, _ in columns
    ]


def _numbers(judged: Sequence[tuple[Trap, pd.DataFrame]], named: Namer) -> Table:
    rows = tuple(
        _numbers_row(trap, row, named) for trap, table in judged for row in table.to_dict("records")
    )
    caption = (
        "The value is the marked share of all purchases after the first labels, the "
        "share of repetitions in which any of the mark was bought, the mean metric over the labels "
        "bought, or the subjects labelled at the end as a share of the labels. The difference to "
        "random is paired by repetition, with its 95 % interval (Student's t); p of the paired "
        "t-test is corrected by Holm within the trap."
    )
    columns = (
        *("block", "counted", "strategy", "mean", BASELINE, "difference", "95 % interval"),
        *("pairs", "p (Holm)", "fate"),
    )
    title = "The numbers behind it"
    return Table("traps-numbers", title, caption, columns, rows, is_folded=True)


def _numbers_row(trap: Trap, row: Mapping[Any, Any], named: Namer) -> tuple[str, ...]:
    return (
        named.block(block_of(row)),
        trap.mark or LABELS.get(trap.metric or "", "subjects"),
        row["strategy"],
        decimals(row["value"], 3),
        decimals(row["value_random"], 3),
        signed(row["difference"]),
        span(row["low"], row["high"]),
        whole(row["n_pairs"]),
        p_value(row["p_holm"]),
        str(row["fate"]),
    )
