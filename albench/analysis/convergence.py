"""Whether training twice as long changes what strategies gain over random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from scipy.stats import kendalltau

from albench.analysis.comparison import side_by_side
from albench.analysis.curves import BLOCK
from albench.analysis.paired import paired_t
from albench.analysis.significance import ALPHA, holm
from albench.references import BASELINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from albench.records.schema import BlockKey


_LENGTHS = ("epochs", "min_updates")


@dataclass(frozen=True)
class Convergence:
    """What doubling the updates changed in one block.

    Parameters
    ----------
    block : tuple of str
        That of the shorter training.
    longer : str
        The model that is trained twice as long.
    n_strategies : int
        Compared with random in both.
    changed : tuple of str
        Strategies whose gain over random differs, by t-tests paired by repetition and corrected by
        Holm over the block.
    tau : float
        Kendall's correlation of the strategies' order before and after, random among them.
    """

    block: BlockKey
    longer: str
    n_strategies: int
    changed: tuple[str, ...]
    tau: float


def doubled(models: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return the pairs of models of which the second is the first, trained twice as long.

    Parameters
    ----------
    models : mapping of str to mapping
        The tables ``[models.M]`` of a specification.

    Returns
    -------
    list of (str, str)
        Alike but for ``epochs`` and ``min_updates``, both of which are doubled.
    """
    return [
        (short, long)
        for short in models
        for long in models
        if short != long and _of_twice_the_length(models[short]) == _comparable(models[long])
    ]


def _of_twice_the_length(model: Mapping[str, Any]) -> dict[str, Any]:  # as a user wrote it
    settings = _comparable(model)
    return settings | {name: 2 * settings[name] for name in _LENGTHS}


def _comparable(model: Mapping[str, Any]) -> dict[str, Any]:  # as a user wrote it
    training = {"epochs": 30, "min_updates": 0} | dict(model.get("training", {}))
    return {"options": {}} | {k: v for k, v in model.items() if k != "training"} | training


def convergence(efficiency: pd.DataFrame, pairs: list[tuple[str, str]]) -> Iterator[Convergence]:
    """Yield what twice the training changed, in each block that was run with both.

    Parameters
    ----------
    efficiency : DataFrame
        One row per cell: what `cell_efficiency` gave.
    pairs : list of (str, str)
        The result of `doubled`.

    Yields
    ------
    Convergence
        Only of blocks with at least one strategy beside random in at least two repetitions.
    """
    areas = {
        cast("BlockKey", key): side_by_side(part, ["repetition"], "area")
        for key, part in efficiency.groupby(BLOCK, sort=True)
    }
    for (cohort, modalities, model, budget), short in areas.items():
        for longer in (long for first, long in pairs if first == model):
            long = areas.get((cohort, modalities, longer, budget))
            if long is not None and BASELINE in short and BASELINE in long:
                converged = _of_block((cohort, modalities, model, budget), longer, short, long)
                if converged is not None:
                    yield converged


def _of_block(
    block: BlockKey, longer: str, short: pd.DataFrame, long: pd.DataFrame
) -> Convergence | None:
    names = [name for name in short.columns.intersection(long.columns) if name != BASELINE]
    gains = [table[names].sub(table[BASELINE], axis=0) for table in (short, long)]
    changes = (gains[1] - gains[0]).round(12)
    p_values = np.array([paired_t(changes[name].dropna().to_numpy()) for name in names])
    if not (~np.isnan(p_values)).any():
        return None
    corrected = holm(p_values)
    changed = tuple(name for name, p in zip(names, corrected, strict=True) if p < ALPHA)
    means = [table[[*names, BASELINE]].mean() for table in (short, long)]
    tau = float(kendalltau(*means).statistic)
    return Convergence(block, longer, len(names), changed, tau)
