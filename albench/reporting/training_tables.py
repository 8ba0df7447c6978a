"""Checks of training: a table of their outcomes, and the failures in words.

Arguments are those of `albench.reporting`.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.analysis.convergence import convergence, doubled
from albench.analysis.efficiency import TARGET
from albench.analysis.equivalence import margins
from albench.analysis.training_checks import (
    CheckOutcome,
    TrainingCheck,
    check_training,
    guessing,
    passed_lines,
)
from albench.metrics.catalogue import LABELS
from albench.reporting.content import Table, Text
from albench.reporting.formats import UNKNOWN, signed, span
from albench.reporting.table_cells import TableCell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from albench.analysis.training_checks import TrainingFinding
    from albench.reporting.load import ReportTables
    from albench.reporting.names import Namer
    from albench.reporting.table_cells import Value

FAILURES = {
    TrainingCheck.LOSS: "the log loss of networks is not below that of guessing",
    TrainingCheck.RISE: "random's {metric} falls as labels are bought",
    TrainingCheck.MODES: (
        "networks predict what they were trained on worse than they did in training"
    ),
    TrainingCheck.END: (
        "with all labels bought, {metric} is not that of training on all labels from the start"
    ),
    TrainingCheck.UPPER: (
        "strategies end above all labels in {metric}, which are no upper bound there"
    ),
}
NO_GOAL = f"Labels for {100 * TARGET:g} % of the all-labels {{metric}} are not reported there."
N_NAMED = 4
"""Blocks that a sentence names before it counts the rest."""


def checks_of(records: ReportTables, rounds: pd.DataFrame) -> list[TrainingFinding]:
    """Return the outcomes of the checks of training.

    Guessing uses each class's share of the subjects.
    """
    cohorts = records.manifest.cohorts.items()
    guesses = {name: guessing(facts.classes) for name, facts in cohorts}
    judging = records.manifest.judging
    return check_training(
        rounds,
        guesses,
        judging.shown,
        margins(records.manifest.cohorts, judging.equal_within),
    )


def failures(checks: Sequence[TrainingFinding], named: Namer) -> Text | None:
    """Return a sentence for each kind of failure, for the first screen; None if nothing failed."""
    sentences = [
        _failure(check, metric, failed, named)
        for check in TrainingCheck
        for metric in sorted({checked.metric for checked in checks})
        if (failed := _failed(checks, check, metric))
    ]
    return Text(tuple(sentences), is_list=True) if sentences else None


def _failed(
    checks: Sequence[TrainingFinding], check: TrainingCheck, metric: str
) -> list[TrainingFinding]:
    return [
        checked
        for checked in checks
        if (checked.check, checked.metric, checked.outcome) == (check, metric, CheckOutcome.FAIL)
    ]


def _failure(
    check: TrainingCheck, metric: str, failed: Sequence[TrainingFinding], named: Namer
) -> str:
    word = LABELS.get(metric, metric)
    worst = sorted(failed, key=lambda checked: -abs(checked.value - checked.bound))
    places = [f"{named.block(checked.block)} ({_short(checked)})" for checked in worst[:N_NAMED]]
    if rest := len(worst) - len(places):
        places.append(f"and {rest} more")
    what = FAILURES[check].format(metric=word)
    sentence = f"**Training fails a check:** {what}: {'; '.join(places)}. See Coverage."
    return f"{sentence} {NO_GOAL.format(metric=word)}" if check is TrainingCheck.UPPER else sentence


def _short(checked: TrainingFinding) -> str:
    if checked.check is TrainingCheck.LOSS:
        return f"{checked.value:.3f}, guessing {checked.bound:.3f}"
    return signed(checked.value)


def check_table(checks: Sequence[TrainingFinding], named: Namer) -> Table:
    """Return the outcome of every check: one row per block, one column a check."""
    blocks = sorted({checked.block for checked in checks})
    rows = tuple(
        (
            named.block(block),
            *(
                _joined([f for f in checks if (f.block, f.check) == (block, check)])
                for check in TrainingCheck
            ),
        )
        for block in blocks
    )
    caption = (
        "Loss: the test log loss of the last round, the worse of random's and all labels', against "
        "that of always answering with the classes' shares. Rises: random's last round minus its "
        "first. Modes: accuracy on the labelled set in training mode minus that in evaluation "
        "mode. Last round: the mean of strategies that have bought everything, minus all labels. "
        "Upper bound: the mean of all strategies' last rounds, minus all labels. Differences are "
        "paired by repetition, with 95 % intervals. They fail if p < 0.05, which is not "
        "corrected: up to one in twenty checks of sound networks fails by chance. A rise with "
        "p of 0.05 or more is undecided."
    )
    columns = ("block", *(str(check) for check in TrainingCheck))
    return Table("training-checks", "Checks of training", caption, columns, rows)


def _joined(checks: Sequence[TrainingFinding]) -> TableCell:
    is_unknown = all(np.isnan(entry.value) for entry in checks)
    text = str(checks[0].outcome) if is_unknown else "; ".join(map(_outcome, checks))
    return TableCell(
        text, {name: value for entry in checks for name, value in _values(entry).items()}
    )


def _values(checked: TrainingFinding) -> dict[str, Value]:
    """Return a check's outcome and numbers, by metric where there is a check for each of them."""
    is_by_metric = checked.check not in {TrainingCheck.LOSS, TrainingCheck.MODES}
    of = f" {LABELS[checked.metric]}" if is_by_metric else ""
    values: dict[str, Value] = {f"{of} outcome": str(checked.outcome), f"{of} value": checked.value}
    if checked.check is TrainingCheck.LOSS:
        return values | {f"{of} bound": checked.bound}
    ends: dict[str, Value] = {f"{of} low": checked.low, f"{of} high": checked.high}
    return values if checked.check is TrainingCheck.MODES else values | ends


def _outcome(checked: TrainingFinding) -> str:
    outcome = (
        f"**{checked.outcome}**" if checked.outcome is CheckOutcome.FAIL else str(checked.outcome)
    )
    if checked.check is TrainingCheck.LOSS:
        return f"{outcome}: {checked.value:.3f} against {checked.bound:.3f}"
    if checked.check is TrainingCheck.MODES:
        return f"{outcome}: {signed(checked.value)}"
    interval = span(checked.low, checked.high)
    shown = f" ({interval})" if interval != UNKNOWN else ""
    return f"{LABELS[checked.metric]} {outcome}: {signed(checked.value)}{shown}"


def goals_left_out(checks: Sequence[TrainingFinding], metric: str, named: Namer) -> Text | None:
    """Return where no labels for a share of the all-labels score are given, and why.

    It is None if they are given everywhere.
    """
    blocks = sorted(passed_lines(checks, metric))
    if not blocks:
        return None
    word = LABELS[metric]
    places = "; ".join(named.block(block) for block in blocks)
    return Text(
        (
            f"Training on all labels is not an upper bound in {word} on {places}: strategies end "
            f"above it. {NO_GOAL.format(metric=word)}",
        )
    )


def convergence_text(records: ReportTables, efficiency: pd.DataFrame, named: Namer) -> Text:
    """Return whether doubling the updates changes what strategies gain over random.

    There is a sentence for each block that was run with both lengths, or one that none was.
    """
    models = _models(records.manifest.spec)
    sentences = [*_converged(efficiency, doubled(models), named)]
    if not sentences:
        sentences = [
            "Convergence is not measured: no block was run with a second model whose epochs and "
            "min_updates are twice the first's."
        ]
    return Text(tuple(sentences), is_list=len(sentences) > 1)


def _models(specification: str) -> dict[str, Any]:  # plain data
    try:
        return dict(tomllib.loads(specification).get("models", {}))
    except (tomllib.TOMLDecodeError, TypeError, ValueError):  # of a manifest that was edited
        return {}


def _converged(
    efficiency: pd.DataFrame, pairs: list[tuple[str, str]], named: Namer
) -> Iterator[str]:
    for pair in convergence(efficiency, pairs):
        place = f"{named.block(pair.block)} (twice as long: {pair.longer})"
        order = f"the order of strategies correlates by τ = {pair.tau:.2f}"
        if pair.changed:
            names = ", ".join(pair.changed)
            yield (
                f"**Convergence, fail:** {place}: with twice the updates the gain over random "
                f"changes for {names}; {order}."
            )
        else:
            yield (
                f"Convergence, pass: {place}: with twice the updates no gain over random of "
                f"{pair.n_strategies} strategies changes beyond noise; {order}."
            )
