"""What labels cost, and time and memory of queries, trainings and cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.analysis.comparison import across_blocks
from albench.analysis.curves import learning_curves, of_buying_blocks, of_most_repetitions
from albench.analysis.quality_for_cost import (
    areas_over_cost,
    areas_over_subjects,
    priced,
    query_times,
    with_quality,
)
from albench.metrics.catalogue import LABELS
from albench.reporting import figures
from albench.reporting.comparison_tables import COMPARED, ON_VERDICTS, comparison_cells, family
from albench.reporting.content import Figure, Section, Table, Text
from albench.reporting.cost_figures import quality_against_time
from albench.reporting.formats import decimals, signed, span
from albench.reporting.names import RowsByBlock, by_strategy
from albench.reporting.panels import curve_panels
from albench.reporting.plots import Plot
from albench.reporting.table_cells import whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from albench.reporting.content import Element
    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer


OVER = "cost of the labelled set"


def section(derived: Derived) -> Section | None:
    """Return what strategies cost, each on its own: equal picks may cost unequally."""
    if not derived.findings:
        return None
    parts: list[Element] = [*_over_cost(derived), *_frontier(derived), *_over_subjects(derived)]
    parts.append(_cost_table(derived.rounds, derived.records.cells, derived.named))
    return Section("Cost", parts)


def _over_cost(derived: Derived) -> Iterator[Element]:
    """Yield curves and comparison over what the labelled sets have cost, where anybody says it."""
    finding = derived.findings[0]
    metric, named, drawn = finding.metric, derived.named, derived.styles
    rounds = of_buying_blocks(priced(derived.once))
    lines = of_most_repetitions(learning_curves(rounds.assign(n_labelled=rounds["cost"]), metric))
    if lines.empty:
        return
    caption = (
        f"Test {LABELS[metric]} by what the labelled set has cost: means over repetitions, at the "
        "mean cost of each round. A subject pays once for its label, and for each modality that it "
        "has. The grey band is the 95 % interval of random's mean."
    )
    plot = Plot(figures.learning_curves, (lines, metric, named, drawn, OVER), by_block=True)
    shown = curve_panels(lines, metric, named, drawn, OVER)
    yield Figure("curves-over-cost", caption, plot, shown)
    caption = (
        "The area under the curve over cost instead of labels: from what the first labels cost to "
        "the least that any strategy had spent at its end in the repetition. The difference to "
        "random's, averaged over the blocks whose cohorts say what labels and modalities cost"
    )
    areas = areas_over_cost(derived.once, metric)
    title = f"Difference to random in the mean {LABELS[metric]} over cost"
    yield from _compared_over(derived, areas, ("over-cost", title, caption))


def _frontier(derived: Derived) -> Iterator[Element]:
    """Yield what strategies gain on average over blocks for the time of their queries."""
    finding = derived.findings[0].without(derived.oracles)
    metric = finding.metric
    if finding.overall["difference"].isna().all():
        return
    # Of equal picks, the time is that of the one that counts.
    points = with_quality(query_times(derived.once), finding.overall)
    if points.empty:  # nothing was queried
        return
    best = points[points["is_on_frontier"]].sort_values("seconds")
    names = ", ".join(best["strategy"])
    yield Text(
        (
            f"From the fastest query to the best {LABELS[metric]}: {names}. Every other strategy "
            "is slower than one of these without a better mean (as measured; differences between "
            "means may be chance).",
        )
    )
    rows = tuple(
        (
            row["strategy"],
            signed(row["difference"]),
            span(row["low"], row["high"]),
            decimals(1000 * row["seconds"], 1),
            "yes" if row["is_on_frontier"] else "",
        )
        for row in points.to_dict("records")
    )
    caption = (
        f"The difference to random in mean {LABELS[metric]} over the labels bought, averaged over "
        "the blocks of these cohorts, with its own 95 % interval; the geometric mean over blocks "
        "of the median query. Cells ran in parallel: times are only orders of magnitude."
    )
    columns = ("strategy", "difference", "95 % interval", "query (ms)", "on the frontier")
    yield Table("quality-for-time", "Quality and time", caption, columns, rows, is_folded=True)
    plot = Plot(quality_against_time, (points, metric, derived.styles))
    text = f"{caption} The line joins the frontier."
    yield Figure("quality-for-time", text, plot)


def _over_subjects(derived: Derived) -> Iterator[Element]:
    """Yield the comparison over subjects annotated, where candidates share subjects."""
    finding = derived.findings[0]
    areas = areas_over_subjects(derived.once, finding.metric)
    caption = (
        "The area under the curve over annotated subjects instead of labels, where a subject "
        "costs the same however many of its candidates are labelled: up to the smallest number of "
        "subjects with which any strategy ended in the repetition. The difference to random's, "
        "averaged over the blocks in which candidates share subjects"
    )
    title = f"Difference to random in the mean {LABELS[finding.metric]} over annotated subjects"
    yield from _compared_over(derived, areas, ("over-subjects", title, caption))


def _compared_over(
    derived: Derived, areas: pd.DataFrame, called: tuple[str, str, str]
) -> Iterator[Element]:
    """Yield a table of differences in areas, with its name, its title and what they are over."""
    margins = derived.findings[0].margins
    compared = across_blocks(areas, outside=derived.oracles, margins=margins)
    if compared.empty:
        return
    ordered = compared.sort_values("difference", ascending=False, kind="stable")
    rows = tuple(
        (row["strategy"], whole(row["n_blocks"]), *comparison_cells(row))
        for row in ordered.to_dict("records")
    )
    name, title, caption = called
    caption += (
        ", on these cohorts (the repetition is the unit). Corrected by Holm "
        f"{family(compared)}. {ON_VERDICTS}"
    )
    columns = ("strategy", "blocks", *COMPARED)
    yield Table(name, title, caption, columns, rows, is_folded=True)


def _cost_table(rounds: pd.DataFrame, cells: pd.DataFrame, named: Namer) -> Table:
    """Return what each strategy's queries cost."""
    bought = rounds[rounds["round"] > 0]
    good = RowsByBlock(cells[cells["status"] == "ok"])
    rows = []
    for block, rounds_there in RowsByBlock(bought).items():
        own = by_strategy(good[block])
        for strategy, part in by_strategy(rounds_there).items():
            rows.append((named.block(block), strategy, *_cost(part, own[strategy])))
    caption = (
        "Medians of a query, a training and a whole cell, and the largest memory of any cell. "
        "Cells ran in parallel: these are only orders of magnitude."
    )
    columns = ("block", "strategy", "query (ms)", "training (ms)", "cell (s)", "memory (MiB)")
    return Table("cost", "Time and memory", caption, columns, tuple(rows), is_folded=True)


def _cost(rounds: pd.DataFrame, cells: pd.DataFrame) -> tuple[str, ...]:
    return (
        decimals(1000 * rounds["query_seconds"].median(), 1),
        decimals(1000 * rounds["train_seconds"].median(), 0),
        decimals(cells["seconds"].median(), 1),
        decimals(cells["peak_mb"].max(), 0),
    )
