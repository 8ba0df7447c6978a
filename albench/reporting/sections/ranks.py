"""Mean ranks with their uncertainty, and which strategies they cannot distinguish."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.cohorts_like_these import FEWEST_COHORTS
from albench.analysis.ranks import rank
from albench.metrics.catalogue import LABELS
from albench.reporting import sentences
from albench.reporting.content import Figure, Section, Table, Text
from albench.reporting.formats import UNKNOWN, decimals
from albench.reporting.plots import Plot
from albench.reporting.rank_figures import critical_difference
from albench.reporting.table_cells import TableCell, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.analysis.ranks import Ranking
    from albench.reporting.content import Element
    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer


def section(derived: Derived) -> Section | None:
    """Return the ranks in the primary metric; None if nothing is compared with random."""
    if not derived.findings or derived.findings[0].against_random.empty:
        return None
    finding = derived.findings[0].without(derived.oracles)
    ranking = rank(finding.efficiency)
    return Section("Ranks", list(_parts(ranking, finding.metric, derived.named)))


def _parts(ranking: Ranking, metric: str, named: Namer) -> Iterator[Element]:
    yield Text((sentences.ranking(ranking, named),))
    if len(ranking.table) > 1:
        yield _table(ranking, metric)
    if ranking.groups:
        caption = (
            f"Critical-difference diagram of mean ranks in {LABELS[metric]} over "
            f"{ranking.n_cohorts} cohorts (Demšar 2006). A bar joins strategies that are not "
            "distinguished: all of them unless Friedman's test rejects, otherwise those that "
            "differ by less than Nemenyi's critical difference (CD)."
        )
        yield Figure("ranks", caption, Plot(critical_difference, (ranking,)))


def _table(ranking: Ranking, metric: str) -> Table:
    places = ranking.table["rank"].rank(method="min").astype(int)  # equal ranks share a place
    rows = tuple(
        (
            row["strategy"],
            whole(place),
            decimals(row["rank"], 2),
            _span(row["low"], row["high"]),
            _span(row["like_low"], row["like_high"]),
        )
        for place, row in zip(places, ranking.table.to_dict("records"), strict=True)
    )
    caption = (
        "Ranks of the mean over the labels bought in each cohort (1 is best; of its repetitions, "
        "then its blocks), averaged over cohorts. On these cohorts: 95 % interval by resampling "
        "repetitions, jointly for all blocks of a cohort. On cohorts like these: by resampling "
        "cohorts, and repetitions in each; omitted with fewer than "
        f"{FEWEST_COHORTS} cohorts. Each interval is for one strategy."
    )
    columns = ("strategy", "place", "mean rank", "on these cohorts", "on cohorts like these")
    title = f"Mean ranks in {LABELS[metric]}"
    return Table("ranks", title, caption, columns, rows)


def _span(low: float, high: float) -> TableCell:
    text = UNKNOWN if np.isnan(low) else f"{low:.1f} to {high:.1f}"
    return TableCell(text, {" low": float(low), " high": float(high)})
