"""What a trial takes from published results: where random ran, whom to compare with, frames."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from albench.analysis.curves import BLOCK, joined
from albench.analysis.efficiency import cell_efficiency
from albench.api.nearest import did_you_mean
from albench.errors import Complaint, InputError
from albench.records.schema import CellStatus
from albench.references import ALL_LABELS, BASELINE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from albench.library import Results
    from albench.planning import Cell
    from albench.records.schema import BlockKey

DIGITS = 6
"""Significant digits of published scores: fresh ones are rounded alike, so that ties are ties."""
FRESH = "fresh "
"""Before the identity of a cell that ran here, which may be published too."""
TWIN = " (published)"
"""After the name of a published strategy that is called like the one that is tried."""


@dataclass(frozen=True)
class Places:
    """Where a trial can be held against published results.

    Parameters
    ----------
    seconds : dict of BlockKey to float
        By block: what a published cell of random took.
    repetitions : tuple of int
        Those that random has in all of these blocks; rising.
    """

    seconds: dict[BlockKey, float]
    repetitions: tuple[int, ...]


def places(published: Results, cells: Sequence[Cell], label: str) -> Places:
    """Return where a strategy is planned and random is published.

    Parameters
    ----------
    published : Results
        Published results, or those of a run folder.
    cells : sequence of Cell
        What the trial plans.
    label : str
        The strategy.

    Returns
    -------
    Places
        At least one block and one repetition.

    Raises
    ------
    InputError
        If there is none.
    """
    planned = {(cell.block, cell.repetition) for cell in cells if cell.strategy_label == label}
    good = published.cells[published.cells["status"] == CellStatus.OK]
    rows = good[good["strategy"] == BASELINE].to_dict("records")
    seconds: dict[BlockKey, list[float]] = {}
    there: dict[BlockKey, set[int]] = {}
    for row in rows:
        block = (row["cohort"], row["modalities"], row["model"], row["budget"])
        if (block, int(row["repetition"])) in planned:
            seconds.setdefault(block, []).append(float(row["seconds"]))
            there.setdefault(block, set()).add(int(row["repetition"]))
    shared = sorted(set.intersection(*there.values())) if there else []
    if not shared:
        problem = f"has no results of {BASELINE} where {label} can run"
        raise InputError([Complaint(str(published.folder), problem)])
    return Places({block: sum(s) / len(s) for block, s in seconds.items()}, tuple(shared))


def require_rivals(published: Results, rivals: Sequence[str]) -> None:
    """Refuse rivals that are not published.

    Parameters
    ----------
    published : Results
        Published results.
    rivals : sequence of str
        As the user named them.

    Raises
    ------
    InputError
        With every name that is not there, and the nearest that is.
    """
    names = sorted(set(published.cells["strategy"]) - {BASELINE, ALL_LABELS})
    complaints = [
        Complaint(
            f"--rival {name}",
            f"is not among the strategies of {published.folder}{did_you_mean(name, names)}",
        )
        for name in rivals
        if name not in names
    ]
    if complaints:
        raise InputError(complaints)


def best(published: Results, blocks: Collection[BlockKey], plugin: str) -> tuple[str, ...]:
    """Return the published strategy of the best mean over some blocks.

    Parameters
    ----------
    published : Results
        Published results.
    blocks : collection of BlockKey
        What counts; a strategy has to have all of them.
    plugin : str
        The qualified name of the strategy that is tried, which is no rival to itself.

    Returns
    -------
    tuple of str
        One competitor, or none. It was chosen for its results, so that it is likely to look
        better than it is.
    """
    cells = published.cells[published.cells["strategy_plugin"] != plugin]
    cells = cells[~cells["strategy"].isin({BASELINE, *oracles(published)})]
    cells = cells[_in_blocks(cells, blocks)]
    metric = published.manifest.judging.primary_metric
    areas = cell_efficiency(joined(cells, published.scores), metric)
    means = areas.groupby(["strategy", *BLOCK])["area"].mean().groupby("strategy")
    whole = means.mean()[means.size() == len(blocks)]
    return () if whole.empty else (str(whole.idxmax()),)


def oracles(published: Results) -> set[str]:
    """Return the strategies that are told more than they have bought: they are no competitors."""
    plugins = {part.name for part in published.manifest.plugins if "oracle" in part.tags}
    is_oracle = published.cells["strategy_plugin"].isin(plugins)
    return set(published.cells.loc[is_oracle, "strategy"])


def side_by_side(
    published: Results,
    fresh: tuple[pd.DataFrame, pd.DataFrame],
    strategies: Sequence[str],
    blocks: Collection[BlockKey],
    repetitions: Collection[int],
) -> Results:
    """Return published results with some strategies' cells from here.

    Parameters
    ----------
    published : Results
        Whose judging holds.
    fresh : (DataFrame, DataFrame)
        Cells that ran here, and their scores.
    strategies : sequence of str
        Which of those count: the one that is tried, and others that take the place of published
        ones of the same name. If there are such, no published cell is left.
    blocks : collection of BlockKey
        What counts of both.
    repetitions : collection of int
        Likewise.

    Returns
    -------
    Results
        Without the references that have all labels. A published strategy that is called like the
        one that is tried, the first of `strategies`, has `TWIN` after its name.
    """
    parts = []
    for cells in (published.cells, fresh[0]):
        is_meant = _in_blocks(cells, blocks) & cells["repetition"].isin(repetitions)
        parts.append(cells[is_meant & (cells["strategy"] != ALL_LABELS)])
    then, now = parts
    if len(strategies) > 1:
        then = then[:0]
    then = then.replace({"strategy": {strategies[0]: strategies[0] + TWIN}})
    now = now[now["strategy"].isin(strategies)]
    now = now.assign(cell=FRESH + now["cell"])
    scores = fresh[1].assign(cell=FRESH + fresh[1]["cell"])
    metrics = [name for name in scores.columns if scores[name].dtype == float]
    scores[metrics] = scores[metrics].map(lambda score: float(f"{score:.{DIGITS}g}"))
    return replace(
        published,
        cells=pd.concat([then, now], ignore_index=True),
        scores=pd.concat([published.scores, scores], ignore_index=True),
    )


def _in_blocks(cells: pd.DataFrame, blocks: Collection[BlockKey]) -> pd.Series[bool]:
    keys = list(zip(*(cells[name] for name in BLOCK), strict=True))
    return pd.Series([key in blocks for key in keys], index=cells.index, dtype=bool)
