"""The loader ``picture-folders``: pictures whose class and subject stand in their paths."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from albench.api import MISSING_WORDS, Complaint, DataError, Modality
from albench.loaders.facts import ColumnFacts
from albench.loaders.gallery import modality_of
from albench.loaders.grid import Column, Grid
from albench.loaders.owners import read_owners
from albench.loaders.pictures import Framing, PictureFile
from albench.loaders.placeholders import Pattern, fill, names_in, pattern_of
from albench.loaders.public.folders import PICTURE_SUFFIXES

LABEL, SUBJECT = "label", "subject"
"""The placeholders with a meaning of their own; the others are facts."""

OWN = (
    "The pattern of paths has no {subject}: each picture is its own subject, and pictures of one "
    "person may be in training and test."
)


def load(
    *, path: Path, files: str, subject: str | None = None, size: int = 224, channels: int = 3
) -> Modality:
    """Return the pictures below a folder whose paths match a pattern, in their order.

    Parameters
    ----------
    path : Path
        The folder; pictures are found at any depth.
    files : str
        The pattern, such as ``"{label}/{subject}/*.png"``; see `pattern_of`. Without ``{label}``
        another modality knows the labels. Placeholders of other names are facts for splits.
    subject : str or None
        What subjects are called, by placeholders: ``"{hospital}-{number}"``. None is ``{subject}``
        if the pattern has it; else each picture is its own subject.
    size : int
        Pixels a side of the square that each picture is stretched to.
    channels : int
        3 for RGB, 1 for grey.

    Returns
    -------
    Modality
        Of uint8 pictures, ``(channels, size, size)``.

    Raises
    ------
    DataError
        With all that is wrong with options, or with files, each with its path.
    """
    home = Path(path)
    pattern = pattern_of(files, "files")
    called = _called(pattern, subject, channels)
    found = _matching(home, pattern, files)
    grid = _grid(home, pattern, found, called)
    owners = read_owners(grid, SUBJECT, LABEL if LABEL in pattern.names else None, literal=None)
    pictures = [
        PictureFile(file, owner, str(file.parent))
        for (file, _), owner in zip(found, owners.subjects, strict=True)
    ]
    return modality_of(
        pictures,
        owners.labels,
        Framing(size=size, channels=channels),
        f"Pictures below {home.name} that match {files}.{'' if called else f' {OWN}'}",
        owners.complaints,
        # A folder has a name on purpose, whatever software writes for a missing value.
        ColumnFacts(
            grid,
            owners.subjects,
            [name for name in grid.columns if name != SUBJECT],
            literal=MISSING_WORDS,
        ),
    )


def _called(pattern: Pattern, subject: str | None, channels: int) -> str:
    """Return how subjects are called; empty if each picture is its own."""
    complaints = []
    if channels not in (1, 3):
        complaints.append(Complaint("option 'channels'", f"found {channels}, allowed are 1 and 3"))
    called = subject or (f"{{{SUBJECT}}}" if SUBJECT in pattern.names else "")
    unknown = [name for name in names_in(called) if name not in pattern.names]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in pattern.names) or "none"
        problem = f"names {{{unknown[0]}}}, which 'files' has not; its placeholders are {known}"
        complaints.append(Complaint("option 'subject'", problem))
    elif called and not names_in(called):
        problem = f"found {called!r}, which has no placeholder: all pictures would be of one"
        complaints.append(Complaint("option 'subject'", problem))
    if complaints:
        raise DataError(complaints)
    return called


def _matching(home: Path, pattern: Pattern, files: str) -> list[tuple[Path, dict[str, str]]]:
    """Return each picture that matches, and what its path says."""
    if not home.is_dir():
        raise DataError([Complaint(str(home), "is not a folder: give the one the pictures are in")])
    pictures = sorted(p for p in home.rglob("*") if p.suffix.lower() in PICTURE_SUFFIXES)
    values = [(p, pattern.values(p.relative_to(home).as_posix())) for p in pictures]
    found = [(file, dict(told)) for file, told in values if told is not None]
    if found:
        return found
    kinds = ", ".join(sorted(PICTURE_SUFFIXES))
    problem = f"holds no picture ({kinds})"
    if pictures:
        first = pictures[0].relative_to(home).as_posix()
        problem = f"holds no picture like {files!r}; the first of {len(pictures)} is {first!r}"
    raise DataError([Complaint(str(home), problem)])


def _grid(
    home: Path, pattern: Pattern, found: Sequence[tuple[Path, dict[str, str]]], called: str
) -> Grid:
    """Return what paths say as a table, a row for each picture."""
    columns = {
        name: _column([told[name] for _, told in found])
        for name in pattern.names
        if name != SUBJECT
    }
    own = [file.relative_to(home).with_suffix("").as_posix() for file, _ in found]
    names = [fill(called, told) for _, told in found] if called else own
    return Grid(
        home,
        {SUBJECT: _column(names), **columns},
        tuple(range(1, len(found) + 1)),
        unit="picture",
    )


def _column(values: Sequence[str]) -> Column:
    return np.array(values, dtype=object)
