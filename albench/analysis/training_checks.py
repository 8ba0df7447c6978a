"""Checks that networks were trained well enough for their curves to be compared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, cast

import numpy as np

from albench.analysis.curves import BLOCK, mean_interval
from albench.analysis.paired import paired_t
from albench.analysis.significance import ALPHA
from albench.metrics.catalogue import SHOWN
from albench.references import ALL_LABELS, BASELINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from albench.records.schema import BlockKey


LARGEST_MODE_GAP = 0.05
"""Of accuracy on the labelled set; more than this is no rounding and no small last batch."""

MODES = ("train_accuracy_by_batch", "train_accuracy")
"""Accuracy on the labelled set in training mode and in evaluation mode, where it is recorded."""


class TrainingCheck(StrEnum):
    """The checks of every block."""

    LOSS = "loss below guessing"
    RISE = "rises with labels"
    MODES = "same in both modes"
    END = "last round equals all labels"
    UPPER = "all labels are an upper bound"


class CheckOutcome(StrEnum):
    """How a check ended."""

    PASS = "pass"  # noqa: S105  # no password
    FAIL = "fail"
    OPEN = "undecided"
    UNKNOWN = "not recorded"
    ELSEWHERE = "does not apply"


@dataclass(frozen=True)
class TrainingFinding:
    """What one check found in one block.

    Parameters
    ----------
    block : tuple of str
        Cohort, modalities, model, budget.
    check : TrainingCheck
        What was asked.
    outcome : CheckOutcome
        How it ended.
    metric : str
        What `value` is of.
    value : float
        A loss, a gap or a mean difference; NaN if there is none.
    low, high : float
        The 95 % interval of a mean difference, not corrected.
    bound : float
        What `value` is compared with.
    """

    block: BlockKey
    check: TrainingCheck
    outcome: CheckOutcome
    metric: str = ""
    value: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    bound: float = float("nan")


def check_training(
    rounds: pd.DataFrame,
    guesses: Mapping[str, float],
    metrics: Sequence[str] = SHOWN,
    margins: Mapping[str, float] | None = None,
) -> list[TrainingFinding]:
    """Return the outcomes of the checks of training, block by block.

    Random's labels are a fair sample, so that training is judged by random and by the reference
    with all labels: what a strategy does to a network is not the training's fault.

    Parameters
    ----------
    rounds : DataFrame
        The result of `curves.joined`.
    guesses : mapping of str to float
        By cohort, the log loss of guessing; see `guessing`.
    metrics : sequence of str
        Those that the report is about.
    margins : mapping of str to float or None
        By cohort, the difference under which scores are equal for practical purposes; see
        `equivalence.margins`. A last round whose difference from all labels is shown to be smaller,
        by an interval that lies within the margin, equals all labels. None, and NaN, are no margin.

    Returns
    -------
    list of TrainingFinding
        A loss and a gap between modes for each block, and for each metric whether it
        rises, ends at all labels and does not pass them. Differences are judged by paired t-tests
        over repetitions. These are not corrected: a check that misses a fault is worse than one
        false alarm in twenty.
    """
    grouped = rounds.groupby(BLOCK, sort=True)
    blocks = [(cast("BlockKey", key), part) for key, part in grouped]
    checks = [_loss(key, part, guesses.get(key[0], np.nan)) for key, part in blocks]
    checks += [_modes(key, part) for key, part in blocks]
    each = list(_each(blocks, metrics))
    checks += _judged(TrainingCheck.RISE, ((key, m, _rise(part, m)) for key, part, m in each))
    ends = ((key, m, _at_the_end(part, m)) for key, part, m in each)
    checks += _judged(TrainingCheck.END, ends, margins)
    checks += _judged(
        TrainingCheck.UPPER, ((key, m, _above(part, m)) for key, part, m in each), margins
    )
    return checks


def guessing(counts: Mapping[str, int]) -> float:
    """Return the log loss of always answering with the classes' shares.

    Parameters
    ----------
    counts : mapping of str to int
        Subjects by class.

    Returns
    -------
    float
        In nats: their entropy, which is log k for k classes of one size.
    """
    shares = np.array([n for n in counts.values() if n > 0], dtype=float)
    shares /= shares.sum()
    return float(-(shares * np.log(shares)).sum())


def passed_lines(checks: Iterable[TrainingFinding], metric: str) -> set[BlockKey]:
    """Return the blocks in which strategies end above all labels in a metric.

    Parameters
    ----------
    checks : iterable of TrainingFinding
        The result of `check_training`.
    metric : str
        Its name.

    Returns
    -------
    set of tuple of str
        Where a share of the all-labels score is not a meaningful goal.
    """
    return {
        checked.block
        for checked in checks
        if (checked.check, checked.outcome, checked.metric)
        == (TrainingCheck.UPPER, CheckOutcome.FAIL, metric)
    }


def without_goals(efficiency: pd.DataFrame, blocks: set[BlockKey]) -> pd.DataFrame:
    """Return a table of efficiency without the labels that some blocks' goals took.

    Parameters
    ----------
    efficiency : DataFrame
        The result of `efficiency.cell_efficiency`.
    blocks : set of tuple of str
        Where strategies end above the reference.

    Returns
    -------
    DataFrame
        With `goal` and `labels` NaN in those blocks.
    """
    keys = efficiency[BLOCK].itertuples(index=False, name=None)
    is_passed = np.array([tuple(key) in blocks for key in keys], dtype=bool)
    kept = {name: efficiency[name].mask(is_passed) for name in ("goal", "labels")}
    return efficiency.assign(**kept)


def _each(
    blocks: list[tuple[BlockKey, pd.DataFrame]], metrics: Sequence[str]
) -> Iterator[tuple[BlockKey, pd.DataFrame, str]]:
    return ((key, part, metric) for key, part in blocks for metric in metrics if metric in part)


def _loss(block: BlockKey, part: pd.DataFrame, guess: float) -> TrainingFinding:
    if "log_loss" not in part or np.isnan(guess):
        return TrainingFinding(block, TrainingCheck.LOSS, CheckOutcome.UNKNOWN)
    value = _worst_of_trained(part, part["log_loss"])
    if np.isnan(value):
        return TrainingFinding(block, TrainingCheck.LOSS, CheckOutcome.UNKNOWN)
    outcome = CheckOutcome.PASS if value < guess else CheckOutcome.FAIL
    return TrainingFinding(block, TrainingCheck.LOSS, outcome, "log_loss", value, bound=guess)


def _modes(block: BlockKey, part: pd.DataFrame) -> TrainingFinding:
    if not set(MODES) <= set(part):
        return TrainingFinding(block, TrainingCheck.MODES, CheckOutcome.UNKNOWN)
    by_batch, predicted = (part[name] for name in MODES)
    value = _worst_of_trained(part, by_batch - predicted)
    if np.isnan(value):
        return TrainingFinding(block, TrainingCheck.MODES, CheckOutcome.UNKNOWN)
    outcome = CheckOutcome.PASS if value <= LARGEST_MODE_GAP else CheckOutcome.FAIL
    return TrainingFinding(
        block, TrainingCheck.MODES, outcome, "accuracy", value, bound=LARGEST_MODE_GAP
    )


def _worst_of_trained(part: pd.DataFrame, values: pd.Series[float]) -> float:
    """Return the larger of random's and the reference's means over repetitions at the end."""
    last = _last(part.assign(judged=values))
    own = last[last["strategy"].isin([BASELINE, ALL_LABELS])]
    return float(own.groupby("strategy")["judged"].mean().max()) if len(own) else float("nan")


def _last(part: pd.DataFrame) -> pd.DataFrame:
    return part.loc[part.groupby(["strategy", "repetition"])["round"].idxmax()]


def _rise(part: pd.DataFrame, metric: str) -> NDArray[np.float64] | None:
    """Return random's last score minus its first, of each repetition."""
    own = part[part["strategy"] == BASELINE].sort_values("round")
    if own.empty or own["round"].max() == 0:
        return None
    ends = own.groupby("repetition")[metric]
    return _known(ends.last() - ends.first())


def _at_the_end(part: pd.DataFrame, metric: str) -> NDArray[np.float64] | None:
    """Return how far strategies that have bought everything are from all labels, on average."""
    last = _last(part[part["strategy"] != ALL_LABELS])
    whole = last[last["n_labelled"] == last["n_candidates"]]
    return None if whole.empty else _to_reference(part, whole, metric)


def _above(part: pd.DataFrame, metric: str) -> NDArray[np.float64] | None:
    """Return how far strategies end above all labels, on average."""
    last = _last(part[part["strategy"] != ALL_LABELS])
    return None if last.empty else _to_reference(part, last, metric)


def _to_reference(
    part: pd.DataFrame, last: pd.DataFrame, metric: str
) -> NDArray[np.float64] | None:
    """Return strategies' mean minus the reference, of each repetition that has both."""
    reference = part[part["strategy"] == ALL_LABELS].set_index("repetition")[metric]
    gaps = _known(last.groupby("repetition")[metric].mean() - reference)
    return gaps if len(gaps) else None


def _known(gaps: pd.Series[float]) -> NDArray[np.float64]:
    # Rounded, so that what floating point leaves of equal scores is no difference.
    return np.asarray(gaps.dropna(), dtype=np.float64).round(12)


def _judged(
    check: TrainingCheck,
    asked: Iterable[tuple[BlockKey, str, NDArray[np.float64] | None]],
    margins: Mapping[str, float] | None = None,
) -> Iterator[TrainingFinding]:
    for block, metric, gaps in asked:
        if gaps is None:
            yield TrainingFinding(block, check, CheckOutcome.ELSEWHERE, metric)
            continue
        mean, low, high = mean_interval(gaps)
        margin = (margins or {}).get(block[0], 0.0)
        is_equal = -margin < low and high < margin
        outcome = CheckOutcome.PASS if is_equal else _outcome(check, mean, paired_t(gaps))
        yield TrainingFinding(block, check, outcome, metric, mean, low, high, bound=0.0)


def _outcome(check: TrainingCheck, mean: float, p: float) -> CheckOutcome:
    if np.isnan(p):  # one repetition has no spread
        return CheckOutcome.OPEN
    is_real = p < ALPHA
    if check is TrainingCheck.RISE:
        if not is_real:  # a block that may be flat does not rise
            return CheckOutcome.OPEN
        return CheckOutcome.PASS if mean > 0 else CheckOutcome.FAIL
    is_wrong = mean != 0 if check is TrainingCheck.END else mean > 0
    return CheckOutcome.FAIL if is_real and is_wrong else CheckOutcome.PASS
