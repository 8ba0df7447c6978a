"""The loader ``bus-bra``: 1,875 breast ultrasound images of 1,064 patients.

W. Gómez-Flores, M. J. Gregorio-Calas and W. Coelho de Albuquerque Pereira, BUS-BRA: A breast
ultrasound dataset for assessing computer-aided diagnosis systems, Medical Physics 51, 2024.
"""

from pathlib import Path

from albench.api import Complaint, DataError, Modality
from albench.loaders.facts import ColumnFacts, fact_of
from albench.loaders.gallery import modality_of
from albench.loaders.grid import Grid, read_grid
from albench.loaders.owners import read_owners
from albench.loaders.pictures import Framing, PictureFile
from albench.loaders.public.folders import folder_with
from albench.loaders.public.masks import lesion_box
from albench.loaders.regions import Region

TABLE = "bus_data.csv"
COLUMNS = {"pathology": "Pathology", "birads": "BIRADS"}
FOLDS, FOLD = ("5-fold-cv", "10-fold-cv"), "kFold"
"""The set's own files of folds, by patient, and their column."""

NOTE = "BUS-BRA breast ultrasound; a subject is a patient (the column Case)."


def load(
    *,
    path: Path,
    label: str = "pathology",
    view: str = "image",
    side: str = "all",
    size: int = 224,
) -> Modality:
    """Return the images of all patients, or of one side.

    Parameters
    ----------
    path : Path
        A folder with bus_data.csv, Images and Masks, at any depth.
    label : str
        ``"pathology"`` (benign, malignant) or ``"birads"`` (2 to 5).
    view : str
        ``"image"``, or ``"lesion"``: the box round the mask that an expert has drawn.
    side : str
        ``"all"``, or the letter behind the hyphen of an image's name, so that two sides can be two
        modalities of a patient.
    size : int
        Pixels a side of the square that each picture is stretched to.

    Returns
    -------
    Modality
        RGB, by patient.

    Raises
    ------
    DataError
        With all that is wrong with table, images and masks.
    """
    home = folder_with(Path(path), (TABLE, "Images", "Masks"))
    grid = read_grid(home / TABLE)
    missing = grid.missing(("ID", "Case", COLUMNS[label]))
    if missing:
        raise DataError(missing)
    grid = grid.of_rows(_rows(grid, side))
    owners = read_owners(grid, "Case", COLUMNS[label], literal=None)
    framing = Framing(
        size=size, channels=3, region=Region(kind="box" if view == "lesion" else "whole")
    )
    pictures, complaints = _pictures(grid, owners.subjects, home, framing)
    facts = _facts(grid, owners.subjects, home)
    complaints += owners.complaints
    return modality_of(pictures, owners.labels, framing, NOTE, complaints, facts)


def _facts(grid: Grid, cases: list[str], home: Path) -> ColumnFacts:
    """Return the columns of the table, and the folds of the set's own files that are there."""
    named = dict(zip(grid.text("ID"), cases, strict=True))
    folds = {}
    for name in FOLDS:
        if (home / f"{name}.csv").is_file():
            beside = read_grid(home / f"{name}.csv")
            if missing := beside.missing(("ID", FOLD)):
                raise DataError(missing)
            owners = [named.get(one, "") for one in beside.text("ID")]
            folds[name] = fact_of(beside, owners, FOLD)
    return ColumnFacts(grid, cases, list(grid.columns), folds)


def _rows(grid: Grid, side: str) -> list[int]:
    letters = [name.rpartition("-")[2] for name in grid.text("ID")]
    rows = [row for row, letter in enumerate(letters) if side in ("all", letter)]
    if not rows:
        sides = ", ".join(sorted(set(letters)))
        problem = f"has no image of side {side!r}; found are {sides}"
        raise DataError([Complaint(str(grid.file), problem)])
    return rows


def _pictures(
    grid: Grid, cases: list[str], home: Path, framing: Framing
) -> tuple[list[PictureFile], list[Complaint]]:
    names = grid.text("ID")
    pictures, complaints = [], []
    for row in range(len(grid)):
        masks = [home / "Masks" / f"{names[row].replace('bus', 'mask', 1)}.png"]
        box = lesion_box(masks, framing) if framing.region.kind == "box" else None
        if isinstance(box, Complaint):
            complaints.append(box)
            continue
        file = home / "Images" / f"{names[row]}.png"
        pictures.append(PictureFile(file, cases[row], grid.where(row), box))
    return pictures, complaints
