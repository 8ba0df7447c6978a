"""Whom rows belong to: the subject and the label of each, refused or left out if there is none."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from albench.api import MISSING_WORDS, Complaint, Label
from albench.loaders.grid import Grid
from albench.loaders.labels import one_label_each, whole_numbers_if_all


@dataclass(frozen=True)
class Owners:
    """Subjects and labels of a table.

    Parameters
    ----------
    subjects : list of str
        Of every row of the table.
    labels : dict of str to str or int, or None
        By subject; None if the table knows no labels.
    rows : list of int
        Those of the wanted rows that stay in.
    remark : str
        What was left out, as a sentence; empty if nothing was.
    complaints : list of Complaint
        About subjects and labels, each with its row.
    """

    subjects: list[str]
    labels: dict[str, Label] | None
    rows: list[int]
    remark: str
    complaints: list[Complaint]


def read_owners(
    grid: Grid,
    subject: str,
    label: str | None,
    *,
    wanted: Sequence[int] | None = None,
    unlabelled: str = "refuse",
    literal: Sequence[object] | None = (),
) -> Owners:
    """Return the subject and the label of each row.

    Parameters
    ----------
    grid : Grid
        A table that has the columns.
    subject : str
        The column with the subject.
    label : str or None
        The column with the label; None if another modality knows the labels.
    wanted : sequence of int or None
        The rows that are read, which alone must be whole; None is all. Labels are gathered from
        the others too.
    unlabelled : str
        ``"refuse"``, or ``"drop"``: leave out the subjects without a label.
    literal : sequence of str or None
        Words of `MISSING_WORDS` that are meant as they are written; None where a loader has no
        such option.

    Returns
    -------
    Owners
        Whose complaints may be many.
    """
    rows = list(range(len(grid)) if wanted is None else wanted)
    subjects = grid.keys(subject)
    complaints = _gaps(grid, subject, subjects, rows, literal)
    if label is None:
        if unlabelled == "drop":
            problem = 'found "drop", but labels come from another modality: set it there'
            complaints.append(Complaint("option 'unlabelled'", problem))
        return Owners(subjects, None, rows, "", complaints)
    texts = grid.keys(label)
    if unlabelled == "refuse":
        complaints += _gaps(grid, label, texts, rows, literal)
    labels, contradictions = _labels(grid, subjects, texts, literal)
    complaints += contradictions
    if unlabelled == "refuse":
        return Owners(subjects, labels, rows, "", complaints)
    kept = [row for row in rows if subjects[row] in labels]
    if not kept:
        problem = f"no row that is read has a label in column {label!r}"
        complaints.append(Complaint(str(grid.file), problem))
    lost = {subjects[row] for row in rows} - labels.keys()
    return Owners(subjects, labels, kept, _remark(len(lost)), complaints)


def _gaps(
    grid: Grid,
    name: str,
    texts: Sequence[str],
    rows: Sequence[int],
    literal: Sequence[object] | None,
) -> list[Complaint]:
    return [
        Complaint(f"{grid.where(row)}, column {name!r}", _problem(texts[row], literal is not None))
        for row in rows
        if is_gap(texts[row], literal)
    ]


def _problem(text: str, has_option: bool) -> str:
    if not text:
        return "is empty; every row needs a value"
    meant = f', or set the option literal = ["{text}"] if it is meant' if has_option else ""
    return (
        f"found {text!r}, which software writes for a missing value: fix or remove the row{meant}"
    )


def is_gap(text: str, literal: Collection[object] | None = ()) -> bool:
    """Return whether a key is missing: empty, or a word for it that is not meant.

    Parameters
    ----------
    text : str
        As `as_keys` gives it.
    literal : collection of str or None
        The words that are meant.

    Returns
    -------
    bool
        True of ``""`` always.
    """
    return not text or (text in MISSING_WORDS and text not in (literal or ()))


def _labels(
    grid: Grid, subjects: Sequence[str], texts: Sequence[str], literal: Sequence[object] | None
) -> tuple[dict[str, Label], list[Complaint]]:
    entries = [
        (owner, text, grid.where(row))
        for row, (owner, text) in enumerate(zip(subjects, texts, strict=True))
        if not (is_gap(owner, literal) or is_gap(text, literal))
    ]
    merged, contradictions = one_label_each(entries)
    return whole_numbers_if_all(merged), contradictions


def _remark(n: int) -> str:
    who = "1 subject without a label is" if n == 1 else f"{n} subjects without a label are"
    return f" {who} left out." if n else ""
