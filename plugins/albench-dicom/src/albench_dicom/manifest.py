"""The rows of a manifest. Nothing a row holds is ever quoted: paths and subjects name patients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from albench.api import MISSING_WORDS, Complaint, DataError
from albench_dicom.lines import Line, read_lines

_EMPTY = "the {} is empty; every row needs one"
_WORD = (
    "the {} is a word that software writes for a missing value, such as NA: fix or remove the "
    "row, or name the word in the option 'literal' if it is meant"
)


@dataclass(frozen=True)
class Row:
    """One file of the manifest; an empty subject is to be read from the header."""

    where: str
    file: Path
    subject: str
    label: str


def read_manifest(
    manifest: Path,
    modality: str | None,
    root: Path | None,
    *,
    unlabelled: str = "refuse",
    literal: Sequence[str] = (),
    separator: str = ",",
) -> tuple[list[Row], bool, list[Complaint]]:
    """Return the rows of one modality, whether they have labels, and what is wrong with others.

    Parameters
    ----------
    manifest : Path
        A CSV file with the column path and, if it has them, subject, modality and label.
    modality : str or None
        Whose rows to take; None if there is but one.
    root : Path or None
        The folder that paths are relative to and may not leave; None is the manifest's.
    unlabelled : str
        ``"refuse"``, or ``"drop"``: rows may lack a label.
    literal : sequence of str
        Words for a missing value that are meant as they are written.
    separator : str
        What stands between fields.

    Returns
    -------
    rows : list of Row
        Those that are in order.
    has_labels : bool
        Whether there is a column label.
    complaints : list of Complaint
        By line, without what the line says. A manifest that cannot be read is a `DataError`.
    """
    header, lines = read_lines(manifest, separator)
    needed = ("path", "subject", "label") if unlabelled == "refuse" else ("path", "subject")
    chosen = _of_modality(manifest, header, lines, modality)
    base = (root or manifest.parent).resolve()
    rows, first = list[Row](), dict[Path, int]()
    complaints = _of_no_modality(manifest, lines)
    for number, fields in chosen:
        where = f"{manifest.name}, line {number}"
        gaps = {name for name in ("path", "subject", "label") if _is_gap(fields, name, literal)}
        complaints += [
            Complaint(where, _WORD.format(name) if fields[name] else _EMPTY.format(name))
            for name in needed
            if name in gaps
        ]
        file = (base / fields["path"]).resolve()
        if not file.is_relative_to(base):
            complaints.append(Complaint(where, "the path leaves its folder (option 'root')"))
        elif first.setdefault(file, number) != number:
            complaints.append(Complaint(where, f"its file is that of line {first[file]} already"))
        elif fields["path"]:
            label = "" if "label" in gaps else fields.get("label", "")
            rows.append(Row(where, file, fields.get("subject", ""), label))
    return rows, "label" in header, complaints


def _is_gap(fields: Mapping[str, str], name: str, literal: Sequence[str]) -> bool:
    """Return whether a field is empty or, of a key, a word for a missing value."""
    text = fields.get(name)
    is_word = name != "path" and text in MISSING_WORDS.difference(literal)
    return text == "" or is_word


def _of_no_modality(manifest: Path, lines: Sequence[Line]) -> list[Complaint]:
    return [
        Complaint(f"{manifest.name}, line {number}", _EMPTY.format("modality"))
        for number, fields in lines
        if fields.get("modality") == ""
    ]


def _of_modality(
    manifest: Path, header: Sequence[str], lines: Sequence[Line], modality: str | None
) -> list[Line]:
    if "modality" not in header:
        if modality is None:
            return list(lines)
        raise DataError([Complaint(str(manifest), "has no column 'modality'")])
    names = sorted({fields["modality"] for _, fields in lines} - {""})
    if modality is None and len(names) > 1:
        problem = f"say which modality to read with the option 'modality'; found are {names}"
        raise DataError([Complaint(str(manifest), problem)])
    wanted = modality or "".join(names)
    if wanted not in names:
        problem = f"has no row of modality {modality!r}; found are {names}"
        raise DataError([Complaint(str(manifest), problem)])
    return [line for line in lines if line[1]["modality"] == wanted]
