"""The answer in words: what the comparisons support, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from albench.analysis.comparison import FEWEST_PAIRS, Verdict
from albench.analysis.curves import BASELINE
from albench.analysis.efficiency import TARGET
from albench.analysis.ranks import FEWEST_COHORTS
from albench.metrics.catalogue import LABELS
from albench.plural import plural
from albench.reporting.formats import p_equals, signed, span
from albench.reporting.names import blocks_of, of_block

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from albench.analysis.ranks import Ranking
    from albench.reporting.names import Namer

GOAL = f"{100 * TARGET:g} % of the all-labels score"


def state_of(cells: pd.DataFrame) -> str:
    """Return how complete the results are.

    Parameters
    ----------
    cells : DataFrame
        One row per planned cell.

    Returns
    -------
    str
        One or two sentences.
    """
    counts = cells["status"].value_counts()
    n_ok, n_all = int(counts.get("ok", 0)), len(cells)
    if n_ok == n_all:
        planned = "The 1 planned cell" if n_all == 1 else f"All {n_all} planned cells"
        return f"{planned} succeeded."
    rest = ", ".join(f"{n} {status}" for status, n in sorted(counts.items()) if status != "ok")
    return (
        f"**Incomplete:** {n_ok} of {plural(n_all, 'planned cell')} succeeded ({rest}). Tables "
        "count only what is there, and say how much that is."
    )


def counted_once(groups: Sequence[Sequence[str]], *, by_picks: bool) -> Iterator[str]:
    """Yield which strategies are counted as one.

    Parameters
    ----------
    groups : sequence of sequence of str
        Of strategies that made the same picks everywhere: what `equal_picks.find_groups` gave.
    by_picks : bool
        Whether their picks were compared; else their scores were.

    Yields
    ------
    str
        One sentence, if there is any group.
    """
    if groups:
        names = "; ".join(_enumerated(group) for group in groups)
        what = "made the same picks" if by_picks else "have the same scores"
        because = "" if by_picks else " (the picks of these results are not at hand)"
        yield (
            f"Counted once: {names} {what} in every round of every repetition{because}. "
            "They are one strategy in comparisons, corrections and ranks."
        )


def answers(
    comparison: pd.DataFrame,
    overall: pd.DataFrame,
    efficiency: pd.DataFrame,
    metric: str,
    named: Namer,
) -> Iterator[str]:
    """Yield the main findings.

    Parameters
    ----------
    comparison : DataFrame
        The result of `comparison.against_random`.
    overall : DataFrame
        The result of `comparison.across_blocks`.
    efficiency : DataFrame
        One row per cell.
    metric : str
        Name of the metric.
    named : Namer
        Names blocks.

    Yields
    ------
    str
        Sentences: where which strategies beat random, by how much, at which price in labels.
    """
    judged = comparison[comparison["verdict"] != Verdict.TOO_FEW]
    if comparison.empty:
        yield "There is nothing to compare: no block has results of a strategy other than random."
    elif judged.empty:
        yield (
            f"With fewer than {FEWEST_PAIRS} paired repetitions nothing is claimed: the tables "
            "show differences and intervals, no verdicts."
        )
    else:
        where = named.these_cohorts(judged["cohort"])
        yield from _overall(overall, metric, where, named)
        yield _counts(judged, metric, where)
        yield from _by_block(judged, efficiency, named)
        yield from _unjudged(comparison, named)


def _overall(overall: pd.DataFrame, metric: str, where: str, named: Namer) -> Iterator[str]:
    """Yield how strategies do on average over blocks, if there are several."""
    several = _ranked(overall[overall["n_blocks"] > 1])
    is_short = several["verdict"] == Verdict.TOO_FEW
    judged, short = several[~is_short], several[is_short]
    if len(judged):
        average = _average(judged, metric, named, is_part=len(short) > 0)
        yield f"On {where}, {average}"
    if len(short):
        names = ", ".join(sorted(short["strategy"]))
        yield (
            f"**Not averaged over blocks: {names}**, for fewer than {FEWEST_PAIRS} repetitions "
            "have all the cells that it takes, random's included."
        )


def _average(judged: pd.DataFrame, metric: str, named: Namer, *, is_part: bool) -> str:
    is_whole = (judged["n_blocks"] == len(named.blocks)).all()
    where = "all" if is_whole else "the blocks that each has, of"
    better = judged[judged["verdict"] == Verdict.BETTER]
    worse = judged[judged["verdict"] == Verdict.WORSE]
    none = "none of the others beats random" if is_part else "no strategy beats random"
    said = f"{_listed(better)} better than random" if len(better) else none
    # A larger mean with a wider interval may come first without being told from random.
    best = (better if len(better) else judged).iloc[0]
    among = "these" if len(better) else plural(len(judged), "strategy", "strategies")
    return (
        f"averaged over {where} {named.all_blocks}, **{said}** in {LABELS[metric]}"
        f"{f', and {_listed(worse)} worse' if len(worse) else ''}. Of "
        f"{among} {best['strategy']} has the best mean over "
        f"the labels bought, {_gain(best)} against random ({_holds_for(len(judged))}"
        f"{p_equals(best['p_holm'])} after correction)."
    )


def _holds_for(n: int) -> str:
    return f"the interval holds for all {n} strategies at once; " if n > 1 else ""


def _ranked(comparison: pd.DataFrame) -> pd.DataFrame:
    return comparison.sort_values("difference", ascending=False, kind="stable")


def _counts(judged: pd.DataFrame, metric: str, where: str) -> str:
    is_open = judged["verdict"] == Verdict.OPEN
    sentence = (
        f"Of {plural(len(judged), 'comparison')} with random in {LABELS[metric]}, one for each "
        f"strategy and block on {where}, {_tally(judged)} (paired t-tests, corrected by Holm over "
        f"all {len(judged)})."
    )
    if len(judged) > 1:
        sentence += (
            f" The 95 % intervals of blocks hold for all {len(judged)} at once, so that the best "
            "of many may be named."
        )
    if not is_open.any():
        return sentence
    reach = (judged["all_high"] - judged["all_low"])[is_open].median() / 2
    return (
        f"{sentence} Not told apart is not equal: half of these intervals, where it was not told "
        f"apart, are wider than ±{reach:.3f}."
    )


def _tally(judged: pd.DataFrame) -> str:
    counts = judged["verdict"].value_counts()
    better, worse, told_not = (
        int(counts.get(str(verdict), 0)) or "none"
        for verdict in (Verdict.BETTER, Verdict.WORSE, Verdict.OPEN)
    )
    return f"{better} found the strategy better, {worse} worse, and {told_not} could not tell"


def second_opinion(comparison: pd.DataFrame, metric: str) -> Iterator[str]:
    """Yield what another metric says, if any of its comparisons has a verdict.

    Parameters
    ----------
    comparison : DataFrame
        The result of `comparison.against_random`.
    metric : str
        Name of the metric.

    Yields
    ------
    str
        One sentence.
    """
    judged = comparison[comparison["verdict"] != Verdict.TOO_FEW]
    if len(judged):
        yield (
            f"Of {plural(len(judged), 'comparison')} in {LABELS[metric]}, corrected on their "
            f"own, {_tally(judged)}."
        )


def _by_block(judged: pd.DataFrame, efficiency: pd.DataFrame, named: Namer) -> Iterator[str]:
    silent = []
    for block in blocks_of(judged):
        part = of_block(judged, block)
        if (part["verdict"] == Verdict.OPEN).all():
            silent.append(named.block(block))
        else:
            yield f"**{named.block(block)}:** {_of_block(part, of_block(efficiency, block))}"
    if silent:
        yield f"No strategy can be told from random on {'; '.join(silent)}."


def _of_block(part: pd.DataFrame, efficiency: pd.DataFrame) -> str:
    better = _ranked(part[part["verdict"] == Verdict.BETTER])
    worse = _ranked(part[part["verdict"] == Verdict.WORSE]).iloc[::-1]
    n_open = len(part) - len(better) - len(worse)
    said = []
    if len(better):
        said.append(f"{_listed(better)} better than random, {_most(better)}")
        said += _price(efficiency, str(better["strategy"].iloc[0]))
    if len(worse):
        said.append(f"{_listed(worse)} worse than random, {_most(worse)}")
    if n_open:
        said.append(f"{plural(n_open, 'strategy', 'strategies')} not told apart")
    return "; ".join(said) + "."


def _price(efficiency: pd.DataFrame, strategy: str) -> list[str]:
    """Return what the strategy and random paid for 95 % of the all-labels score, if it is known."""
    priced = efficiency.dropna(subset=["goal"])
    ours, theirs = (
        float(np.median(priced.loc[priced["strategy"] == name, "labels"].fillna(np.inf)))
        if name in set(priced["strategy"])
        else np.nan
        for name in (strategy, BASELINE)
    )
    if np.isnan(ours) or np.isnan(theirs):
        return []
    if np.isinf(ours) and np.isinf(theirs):
        return [f"neither reaches {GOAL} within the budget"]
    spent = [f"{n:.0f}" if np.isfinite(n) else "more than the budget" for n in (ours, theirs)]
    return [f"{strategy} needs {spent[0]} labels for {GOAL}, random {spent[1]} (medians)"]


def _unjudged(comparison: pd.DataFrame, named: Namer) -> Iterator[str]:
    few = comparison[comparison["verdict"] == Verdict.TOO_FEW]
    if few.empty:
        return
    names = [
        f"{', '.join(of_block(few, block)['strategy'])} on {named.block(block)}"
        for block in blocks_of(few)
    ]
    yield (
        f"With fewer than {FEWEST_PAIRS} paired repetitions nothing is claimed of "
        f"{'; '.join(names)}."
    )


def ranking(result: Ranking) -> str:
    """Return the mean ranks of strategies in words.

    Parameters
    ----------
    result : Ranking
        The result of `ranks.rank`.

    Returns
    -------
    str
        It names differing ranks only if Friedman's test rejects.
    """
    if not result.ranks:
        return (
            f"Strategies are not ranked: ranks go by cohort, and take {FEWEST_COHORTS} with "
            f"results of every strategy; here are {result.n_cohorts}."
        )
    listed = ", ".join(f"{name} {value:.2f}" for name, value in result.ranks.items())
    left = (
        f" {plural(result.n_left_out, 'repetition')} of a block without results of every strategy "
        "do not count."
        if result.n_left_out
        else ""
    )
    opening = (
        f"Mean ranks (1 is best) over {result.n_cohorts} cohorts, the blocks of each averaged "
        f"first: {listed}.{left}"
    )
    if np.isnan(result.p):
        return f"{opening} These are too few strategies for Friedman's test."
    if result.critical_difference is None:
        return (
            f"{opening} Friedman's test does not reject ({p_equals(result.p)}): the ranks may be "
            "chance."
        )
    return (
        f"{opening} Friedman's test rejects ({p_equals(result.p)}); ranks closer than "
        f"{result.critical_difference:.2f} are not told apart (Nemenyi, 0.05)."
    )


def identical(groups: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Return which strategies gave the same curves.

    Parameters
    ----------
    groups : sequence of (str, sequence of str)
        A block's name, and strategies that are equal on it.

    Returns
    -------
    str
        One sentence.
    """
    places: dict[str, list[str]] = {}
    for block, names in groups:
        places.setdefault(_enumerated(names), []).append(block)
    equal = "; ".join(f"{names} on {_enumerated(blocks)}" for names, blocks in places.items())
    return f"Equal in every round of every repetition: {equal}."


def _listed(rows: pd.DataFrame) -> str:
    names = rows["strategy"].tolist()
    return _enumerated(names) + (" is" if len(names) == 1 else " are")


def _enumerated(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _most(rows: pd.DataFrame) -> str:
    """Return the first row's difference; with its strategy, if there are other rows."""
    row = rows.iloc[0]
    whose = f"the most {row['strategy']}, " if len(rows) > 1 else ""
    return f"{whose}{_gain(row)}"


def _gain(row: pd.Series[Any]) -> str:
    return f"{signed(row['difference'])} ({span(row['all_low'], row['all_high'])})"
