"""Where on the budget strategies gain, where curves cross, and which blocks are flat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.along_the_budget import THIRDS, by_third, crossings, third_areas
from albench.analysis.saturation import flat_blocks
from albench.metrics.catalogue import LABELS
from albench.plural import plural
from albench.reporting.comparison_tables import MARKS
from albench.reporting.content import Section, Table, Text
from albench.reporting.formats import UNKNOWN, estimate, signed, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    import pandas as pd

    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer


def section(derived: Derived) -> Section | None:
    """Return what happens along the budget, in the primary metric; None if nothing is compared."""
    if not derived.findings or derived.findings[0].against_random.empty:
        return None
    finding = derived.findings[0]
    areas = third_areas(derived.once, finding.metric)
    thirds = by_third(areas, derived.oracles, finding.margins)
    texts = [
        *_flat(derived, finding.metric),
        *_crossed(derived, finding.metric),
    ]
    parts: list[Text | Table] = [Text(tuple(texts), is_list=True)] if texts else []
    parts += [_thirds_table(thirds, finding.metric, derived.named)] if len(thirds) else []
    return Section("Along the budget", parts) if parts else None


def _flat(derived: Derived, metric: str) -> Iterator[str]:
    flat = flat_blocks(derived.once, metric)
    if flat:
        names = "; ".join(
            f"{derived.named.block(one.block)} ({signed(one.rise)}, {span(one.low, one.high)})"
            for one in flat
        )
        yield (
            f"**Flat:** {names}. There random's last {LABELS[metric]} is not significantly above "
            "its first (paired t-test at 5 %): labels do not measurably help, so no strategy can "
            "be shown to save any. Tables of labels saved omit these blocks; averages keep "
            "them, since leaving blocks out by random's scores would bias comparisons with it."
        )


def _crossed(derived: Derived, metric: str) -> Iterator[str]:
    rounds = derived.once[~derived.once["strategy"].isin(derived.oracles)]
    for one in crossings(rounds, metric):
        yield (
            f"**{one.strategy} crosses random** on {derived.named.block(one.block)}: worse with "
            f"{_labels(one.worse)}, better with {_labels(one.better)} (corrected over its rounds)."
        )


def _labels(counts: tuple[float, ...]) -> str:
    ends = [f"{n:.0f}" for n in (min(counts), max(counts))]
    return f"{' to '.join(dict.fromkeys(ends))} labels"


def _thirds_table(thirds: pd.DataFrame, metric: str, named: Namer) -> Table:
    by_name: dict[str, dict[str, Mapping[Any, Any]]] = {}
    for row in thirds.to_dict("records"):
        by_name.setdefault(row["strategy"], {})[row["other"]] = row
    order = sorted(by_name, key=lambda name: -np.nan_to_num(by_name[name]["low"]["difference"]))
    rows = tuple((name, *(_cell(by_name[name].get(third)) for third in THIRDS)) for name in order)
    n = int(thirds["p_holm"].notna().sum())
    caption = (
        "The mean height of the curve over each third of the labels bought, minus random's, "
        f"averaged over those of the {named.compared_blocks} that both have and paired by "
        "repetition: on these cohorts, with the interval that holds for all at once. ▲ better, "
        f"▼ worse and = equal, corrected by Holm over {plural(n, 'comparison')}, which may decide "
        "where that interval still holds 0; best with few labels first."
    )
    title = f"Difference to random in {LABELS[metric]} by thirds of the budget"
    columns = ("strategy", *(f"{third} third" for third in THIRDS))
    return Table("thirds", title, caption, columns, rows)


def _cell(row: Mapping[Any, Any] | None) -> str:  # a row of a comparison
    if row is None:
        return UNKNOWN
    gain = estimate(row["difference"], row["all_low"], row["all_high"])
    verdict = str(row["verdict"])
    return gain.shown_as(gain + MARKS.get(verdict, ""), verdict=verdict)
