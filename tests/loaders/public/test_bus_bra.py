"""BUS-BRA is read by patient, with both sides together or separate."""

from pathlib import Path

import numpy as np
import pytest

from albench.api import DataError
from albench.loaders.public import bus_bra as loader


def test_a_subject_is_a_patient(bus_bra: Path) -> None:
    modality = loader.load(path=bus_bra, size=8)
    assert modality.subjects.tolist() == ["1", "1", "2"]
    assert modality.labels == {"1": "benign", "2": "malignant"}


def test_a_side_can_be_a_modality(bus_bra: Path) -> None:
    assert loader.load(path=bus_bra, side="r").subjects.tolist() == ["1"]


def test_an_unknown_side_is_answered_with_the_list(bus_bra: Path) -> None:
    with pytest.raises(DataError, match="no image of side 'x'; found are l, r"):
        loader.load(path=bus_bra, side="x")


def test_birads_are_numbers(bus_bra: Path) -> None:
    assert loader.load(path=bus_bra, label="birads").labels == {"1": 3, "2": 5}


def test_a_lesion_is_cut_out_by_its_mask(bus_bra: Path) -> None:
    samples = loader.load(path=bus_bra, view="lesion", size=8).read(np.arange(3))
    assert np.unique(samples).tolist() == [255]


def test_a_patient_with_two_labels_and_a_missing_image_are_named_together(bus_bra: Path) -> None:
    table = bus_bra / "BUSBRA" / "bus_data.csv"
    table.write_text(table.read_text().replace("bus_0002-l,2", "bus_0009-l,1"))
    with pytest.raises(DataError) as caught:
        loader.load(path=bus_bra)
    first, second = sorted(map(str, caught.value.complaints))
    assert "line 4, subject '1'" in first
    assert "bus_0009-l.png does not exist" in first
    assert "has the label 'malignant', but 'benign'" in second


def test_a_missing_column_is_named(bus_bra: Path) -> None:
    table = bus_bra / "BUSBRA" / "bus_data.csv"
    table.write_text(table.read_text().replace("Pathology", "pathology"))
    with pytest.raises(DataError, match="has no column 'Pathology'"):
        loader.load(path=bus_bra)


def test_a_damaged_mask_is_named(bus_bra: Path) -> None:
    (bus_bra / "BUSBRA" / "Masks" / "mask_0001-r.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"mask_0001-r\.png: the mask cannot be read"):
        loader.load(path=bus_bra, view="lesion")


@pytest.mark.parametrize("case", ["", "NaN"])
def test_an_image_of_no_patient_is_refused(bus_bra: Path, case: str) -> None:
    table = bus_bra / "BUSBRA" / "bus_data.csv"
    table.write_text(table.read_text().replace("bus_0002-l,2", f"bus_0002-l,{case}"))
    with pytest.raises(DataError, match="line 4, column 'Case'") as caught:
        loader.load(path=bus_bra)
    assert "literal" not in str(caught.value)


def test_patients_that_software_has_written_as_fractions_are_the_same(bus_bra: Path) -> None:
    table = bus_bra / "BUSBRA" / "bus_data.csv"
    before = loader.load(path=bus_bra).fingerprint
    text = table.read_text()
    for row in ("1-l,1", "1-r,1", "2-l,2"):
        text = text.replace(f"{row},", f"{row}.0,")
    assert text.count(".0,") == 3
    table.write_text(text)
    assert loader.load(path=bus_bra).fingerprint == before


def test_a_missing_mask_is_told_as_missing(bus_bra: Path) -> None:
    (bus_bra / "BUSBRA" / "Masks" / "mask_0001-r.png").unlink()
    with pytest.raises(DataError, match=r"mask_0001-r\.png: the mask does not exist"):
        loader.load(path=bus_bra, view="lesion")
