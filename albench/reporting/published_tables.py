"""A paper's tables of results, with the results here beside what was printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from albench.analysis.best_round_optimism import best_round
from albench.analysis.curves import SYSTEM, mean_interval
from albench.analysis.points import value_at
from albench.metrics.catalogue import BOOTSTRAPPED, LABELS
from albench.references import ALL_LABELS
from albench.reporting.content import Table
from albench.reporting.formats import UNKNOWN
from albench.reporting.table_cells import TableCell, whole
from albench.spec.published import AREA, FINAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from albench.analysis.summaries import Summaries
    from albench.reporting.names import Namer
    from albench.reporting.table_cells import Value
    from albench.spec.published import Point, Printed, PublishedTable, System


def published_tables(
    rounds: pd.DataFrame, summaries: Summaries, tables: Sequence[PublishedTable], named: Namer
) -> Iterator[Table]:
    """Yield each published table in its own layout, then the trustworthy scores.

    Parameters
    ----------
    rounds : DataFrame
        The result of `curves.joined`, with n_candidates and n_subjects.
    summaries : Summaries
        Bootstrap intervals and optimism; empty where results have none.
    tables : sequence of PublishedTable
        From the specification.
    named : Namer
        Names cohorts.

    Yields
    ------
    Table
        Two for each.
    """
    for i, table in enumerate(tables, start=1):
        yield _as_printed(rounds, summaries, table, f"published-{i}", named)
        yield _honest(rounds, summaries, table, f"published-{i}-honest", named)


def _as_printed(
    rounds: pd.DataFrame, summaries: Summaries, table: PublishedTable, name: str, named: Namer
) -> Table:
    rows = []
    for position, modalities in enumerate(table.rows):
        systems = [table.system(modalities, column) for column in table.columns]
        own = [of_system(rounds, system) for system in systems]
        lines = {"printed": [_printed(c.printed[position : position + 1]) for c in table.columns]}
        if any(_has_choice(part) for part in own):
            lines |= {
                "here: best round (**optimistic**)": [_best(part) for part in own],
                "here: of this by peeking": [_flattery(summaries, system) for system in systems],
                "here: last round": [_last(part) for part in own],
                "here: subjects touched, % (best; last)": [_touched(part) for part in own],
            }
        else:
            lines |= {"here": [_last(part) for part in own]}
        title = " + ".join(modalities)
        rows += [(title, what, *cells) for what, cells in lines.items()]
    caption = (
        f"{table.source + '. ' if table.source else ''}"
        f"Cohort here: {named.cohort(table.cohort)}. Accuracy / AUC in percent, in brackets the "
        "share of the training candidates that are labelled."
    )
    if any("here: last round" in row for row in rows):
        caption += ABOUT_ROUNDS
    columns = ("modalities", "what", *(column.title for column in table.columns))
    return Table(name, table.title, caption, columns, tuple(rows))


ABOUT_ROUNDS = (
    " **Optimistic:** the round that is best on the test set by AUC, with the accuracy of the same "
    "round, averaged over repetitions. By peeking: how much of these two scores is due to that "
    "choice, measured by choosing on one half of the test subjects and scoring on the other half, "
    "over 100 random splits of each repetition and divided by √2, since chance differences on "
    "halves are that much larger. A model trained once, on all labels, has no round to choose, "
    f"only a last one ({UNKNOWN} elsewhere). Subjects touched: the share of training subjects of "
    "whom a candidate is labelled."
)


def _has_choice(part: pd.DataFrame) -> bool:
    """Whether a system has rounds to choose from; one that is trained once has none."""
    return bool((part["round"] > 0).any())


def of_system(rounds: pd.DataFrame, system: System) -> pd.DataFrame:
    """Return the rounds of a system, by repetition and round; empty if no cell of it succeeded."""
    own = rounds[(rounds[SYSTEM] == list(system)).all(axis=1)]
    return own.sort_values(["repetition", "round"])


def _pair(accuracy: float, auc: float, labelled: float | None = None) -> TableCell:
    values: dict[str, Value] = {" accuracy": accuracy, " auc": auc}
    shown = " / ".join(_percent(value) for value in (accuracy, auc))
    if labelled is None or np.isnan(labelled):
        return TableCell(shown, values)
    return TableCell(f"{shown} ({labelled:.1f})", values | {" labelled": labelled})


def _percent(value: float) -> str:
    return UNKNOWN if np.isnan(value) else f"{value:.2f}"


def _printed(entries: Sequence[Printed]) -> str:
    if not entries:
        return UNKNOWN
    (printed,) = entries
    accuracy = np.nan if printed.accuracy is None else printed.accuracy
    auc = np.nan if printed.auc is None else printed.auc
    return _pair(accuracy, auc, printed.labelled)


def best_rounds(part: pd.DataFrame) -> pd.DataFrame:
    """Return the round of each repetition that is best on the test set by AUC.

    Parameters
    ----------
    part : DataFrame
        The rounds of a system.

    Returns
    -------
    DataFrame
        A row per repetition whose AUC is known.
    """
    chosen = [
        own.iloc[position]
        for _, own in part.groupby("repetition")
        if (position := best_round(own["auc"].to_numpy(dtype=float))) is not None
    ]
    return pd.DataFrame(chosen, columns=part.columns)


def _best(part: pd.DataFrame) -> str:
    return _means(best_rounds(part)) if _has_choice(part) else UNKNOWN


def _last(part: pd.DataFrame) -> str:
    return _means(part.groupby("repetition").tail(1))


def _means(chosen: pd.DataFrame) -> str:
    if chosen.empty:
        return UNKNOWN
    labelled = 100 * (chosen["n_labelled"] / chosen["n_candidates"]).mean()
    return _pair(100 * chosen["accuracy"].mean(), 100 * chosen["auc"].mean(), labelled)


def _touched(part: pd.DataFrame) -> str:
    if part.empty:
        return UNKNOWN
    shares = [
        100 * (chosen["n_labelled_subjects"] / chosen["n_subjects"]).mean()
        for chosen in (best_rounds(part), part.groupby("repetition").tail(1))
    ]
    best, last = shares if _has_choice(part) else (np.nan, shares[1])
    shown = [UNKNOWN if np.isnan(share) else f"{share:.1f}" for share in (best, last)]
    return TableCell("; ".join(shown), {" touched at best": best, " touched at last": last})


def _flattery(summaries: Summaries, system: System) -> str:
    own = summaries.optimism[(summaries.optimism[SYSTEM] == list(system)).all(axis=1)]
    if own.empty or system.strategy == ALL_LABELS:
        return UNKNOWN
    return _pair(100 * own["accuracy"].iloc[0], 100 * own["auc"].iloc[0])


def _honest(
    rounds: pd.DataFrame, summaries: Summaries, table: PublishedTable, name: str, named: Namer
) -> Table:
    judged: tuple[Point, ...] = (FINAL, *table.shares, AREA)
    rows = []
    for modalities in table.rows:
        for column in table.columns:
            system = table.system(modalities, column)
            part = of_system(rounds, system)
            n = whole(part["repetition"].nunique())
            for metric in BOOTSTRAPPED:
                cells = [_figure(part, summaries, system, metric, at) for at in judged]
                title = f"{' + '.join(modalities)}: {column.title}"
                rows.append((title, LABELS[metric], *cells, n))
    caption = (
        f"Cohort: {named.cohort(table.cohort)}. No round is chosen by its test score. At a share "
        "of labels: the last round within it; area: the mean over the labels bought. Percent: "
        "mean over n repetitions ± half its 95 % interval over repetitions (Student's t); in "
        "square brackets the 95 % interval over test subjects: the subjects of all test sets are "
        "resampled with replacement, 1000 times, jointly for all repetitions that test them. The "
        "two intervals measure different things, and neither contains the other: repetitions "
        "differ in split, first labels and weights, and share subjects."
    )
    columns = ("system", "metric", *(_point(at) for at in judged), "n")
    return Table(name, f"{table.title}: what is to be trusted", caption, columns, tuple(rows))


def _point(at: Point) -> str:
    return {FINAL: "last round", AREA: "area"}.get(str(at)) or f"{100 * float(at):g} % of labels"


def _figure(
    part: pd.DataFrame, summaries: Summaries, system: System, metric: str, at: Point
) -> str:
    values = [
        value_at(
            at,
            (own["n_labelled"] / own["n_candidates"]).to_numpy(dtype=float),
            own[metric].to_numpy(dtype=float),
        )
        for _, own in part.groupby("repetition")
    ]
    percent = 100 * np.array([value for value in values if not np.isnan(value)])
    if not len(percent):
        return UNKNOWN
    mean, low, high = mean_interval(percent)
    half = "" if np.isnan(low) else f" ± {mean - low:.1f}"
    ends = _over_subjects(summaries.intervals, system, metric, at)
    shown: dict[str, Value] = {" mean": mean, " low": low, " high": high}
    if ends is None:
        return TableCell(f"{mean:.1f}{half}", shown)
    shown |= {" low over test subjects": ends[0], " high over test subjects": ends[1]}
    return TableCell(f"{mean:.1f}{half} [{ends[0]:.0f}, {ends[1]:.0f}]", shown)


def _over_subjects(
    intervals: pd.DataFrame, system: System, metric: str, at: Point
) -> tuple[float, float] | None:
    """Return the ends of the interval over test subjects in percent; None if it is not known."""
    key = [*system, str(at), metric]
    own = intervals[(intervals[[*SYSTEM, "point", "metric"]] == key).all(axis=1)]
    if own.empty or own[["low", "high"]].isna().any(axis=None):
        return None
    return 100 * float(own["low"].iloc[0]), 100 * float(own["high"].iloc[0])
