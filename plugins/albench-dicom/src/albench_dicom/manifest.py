"""The rows of a manifest. Nothing a row holds is ever quoted: paths and subjects name patients."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from albench.api import Complaint, DataError

Line = tuple[int, dict[str, str]]
"""The number of a line, and its fields by column."""


@dataclass(frozen=True)
class Row:
    """One file of the manifest; an empty subject is to be read from the header."""

    where: str
    file: Path
    subject: str
    label: str


def read_manifest(
    manifest: Path, modality: str | None, root: Path | None
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

    Returns
    -------
    rows : list of Row
        Those that are in order.
    has_labels : bool
        Whether there is a column label.
    complaints : list of Complaint
        By line, without what the line says. A manifest that cannot be read is a `DataError`.
    """
    header, lines = _lines(manifest)
    chosen = _of_modality(manifest, header, lines, modality)
    base = (root or manifest.parent).resolve()
    rows, complaints, first = [], [], dict[Path, int]()
    for number, fields in chosen:
        where = f"{manifest.name}, line {number}"
        complaints += [
            Complaint(where, f"the {name} is empty; every row needs one")
            for name in ("path", "subject", "label")
            if name in header and not fields[name]
        ]
        file = (base / fields["path"]).resolve()
        if not file.is_relative_to(base):
            complaints.append(Complaint(where, "the path leaves its folder (option 'root')"))
        elif first.setdefault(file, number) != number:
            complaints.append(Complaint(where, f"its file is that of line {first[file]} already"))
        elif fields["path"]:
            rows.append(Row(where, file, fields.get("subject", ""), fields.get("label", "")))
    return rows, "label" in header, complaints


def _lines(manifest: Path) -> tuple[list[str], list[Line]]:
    try:
        with manifest.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.reader(stream, strict=True)
            numbered = [
                (reader.line_num, [field.strip() for field in row]) for row in reader if row
            ]
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise DataError([Complaint(str(manifest), problem)]) from error
    except (UnicodeDecodeError, csv.Error):
        raise DataError([Complaint(str(manifest), "is not CSV in UTF-8")]) from None
    header = numbered[0][1] if numbered else []
    complaints = [
        Complaint(f"{manifest.name}, line {n}", f"has {len(row)} fields, needed are {len(header)}")
        for n, row in numbered
        if len(row) != len(header)
    ]
    if "path" not in header:
        complaints = [Complaint(str(manifest), "has no column 'path'")]
    elif len(numbered) == 1:
        complaints = [Complaint(str(manifest), "is empty: it has no row below its column names")]
    if complaints:
        raise DataError(complaints)
    return header, [(n, dict(zip(header, row, strict=True))) for n, row in numbered[1:]]


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
