"""How many labels strategies need for a share of the score of all labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis import training_checks
from albench.analysis.curves import BLOCK, places
from albench.analysis.efficiency import TARGET
from albench.analysis.labels_saved import (
    labels_saved,
    median_interval,
    saved_by_goal,
    within_budget,
)
from albench.analysis.saturation import flat_blocks
from albench.metrics.catalogue import LABELS
from albench.plural import plural
from albench.references import ALL_LABELS
from albench.reporting import training_tables
from albench.reporting.comparison_tables import MARKS, family
from albench.reporting.content import Section, Table, Text
from albench.reporting.formats import (
    ALL_ENDS,
    UNKNOWN,
    decimals,
    estimate,
    grid,
    p_value,
    repetitions,
    signed,
    span,
)
from albench.reporting.names import RowsByBlock, block_of, blocks_of
from albench.reporting.table_cells import TableCell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    import pandas as pd

    from albench.records.schema import BlockKey
    from albench.reporting.derived import Derived, Finding
    from albench.reporting.names import Namer


SAVED = (
    *("block", "strategy", "reached", "median labels (95 %)", "mean within budget", "saved"),
    *("95 % interval", "95 %, all at once", "p (Holm)", "verdict", "more repetitions"),
)


def section(derived: Derived) -> Section | None:
    """Return the labels needed, by metric; None without any round."""
    return Section("Labels needed", list(_parts(derived))) if derived.findings else None


def _parts(derived: Derived) -> Iterator[Table | Text]:
    for finding in derived.findings:
        metric, named = finding.metric, derived.named
        left_out = training_tables.goals_left_out(derived.checks, metric, named)
        if left_out is not None:
            yield left_out
        if finding.efficiency["goal"].notna().any():
            yield _labels_table(finding.efficiency, derived.once, metric, named)
            if metric == derived.primary:
                yield from _saved(derived, finding)
                yield from _by_goal(derived, finding)
        elif left_out is None:
            yield Text((f"No block has a known {LABELS[metric]} of all labels to compare with.",))


def _labels_table(
    efficiency: pd.DataFrame, rounds: pd.DataFrame, metric: str, named: Namer
) -> Table:
    """Return how many labels each strategy needed for 95 % of the all-labels score."""
    priced = efficiency.dropna(subset=["goal", "area"])
    bought = RowsByBlock(rounds[rounds["strategy"] != ALL_LABELS])
    cells: dict[tuple[BlockKey, str], str] = {}
    for block, own in RowsByBlock(priced).items():
        most = bought[block]["n_labelled"].max()
        for strategy, part in own.groupby("strategy"):
            median = _median(part["labels"], most)
            shown = median + named.of_planned(block, len(part))
            cells[block, str(strategy)] = median.shown_as(shown)
    title = f"Labels for {100 * TARGET:g} % of the all-labels {LABELS[metric]}"
    caption = (
        "Labelled candidates in the first round that reaches the goal of the same repetition: "
        "the median over repetitions, where a repetition that never reaches it counts as more "
        "than the budget; then how many repetitions reached it, if some but not all did. "
        "Scores are known once per round, so these numbers are coarse."
    )
    return grid(Table(f"labels-{metric}", title, caption, (), ()), cells, named)


def _saved(derived: Derived, finding: Finding) -> Iterator[Table]:
    """Yield the labels saved against random, where labels measurably help at all."""
    flat = {one.block for one in flat_blocks(derived.once, finding.metric)}
    priced = within_budget(finding.efficiency, derived.once)
    # Where all need the same, or none reaches the goal, nothing can be saved.
    differs = priced.groupby(BLOCK)["needed"].transform("nunique") > 1
    is_flat = [block in flat for block in priced[BLOCK].itertuples(index=False, name=None)]
    judged = priced[differs & ~np.array(is_flat, dtype=bool)]
    saved = labels_saved(judged, derived.oracles)
    if saved.empty:
        return
    where = places(judged, [*BLOCK, "strategy"])
    rows = tuple(
        _saved_row(row, judged.iloc[where[*block_of(row), row["strategy"]]], derived.named)
        for row in saved.to_dict("records")
    )
    n_left_out = len(blocks_of(priced)) - len(blocks_of(judged))
    left_out = f" Left out: {plural(n_left_out, 'block')}." if n_left_out else ""
    caption = (
        f"The goal is {100 * TARGET:g} % of the all-labels {LABELS[finding.metric]} of the same "
        "repetition. A cell that does not reach it within the budget is censored there: the "
        "median has an interval by the sign test, which is valid under such censoring, and the "
        "mean counts the whole budget for it (the restricted mean). Saved: random's restricted "
        "mean minus the strategy's, paired by repetition, with its own 95 % interval and one for "
        f"all rows at once; corrected by Holm {family(saved)}. ▲ better, ▼ worse than random. "
        "Omitted are blocks in which random's curve is flat, all cells need the same number of "
        f"labels, or no cell reaches the goal.{left_out}"
    )
    yield Table("labels-saved", "Labels saved", caption, SAVED, rows, is_folded=True)


def _by_goal(derived: Derived, finding: Finding) -> Iterator[Table]:
    """Yield the labels saved against random for several goals, averaged over blocks."""
    flat = {one.block for one in flat_blocks(derived.once, finding.metric)}
    passed = training_checks.passed_lines(derived.checks, finding.metric)
    saved = saved_by_goal(derived.once, finding.metric, flat | passed, derived.oracles)
    if saved.empty or not saved["reached"].any():
        return
    by_name: dict[str, dict[str, Mapping[Any, Any]]] = {}
    for row in saved.to_dict("records"):
        by_name.setdefault(row["strategy"], {})[row["other"]] = row
    goals = list(dict.fromkeys(saved["other"]))
    order = sorted(by_name, key=lambda name: -sum(_known(row) for row in by_name[name].values()))
    rows = tuple((name, *(_goal_cell(by_name[name].get(goal)) for goal in goals)) for name in order)
    n = int(saved["p_holm"].notna().sum())
    caption = (
        f"For shares of the all-labels {LABELS[finding.metric]}: random's labels minus the "
        "strategy's until the goal, in percent of the budget, averaged over blocks and paired by "
        "repetition, with the interval that holds for all at once; then the share of the "
        "strategy's cells that reach the goal. A cell that never does counts with the whole "
        "budget (the restricted mean) and is not left out. ▲ better, ▼ worse than random, "
        f"corrected by Holm over {plural(n, 'comparison')}, which may decide where that interval "
        "still holds 0; on these cohorts. Omitted are blocks in which "
        "random's curve is flat or strategies end above all labels."
    )
    title = "Labels saved, by goal"
    yield Table("labels-saved-by-goal", title, caption, ("strategy", *goals), rows, is_folded=True)


def _known(row: Mapping[Any, Any]) -> float:
    return float(np.nan_to_num(row["difference"]))


def _goal_cell(row: Mapping[Any, Any] | None) -> str:  # a row of a comparison
    if row is None:
        return UNKNOWN
    mean, low, high = (100 * row[key] for key in ("difference", "all_low", "all_high"))
    saved, verdict = estimate(mean, low, high, digits=1), str(row["verdict"])
    reached = float(row["reached"] / row["n_cells"])
    shown = f"{saved}{MARKS.get(verdict, '')}, {100 * reached:.0f} % reach it"
    return saved.shown_as(shown, verdict=verdict, **{" reached": reached})


def _saved_row(row: Mapping[Any, Any], cells: pd.DataFrame, named: Namer) -> tuple[str, ...]:
    end = float(cells["end"].iloc[0])
    needed = cells["labels"].where(cells["labels"] <= end, np.inf)
    verdict = str(row["verdict"])
    saved = signed(row["difference"], 1)
    return (
        named.block(block_of(row)),
        row["strategy"],
        _of_all(int(np.isfinite(needed).sum()), len(needed)),
        _median_cell(median_interval(needed.to_numpy(dtype=float)), end),
        decimals(cells["needed"].mean(), 0),
        saved.shown_as(saved + MARKS.get(verdict, "")),
        span(row["low"], row["high"], 1),
        span(row["all_low"], row["all_high"], 1, ALL_ENDS),
        p_value(row["p_holm"]),
        verdict,
        repetitions(row["more"]),
    )


def _of_all(n: int, n_all: int) -> TableCell:
    return TableCell(f"{n}/{n_all}", {"": n, " of": n_all})


def _median_cell(interval: tuple[float, float, float], end: float) -> TableCell:
    """Return a median of labels with its interval; what lies beyond the budget is infinite."""
    median, low, high = (
        UNKNOWN if np.isnan(value) else f"> {end:.0f}" if np.isinf(value) else f"{value:.0f}"
        for value in interval
    )
    is_known = low != UNKNOWN and {low, high} != {median}
    text = f"{median} ({low} to {high})" if is_known else median
    names = ("median labels", "median labels low", "median labels high")
    return TableCell(text, dict(zip(names, map(float, interval), strict=True)))


def _median(labels: pd.Series[float], most: float) -> TableCell:
    median = float(np.median(labels.fillna(np.inf)))
    shown = f"{median:.0f}" if np.isfinite(median) else f"> {most:.0f}"
    n, n_reached = len(labels), int(labels.notna().sum())
    text = shown if n_reached in {0, n} else f"{shown}, {n_reached}/{n}"
    return TableCell(text, {" median labels": median, " reached": n_reached, " n": n})
