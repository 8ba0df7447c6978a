"""The answer in one sentence, and how sure it is in another.

A finding is the comparisons in the primary metric, of competitors alone.

Arguments are those of `albench.reporting`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from albench.analysis.significance import FEWEST_PAIRS
from albench.analysis.verdicts import Verdict
from albench.metrics.catalogue import BY_SIZE, LABELS
from albench.plural import plural
from albench.references import BASELINE
from albench.reporting import sentences
from albench.reporting.formats import p_equals, signed, span
from albench.reporting.names import in_figures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from albench.reporting.derived import Derived, Finding
    from albench.reporting.names import Namer


def headline(finding: Finding | None, named: Namer) -> str:
    """Return the main result in one sentence; the finding is None without any round."""
    if finding is None:
        return "There is no answer yet: no cell has finished."
    judged = _judged(finding.overall)
    if judged.empty and BASELINE not in set(finding.efficiency["strategy"]):
        return f"Nothing is claimed: {BASELINE}, with which strategies are compared, is not here."
    if finding.overall.empty:
        return "There is no answer: no block has results of any strategy but random."
    if judged.empty:
        return (
            f"Nothing is claimed: no strategy has {FEWEST_PAIRS} repetitions that can be paired "
            "with random's in every block."
        )
    better, worse = (
        judged[judged["verdict"] == verdict] for verdict in (Verdict.BETTER, Verdict.WORSE)
    )
    behind = f"; {_strategies(len(worse))} worse" if len(worse) else ""
    where = _where(judged, named)
    label = LABELS[finding.metric]
    if better.empty:
        start = "The only strategy does not beat" if len(judged) == 1 else "No strategy beats"
        return f"{start} random in {label}{where}{_somewhere(finding)}{behind}."
    best = better.iloc[0]
    gain = f"{_name(best)} gains {'the most, ' if len(better) > 1 else ''}"
    by = f"{signed(best['difference'])}{_over_fewer(best, judged)}"
    if len(better) == 1:
        return f"{_name(best)} beats random in {label}{where}, by {by}{behind}."
    share = f"{len(better)} of {len(judged)} strategies beat random in {label}{where}"
    return f"{share}, and {gain}{by}{behind}."


def supporting(finding: Finding, derived: Derived) -> Iterator[str]:
    """Yield what stands below the headline: how certain it is.

    Then follows the same with every class counted alike, where that may differ. `derived` is of the
    same records as the finding.
    """
    if said := sureness(finding, derived.named):
        neighbours = finding.neighbours
        yield f"{said}{sentences.order(neighbours) if len(neighbours) > 1 else ''}"
    if finding.metric == BY_SIZE and derived.alike is not None:
        alike = derived.alike.without(derived.oracles)
        if said := beside(finding, alike, derived.unequal, derived.named):
            yield said


def sureness(finding: Finding, named: Namer) -> str:
    """Return in a sentence or two how certain the headline is, and what it is about.

    The text is empty if nothing is judged.
    """
    judged = _judged(finding.overall)
    if judged.empty:
        return ""
    best = judged.iloc[0]
    both_or_all = "both" if len(judged) == 2 else f"all {len(judged)}"
    all_of_them = f" for {both_or_all} strategies at once" if len(judged) > 1 else ""
    repetitions = plural(int(best["n_pairs"]), "repetition")
    equal = ""
    if best["verdict"] == Verdict.EQUAL:
        equal = f" That is less than {best['margin']:.3f}, which counts as equal."
    return (
        f"How sure: {_name(best)}'s difference to random lies between "
        f"{span(best['all_low'], best['all_high']).replace(' to ', ' and ')}, with 95 % confidence"
        f"{all_of_them} ({p_equals(best['p_holm'])} after correction, {repetitions}).{equal} "
        f"This is about {named.these_cohorts(finding.against_random['cohort'])}, not about others."
    )


def beside(finding: Finding, alike: Finding, unequal: Mapping[str, float], named: Namer) -> str:
    """Return the headline with every class counted alike, for cohorts of unequal classes.

    It is a few sentences, and empty if nothing is judged. The first finding is in accuracy, the
    other in balanced accuracy. `unequal` says by cohort how many times as large its largest class
    is as its smallest; it is not empty.
    """
    judged, ours = _judged(finding.overall), _judged(alike.overall)
    if judged.empty or ours.empty:
        return ""
    upto = "up to " if len(unequal) > 1 else ""
    said = (
        f"Classes are of unequal size on {', '.join(map(named.cohort, unequal))}, where accuracy "
        f"counts the largest {upto}{max(unequal.values()):.1f} times as much as the smallest. In "
        f"{LABELS[alike.metric]} every class counts alike. {headline(alike, named)}"
    )
    best = judged.iloc[0]["strategy"]
    there = ours[ours["strategy"] == best]
    if there.empty or ours.iloc[0]["strategy"] == best:
        return said
    row = there.iloc[0]
    gain = f"{signed(row['difference'])} ({span(row['all_low'], row['all_high'])})"
    return f"{said} {in_figures(str(best))}, the first in accuracy, has {gain} there."


def _judged(overall: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a verdict, the best first; what is better comes before all else."""
    judged = overall[overall["p_holm"].notna()]
    is_better = judged["verdict"] == Verdict.BETTER
    return judged.assign(is_better=is_better).sort_values(
        ["is_better", "difference"], ascending=False, kind="stable"
    )


def _where(judged: pd.DataFrame, named: Namer) -> str:
    most = int(judged["n_blocks"].max())
    return f", averaged over {named.averaged(judged['n_blocks'])}" if most > 1 else ""


def _over_fewer(best: pd.Series[Any], judged: pd.DataFrame) -> str:
    """Return over how many blocks the best was averaged, if others have more."""
    n, most = int(best["n_blocks"]), int(judged["n_blocks"].max())
    return f" (over its {n} of the {most} blocks)" if n < most else ""


def _somewhere(finding: Finding) -> str:
    """Return how often a strategy is better in a single block, where none is on average."""
    blocks = finding.against_random
    n = int((blocks["verdict"] == Verdict.BETTER).sum())
    if not n or int(finding.overall["n_blocks"].max()) < 2:  # one block is its own average
        return ""
    finds = plural(n, "finds", "find")
    return f"; of {len(blocks)} comparisons in single blocks, {finds} one better"


def _strategies(n: int) -> str:
    return plural(n, "strategy does", "strategies do")


def _name(row: pd.Series[Any]) -> str:
    return in_figures(str(row["strategy"]))
