"""Finding a set's folders, wherever it was unpacked."""

from collections.abc import Sequence
from pathlib import Path

from albench.api import Complaint, DataError

PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"})


def folder_with(root: Path, names: Sequence[str]) -> Path:
    """Return the folder that holds all the names: the root, or the nearest below it.

    Parameters
    ----------
    root : Path
        Where the set was unpacked.
    names : sequence of str
        Files and folders that must be there.

    Returns
    -------
    Path
        Copies of sets differ in how deep they are wrapped.

    Raises
    ------
    DataError
        If no folder holds them all.
    """
    if not root.is_dir():
        raise DataError([Complaint(str(root), "is not a folder: give the one the set is in")])
    inside = sorted((path for path in root.rglob("*") if path.is_dir()), key=_depth)
    for folder in (root, *inside):
        if all((folder / name).exists() for name in names):
            return folder
    problem = f"holds no folder with {', '.join(names)}; the layout is in docs/loaders.md"
    raise DataError([Complaint(str(root), problem)])


def _depth(path: Path) -> tuple[int, str]:
    return len(path.parts), str(path)


def pictures_in(folder: Path) -> list[Path]:
    """Return the picture files of a folder, by name.

    Parameters
    ----------
    folder : Path
        Without those inside it.

    Returns
    -------
    list of Path
        Files of other suffixes are left out.
    """
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURE_SUFFIXES)
