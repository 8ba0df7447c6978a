"""Strategies against each other: which are compared, and who wins how often."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from albench.analysis.verdicts import Verdict
from albench.references import BASELINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

N_FEW = 5
"""How many of the best are compared with each other unless strategies are named."""


def best_few(overall: pd.DataFrame, n: int = N_FEW) -> list[str]:
    """Return the `n` strategies of the best means over all blocks, best first.

    `overall` is the result of `comparison.across_blocks`. What is returned are competitors that
    have enough repetitions of the most blocks that any has; random among them if its mean is, at a
    difference of 0 to itself. One that is best by chance was chosen for it, so that the differences
    between the best are smaller than chance alone would make them: the tests stay within their
    level (``benchmarks/statistics/null.py``).
    """
    judged = overall[~overall["verdict"].isin([Verdict.OUTSIDE, Verdict.TOO_FEW])]
    whole = judged[judged["n_blocks"] == judged["n_blocks"].max()]
    means = dict(zip(whole["strategy"], whole["difference"], strict=True))
    if means:
        means[BASELINE] = 0.0
    return sorted(means, key=lambda name: (-means[name], name))[:n]


def all_pairs(strategies: Sequence[str]) -> list[tuple[str, str]]:
    """Return each pair once, in the order in which they are named."""
    return list(combinations(strategies, 2))


def neighbours(strategies: Sequence[str]) -> list[tuple[str, str]]:
    """Return each strategy with the next."""
    return list(pairwise(strategies))
