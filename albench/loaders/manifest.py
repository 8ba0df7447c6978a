"""The rows of a manifest: which picture is of which subject and modality."""

from collections.abc import Iterable
from pathlib import Path

from albench.api import Complaint, DataError, Label
from albench.loaders.grid import Grid, read_grid
from albench.loaders.labels import one_label_each, whole_numbers_if_all
from albench.loaders.pictures import PictureFile

COLUMNS = ("subject", "modality", "path")
"""What a manifest must have; ``label`` may be lacking if another modality has the labels."""


def read_manifest(
    manifest: Path, modality: str | None, root: Path | None
) -> tuple[list[PictureFile], dict[str, Label] | None, list[Complaint]]:
    """Return the pictures of one modality, the labels of all subjects, and what is wrong.

    Parameters
    ----------
    manifest : Path
        A CSV file with the columns `COLUMNS`, and ``label`` if it knows the labels.
    modality : str or None
        Whose rows to take; None if there is but one.
    root : Path or None
        The folder that paths are relative to and may not leave; None is the manifest's.

    Returns
    -------
    pictures : list of PictureFile
        In the manifest's order; only of rows that are in order.
    labels : dict of str to str or int, or None
        Of every subject of the manifest, so that labels are of one type in all its modalities.
    complaints : list of Complaint
        About rows, each with its line. A manifest that cannot be read, lacks columns or has no
        such modality is a `DataError` at once.
    """
    grid = read_grid(manifest)
    _require_columns(grid)
    wanted = [
        row for row, name in enumerate(grid.text("modality")) if name == _chosen(grid, modality)
    ]
    complaints = _about_fields(grid, wanted)
    labels, contradictions = _labels(grid)
    pictures, misplaced = _pictures(grid, wanted, (root or manifest.parent).resolve())
    return pictures, labels, complaints + contradictions + misplaced


def _require_columns(grid: Grid) -> None:
    complaints = grid.missing(COLUMNS)
    if complaints:
        raise DataError(complaints)


def _chosen(grid: Grid, modality: str | None) -> str:
    names = sorted(set(grid.text("modality")) - {""})
    found = ", ".join(map(repr, names)) or "none"
    if modality is None and len(names) == 1:
        return names[0]
    if modality is None:
        problem = f"say which modality to read with the option 'modality'; found are {found}"
        raise DataError([Complaint(str(grid.file), problem)])
    if modality not in names:
        problem = f"has no row of modality {modality!r}; found are {found}"
        raise DataError([Complaint(str(grid.file), problem)])
    return modality


def _about_fields(grid: Grid, wanted: Iterable[int]) -> list[Complaint]:
    """Return a complaint about each empty field of wanted rows, and of rows of no modality."""
    lost = (row for row, name in enumerate(grid.text("modality")) if not name)
    complaints = [_empty(grid, row, "modality") for row in lost]
    names = [name for name in ("subject", "path", "label") if name in grid.columns]
    columns = {name: grid.text(name) for name in names}
    for row in wanted:
        complaints += [_empty(grid, row, name) for name in names if not columns[name][row]]
    return complaints


def _empty(grid: Grid, row: int, name: str) -> Complaint:
    remedy = "; remove the column if another modality has the labels" if name == "label" else ""
    return Complaint(grid.where(row), f"the {name} is empty; every row needs one{remedy}")


def _labels(grid: Grid) -> tuple[dict[str, Label] | None, list[Complaint]]:
    if "label" not in grid.columns:
        return None, []
    subjects, labels = grid.text("subject"), grid.text("label")
    places = map(grid.where, range(len(grid)))
    entries = (e for e in zip(subjects, labels, places, strict=True) if e[0] and e[1])
    merged, contradictions = one_label_each(entries)
    return whole_numbers_if_all(merged), contradictions


def _pictures(
    grid: Grid, wanted: Iterable[int], root: Path
) -> tuple[list[PictureFile], list[Complaint]]:
    subjects, paths = grid.text("subject"), grid.text("path")
    complaints, pictures, first = [], [], dict[Path, str]()
    for row in wanted:
        if not (subjects[row] and paths[row]):
            continue
        picture = PictureFile((root / paths[row]).resolve(), subjects[row], grid.where(row))
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
