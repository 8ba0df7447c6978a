"""Comparisons of a run that adds repetitions: their blocks, pairs, and level."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from albench.analysis.anytime import follow
from albench.analysis.curves import BLOCK, CELL
from albench.analysis.sequential import COLUMNS, followed

BLOCKS = (("a", "x", "m", "b"), ("c", "x", "m", "b"))


def areas() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    rows = [
        (f"{i}", *block, strategy, repetition, rng.normal(0.1 * (strategy == "badge"), 0.02))
        for i, (block, strategy, repetition) in enumerate(
            itertools.product(BLOCKS, ("badge", "margin", "random"), range(12))
        )
        if (block[0], strategy) != ("c", "margin")
    ]
    return pd.DataFrame(rows, columns=[*CELL, "area"])


def test_each_pair_is_followed_in_the_blocks_that_have_both() -> None:
    table = followed(areas(), [("badge", "random"), ("margin", "random")], 3, {"a": 0.1})
    assert list(table.columns) == COLUMNS
    where = list(table[[BLOCK[0], "strategy"]].itertuples(index=False, name=None))
    assert where == [("a", "badge"), ("c", "badge"), ("a", "margin")]
    assert table["n_pairs"].tolist() == [12, 12, 12]


def test_the_level_is_shared_among_all_comparisons_of_the_run_whichever_are_shown() -> None:
    one = areas()
    one = one[one["cohort"] == "a"]
    table = followed(one, [("badge", "random")], 10, {})
    wide = one.set_index(["strategy", "repetition"])["area"]
    gaps = (wide["badge"] - wide["random"]).to_numpy()
    alone = follow(gaps.round(12), np.nan, 0.05 / 10)
    assert table["all_low"].tolist() == [float(alone.low)]
    assert (
        table["all_low"].tolist() < followed(one, [("badge", "random")], 1, {})["all_low"].tolist()
    )


def test_nothing_is_followed_before_anything_has_run() -> None:
    table = followed(areas()[:0], [("badge", "random")], 2, {})
    assert table.empty
    assert list(table.columns) == COLUMNS
