"""On these cohorts, and on cohorts like these: two questions, each with its own unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.analysis.cohorts_like_these import FEWEST_COHORTS, across_cohorts, n_cohorts
from albench.analysis.mixed_model import mixed_interval, needs_statsmodels
from albench.analysis.score_cube import cube
from albench.analysis.verdicts import Verdict
from albench.metrics.catalogue import LABELS
from albench.plural import plural
from albench.references import BASELINE
from albench.reporting import sentences
from albench.reporting.comparison_tables import family
from albench.reporting.content import Section, Table, Text
from albench.reporting.formats import ALL_ENDS, estimate, p_value, repetitions, signed, span
from albench.reporting.table_cells import whole

if TYPE_CHECKING:
    import pandas as pd

    from albench.analysis.score_cube import ScoreCube
    from albench.reporting.content import Element
    from albench.reporting.derived import Derived, Finding

TITLE = "Cohorts like these"
COLUMNS = (
    *("strategy", "cohorts", "difference", "95 % interval", "95 %, all at once"),
    *("p (t)", "p (Holm)", "p (equal)", "mixed model", "verdict", "more cohorts"),
)


def section(derived: Derived) -> Section | None:
    """Return what holds where the cohort is the unit, in the primary metric; None without any."""
    if not derived.findings or derived.findings[0].against_random.empty:
        return None
    finding = derived.findings[0]
    scores = cube(finding.efficiency, "area")
    if BASELINE not in scores.strategies:  # a slice may lack it
        return None
    n = n_cohorts(scores, [BASELINE])
    parts: list[Element] = [Text((_opening(derived, finding, n),))]
    libraries: tuple[str, ...] = ()
    if n >= FEWEST_COHORTS:
        pairs = [(name, BASELINE) for name in scores.strategies if name != BASELINE]
        table = across_cohorts(scores, pairs, derived.oracles, finding.margins)
        ordered = table.sort_values("difference", ascending=False, kind="stable")
        parts = [
            Text((_opening(derived, finding, n), *sentences.over_cohorts(ordered, finding.metric))),
            _table(ordered, scores, finding.metric),
        ]
        if any(needs_statsmodels(scores, pair) for pair in pairs):
            libraries = ("statsmodels",)
    return Section(TITLE, parts, libraries)


def _opening(derived: Derived, finding: Finding, n: int) -> str:
    where = derived.named.these_cohorts(finding.against_random["cohort"])
    these = (
        f"Averages over blocks above and below are about {where}: the repetition is the unit, "
        "and they generalise to other splits of the same data."
    )
    if n >= FEWEST_COHORTS:
        return f"{these} Here the cohort is the unit: what follows is about cohorts like these."
    return (
        f"{these} **Nothing is claimed about cohorts like these:** that takes {FEWEST_COHORTS} "
        f"cohorts, and here {'is' if n == 1 else 'are'} {plural(n, 'cohort')}."
    )


def _table(compared: pd.DataFrame, scores: ScoreCube, metric: str) -> Table:
    rows = []
    for row in compared.to_dict("records"):
        mean, low, high = mixed_interval(scores, (row["strategy"], BASELINE))
        rows.append(
            (
                row["strategy"],
                whole(row["n_pairs"]),
                signed(row["difference"]),
                span(row["low"], row["high"]),
                span(row["all_low"], row["all_high"], names=ALL_ENDS),
                p_value(row["p"]),
                p_value(row["p_holm"]),
                p_value(row["p_equal"]),
                estimate(mean, low, high),
                str(row["verdict"]).replace(Verdict.TOO_FEW, "too few cohorts"),
                repetitions(row["more"]),
            )
        )
    caption = (
        "Each strategy minus random, averaged over the repetitions and blocks of each cohort; then "
        "the mean over cohorts with its 95 % interval (Student's t, the cohort is the unit), one "
        f"that holds for all rows, p of the t-test, corrected by Holm {family(compared)}, and p of "
        "two one-sided tests for equality, corrected likewise. The mixed model (cohorts random, "
        "blocks and repetitions nested in them, restricted maximum likelihood) is a cross-check, "
        "not corrected, and decides nothing. Cohorts made of the same subjects are not "
        "independent, which a page cannot detect."
    )
    title = f"Difference to random in {LABELS[metric]} on cohorts like these"
    return Table("like-these", title, caption, COLUMNS, tuple(rows))
