"""Strategies that picked the same candidates everywhere: one strategy under several names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from albench.analysis.curves import BLOCK, CELL, cell_curves
from albench.references import ALL_LABELS, BASELINE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Picks = Mapping[tuple[object, ...], str]
    """By block and repetition: a fingerprint of the picks of a cell."""

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
    for name in sorted(
        set(picks) - {ALL_LABELS, *apart}, key=lambda name: (name != BASELINE, name)
    ):
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


def called(names: Sequence[str], groups: Sequence[Sequence[str]]) -> list[str]:
    """Return what strategies are called where groups are counted once.

    Parameters
    ----------
    names : sequence of str
        Strategies.
    groups : sequence of sequence of str
        The result of `find_groups`.

    Returns
    -------
    list of str
        In their order, each once: of several names of one group, its joint name.
    """
    joint = {name: joint_name(group) for group in groups for name in group}
    return list(dict.fromkeys(joint.get(name, name) for name in names))


def _blocks(part: pd.DataFrame) -> set[tuple[object, ...]]:
    return set(part[BLOCK].itertuples(index=False, name=None))


def _is_same(ours: Picks, theirs: Picks) -> bool:
    shared = ours.keys() & theirs.keys()
    return bool(shared) and all(ours[key] == theirs[key] for key in shared)


def _picks_by_strategy(cells: pd.DataFrame, rounds: pd.DataFrame) -> dict[str, Picks]:
    hashes = cells.set_index("cell")["picks_hash"].to_dict() if "picks_hash" in cells else {}
    picks: dict[str, dict[tuple[object, ...], str]] = {}
    columns = [str(name) for name in rounds if name not in CELL]
    numbers = [name for name in columns if not name.endswith("_seconds")]
    for (cell, *block, strategy, repetition), values in cell_curves(rounds, numbers):
        if len(values[0]) > 1:  # with one round there were no picks
            own = picks.setdefault(strategy, {})
            own[*block, repetition] = str(hashes.get(cell, "")) or _scores(values)
    return dict(picks)


def _scores(values: Sequence[NDArray[np.float64]]) -> str:
    """Return a fingerprint of the scores of a cell's rounds."""
    return np.stack(values).tobytes().hex()
