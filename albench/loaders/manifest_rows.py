"""The rows of a manifest: which picture is of which subject and modality."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from albench.api import Complaint, DataError, Label
from albench.loaders.facts import ColumnFacts
from albench.loaders.grid import Grid, read_grid
from albench.loaders.owners import Owners, read_owners
from albench.loaders.pictures import PictureFile

COLUMNS = ("subject", "modality", "path")
"""What a manifest must have; ``label`` may be lacking if another modality has the labels."""


@dataclass(frozen=True)
class ManifestRows:
    """What a manifest says of one modality.

    Parameters
    ----------
    pictures : list of PictureFile
        In the manifest's order; only of rows that are in order.
    labels : dict of str to str or int, or None
        Of every subject of the manifest, so that labels are of one type in all its modalities.
    remark : str
        What was left out, as a sentence; empty if nothing was.
    complaints : list of Complaint
        About rows, each with its line.
    facts : mapping of str to mapping of str to str
        Its other columns, by subject.
    """

    pictures: list[PictureFile]
    labels: dict[str, Label] | None
    remark: str
    complaints: list[Complaint]
    facts: Mapping[str, Mapping[str, str]]


def read_manifest(
    manifest: Path,
    modality: str | None,
    root: Path | None,
    *,
    unlabelled: str = "refuse",
    literal: Sequence[str] = (),
    separator: str = ",",
) -> ManifestRows:
    """Return the pictures of one modality, the labels of all subjects, and what is wrong.

    Parameters
    ----------
    manifest : Path
        A CSV file with the columns `COLUMNS`, and ``label`` if it knows the labels.
    modality : str or None
        Whose rows to take; None if there is but one.
    root : Path or None
        The folder that paths are relative to and may not leave; None is the manifest's.
    unlabelled : str
        See `read_owners`.
    literal : sequence of str
        See `read_owners`.
    separator : str
        What stands between fields.

    Returns
    -------
    ManifestRows
        Whose complaints may be many. A manifest that cannot be read, lacks columns or has no
        such modality is a `DataError` at once.
    """
    grid = read_grid(manifest, separator)
    _require_columns(grid)
    chosen = _chosen(grid, modality)
    wanted = [row for row, name in enumerate(grid.text("modality")) if name == chosen]
    owners = read_owners(
        grid,
        "subject",
        "label" if "label" in grid.columns else None,
        wanted=wanted,
        unlabelled=unlabelled,
        literal=literal,
    )
    pictures, misplaced = _pictures(grid, owners, (root or manifest.parent).resolve())
    complaints = [*_about_fields(grid, wanted), *owners.complaints, *misplaced]
    others = [name for name in grid.columns if name not in (*COLUMNS, "label")]
    facts = ColumnFacts(grid, owners.subjects, others, literal=literal)
    return ManifestRows(pictures, owners.labels, owners.remark, complaints, facts)


def _require_columns(grid: Grid) -> None:
    complaints = grid.missing(COLUMNS)
    if complaints:
        raise DataError(complaints)


def _chosen(grid: Grid, modality: str | None) -> str:
    names = sorted(set(grid.text("modality")) - {""})
    listed = ", ".join(map(repr, names)) or "none"
    if modality is None and len(names) == 1:
        return names[0]
    if modality is None:
        problem = f"say which modality to read with the option 'modality'; found are {listed}"
        raise DataError([Complaint(str(grid.file), problem)])
    if modality not in names:
        problem = f"has no row of modality {modality!r}; found are {listed}"
        raise DataError([Complaint(str(grid.file), problem)])
    return modality


def _about_fields(grid: Grid, wanted: Iterable[int]) -> list[Complaint]:
    """Return a complaint about each wanted row without a path, and each row of no modality."""
    names, paths = grid.text("modality"), grid.text("path")
    complaints = [_empty(grid, row, "modality") for row, name in enumerate(names) if not name]
    return complaints + [_empty(grid, row, "path") for row in wanted if not paths[row]]


def _empty(grid: Grid, row: int, name: str) -> Complaint:
    return Complaint(grid.where(row), f"the {name} is empty; every row needs one")


def _pictures(grid: Grid, owners: Owners, root: Path) -> tuple[list[PictureFile], list[Complaint]]:
    paths = grid.text("path")
    complaints, pictures, first = [], [], dict[Path, str]()
    for row in owners.rows:
        if not (owners.subjects[row] and paths[row]):
            continue
        picture = PictureFile((root / paths[row]).resolve(), owners.subjects[row], grid.where(row))
        place = first.setdefault(picture.file, picture.where)
        if not picture.file.is_relative_to(root):
            complaints.append(Complaint(_who(picture), _outside(paths[row], root)))
        elif place != picture.where:
            problem = f"the file {paths[row]!r} is there already, in {place}"
            complaints.append(Complaint(_who(picture), problem))
        else:
            pictures.append(picture)
    return pictures, complaints


def _who(picture: PictureFile) -> str:
    return f"{picture.where}, subject {picture.subject!r}"


def _outside(path: str, root: Path) -> str:
    return f"the path {path!r} leaves {root}; allowed is what lies in it (option 'root')"
