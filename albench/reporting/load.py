"""Reads and checks the text files that a report is drawn from."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from albench.analysis.curves import BLOCK, SYSTEM
from albench.analysis.summaries import Summaries
from albench.analysis.training_checks import MODES
from albench.errors import Complaint, RecordsError
from albench.metrics.catalogue import BOOTSTRAPPED, ORDERED, REQUIRED
from albench.metrics.ordinal import BOUNDARY
from albench.plural import plural
from albench.records.manifest import MENDING, read_manifest
from albench.records.printable import printable
from albench.records.results_folder import require_folder
from albench.records.tables import COST

if TYPE_CHECKING:
    from pathlib import Path

    from albench.records.manifest import Manifest


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The columns that a report reads of a table.

    Parameters
    ----------
    text : tuple of str
        Texts; may be empty.
    numbers : tuple of str
        Numbers that are always present.
    scores : tuple of str
        Numbers that may be unknown; a run without a success lacks even the columns.
    optional : tuple of str
        Numbers that may be unknown, in columns that may be missing.
    prefix : str
        Columns with this prefix are optional numbers too; empty for none.
    key : tuple of str
        Columns that identify a row.
    """

    text: tuple[str, ...]
    numbers: tuple[str, ...]
    scores: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    prefix: str = ""
    key: tuple[str, ...]


CELLS = Layout(
    text=(
        *("cell", *BLOCK, "strategy", "strategy_plugin", "status", "reason"),
        *("split_hash", "first_labels_hash", "weights_hash", "batches_hash", "picks_hash"),
    ),
    numbers=("repetition", "seconds", "peak_mb", "n_candidates", "n_subjects"),
    key=(*BLOCK, "strategy", "repetition"),
)
SCORES = Layout(
    text=("cell",),
    numbers=("round", "n_labelled", "n_labelled_subjects", "query_seconds", "train_seconds"),
    scores=REQUIRED,
    optional=(*ORDERED, *MODES, COST),
    prefix=BOUNDARY,
    key=("cell", "round"),
)
MARKS = Layout(
    text=("cell", "mark"), numbers=("round", "n_picked", "n_train"), key=("cell", "round", "mark")
)
BOUGHT = Layout(
    text=("cell", "point", "measure"), numbers=("value",), key=("cell", "point", "measure")
)
OVERLAPS = Layout(
    text=(*SYSTEM, "other", "point"),
    numbers=("share", "chance", "n"),
    key=(*SYSTEM, "other", "point"),
)
PICTURES = Layout(
    text=(*SYSTEM, "modality", "subject", "class", "picture"),
    numbers=("repetition", "place", "round", "sample"),
    key=(*SYSTEM, "place", "modality"),
)
SPREAD = ("low", "high", "deviation")
COUNTED = ("n_subjects", "n_repetitions")
SUMMARIES = {
    "intervals": Layout(
        text=(*SYSTEM, "point", "metric"),
        numbers=COUNTED,
        scores=SPREAD,
        key=(*SYSTEM, "point", "metric"),
    ),
    "optimism": Layout(
        text=tuple(SYSTEM),
        numbers=("n_repetitions",),
        scores=BOOTSTRAPPED,
        key=tuple(SYSTEM),
    ),
    "contrasts": Layout(text=(), numbers=("claim", *COUNTED), scores=SPREAD, key=("claim",)),
    "confusion": Layout(
        text=tuple(SYSTEM), numbers=("truth", "answer", "n"), key=(*SYSTEM, "truth", "answer")
    ),
}

_WEBP = re.compile(r"UklGR[A-Za-z0-9+/]{6}XRUJQ[A-Za-z0-9+/]*={0,2}")
"""``RIFF``, a size and ``WEBP``, to the base 64."""


@dataclass(frozen=True, eq=False)
class ReportTables:
    """The tables that a report is drawn from.

    Parameters
    ----------
    cells : DataFrame
        One row per planned cell.
    scores : DataFrame
        One row per cell and round.
    marks : DataFrame
        One row per cell, round and mark; empty where no data are marked.
    summaries : Summaries
        Of published systems; empty where there are none.
    manifest : Manifest
        Specification, data, plugins and provenance.
    bought : DataFrame
        What cells bought, by point and measure; empty where nobody has looked.
    overlaps : DataFrame
        What pairs of strategies bought both; likewise.
    pictures : DataFrame
        The first picks of strategies as pictures; empty where none may be shown, or none is there.
    """

    cells: pd.DataFrame
    scores: pd.DataFrame
    marks: pd.DataFrame
    summaries: Summaries
    manifest: Manifest
    bought: pd.DataFrame = field(default_factory=lambda: _empty(BOUGHT))
    overlaps: pd.DataFrame = field(default_factory=lambda: _empty(OVERLAPS))
    pictures: pd.DataFrame = field(default_factory=lambda: _empty(PICTURES))


def load(results: Path) -> ReportTables:
    """Return the text tables of a results folder.

    Parameters
    ----------
    results : Path
        With ``manifest.json`` and all its text tables.

    Returns
    -------
    ReportTables
        Checked for what the report needs.

    Raises
    ------
    RecordsError
        If a file is missing, unreadable, damaged or of another version: all complaints at once.
    """
    require_folder(results)
    complaints: list[Complaint] = []
    cells = _table(results / "cells.csv", CELLS, complaints)
    about_manifest: list[Complaint] = []
    manifest = _manifest(results / "manifest.json", about_manifest)
    asked = () if manifest is None else manifest.judging.metrics
    more = tuple(name for name in asked if name not in (*REQUIRED, *ORDERED))
    layout = replace(SCORES, optional=(*SCORES.optional, *more))
    scores = _table(results / "scores.csv", layout, complaints)
    marks = _table(results / "marks.csv", MARKS, complaints)
    summaries = Summaries(
        **{
            name: _table(results / f"{name}.csv", layout, complaints)
            for name, layout in SUMMARIES.items()
        }
    )
    # Made with the data at hand: many results have none.
    bought, overlaps, pictures = (
        _table(path, layout, complaints) if path.exists() else _empty(layout)
        for path, layout in (
            (results / "bought.csv", BOUGHT),
            (results / "overlaps.csv", OVERLAPS),
            (results / "pictures.csv", PICTURES),
        )
    )
    complaints += about_manifest
    if not complaints:
        complaints += _contradictions(results, cells, scores)
        complaints += _odd_classes(results / "confusion.csv", summaries.confusion, manifest)
        complaints += _no_pictures(results / "pictures.csv", pictures)
    if complaints or manifest is None:
        raise RecordsError(complaints)
    return ReportTables(cells, scores, marks, summaries, manifest, bought, overlaps, pictures)


def _manifest(path: Path, complaints: list[Complaint]) -> Manifest | None:
    try:
        return read_manifest(path)
    except RecordsError as error:
        complaints += [entry for entry in error.complaints if isinstance(entry, Complaint)]
        return None


def _contradictions(results: Path, cells: pd.DataFrame, scores: pd.DataFrame) -> list[Complaint]:
    if cells.empty:
        return [Complaint(str(results / "cells.csv"), f"holds no cells; {MENDING}")]
    scored = set(scores["cell"])
    lost = [cell for cell in cells.loc[cells["status"] == "ok", "cell"] if cell not in scored]
    if not lost:
        return []
    where = str(results / "scores.csv")
    problem = f"has no rounds of {plural(len(lost), 'cell')} that succeeded, the first is {lost[0]}"
    return [Complaint(where, f"{problem}; {MENDING}")]


def _table(path: Path, layout: Layout, complaints: list[Complaint]) -> pd.DataFrame:
    try:
        if (parsed := _parsed(path, layout)) is not None:
            return _typed(parsed, layout)
        table = _read_csv(path)
    except FileNotFoundError:
        complaints.append(Complaint(str(path), f"is missing; {MENDING}"))
    except (OSError, ValueError, OverflowError, pd.errors.ParserWarning) as error:
        problem = f"cannot be read as CSV: {printable(str(error))}"
        complaints.append(Complaint(str(path), f"{problem}; {MENDING}"))
    else:
        problems = list(_problems(table, layout))
        complaints += [Complaint(str(path), f"{problem}; {MENDING}") for problem in problems]
        if not problems:
            return _typed(table, layout)
    return _empty(layout)


def _odd_classes(path: Path, confusion: pd.DataFrame, manifest: Manifest | None) -> list[Complaint]:
    """Return complaints about class numbers in the confusion table."""
    cohorts = {} if manifest is None else manifest.cohorts
    unknown = sorted(set(confusion["cohort"]) - set(cohorts))
    if unknown:
        return [Complaint(str(path), f"is about the unknown cohort {unknown[0]!r}; {MENDING}")]
    n_classes = confusion["cohort"].map(lambda name: len(cohorts[name].class_order))
    for name in ("truth", "answer"):
        number = confusion[name].astype(float)
        is_odd = (number % 1 != 0) | (number < 0) | (number >= n_classes.astype(float))
        if is_odd.any():
            problem = f"column {name} holds {number[is_odd].iloc[0]:g}, which is no class"
            return [Complaint(str(path), f"{problem}; {MENDING}")]
    return []


def _no_pictures(path: Path, pictures: pd.DataFrame) -> list[Complaint]:
    """Return a complaint about the first picture that is none."""
    for row, text in enumerate(pictures["picture"], start=1):
        if not _WEBP.fullmatch(text):
            return [Complaint(str(path), f"column picture holds no WebP in row {row}; {MENDING}")]
    return []


def _parsed(path: Path, layout: Layout) -> pd.DataFrame | None:
    """Return a sound table whose numbers the parser has read; None if any has to be looked at.

    Large tables take a third of the time and of the memory that they take as texts.
    """
    heading = _read_csv(path, nrows=0)
    may_be_empty = [*layout.scores, *_optional(heading, layout)]
    numbers = {*layout.numbers, *may_be_empty}
    texts = {name: str for name in heading.columns if name not in numbers}
    table = _read_csv(path, dtype=texts, na_values={name: [""] for name in may_be_empty})
    if not {*layout.text, *layout.numbers, *layout.scores} <= set(table.columns):
        return None
    read = table[[name for name in table.columns if name in numbers]]
    is_sound = all(kind in "if" for kind in read.dtypes.map(lambda dtype: dtype.kind))
    if not is_sound or np.isinf(read.to_numpy(dtype=float)).any():
        return None
    return None if table.duplicated(list(layout.key)).any() else table


def _read_csv(
    path: Path,
    *,
    dtype: Any = str,  # as of pandas, like the next
    na_values: Any = None,
    nrows: int | None = None,
) -> pd.DataFrame:
    """Return a table, as texts unless something else is said."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # rows longer than the heading
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)  # a column of numbers and texts
        # A class or cohort may be called "None" or "NA": only empty fields are empty.
        return pd.read_csv(
            path,
            dtype=dtype,
            keep_default_na=False,
            na_values=na_values,
            index_col=False,
            nrows=nrows,
        )


def _empty(layout: Layout) -> pd.DataFrame:
    return pd.DataFrame(columns=[*layout.text, *layout.numbers, *layout.scores])


def _optional(table: pd.DataFrame, layout: Layout) -> list[str]:
    """Return the optional columns that a table has."""
    return [
        name
        for name in table.columns
        if name in layout.optional or (layout.prefix and name.startswith(layout.prefix))
    ]


def _problems(table: pd.DataFrame, layout: Layout) -> list[str]:
    needed = [*layout.text, *layout.numbers, *(layout.scores if len(table) else ())]
    lacking = [name for name in needed if name not in table.columns]
    if lacking:
        return [f"lacks the columns {', '.join(lacking)}"]
    scores = [*(layout.scores if len(table) else ()), *_optional(table, layout)]
    problems = [
        f"column {name} holds {value!r} in row {row} where a number is expected"
        for name in (*layout.numbers, *scores)
        for row, value in _not_numbers(table[name], may_be_empty=name in scores)[:1]
    ]
    twice = table[table.duplicated(list(layout.key))]
    if len(twice):
        problems.append(f"row {_row(twice.index[0])} is of a {' '.join(layout.key)} seen before")
    return problems


def _not_numbers(column: pd.Series[str], *, may_be_empty: bool) -> list[tuple[int, str]]:
    is_bad = ~np.isfinite(pd.to_numeric(column, errors="coerce").astype(float))
    if may_be_empty:
        is_bad &= column != ""
    return [(_row(index), value) for index, value in column[is_bad].items()]


def _row(index: object) -> int:
    return int(str(index)) + 1


def _printable(column: pd.Series[str]) -> pd.Series[str]:
    codes, texts = pd.factorize(column)  # few of many are distinct
    return pd.Series(texts.map(printable).take(codes), column.index, column.dtype)


def _typed(table: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    # Albench writes printable texts; an edited table may contain others.
    typed = table[list(layout.text)].apply(_printable)
    for name in (*layout.numbers, *layout.scores, *_optional(table, layout)):
        column = table[name] if name in table.columns else pd.Series(dtype=float)
        numbers = pd.to_numeric(column)
        typed[name] = numbers if numbers.dtype.kind in "if" else numbers.astype(float)
    return typed
