"""Strategies that picked the same candidates everywhere: one strategy under several names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.curves import BASELINE, BLOCK, REFERENCE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Picks = Mapping[tuple[object, ...], str]
    """By block and repetition: what tells the picks of a cell from others'."""

JOINT = " = "
"""Joins the names of strategies that are counted once."""


def find_groups(
    cells: pd.DataFrame, rounds: pd.DataFrame, apart: Collection[str] = ()
) -> list[tuple[str, ...]]:
    """Return the groups of strategies that made the same picks in all cells they share.

    Parameters
    ----------
    cells : DataFrame
        One row per planned cell, with `picks_hash`, which is empty where unknown.
    rounds : DataFrame
        The result of `curves.joined`. Where picks are unknown, cells with the same scores in
        every round are taken to have the same picks: they share splits, weights and batches.
    apart : collection of str
        Strategies that are in no group.

    Returns
    -------
    list of tuple of str
        Groups of two or more, sorted, random first. All of a group are planned in the same blocks.
        Cells that failed, or that bought nothing after the first labels, are not compared.
    """
    picks = _picks_by_strategy(cells, rounds)
    planned = {str(name): _blocks(part) for name, part in cells.groupby("strategy")}
    groups: list[list[str]] = []
    for name in sorted(set(picks) - {REFERENCE, *apart}, key=lambda name: (name != BASELINE, name)):
        for group in groups:
            if planned[group[0]] == planned[name] and all(
                _is_same(picks[other], picks[name]) for other in group
            ):
                group.append(name)
                break
        else:
            groups.append([name])
    return [tuple(group) for group in groups if len(group) > 1]


def joint_name(group: Sequence[str]) -> str:
    """Return a group's name; random keeps its own, by which tables look it up."""
    return BASELINE if BASELINE in group else JOINT.join(group)


def counted_once(rounds: pd.DataFrame, groups: Sequence[Sequence[str]]) -> pd.DataFrame:
    """Return rounds in which each group is one strategy.

    Parameters
    ----------
    rounds : DataFrame
        The result of `curves.joined`.
    groups : sequence of sequence of str
        The result of `find_groups`.

    Returns
    -------
    DataFrame
        With a group's joint name. A cell of its first name counts; where that one failed, the
        cell of the next that did not.
    """
    if not groups:
        return rounds
    names = {name: joint_name(group) for group in groups for name in group}
    order = {name: i for group in groups for i, name in enumerate(group)}
    place = rounds["strategy"].map(order).fillna(0)
    called = rounds.assign(strategy=rounds["strategy"].replace(names))
    keys = [called[key] for key in [*BLOCK, "repetition", "strategy"]]
    return called[place == place.groupby(keys).transform("min")]


def _blocks(part: pd.DataFrame) -> set[tuple[object, ...]]:
    return set(part[BLOCK].itertuples(index=False, name=None))


def _is_same(ours: Picks, theirs: Picks) -> bool:
    shared = ours.keys() & theirs.keys()
    return bool(shared) and all(ours[key] == theirs[key] for key in shared)


def _picks_by_strategy(cells: pd.DataFrame, rounds: pd.DataFrame) -> dict[str, Picks]:
    hashes = cells.set_index("cell")["picks_hash"].to_dict() if "picks_hash" in cells else {}
    picks: dict[str, dict[tuple[object, ...], str]] = {}
    keys = ["strategy", "cell", *BLOCK, "repetition"]
    ordered = rounds.sort_values("round", kind="stable").reset_index(drop=True)
    scores = _scores(ordered.drop(columns=keys))
    for (strategy, cell, *where), part in ordered.groupby(keys):
        rows = part.index.to_numpy()
        if len(rows) > 1:  # with one round there were no picks
            own = picks.setdefault(str(strategy), {})
            own[tuple(where)] = str(hashes.get(cell, "")) or scores[rows].tobytes().hex()
    return dict(picks)


def _scores(rounds: pd.DataFrame) -> NDArray[np.float64]:
    """Return all numbers of each round but its times; what is unknown is always the same NaN."""
    timeless = [name for name in rounds.columns if not name.endswith("_seconds")]
    numbers = rounds[timeless].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isnan(numbers), np.nan, numbers)
