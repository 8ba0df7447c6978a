"""Public sets know the splits that their authors published."""

from pathlib import Path

import pytest

from albench.api import DataError
from albench.loaders.public import bus_bra as bus_bra_loader
from albench.loaders.public import derm7pt as derm7pt_loader


def test_bus_bra_knows_its_folds_by_patient(bus_bra: Path) -> None:
    folds = bus_bra / "BUSBRA" / "5-fold-cv.csv"
    folds.write_text("ID,kFold\nbus_0001-l,4\nbus_0001-r,4\nbus_0002-l,1\n")
    modality = bus_bra_loader.load(path=bus_bra, size=8)
    assert modality.facts["5-fold-cv"] == {"1": "4", "2": "1"}
    assert modality.facts["Device"] == {"1": "LOGIQ 5", "2": "LOGIQ 5"}
    assert "10-fold-cv" not in modality.facts


def test_a_patient_in_two_folds_is_refused(bus_bra: Path) -> None:
    folds = bus_bra / "BUSBRA" / "5-fold-cv.csv"
    folds.write_text("ID,kFold\nbus_0001-l,4\nbus_0001-r,3\nbus_0002-l,1\n")
    with pytest.raises(DataError, match=r"line 3, subject '1': has '3' in column 'kFold', but '4'"):
        bus_bra_loader.load(path=bus_bra, size=8)


def write_split(home: Path, train: str, valid: str, test: str) -> None:
    for part, rows in (("train", train), ("valid", valid), ("test", test)):
        (home / "release_v0" / "meta" / f"{part}_indexes.csv").write_text(f"indexes\n{rows}\n")


@pytest.mark.parametrize("view", ["derm", "facts"])
def test_derm7pt_knows_its_split_by_case(derm7pt: Path, view: str) -> None:
    write_split(derm7pt, "2", "0", "1")
    modality = derm7pt_loader.load(path=derm7pt, view=view, size=8)
    assert modality.facts["split"] == {"3": "train", "1": "valid", "2": "test"}
    assert modality.facts["sex"]["1"] == "male"


def test_derm7pt_without_its_files_has_no_split(derm7pt: Path) -> None:
    assert "split" not in derm7pt_loader.load(path=derm7pt, size=8).facts


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("0", "0", "1"), "case 1 is in valid and in train"),
        (("0", "1", "3"), "found '3', expected"),
    ],
)
def test_an_own_split_that_cannot_be_is_refused(
    derm7pt: Path, parts: tuple[str, str, str], said: str
) -> None:
    write_split(derm7pt, *parts)
    with pytest.raises(DataError, match=said):
        derm7pt_loader.load(path=derm7pt, size=8)
