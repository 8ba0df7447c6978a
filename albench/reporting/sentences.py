"""The answer in words: what the comparisons support, and no more.

Arguments are those of `albench.reporting`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from albench.analysis.cohorts_like_these import FEWEST_COHORTS
from albench.analysis.efficiency import TARGET
from albench.analysis.significance import FEWEST_PAIRS
from albench.analysis.verdicts import Verdict
from albench.metrics.catalogue import LABELS
from albench.plural import plural
from albench.references import BASELINE
from albench.reporting.formats import more_repetitions, p_equals, signed, span
from albench.reporting.names import RowsByBlock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from albench.analysis.ranks import Ranking
    from albench.reporting.names import Namer

DIFFERENT = {Verdict.BETTER, Verdict.WORSE}
SHORT = 6
"""Pairs that a sentence names, and strategies that it has in bold; more are counted."""

GOAL = f"{100 * TARGET:g} % of the all-labels score"


def state_of(cells: pd.DataFrame) -> str:
    """Return how complete the results are, in a sentence or two."""
    counts = cells["status"].value_counts()
    n_ok, n_all = int(counts.get("ok", 0)), len(cells)
    if n_ok == n_all:
        planned = "The 1 planned cell" if n_all == 1 else f"All {n_all} planned cells"
        return f"{planned} succeeded."
    rest = ", ".join(f"{n} {status}" for status, n in sorted(counts.items()) if status != "ok")
    return (
        f"Incomplete: {n_ok} of {plural(n_all, 'planned cell')} succeeded ({rest}). Tables "
        "use only the results there are, and say how many."
    )


def counted_once(groups: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield which strategies are counted as one.

    Parameters
    ----------
    groups : sequence of sequence of str
        Of strategies that made the same picks everywhere: what `equal_picks.find_groups` gave.

    Yields
    ------
    str
        One sentence, if there is any group.
    """
    if groups:
        names = "; ".join(_enumerated(group) for group in groups)
        yield (
            f"Counted once: {names} made the same picks in every round of every repetition. "
            "They count as one strategy in comparisons, corrections and ranks."
        )


def answers(  # what an answer is made of
    comparison: pd.DataFrame,
    overall: pd.DataFrame,
    efficiency: pd.DataFrame,
    neighbours: pd.DataFrame,
    metric: str,
    named: Namer,
) -> Iterator[str]:
    """Yield the main findings: where which strategies beat random, by how much, at which price.

    `neighbours` is the result of `comparison.over_blocks` of neighbours in rank. The price is in
    labels.
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
        yield from _overall(overall, neighbours, metric, where, named)
        yield _counts(judged, metric, where)
        yield from _by_block(judged, efficiency, named)
        yield from _unjudged(comparison, named)


def _overall(
    overall: pd.DataFrame, neighbours: pd.DataFrame, metric: str, where: str, named: Namer
) -> Iterator[str]:
    """Yield how strategies do on average over blocks, if there are several."""
    several = _ranked(overall[overall["n_blocks"] > 1])
    is_short = several["verdict"] == Verdict.TOO_FEW
    judged, short = several[~is_short], several[is_short]
    if len(judged):
        average = _average(judged, metric, named, is_part=len(short) > 0)
        yield f"On {where}, {average}{order(neighbours)}"
    if len(short):
        names = ", ".join(sorted(short["strategy"]))
        yield (
            f"**Not averaged over blocks: {names}**: fewer than {FEWEST_PAIRS} repetitions "
            "have all the required cells, including random's."
        )


def _average(judged: pd.DataFrame, metric: str, named: Namer, *, is_part: bool) -> str:
    is_whole = (judged["n_blocks"] == len(named.blocks)).all()
    where = "all" if is_whole else "the blocks that each has, of"
    better = judged[judged["verdict"] == Verdict.BETTER]
    worse = judged[judged["verdict"] == Verdict.WORSE]
    none = "none of the others beats random" if is_part else "no strategy beats random"
    said, listed = _winners(better, len(judged)) if len(better) else (none, "")
    # A larger mean with a wider interval may come first without differing from random.
    best = (better if len(better) else judged).iloc[0]
    among = "these" if len(better) else plural(len(judged), "strategy", "strategies")
    return (
        f"averaged over {where} {named.compared_blocks}, **{said}** in {LABELS[metric]}{listed}"
        f"{f', and {_listed(worse)} worse' if len(worse) else ''}{_rest(judged)}. Of "
        f"{among} {best['strategy']} has the best mean over "
        f"the labels bought, {_gain(best)} against random ({_holds_for(len(judged))}"
        f"{p_equals(best['p_holm'])} after correction)."
    )


def _winners(better: pd.DataFrame, n: int) -> tuple[str, str]:
    """Return who is better than random, in bold, and the names of many, which are not."""
    if len(better) <= SHORT:
        return f"{_listed(better)} better than random", ""
    names = _enumerated(better["strategy"].tolist())
    return f"{len(better)} of {n} strategies are better than random", f" ({names})"


def _rest(judged: pd.DataFrame) -> str:
    """Return what is equal to random, and what is undecided and for how long."""
    equal = judged[judged["verdict"] == Verdict.EQUAL]
    is_open = judged[judged["verdict"] == Verdict.OPEN]
    said = ""
    if len(equal):
        said += f"; {_listed(equal)} equal to it (within {_spread(equal['margin'])})"
    if len(is_open):
        said += f"; {plural(len(is_open), 'strategy', 'strategies')} {_undecided(is_open)}"
    return said


def _undecided(rows: pd.DataFrame) -> str:
    """Return that comparisons are undecided, and how many more repetitions would decide them."""
    verb, what = ("is", "it") if len(rows) == 1 else ("are", "them")
    more = more_repetitions(rows["more"])
    return f"{verb} undecided ({more} would probably decide {what})"


def _spread(margins: pd.Series[float]) -> str:
    ends = [f"{value:.3f}" for value in (margins.min(), margins.max())]
    return " to ".join(dict.fromkeys(ends))


def order(neighbours: pd.DataFrame) -> str:
    """Return of how many neighbours in the order of means one is better than the other.

    A difference that is sure, but smaller than what counts as equal, is none.

    Parameters
    ----------
    neighbours : DataFrame
        The result of `comparison.over_blocks` of neighbours in that order.

    Returns
    -------
    str
        A sentence after a space; empty if none is judged.
    """
    judged = neighbours[neighbours["verdict"] != Verdict.TOO_FEW]
    if judged.empty:
        return ""
    n_apart = int(judged["verdict"].isin(DIFFERENT).sum())
    return (
        f" Of {plural(len(judged), 'pair')} of neighbours in the order of these means over "
        f"{_those_blocks(judged)}, random among them, in {n_apart or 'none'} one is better than "
        "the other."
    )


def _those_blocks(judged: pd.DataFrame) -> str:
    n = int(judged["n_blocks"].max())
    return "both blocks" if n == 2 else f"all {n} blocks"


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
            f" The 95 % intervals of blocks hold for all {len(judged)} at once, so the best of "
            "many may be reported."
        )
    if (judged["verdict"] == Verdict.EQUAL).any():
        margins = _spread(judged["margin"])
        sentence += f" Equal: the difference is significantly smaller than {margins}."
    if not is_open.any():
        return sentence
    reach = (judged["all_high"] - judged["all_low"])[is_open].median() / 2
    return (
        f"{sentence} Undecided does not mean equal: half of the undecided intervals are "
        f"wider than ±{reach:.3f}; {more_repetitions(judged.loc[is_open, 'more'])} would decide "
        "at a power of 80 %."
    )


def _tally(judged: pd.DataFrame) -> str:
    counts = judged["verdict"].value_counts()
    better, worse, equal, is_open = (
        int(counts.get(str(verdict), 0)) or "none"
        for verdict in (Verdict.BETTER, Verdict.WORSE, Verdict.EQUAL, Verdict.OPEN)
    )
    return (
        f"{better} found the strategy better, {worse} worse, {equal} equal, and {is_open} left it "
        "undecided"
    )


def block_by_block(
    comparison: pd.DataFrame, efficiency: pd.DataFrame, metric: str, named: Namer
) -> Iterator[str]:
    """Yield what a metric that stands beside the primary one says of each block.

    The comparison is of the blocks in question. There is a sentence for each block with a finding,
    and one for all others.
    """
    judged = comparison[comparison["verdict"] != Verdict.TOO_FEW]
    yield from _by_block(judged, efficiency, named, f" in {LABELS[metric]}")


def second_opinion(comparison: pd.DataFrame, metric: str) -> Iterator[str]:
    """Yield one sentence on a secondary metric, if any of its comparisons has a verdict."""
    judged = comparison[comparison["verdict"] != Verdict.TOO_FEW]
    if len(judged):
        yield (
            f"Secondary: of {plural(len(judged), 'comparison')} in {LABELS[metric]}, corrected on "
            f"their own, {_tally(judged)}."
        )


def over_cohorts(compared: pd.DataFrame, metric: str) -> Iterator[str]:
    """Yield one sentence: how strategies compare with random where the cohort is the unit.

    `compared` is the result of `cohorts_like_these.across_cohorts`, the largest difference first.
    """
    judged = compared[~compared["verdict"].isin([Verdict.TOO_FEW, Verdict.OUTSIDE])]
    if judged.empty:
        yield f"No strategy has results on {FEWEST_COHORTS} cohorts: nothing is claimed."
        return
    better, worse, equal, is_open = (
        judged[judged["verdict"] == verdict]
        for verdict in (Verdict.BETTER, Verdict.WORSE, Verdict.EQUAL, Verdict.OPEN)
    )
    none = "no strategy beats random"
    said = [f"{_listed(better)} better than random" if len(better) else none]
    if len(worse):
        said.append(f"{_listed(worse)} worse")
    if len(equal):
        said.append(f"{_listed(equal)} equal to it (within {_spread(equal['margin'])})")
    if len(is_open):
        cohorts = more_repetitions(is_open["more"]).replace("repetition", "cohort")
        what, verb = ("it", "is") if len(is_open) == 1 else ("them", "are")
        count = plural(len(is_open), "strategy", "strategies")
        said.append(f"{count} {verb} undecided ({cohorts} would probably decide {what})")
    least, most = int(judged["n_pairs"].min()), int(judged["n_pairs"].max())
    upto = "" if least == most else "up to "
    yield (
        f"In {LABELS[metric]}, by t-tests over {upto}{most} cohorts, corrected by Holm over "
        f"{plural(len(judged), 'strategy', 'strategies')}: {'; '.join(said)}."
    )


def pairs(mean: pd.DataFrame, each: pd.DataFrame, named: Namer) -> Iterator[str]:
    """Yield what comparisons of pairs say on average over blocks, or of the only block.

    `mean` is the result of `comparison.over_blocks`, and `each` that of `comparison.by_block` of
    the same pairs. First comes where the comparison was made, then a sentence a winner with all
    whom it beats, one for what is equal and one for what is undecided.
    """
    judged = mean[~mean["verdict"].isin([Verdict.TOO_FEW, Verdict.OUTSIDE])]
    if judged.empty:
        yield f"No pair has {FEWEST_PAIRS} paired repetitions: nothing is claimed."
        return
    mean_of = ", averaged over blocks" if (judged["n_blocks"] > 1).any() else ""
    corrected = f"corrected over {plural(len(judged), 'pair')}"
    yield f"On {named.these_cohorts(each['cohort'])}{mean_of}, {corrected}:"
    yield from _by_winner(judged[judged["verdict"].isin(DIFFERENT)])
    equal, is_open = (judged[judged["verdict"] == v] for v in (Verdict.EQUAL, Verdict.OPEN))
    if len(equal):
        yield f"{_told_pairs(equal)} equal (within {_spread(equal['margin'])})."
    if len(is_open):
        it = "it" if len(is_open) == 1 else "them"
        whole = f"All {len(is_open)} pairs are" if len(is_open) == len(judged) > SHORT else ""
        yield (
            f"{whole or _told_pairs(is_open)} undecided; "
            f"{more_repetitions(is_open['more'])} would decide {it} at a power of 80 %."
        )


def _by_winner(decided: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence for each strategy that beats others, in the order of the pairs."""
    beaten: dict[str, list[str]] = {}
    for row in decided.to_dict("records"):
        names, sign = (row["strategy"], row["other"]), 1
        if row["verdict"] == Verdict.WORSE:
            names, sign = names[::-1], -1
        low, high = sorted((sign * row["all_low"], sign * row["all_high"]))
        gain = f"{signed(sign * row['difference'])} ({span(low, high)})"
        beaten.setdefault(names[0], []).append(f"{names[1]}, {gain}")
    for winner, losers in beaten.items():
        yield f"{winner} is better than {'; than '.join(losers)}."
    if not beaten:
        yield "In no pair is one better than the other."


def _told_pairs(rows: pd.DataFrame) -> str:
    """Return a few pairs by their names, or how many they are, and the verb."""
    if len(rows) > SHORT:
        return f"{len(rows)} pairs are"
    names = [f"{a} – {b}" for a, b in zip(rows["strategy"], rows["other"], strict=True)]
    return f"{_enumerated(names)} {'is' if len(names) == 1 else 'are'}"


def _by_block(
    judged: pd.DataFrame, efficiency: pd.DataFrame, named: Namer, by: str = ""
) -> Iterator[str]:
    silent, gains = [], RowsByBlock(efficiency)
    for block, part in RowsByBlock(judged).items():
        if part["verdict"].isin([Verdict.OPEN, Verdict.EQUAL]).all():
            silent.append(named.block(block))
        else:
            yield f"**{named.block(block)}{by}:** {_of_block(part, gains[block])}"
    if silent:
        yield f"No strategy is better or worse than random{by} on {'; '.join(silent)}."


def _of_block(part: pd.DataFrame, efficiency: pd.DataFrame) -> str:
    better = _ranked(part[part["verdict"] == Verdict.BETTER])
    worse = _ranked(part[part["verdict"] == Verdict.WORSE]).iloc[::-1]
    equal = part[part["verdict"] == Verdict.EQUAL]
    is_open = part[part["verdict"] == Verdict.OPEN]
    said = []
    if len(better):
        said.append(f"{_listed(better)} better than random{_most(better)}")
        said += _price(efficiency, str(better["strategy"].iloc[0]))
    if len(worse):
        said.append(f"{_listed(worse)} worse than random{_most(worse)}")
    if len(equal):
        said.append(f"{_listed(equal)} equal to it (within {_spread(equal['margin'])})")
    if len(is_open):
        said.append(f"{plural(len(is_open), 'strategy', 'strategies')} {_undecided(is_open)}")
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
        f"{', '.join(part['strategy'])} on {named.block(block)}"
        for block, part in RowsByBlock(few).items()
    ]
    yield (
        f"With fewer than {FEWEST_PAIRS} paired repetitions nothing is claimed about "
        f"{'; '.join(names)}."
    )


def ranking(result: Ranking, named: Namer) -> str:
    """Return in words what mean ranks show, by the result of `ranks.rank`.

    A critical difference is named only if Friedman's test rejects.
    """
    if result.table.empty:
        return "Strategies are not ranked: no block has results of every strategy."
    cohorts = plural(result.n_cohorts, "cohort")
    first = result.table["rank"].min()
    leaders = result.table.loc[result.table["rank"] == first, "strategy"].tolist()
    if len(result.table) == 1:
        return f"There is nothing to rank: {leaders[0]} is alone."
    opening = (
        f"Mean ranks (1 is best) over {cohorts}, the blocks of each averaged first; "
        f"{_enumerated(leaders)} {'leads' if len(leaders) == 1 else 'lead'} with {first:.2f}."
    )
    if result.n_left_out:
        count = plural(result.n_left_out, "repetition")
        lacks, does = ("lacks", "does") if result.n_left_out == 1 else ("lack", "do")
        opening += (
            f" {count}, counted block by block, {lacks} results of some strategy and {does} not "
            f"count{_without(result, named)}."
        )
    return f"{opening} {_tested(result)}"


def _without(result: Ranking, named: Namer) -> str:
    if not result.without:
        return ""
    names = _enumerated([named.cohort(name) for name in result.without])
    what, verb = ("cohort", "is") if len(result.without) == 1 else ("cohorts", "are")
    return f": the {what} {names} {verb} left out"


def _tested(result: Ranking) -> str:
    if result.n_cohorts < FEWEST_COHORTS:
        return (
            f"With fewer than {FEWEST_COHORTS} cohorts, ranks describe only these cohorts and are "
            "not tested: blocks of one cohort are not independent."
        )
    if np.isnan(result.p):
        return "There are too few strategies for Friedman's test."
    if result.critical_difference is None:
        return (
            f"Friedman's test does not reject ({p_equals(result.p)}): the ranks may be chance, and "
            "no two strategies are distinguished."
        )
    said = (
        f"Friedman's test rejects ({p_equals(result.p)}); ranks closer than "
        f"{result.critical_difference:.2f} are not distinguished (Nemenyi, 0.05)"
    )
    if not result.groups:
        return f"{said}, and none are that close."
    groups = plural(len(result.groups), "group", "groups")
    names = "; ".join(f"{group[0]} to {group[-1]}" for group in result.groups)
    return f"{said}: {groups}, {names}."


def identical(groups: Sequence[tuple[str, Sequence[str]]]) -> Iterator[str]:
    """Yield which strategies gave the same curves.

    Parameters
    ----------
    groups : sequence of (str, sequence of str)
        A block's name, and strategies that are equal on it.

    Yields
    ------
    str
        A sentence for each group of strategies.
    """
    places: dict[str, list[str]] = {}
    for block, names in groups:
        places.setdefault(_enumerated(names), []).append(block)
    for names, blocks in places.items():
        yield f"{names} on {'; '.join(blocks)}."


def _listed(rows: pd.DataFrame) -> str:
    names = rows["strategy"].tolist()
    return _enumerated(names) + (" is" if len(names) == 1 else " are")


def _enumerated(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _most(rows: pd.DataFrame) -> str:
    """Return the first row's difference; with whose it is, unless it is everybody's."""
    first = rows[rows["difference"] == rows["difference"].iloc[0]]
    gain = _gain(rows.iloc[0])
    if len(first) == len(rows):
        return f", {gain}{' each' if len(rows) > 1 else ''}"
    return f", by up to {gain[:-1]}; {_enumerated(first['strategy'].tolist())})"


def _gain(row: pd.Series[Any]) -> str:
    return f"{signed(row['difference'])} ({span(row['all_low'], row['all_high'])})"
