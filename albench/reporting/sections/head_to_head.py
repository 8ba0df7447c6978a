"""Strategies against each other: those that were named, or the best few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.analysis.comparison import by_block, over_blocks
from albench.analysis.equal_picks import JOINT
from albench.analysis.head_to_head import N_FEW, all_pairs, best_few
from albench.analysis.score_cube import cube
from albench.metrics.catalogue import LABELS
from albench.plural import plural
from albench.reporting import sentences
from albench.reporting.comparison_tables import (
    COMPARED,
    MARKS,
    ON_VERDICTS,
    comparison_cells,
    family,
)
from albench.reporting.content import Section, Table, Text
from albench.reporting.formats import UNKNOWN
from albench.reporting.names import block_of
from albench.reporting.table_cells import TableCell, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from albench.reporting.content import Element
    from albench.reporting.derived import Derived
    from albench.reporting.names import Namer
    from albench.reporting.table_cells import Value

TITLE = "Head to head"
OPPOSITE = {"better": "worse", "worse": "better"}


def section(derived: Derived) -> Section | None:
    """Return the comparison of each pair in the primary metric; None if there is no pair."""
    if not derived.findings:
        return None
    finding = derived.findings[0]
    wanted = derived.manifest.judging.compare
    names = derived.rivals if wanted else best_few(finding.overall)
    scores = cube(finding.efficiency, "area")
    each = by_block(scores, all_pairs(names), derived.oracles, finding.margins)
    mean = over_blocks(scores, all_pairs(names), derived.oracles, finding.margins)
    if each.empty:
        opening = Text((_opening(derived, names, finding.metric),))
        return Section(TITLE, [opening]) if wanted else None
    parts = _parts(derived, names, each, mean)
    return Section(TITLE, list(parts))


def _parts(
    derived: Derived, names: Sequence[str], each: pd.DataFrame, mean: pd.DataFrame
) -> Iterator[Element]:
    metric, named = derived.findings[0].metric, derived.named
    where, *verdicts = sentences.pairs(mean, each, named)
    yield Text((_opening(derived, names, metric), where))
    if verdicts:
        yield Text(tuple(verdicts), is_list=True)
    yield _wins_table(names, each, mean, named)
    yield _means_table(mean, metric, named)
    yield _blocks_table(each, metric, named)


def _opening(derived: Derived, names: Sequence[str], metric: str) -> str:
    wanted = derived.manifest.judging.compare
    in_what = f"in {LABELS[metric]} over the labels bought"
    if not wanted:
        return (
            f"The {len(names)} strategies with the best means, each against each {in_what}. They "
            "were chosen by these results; `compare` in the specification, or `--compare`, "
            f"selects others than the best {N_FEW}."
        )
    joint = [name for name in names if JOINT in name]
    remark = f" {'; '.join(joint)} made the same picks and count once." if joint else ""
    missing = sorted(set(wanted) - {part for name in names for part in name.split(JOINT)})
    lacking = f" There are no results of {', '.join(missing)}." if missing else ""
    each = ", each against each" if len(names) > 1 else " alone: there is nothing to compare"
    return f"{', '.join(names) or 'Nothing'}{each} {in_what}.{remark}{lacking}"


def _wins_table(
    names: Sequence[str], each: pd.DataFrame, mean: pd.DataFrame, named: Namer
) -> Table:
    """Return who wins against whom: shares of repetitions, and blocks."""
    verdicts = {
        (row["strategy"], row["other"]): str(row["verdict"]) for row in mean.to_dict("records")
    }
    counts = {
        (str(name), str(other)): _counts(part)
        for (name, other), part in each.groupby(["strategy", "other"])
    }
    rows = []
    for name in names:
        cells = []
        for other in names:
            if (name, other) in counts:
                cells.append(_won(counts[name, other], verdicts[name, other]))
            elif (other, name) in counts:
                turned = tuple(part[::-1] for part in counts[other, name])
                verdict = verdicts[other, name]
                cells.append(_won(turned, OPPOSITE.get(verdict, verdict)))
            else:
                cells.append("")
        rows.append((name, *cells))
    caption = (
        "Each row against each column: won-tied-lost in percent of all repetitions of all blocks, "
        "then in blocks, by their means. ▲ better, ▼ worse and = equal on average over the blocks "
        f"of these cohorts, corrected over {plural(len(mean), 'pair')}; no mark means "
        f"undecided. There are {named.compared_blocks}."
    )
    title = "Won, tied and lost"
    columns = ("strategy", *names)
    return Table("wins", title, caption, columns, tuple(rows), across="against")


def _counts(part: pd.DataFrame) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return repetitions won, tied and lost, and blocks."""
    differences = part["difference"].dropna()
    signs = (differences > 0, differences == 0, differences < 0)
    return (
        tuple(int(part[key].sum()) for key in ("wins", "ties", "losses")),
        tuple(int(is_so.sum()) for is_so in signs),
    )


def _won(counts: tuple[tuple[int, ...], ...], verdict: str) -> str:
    repetitions, blocks = counts
    total = sum(repetitions)
    if not total:
        return UNKNOWN
    shares = "-".join(f"{100 * n / total:.0f}" for n in repetitions)
    values: dict[str, Value] = {
        f" {name} {unit}": n
        for unit, counts_of in (("repetitions", repetitions), ("blocks", blocks))
        for name, n in zip(("won", "tied", "lost"), counts_of, strict=True)
    }
    shown = f"{shares} %, {'-'.join(map(str, blocks))}{MARKS.get(verdict, '')}"
    return TableCell(shown, values | {" verdict": verdict})


def _means_table(mean: pd.DataFrame, metric: str, named: Namer) -> Table:
    rows = tuple(
        (row["strategy"], row["other"], whole(row["n_blocks"]), *comparison_cells(row))
        for row in mean.to_dict("records")
    )
    caption = (
        "The first minus the second in the mean score over the labels bought, averaged over those "
        f"of the {named.compared_blocks} that both have, paired by repetition: on these "
        "cohorts, where the repetition is the unit. Corrected by Holm "
        f"{family(mean)}. {ON_VERDICTS}"
    )
    title = f"Each against each in {LABELS[metric]}, averaged over blocks"
    columns = ("strategy", "against", "blocks", *COMPARED)
    return Table("head-to-head", title, caption, columns, rows, is_folded=True)


def _blocks_table(each: pd.DataFrame, metric: str, named: Namer) -> Table:
    rows = tuple(
        (named.block(block_of(row)), row["strategy"], row["other"], *comparison_cells(row))
        for row in each.to_dict("records")
    )
    caption = (
        "The same block by block, paired by repetition and corrected by Holm "
        f"{family(each)}. {ON_VERDICTS}"
    )
    title = f"Each against each in {LABELS[metric]}, by block"
    columns = ("block", "strategy", "against", *COMPARED)
    return Table("head-to-head-blocks", title, caption, columns, rows, is_folded=True)
