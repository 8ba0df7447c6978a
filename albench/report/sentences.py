"""The answer in words: what the comparisons allow to be said, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from albench.analysis.comparison import FEWEST_PAIRS
from albench.analysis.curves import BASELINE, BLOCK
from albench.analysis.efficiency import TARGET
from albench.report.tables import of_block

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from albench.report.names import Namer

METRIC_WORDS = {"accuracy": "accuracy", "auc": "AUC"}


def state_of(manifest: Mapping[str, Any], cells: pd.DataFrame) -> str:
    """Return how complete the results are.

    Parameters
    ----------
    manifest : mapping
        The run's.
    cells : DataFrame
        One row a planned cell.

    Returns
    -------
    str
        One sentence.
    """
    counts = cells["status"].value_counts()
    n_ok, n_all = int(counts.get("ok", 0)), len(cells)
    if n_ok == n_all:
        return f"All {n_all} planned cells succeeded."
    rest = ", ".join(f"{n} {status}" for status, n in counts.items() if status != "ok")
    return (
        f"**Incomplete:** {n_ok} of {n_all} planned cells succeeded ({rest}). Tables count only what "
        "is there, and say how much that is."
    )


def answers(
    comparison: pd.DataFrame, efficiency: pd.DataFrame, metric: str, named: Namer
) -> Iterator[str]:
    """Yield what a reader wants to know first.

    Parameters
    ----------
    comparison : DataFrame
        What `comparison.against_random` gave.
    efficiency : DataFrame
        One row a cell.
    metric : str
        Which one they are of.
    named : Namer
        Names blocks.

    Yields
    ------
    str
        Sentences: where which strategies beat random, by how much, at which price in labels.
    """
    if comparison.empty:
        yield "There is nothing to compare: no block has random and another strategy."
        return
    word = METRIC_WORDS[metric]
    judged = comparison[comparison["verdict"] != "too few repetitions"]
    if judged.empty:
        yield (
            f"With fewer than {FEWEST_PAIRS} paired repetitions nothing is claimed: the tables show "
            "differences and intervals, no verdicts."
        )
        return
    counts = judged["verdict"].value_counts()
    yield (
        f"In {counts.get('better', 0)} of {len(judged)} comparisons (strategy x block) a strategy has a "
        f"larger area under the {word} curve than random, in {counts.get('worse', 0)} a smaller one, and "
        f"in {counts.get('not separable', 0)} the two cannot be told apart; paired t-tests, corrected "
        f"by Holm over all {len(judged)}."
    )
    for key, part in judged.groupby(BLOCK, sort=True):
        block = (str(key[0]), str(key[1]), str(key[2]), str(key[3]))
        yield f"**{named.block(block)}:** {_of_block(part, of_block(efficiency, block), word)}"


def _of_block(part: pd.DataFrame, efficiency: pd.DataFrame, word: str) -> str:
    better = part[part["verdict"] == "better"].sort_values("difference", ascending=False)
    worse = part[part["verdict"] == "worse"].sort_values("difference")
    said = []
    if len(better):
        best = better.iloc[0]
        said.append(f"{_listed(better)} better than random in {word}; {_largest(best)}")
        said.append(_price(efficiency, str(best["strategy"])))
    if len(worse):
        said.append(f"{_listed(worse)} worse")
    n_open = len(part) - len(better) - len(worse)
    if n_open == len(part):
        said.append("no strategy can be told from random")
    elif n_open:
        said.append(f"{n_open} not separable")
    return "; ".join(sentence for sentence in said if sentence) + "."


def _listed(rows: pd.DataFrame) -> str:
    names = rows["strategy"].tolist()
    return ", ".join(names) + (" is" if len(names) == 1 else " are")


def _largest(row: pd.Series[Any]) -> str:
    return (
        f"the largest gain is {row['strategy']}'s, {row['difference']:+.3f} "
        f"({row['low']:+.3f} to {row['high']:+.3f})"
    ).replace("-", "−")


def _price(efficiency: pd.DataFrame, strategy: str) -> str:
    """Return what the strategy and random paid for 95 % of the all-labels score."""
    labels = {
        name: efficiency.loc[efficiency["strategy"] == name].set_index("repetition")["labels"]
        for name in (strategy, BASELINE)
    }
    medians = {name: values.fillna(np.inf).median() for name, values in labels.items()}
    goal = f"{100 * TARGET:g} % of the all-labels score"
    if not np.isfinite(medians[strategy]):
        return (
            f"neither reaches {goal} within the budget in most repetitions"
            if not np.isfinite(medians[BASELINE])
            else ""
        )
    if not np.isfinite(medians[BASELINE]):
        return f"it reaches {goal} with {medians[strategy]:.0f} labels (median), random not within the budget"
    return (
        f"it reaches {goal} with {medians[strategy]:.0f} labels (median) where random takes "
        f"{medians[BASELINE]:.0f}"
    )
