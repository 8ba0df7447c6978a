"""Labels of subjects, gathered from rows that may contradict one another."""

import json
from collections.abc import Iterable, Mapping

from albench.api import Complaint, Label, is_whole_number

Entry = tuple[str, str, str]
"""A subject, its label as it was written, and where."""


def one_label_each(entries: Iterable[Entry]) -> tuple[dict[str, str], list[Complaint]]:
    """Return the label of each subject, and a complaint about each row that says otherwise.

    Parameters
    ----------
    entries : iterable of Entry
        Subject, label and place of every row.

    Returns
    -------
    labels : dict of str to str
        The first label of each subject.
    complaints : list of Complaint
        Each names both places and both labels.
    """
    first: dict[str, tuple[str, str]] = {}
    complaints = []
    for subject, label, where in entries:
        earlier, place = first.setdefault(subject, (label, where))
        if earlier != label:
            problem = (
                f"subject {subject!r} has the label {label!r}, but {earlier!r} in {place}; "
                "a subject has one label"
            )
            complaints.append(Complaint(where, problem))
    return {subject: label for subject, (label, _) in first.items()}, complaints


def whole_numbers_if_all(labels: Mapping[str, str]) -> dict[str, Label]:
    """Return the labels as whole numbers if every one is written as such, else as text.

    Parameters
    ----------
    labels : mapping of str to str
        By subject.

    Returns
    -------
    dict of str to str or int
        ``"01"`` is text: its number would be written otherwise.
    """
    if all(is_whole_number(label) for label in labels.values()):
        return {subject: int(label) for subject, label in labels.items()}
    return dict(labels)


def as_text(labels: Mapping[str, Label] | None) -> str:
    """Return labels as one string for a fingerprint, whatever their order.

    Parameters
    ----------
    labels : mapping of str to str or int, or None
        By subject.

    Returns
    -------
    str
        JSON.
    """
    return json.dumps(labels, sort_keys=True)
