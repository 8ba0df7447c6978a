"""What strategies bought of the candidates that are marked, against a blind choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.selections import marked_purchases
from albench.reporting.cells import Cell
from albench.reporting.content import Section, Table
from albench.reporting.formats import LONGEST, UNKNOWN, decimals, in_order
from albench.reporting.names import blocks_of, of_block
from albench.spec.published import FINAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer


def section(derived: Derived) -> Section | None:
    """Return how often each strategy bought what is marked; None if nothing is marked."""
    if not derived.findings:
        return None
    purchases = marked_purchases(derived.rounds, derived.records.marks)
    if purchases.empty:
        return None
    return Section("What was bought", [_table(purchases, derived.named)])


def _table(purchases: pd.DataFrame, named: Namer) -> Table:
    """Return how often each strategy bought what is marked, against a blind choice."""
    points = [p for p in ("0.3", "0.5", FINAL) if (purchases["point"] == p).any()]
    rows = []
    for block in blocks_of(purchases):
        own = of_block(purchases, block)
        for mark in _distinct_marks(block[1], own["mark"].unique().tolist()):
            marked = own[own["mark"] == mark]
            for strategy in in_order(marked["strategy"].tolist()):
                part = marked[marked["strategy"] == strategy].set_index("point")
                cells = [_cell(part, point) for point in points]
                there = decimals(100 * part["train_share"].iloc[0], 1)
                what = f"{named.block(block)}: {mark}"
                subject = Cell(what, {"block": named.block(block), "mark": mark})
                rows.append((subject, strategy, there, *cells))
    caption = (
        "In the training part: the share of candidates with the mark, in percent. Then the marked "
        "share of what was bought after the first labels until so much of the training part was "
        "labelled, and in brackets that divided by the share in the training part, with its 95 % "
        "interval over repetitions (Student's t, not corrected): 1 means indifference, less "
        "means avoiding, more means seeking. At the end: where not everything was bought."
    )
    headings = [_heading(point) for point in points]
    columns = ("block and mark", "strategy", "in the training part", *headings)
    title = "Marked candidates among what was bought"
    return Table("bought", title, caption, columns, tuple(rows), len(rows) > LONGEST)


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
    known = "" if np.isnan(ratio) else f" ({ratio:.2f}{interval})"
    text = f"{100 * share:.1f}{known}".replace("-", "−")
    return Cell(text, {" share": 100 * share, " ratio": ratio, " low": low, " high": high})
