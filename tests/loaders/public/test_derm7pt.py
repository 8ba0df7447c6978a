"""Derm7pt is read as two pictures or facts of a case."""

from pathlib import Path

import numpy as np
import pytest

from albench.api import DataError
from albench.loaders.public import derm7pt as loader


@pytest.mark.parametrize(("view", "greys"), [("clinic", [1, 2, 3]), ("derm", [101, 102, 103])])
def test_a_view_is_its_own_picture(derm7pt: Path, view: str, greys: list[int]) -> None:
    samples = loader.load(path=derm7pt, view=view, size=8).read(np.arange(3))
    assert samples[:, 0, 0, 0].tolist() == greys


def test_diagnoses_fall_into_the_five_groups(derm7pt: Path) -> None:
    assert loader.load(path=derm7pt).labels == {"1": "NEV", "2": "MEL", "3": "MISC"}


def test_melanoma_stands_against_all_others(derm7pt: Path) -> None:
    labels = loader.load(path=derm7pt, label="melanoma").labels
    assert labels == {"1": "other", "2": "melanoma", "3": "other"}


def test_facts_are_a_one_in_the_place_of_each(derm7pt: Path) -> None:
    facts = loader.load(path=derm7pt, view="facts").read(np.arange(3))
    assert facts.tolist() == [[1, 1, 0, 1], [1, 1, 1, 0], [1, 1, 1, 0]]


def test_an_unknown_diagnosis_is_named_with_its_line(derm7pt: Path) -> None:
    table = derm7pt / "release_v0" / "meta" / "meta.csv"
    table.write_text(table.read_text().replace("lentigo", "letnigo"))
    with pytest.raises(DataError, match="line 4: the diagnosis 'letnigo' is in none"):
        loader.load(path=derm7pt)


def test_the_lack_of_patients_is_noted(derm7pt: Path) -> None:
    notes = [loader.load(path=derm7pt, view=view).note for view in ("derm", "facts")]
    assert all("names no patients" in note for note in notes)


def test_an_unknown_diagnosis_is_named_with_the_facts_too(derm7pt: Path) -> None:
    table = derm7pt / "release_v0" / "meta" / "meta.csv"
    table.write_text(table.read_text().replace("lentigo", "letnigo"))
    with pytest.raises(DataError, match="line 4: the diagnosis 'letnigo' is in none"):
        loader.load(path=derm7pt, view="facts")


def test_a_missing_column_is_named(derm7pt: Path) -> None:
    table = derm7pt / "release_v0" / "meta" / "meta.csv"
    table.write_text(table.read_text().replace("clinic,", "klinik,"))
    with pytest.raises(DataError, match="has no column 'clinic'"):
        loader.load(path=derm7pt, view="clinic")
