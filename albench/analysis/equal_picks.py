"""Strategies that picked the same candidates everywhere: one strategy under several names.

Arguments are those of `albench.analysis`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.analysis.curves import BLOCK, CELL
from albench.references import ALL_LABELS, BASELINE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd

    Picks = Mapping[tuple[object, ...], str]
    """By block and repetition: the hash of a cell's picks."""

JOINT = " = "
"""Joins the names of strategies that are counted once."""


def find_groups(
    cells: pd.DataFrame, rounds: pd.DataFrame, apart: Collection[str] = ()
) -> list[tuple[str, ...]]:
    """Return the groups of strategies that made the same picks in all cells they share.

    Cells have their `picks_hash`. Strategies of `apart` are in no group. Groups are of two or more,
    sorted, random first, and all of a group are planned in the same blocks. Cells that failed, or
    that bought nothing after the first labels, are not compared.
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
    """Return rounds in which each group is one strategy; `groups` is the result of `find_groups`.

    It has the group's joint name. A cell of its first name counts; where that one failed, the cell
    of the next that did not.
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
    """Return what strategies are called where groups are counted once; see `counted_once`.

    They stay in their order, each once: of several names of one group, its joint name.
    """
    joint = {name: joint_name(group) for group in groups for name in group}
    return list(dict.fromkeys(joint.get(name, name) for name in names))


def _blocks(part: pd.DataFrame) -> set[tuple[object, ...]]:
    return set(part[BLOCK].itertuples(index=False, name=None))


def _is_same(ours: Picks, theirs: Picks) -> bool:
    shared = ours.keys() & theirs.keys()
    return bool(shared) and all(ours[key] == theirs[key] for key in shared)


def _picks_by_strategy(cells: pd.DataFrame, rounds: pd.DataFrame) -> dict[str, Picks]:
    hashes = dict(zip(cells["cell"], cells["picks_hash"], strict=True))
    later = rounds[rounds["round"] > 0]  # the first labels are nobody's picks
    bought = later.drop_duplicates("cell")[CELL]
    picks: dict[str, dict[tuple[object, ...], str]] = {}
    for cell, *block, strategy, repetition in bought.itertuples(index=False, name=None):
        picks.setdefault(strategy, {})[*block, repetition] = str(hashes[cell])
    return dict(picks)
