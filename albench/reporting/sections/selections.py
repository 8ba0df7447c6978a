"""What strategies bought of the candidates that are marked, against a blind choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from albench.analysis.curves import SYSTEM, mean_interval
from albench.analysis.measurements import LABELLED_WITH, MEASURED
from albench.analysis.purchases import (
    CLASS_MIX,
    DISTANCE,
    DUPLICATES,
    OF_MODALITY,
    RAREST,
    SUBJECTS,
)
from albench.analysis.selections import POINTS, marked_purchases
from albench.references import BASELINE
from albench.reporting.content import Section, Table, Text
from albench.reporting.formats import LONGEST, UNKNOWN, decimals, in_order
from albench.reporting.galleries import galleries
from albench.reporting.names import RowsByBlock
from albench.reporting.table_cells import TableCell
from albench.spec.published import FINAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from albench.reporting.content import Element
    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer
    from albench.reporting.table_cells import Value


MEASURES = (CLASS_MIX, RAREST, SUBJECTS, DUPLICATES, DISTANCE)
ON_MEASURES = (
    "Class mix: the total variation distance of the classes bought from those of the training "
    "part (0: the same mix). Rarest class: its share in what was bought, divided by that in the "
    "training part. Subjects: distinct subjects for each candidate bought. Duplicates: the share "
    "whose samples equal those of a candidate labelled before. Distance: that of a purchase from "
    "its nearest labelled candidate, in standardised samples, divided by the mean over the pool: "
    "above 1 seeks what is unlike the labelled set. By modality, the one in which a strategy goes "
    "furthest comes first."
)
ON_MODALITIES = (
    " Modalities bought: of the subjects of whom one could be measured after the first labels, the "
    "share of whom it was, in percent; in brackets, that share among those of them who were "
    "labelled."
)


def section(derived: Derived) -> Section | None:
    """Return what is known of purchases; None if nothing is."""
    if not derived.findings:
        return None
    purchases = marked_purchases(derived.rounds, derived.records.marks)
    parts: list[Element] = [] if purchases.empty else [_table(purchases, derived.named)]
    parts += _measured(derived)
    parts += galleries(derived.records.pictures, derived.named)
    parts += _without_pictures(derived)
    return Section("What was bought", parts) if parts else None


def _without_pictures(derived: Derived) -> Iterator[Text]:
    """Yield which cohorts may be shown of which there are no pictures."""
    there = set(derived.records.pictures["cohort"])
    lacking = [
        derived.named.cohort(name)
        for name, facts in derived.manifest.cohorts.items()
        if facts.shows_pictures and name not in there
    ]
    if lacking:
        yield Text(
            (
                f"Pictures of first picks may be shown of {', '.join(lacking)}, but are not here: "
                "`albench selections` makes them where the data are.",
            )
        )


def _table(purchases: pd.DataFrame, named: Namer) -> Table:
    """Return how often each strategy bought what is marked, against a blind choice."""
    points = [p for p in ("0.3", "0.5", FINAL) if (purchases["point"] == p).any()]
    rows = []
    for block, own in RowsByBlock(purchases).items():
        for mark in _distinct_marks(block[1], own["mark"].unique().tolist()):
            marked = own[own["mark"] == mark]
            for strategy in in_order(marked["strategy"].tolist()):
                part = marked[marked["strategy"] == strategy].set_index("point")
                cells = [_cell(part, point) for point in points]
                there = decimals(100 * part["train_share"].iloc[0], 1)
                what = f"{named.block(block)}: {mark}"
                subject = TableCell(what, {"block": named.block(block), "mark": mark})
                rows.append((subject, strategy, there, *cells))
    caption = (
        "In the training part: the share of candidates with the mark, in percent. Then the marked "
        "share of what was bought after the first labels, up to the last round with at most so "
        "much of the training part labelled; in brackets that divided by the share in the training "
        "part, with its 95 % interval over repetitions (Student's t, not corrected): 1 means "
        "indifference, less means avoiding, more means seeking. At the end: where not everything "
        "was bought."
    )
    headings = [_heading(point) for point in points]
    columns = ("block and mark", "strategy", "in the training part", *headings)
    title = "Marked candidates among what was bought"
    return Table("bought", title, caption, columns, tuple(rows), len(rows) > LONGEST)


def _measured(derived: Derived) -> Iterator[Table]:
    """Yield what is known of the purchases from a look at the data."""
    cells = derived.records.cells[["cell", *SYSTEM]]
    bought = derived.records.bought.merge(cells, on="cell")
    for point in (str(one) for one in POINTS if (bought["point"] == str(one)).any()):
        yield _measures_table(bought[bought["point"] == point], point, derived.named)
    if len(derived.records.overlaps):
        yield _overlap_table(derived.records.overlaps, derived.named)


def _measures_table(bought: pd.DataFrame, point: str, named: Namer) -> Table:
    of_modality = sorted(name for name in set(bought["measure"]) if name.startswith(OF_MODALITY))
    on_sale = sorted(
        name.removeprefix(MEASURED) for name in set(bought["measure"]) if name.startswith(MEASURED)
    )
    there = [name for name in MEASURES if (bought["measure"] == name).any()]
    rows = []
    for block, own in RowsByBlock(bought).items():
        for strategy in in_order(own["strategy"].tolist()):
            part = own[own["strategy"] == strategy]
            cells = [_mean(part.loc[part["measure"] == name, "value"]) for name in there]
            if of_modality:
                cells.append(_by_modality(part, of_modality))
            if on_sale:
                cells.append(_modalities(part, on_sale))
            rows.append((named.block(block), strategy, *cells))
    ends = ("by modality",) if of_modality else ()
    caption = f"Means over repetitions, with their 95 % intervals (Student's t). {ON_MEASURES}"
    if on_sale:
        ends, caption = (*ends, "modalities bought"), caption + ON_MODALITIES
    title = f"What was bought, {_heading(point)}"
    columns = ("block", "strategy", *there, *ends)
    return Table(f"purchases-{point}", title, caption, columns, tuple(rows), is_folded=True)


def _mean(values: pd.Series[float]) -> TableCell:
    mean, low, high = mean_interval(np.asarray(values, dtype=np.float64))
    interval = "" if np.isnan(low) else f" ({low:.2f} to {high:.2f})"
    text = UNKNOWN if np.isnan(mean) else f"{mean:.2f}{interval}"
    values_shown = {" mean": mean, " low": low, " high": high, " n": len(values)}
    return TableCell(text.replace("-", "−"), values_shown)


def _by_modality(part: pd.DataFrame, names: Sequence[str]) -> TableCell:
    means = {
        name.removeprefix(OF_MODALITY): float(part.loc[part["measure"] == name, "value"].mean())
        for name in names
        if (part["measure"] == name).any()
    }
    ranked = sorted(means.items(), key=lambda item: -item[1])
    text = ", ".join(f"{name} {value:.2f}" for name, value in ranked) or UNKNOWN
    return TableCell(text, {f" {name}": value for name, value in means.items()})


def _modalities(part: pd.DataFrame, names: Sequence[str]) -> TableCell:
    means = part.groupby("measure")["value"].mean().to_dict()
    shown = [name for name in names if f"{MEASURED}{name}" in means]
    texts, values = [], {}
    for name in shown:
        measured = 100 * means[f"{MEASURED}{name}"]
        values[f" {name}"] = measured
        among = ""
        if (labelled := means.get(f"{LABELLED_WITH}{name}")) is not None:
            values[f" {name} of the labelled"] = 100 * labelled
            among = f" ({100 * labelled:.0f})"
        texts.append(f"{name} {measured:.0f}{among}")
    return TableCell(", ".join(texts) or UNKNOWN, values)


def _overlap_table(overlaps: pd.DataFrame, named: Namer) -> Table:
    points = [str(one) for one in POINTS if (overlaps["point"] == str(one)).any()]
    rows = []
    for block, own in RowsByBlock(overlaps).items():
        for strategy in in_order(own["strategy"].tolist()):
            part = own[own["strategy"] == strategy]
            cells = [_overlap(part[part["point"] == point]) for point in points]
            rows.append((named.block(block), strategy, *cells))
    caption = (
        "How much of what a strategy bought another one bought too, in percent, mean over "
        "repetitions: the other with most in common, and random. In brackets what blind choice "
        "would give: purchases of a small pool overlap anyway, and more so the more is bought."
    )
    columns = ("block", "strategy", *map(_heading, points))
    title = "What strategies bought in common"
    return Table("overlap", title, caption, columns, tuple(rows), is_folded=True)


def _overlap(part: pd.DataFrame) -> TableCell:
    """Return the closest strategy and random, each with its share and what chance gives."""
    closest = part.sort_values("share", ascending=False, kind="stable").head(1)
    shown = pd.concat([closest, part[part["other"] == BASELINE]]).drop_duplicates("other")
    overlaps = [
        f"{row['other']} {100 * row['share']:.0f} ({100 * row['chance']:.0f})"
        for row in shown.to_dict("records")
    ]
    values: dict[str, Value] = {}
    for row in shown.to_dict("records"):
        kind = " random" if row["other"] == BASELINE else " closest"
        values |= {kind: str(row["other"]), f"{kind} share": float(row["share"])}
    return TableCell(", ".join(overlaps) or UNKNOWN, values)


def _distinct_marks(modalities: str, marks: Sequence[str]) -> list[str]:
    """Return the marks, without those of a single modality: they are the same as of any."""
    alone = f"{modalities} "
    return sorted(mark for mark in marks if not mark.startswith(alone))


def _heading(point: str) -> str:
    return "at the end" if point == FINAL else f"{100 * float(point):g} % labelled"


def _cell(part: pd.DataFrame, point: str) -> str:
    if point not in part.index:
        return UNKNOWN
    share, ratio, low, high = (
        float(part[key].to_dict()[point]) for key in ("share", "ratio", "low", "high")
    )
    interval = "" if np.isnan(low) else f", {low:.2f} to {high:.2f}"
    against_blind = "" if np.isnan(ratio) else f" ({ratio:.2f}{interval})"
    text = f"{100 * share:.1f}{against_blind}".replace("-", "−")
    return TableCell(text, {" share": 100 * share, " ratio": ratio, " low": low, " high": high})
