"""Tables of ordinal scores and of calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.analysis.curves import BLOCK
from albench.metrics.catalogue import LABELS, ORDERED
from albench.metrics.ordinal import BOUNDARY
from albench.report.content import Table
from albench.report.formats import in_order, mean_half_width
from albench.report.names import blocks_of, of_block

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from albench.report.manifest import CohortFacts
    from albench.report.names import Namer

LONGEST = 30
"""Rows of a table that is not folded."""


def ordinal_table(
    rounds: pd.DataFrame, cohort: str, facts: CohortFacts, named: Namer
) -> Table | None:
    """Return how far the last round's answers are from the truth, in an ordered cohort.

    Parameters
    ----------
    rounds : DataFrame
        What `curves.joined` gave.
    cohort : str
        Which one.
    facts : CohortFacts
        Of it: its classes, and whether they are ordered.
    named : Namer
        Names blocks.

    Returns
    -------
    Table or None
        None if the cohort's classes have no order, or the results no ordinal scores.
    """
    own = rounds[rounds["cohort"] == cohort]
    if not facts.ordered or own.empty or "kappa" not in own.columns:
        return None
    later = facts.class_names[1:]
    boundaries = {f"{BOUNDARY}{k}": f"AUC ≥ {name}" for k, name in enumerate(later, start=1)}
    shown = {name: LABELS[name] for name in ORDERED} | boundaries
    caption = (
        "Last round: mean over n repetitions ± half its 95 % interval. Quadratic κ weights errors "
        "by the square of its distance (1 is no error, 0 what chance gives); mean error: the mean "
        "absolute distance of the answered class, in classes. AUC ≥ a class: of being in it or a "
        "later one, by the sum of these classes' probabilities."
    )
    title = f"Ordinal scores, {named.cohort(cohort)}"
    return _last_rounds(own, shown, Table(f"ordinal-{cohort}", title, caption, (), ()), named)


def calibration_table(rounds: pd.DataFrame, named: Namer) -> Table | None:
    """Return whether the last round's probabilities mean what they say.

    Parameters
    ----------
    rounds : DataFrame
        What `curves.joined` gave.
    named : Namer
        Names blocks.

    Returns
    -------
    Table or None
        None if the results do not tell.
    """
    if "calibration_error" not in rounds.columns:
        return None
    shown = {name: LABELS[name] for name in ("calibration_error", "brier")}
    caption = (
        "Last round: mean over n repetitions ± half its 95 % interval; smaller is better. "
        "Calibration error: the gap between the answer's probability and the share of right "
        "answers, over ten bins (small test sets have some by chance alone). Brier score: the "
        "squared distance of all probabilities from the truth, 0 to 2."
    )
    empty = Table("calibration", "Calibration", caption, (), ())
    return _last_rounds(rounds, shown, empty, named)


def _last_rounds(
    rounds: pd.DataFrame, shown: Mapping[str, str], empty: Table, named: Namer
) -> Table:
    last = rounds.loc[rounds.groupby([*BLOCK, "strategy", "repetition"])["round"].idxmax()]
    rows = []
    for block in blocks_of(last):
        part = of_block(last, block)
        for strategy in in_order(part["strategy"].tolist()):
            cells = part[part["strategy"] == strategy]
            means = [mean_half_width(cells[column]) for column in shown]
            rows.append((named.block(block), strategy, *means, str(len(cells))))
    columns = ("block", "strategy", *shown.values(), "n")
    is_folded = len(rows) > LONGEST
    return Table(empty.name, empty.title, empty.caption, columns, tuple(rows), is_folded)
