"""A paper's claims: which hold here, how surely, and what would decide the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.claims import ClaimStanding, judge, level_of, subjects_needed
from albench.analysis.power import MOST
from albench.analysis.significance import ALPHA, FEWEST_PAIRS
from albench.metrics.catalogue import LABELS
from albench.plural import plural
from albench.reporting.content import Section, Table, Text
from albench.reporting.formats import UNKNOWN, estimate, p_value, signed, span
from albench.reporting.table_cells import TableCell, number, whole
from albench.spec.published import AREA, FINAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from albench.analysis.claims import Judged
    from albench.reporting.content import Element
    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer
    from albench.spec.published import Claim, Side

    Contrast = Mapping[str, float]

COLUMNS = (
    *("claim", "metric", "better; than", "difference (95 %)", "95 %, test subjects", "pairs"),
    *("p (Holm)", "verdict", "repetitions needed", "test subjects needed"),
)


def section(derived: Derived) -> Section | None:
    """Return a paragraph on a paper's claims, and their table; None if none is named."""
    return Section("Claims", list(_parts(derived))) if derived.manifest.published.claims else None


def _parts(derived: Derived) -> Iterator[Element]:
    named = derived.named
    judged = judge(derived.rounds, derived.manifest.published.claims)
    bootstrap: dict[int, Contrast] = {
        int(row["claim"]): {str(key): value for key, value in row.items()}
        for row in derived.records.summaries.contrasts.to_dict("records")
    }
    level = level_of([entry.standing for entry in judged])
    judgements = [
        (entry, _with_needed(entry, bootstrap.get(i, {}), level)) for i, entry in enumerate(judged)
    ]
    yield Text(tuple(_summary(judged, named)))
    yield Text(tuple(_in_words(entry, contrast) for entry, contrast in judgements), is_list=True)
    yield _table(judgements, named)


def _summary(judged: Sequence[Judged], named: Namer) -> Iterator[str]:
    cohorts = sorted({side.cohort for e in judged for side in (e.claim.better, e.claim.than)})
    where = " and ".join(named.cohort(name) for name in cohorts)
    counts = {standing: sum(e.standing is standing for e in judged) for standing in ClaimStanding}
    whose = "paper's " if all(entry.claim.source for entry in judged) else ""
    n_open = counts[ClaimStanding.OPEN] + counts[ClaimStanding.TOO_FEW]
    yield (
        f"Of the {whose}{_claims(len(judged))} {_holds(counts[ClaimStanding.HOLDS])} on {where}, "
        f"of {counts[ClaimStanding.OPPOSITE]} the opposite holds, and {n_open} "
        f"{'is' if n_open == 1 else 'are'} not decided."
    )
    if counts[ClaimStanding.TOO_FEW]:
        yield (
            f"Fewer than {FEWEST_PAIRS} repetitions have both sides of "
            f"{counts[ClaimStanding.TOO_FEW]}: no verdict is given on these."
        )
    n_turned = sum(not e.is_decided and _is_turned(e) for e in judged)
    if n_turned:
        yield f"Of those not decided, {n_turned} measured the other sign."
    if n_open:
        yield (
            "The numbers needed are for a power of 80 % in the corrected test, in which the next "
            f"claim to be decided needs p under {_level(n_open)}."
        )


def _level(n_open: int) -> str:
    return f"{ALPHA:g}" if n_open == 1 else f"{ALPHA:g} / {n_open}"


def _claims(n: int) -> str:
    return plural(n, "claim")


def _holds(n: int) -> str:
    return plural(n, "holds", "hold")


def _in_words(judged: Judged, contrast: Contrast) -> str:
    claim = judged.claim
    source = f" ({claim.source})" if claim.source else ""
    start = f"**{claim.text}**{source}: "
    if not judged.n_pairs:
        return start + "no repetition has both sides."
    word = LABELS[claim.metric]
    measured = f"{word} {signed(judged.difference)} ({span(judged.low, judged.high)})"
    beside = _beside(judged)
    if judged.is_decided:
        return f"{start}{judged.standing}; {measured}.{beside}"
    sign = " The measured difference has the other sign." if _is_turned(judged) else ""
    return f"{start}{judged.standing}; {measured}.{sign}{beside} {_what_decides(judged, contrast)}"


def _is_turned(judged: Judged) -> bool:
    """Return whether the difference is below zero as it is shown: +0.000 has no other sign."""
    return str(signed(judged.difference)).startswith("−")


def _beside(judged: Judged) -> str:
    """Return what is due to the modalities, where the model differs too."""
    alone = judged.alone
    if alone is None:
        return ""
    opening = f" The two differ in modalities and in model: {alone.side.model}"
    theirs, ours = (" + ".join(s.modalities) for s in (alone.side, judged.claim.better))
    if not alone.n_pairs:
        return f"{opening} was not run on {theirs}, so that it is not known which of them does it."
    gained = f"{signed(alone.difference)} ({span(alone.low, alone.high)}, not corrected)"
    word = LABELS[judged.claim.metric]
    return f"{opening} on {theirs} has {word} {alone.value:.3f}, against which {ours} has {gained}."


def _what_decides(judged: Judged, contrast: Contrast) -> str:
    repetitions = _needed(judged.n_repetitions)
    subjects = _needed(contrast["needed"])
    return (
        f"Deciding a difference of this size takes {repetitions} repetitions; distinguishing it "
        f"from zero despite the choice of test subjects takes {subjects} of these."
    )


def _with_needed(judged: Judged, contrast: Contrast, level: float) -> Contrast:
    """Return the bootstrap of a claim with the test subjects that would decide it."""
    if not contrast:
        return {"needed": float("nan")}
    spread = contrast["deviation"], contrast["n_subjects"]
    return {**contrast, "needed": subjects_needed(judged.difference, *spread, level)}


def _needed(n: float) -> str:
    if np.isnan(n):
        return "an unknown number of"
    return f"more than {MOST}" if np.isinf(n) else f"{n:.0f}"


def _table(judgements: Sequence[tuple[Judged, Contrast]], named: Namer) -> Table:
    rows = tuple(_row(entry, contrast, named) for entry, contrast in judgements)
    caption = (
        "Difference: what is said to be better minus the other, paired by repetition; its 95 % "
        "interval over repetitions (Student's t) is not corrected. The verdict follows the paired "
        f"t-test, corrected by Holm over {_family(judgements)}. Test subjects: the bootstrap over "
        "the subjects of all test sets, both sides drawn alike. Needed: for a power of 80 %, "
        "two-sided, corrected for all claims that are not decided, if the true difference is the "
        "measured one: repetitions by the spread of the paired differences, test "
        "subjects by the bootstrap's spread, which falls as one over the square root of "
        "their number (now: distinct subjects over all test sets). "
        f"{UNKNOWN}: unknown. Test sets of repetitions share subjects, and training sets more so: "
        "these tests are somewhat too confident, and more repetitions of the same cohort decide "
        "about this cohort, not about other patients."
    )
    return Table("claims", "Claims", caption, COLUMNS, rows)


def _family(judgements: Sequence[tuple[Judged, Contrast]]) -> str:
    n = sum(not np.isnan(entry.p_holm) for entry, _ in judgements)
    return f"all {_claims(n)}" if n == len(judgements) else f"the {_claims(n)} with a verdict"


def _row(judged: Judged, contrast: Contrast, named: Namer) -> tuple[str, ...]:
    claim = judged.claim
    ends = contrast.get("low", np.nan), contrast.get("high", np.nan)
    needed = [judged.n_repetitions, contrast["needed"]]
    return (
        claim.text,
        LABELS[claim.metric],
        "; ".join(_side(side, other, named) for side, other in _both(claim)),
        _measured(judged),
        span(*ends, names=("low over test subjects", "high over test subjects")),
        whole(judged.n_pairs),
        p_value(judged.p_holm),
        f"**{judged.standing}**" if judged.is_decided else str(judged.standing),
        *(number(n, UNKNOWN if np.isnan(n) else _needed(n)) for n in needed),
    )


def _measured(judged: Judged) -> TableCell:
    interval = estimate(judged.difference, judged.low, judged.high)
    values = {"difference": judged.difference, "low": judged.low, "high": judged.high}
    return TableCell(interval, {name: float(value) for name, value in values.items()})


def _both(claim: Claim) -> tuple[tuple[Side, Side], tuple[Side, Side]]:
    return (claim.better, claim.than), (claim.than, claim.better)


def _side(side: Side, other: Side, named: Namer) -> str:
    """Return what a side is, without the cohort where both have it."""
    parts = [" + ".join(side.modalities), side.model, side.strategy, _at(side)]
    if side.cohort != other.cohort:
        parts = [named.cohort(side.cohort), *parts]
    if side.budget != other.budget:
        parts.append(side.budget)
    return ", ".join(parts)


def _at(side: Side) -> str:
    names = {AREA: "area", FINAL: "last round"}
    return names.get(str(side.at)) or f"{100 * float(side.at):g} % of labels"
