"""The loader ``derm7pt``: 1,011 skin lesions, each clinically and through a dermatoscope.

J. Kawahara et al., Seven-point checklist and skin lesion classification using multitask multimodal
neural nets, IEEE J. Biomedical and Health Informatics 23, 2019.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint, DataError, Label, Modality, fingerprint
from albench.loaders.facts import ColumnFacts
from albench.loaders.gallery import modality_of
from albench.loaders.grid import Grid, read_grid
from albench.loaders.labels import as_text, one_label_each
from albench.loaders.owners import is_gap, read_owners
from albench.loaders.pictures import Framing, PictureFile
from albench.loaders.public.folders import folder_with

TABLE = Path("meta") / "meta.csv"

FACTS = ("elevation", "location", "sex")
"""What is known before a diagnosis: the view ``"facts"``."""

OTHERS = ("dermatofibroma", "lentigo", "melanosis", "miscellaneous", "vascular lesion")
"""The diagnoses that the authors' five groups call ``MISC``."""

PARTS, INDEX = ("train", "valid", "test"), "indexes"
"""The authors' own split: a file for each part, and its column of rows of the table."""

NOTE = (
    "Derm7pt skin lesions. A subject is a case, which is a lesion: the set names no patients, so "
    "that lesions of one patient may be in training and test."
)


def load(*, path: Path, view: str = "derm", label: str = "group", size: int = 224) -> Modality:
    """Return one view of all cases.

    Parameters
    ----------
    path : Path
        A folder with meta/meta.csv and images, at any depth: ``release_v0``.
    view : str
        ``"derm"`` or ``"clinic"``: a picture; ``"facts"``: elevation, location and sex as a vector
        with a one in each one's place.
    label : str
        ``"group"``: the authors' five groups BCC, MEL, MISC, NEV, SK; or ``"melanoma"``:
        ``"melanoma"`` against ``"other"``.
    size : int
        Pixels a side of the square that each picture is stretched to.

    Returns
    -------
    Modality
        By case; without patients, as its note says.

    Raises
    ------
    DataError
        With all that is wrong with table and pictures.
    """
    home = folder_with(Path(path), (str(TABLE), "images"))
    grid = read_grid(home / TABLE)
    missing = grid.missing(("case_num", "diagnosis", *(FACTS if view == "facts" else (view,))))
    if missing:
        raise DataError(missing)
    cases = read_owners(grid, "case_num", None, literal=None)
    labels, complaints = _labels(grid, cases.subjects, label)
    complaints = [*cases.complaints, *complaints]
    facts = ColumnFacts(grid, cases.subjects, list(grid.columns), _parts(home, cases.subjects))
    if view == "facts":
        return _facts(grid, cases.subjects, labels, complaints, facts)
    pictures = [
        PictureFile(home / "images" / name, case, grid.where(row))
        for row, (case, name) in enumerate(zip(cases.subjects, grid.text(view), strict=True))
    ]
    framing = Framing(size=size, channels=3)
    return modality_of(pictures, labels, framing, NOTE, complaints, facts)


def _labels(
    grid: Grid, cases: Sequence[str], label: str
) -> tuple[dict[str, Label], list[Complaint]]:
    groups = [_group(diagnosis) for diagnosis in grid.text("diagnosis")]
    complaints = [
        Complaint(grid.where(row), f"the diagnosis {diagnosis!r} is in none of the five groups")
        for row, (diagnosis, group) in enumerate(zip(grid.text("diagnosis"), groups, strict=True))
        if group is None
    ]
    named = [str(group) if label == "group" else _melanoma(group) for group in groups]
    places = map(grid.where, range(len(grid)))
    merged, contradictions = one_label_each(zip(cases, named, places, strict=True))
    return dict(merged), complaints + contradictions


def _group(diagnosis: str) -> str | None:
    if "nevus" in diagnosis:
        return "NEV"
    if "melanoma" in diagnosis:
        return "MEL"
    groups = {"basal cell carcinoma": "BCC", "seborrheic keratosis": "SK"}
    return groups.get(diagnosis, "MISC" if diagnosis in OTHERS else None)


def _melanoma(group: str | None) -> str:
    return "melanoma" if group == "MEL" else "other"


def _facts(
    grid: Grid,
    cases: Sequence[str],
    labels: dict[str, Label],
    complaints: Sequence[Complaint],
    facts: ColumnFacts,
) -> Modality:
    if complaints:
        raise DataError(complaints)
    values = np.concatenate([_indicators(grid.text(name)) for name in FACTS], axis=1)
    subjects = np.array(cases, dtype=np.str_)
    return Modality(
        subjects=subjects,
        shape=values.shape[1:],
        read=partial(np.take, values, axis=0),
        fingerprint=fingerprint("derm7pt", subjects, values, as_text(labels)),
        labels=labels,
        facts=facts,
        note=NOTE,
    )


def _parts(home: Path, cases: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the authors' own split, if its files of row numbers are there."""
    files = {part: home / TABLE.parent / f"{part}_indexes.csv" for part in PARTS}
    if not all(file.is_file() for file in files.values()):
        return {}
    split: dict[str, str] = {}
    for part, file in files.items():
        grid = read_grid(file)
        if missing := grid.missing((INDEX,)):
            raise DataError(missing)
        for row, text in enumerate(grid.keys(INDEX)):
            case = cases[int(text)] if text.isdecimal() and int(text) < len(cases) else None
            if case is None:
                problem = f"found {text!r}, expected the number of a row of {TABLE.name}, from 0"
                raise DataError([Complaint(grid.where(row), problem)])
            if split.setdefault(case, part) != part:
                problem = f"case {case} is in {part} and in {split[case]}"
                raise DataError([Complaint(grid.where(row), problem)])
    return {"split": split}


def _indicators(values: Sequence[str]) -> NDArray[np.float32]:
    """Return ``(n_rows, n_distinct)``, a one in the place of each row's value.

    What is missing is a value of its own, however it is written.
    """
    cells = ["" if is_gap(value) else value for value in values]
    distinct, places = np.unique(np.array(cells, dtype=np.str_), return_inverse=True)
    return np.eye(len(distinct), dtype=np.float32)[places]
