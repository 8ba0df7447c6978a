"""Subjects and labels of a manifest mean what they mean to albench's own loaders."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydicom
import pytest
from albench_dicom.loader import load as load_dicom
from albench_dicom.pseudonyms import pseudonym, read_salt

from albench.api import DataError, Modality

Real = Callable[[str], Path]
Load = Callable[..., Modality]
Write = Callable[..., dict[str, Any]]

SALT = "sixteen characters"


@pytest.fixture
def write(tmp_path: Path, real: Real) -> Write:
    """Write a manifest of three files and return the options that read it."""

    def run(*lines: str) -> dict[str, Any]:
        for name in "abc":
            (tmp_path / f"{name}.dcm").write_bytes(real("color-px.dcm").read_bytes())
        (tmp_path / "salt.txt").write_text(SALT)
        (tmp_path / "m.csv").write_text("\n".join(lines))
        return {"manifest": tmp_path / "m.csv", "salt": tmp_path / "salt.txt", "region": "whole"}

    return run


def complaints(options: dict[str, Any], **more: object) -> list[str]:
    with pytest.raises(DataError) as caught:
        load_dicom(**options, **more)
    return [str(complaint) for complaint in caught.value.complaints]


def test_whole_floats_are_the_subjects_that_integers_are(write: Write) -> None:
    modality = load_dicom(**write("path,subject,label", "a.dcm,7.0,1.0", "b.dcm,8.0,2.0"))
    expected = [pseudonym(subject, SALT.encode()) for subject in ("7", "8")]
    assert modality.subjects.tolist() == expected
    assert sorted((modality.labels or {}).values()) == [1, 2]


@pytest.mark.parametrize("word", ["NaN", "NA", "None"])
def test_a_word_for_nothing_is_refused_and_not_quoted(write: Write, word: str) -> None:
    options = write("path,subject,label", f"a.dcm,{word},F0", f"b.dcm,P2,{word}")
    problems = complaints(options)
    assert [part.split(":")[0] for part in problems] == ["m.csv, line 2", "m.csv, line 3"]
    assert "the subject is a word that software writes for a missing value" in problems[0]
    assert "the label is a word" in problems[1]
    assert len(load_dicom(**options, literal=[word])) == 2


def test_a_patient_id_that_is_a_word_for_nothing_is_none(
    tmp_path: Path, write: Write, real: Real
) -> None:
    dataset = pydicom.dcmread(real("color-px.dcm"))
    dataset.PatientID = "None"
    options = write("path", "a.dcm")
    dataset.save_as(tmp_path / "a.dcm")
    (problem,) = complaints(options)
    assert "its header has no Patient ID" in problem
    assert len(load_dicom(**options, literal=["None"])) == 1


def test_subjects_without_a_label_can_be_left_out(write: Write) -> None:
    options = write("path,subject,label", "a.dcm,P1,F0", "b.dcm,P2,", "c.dcm,P3,NA")
    assert len(complaints(options)) == 2
    modality = load_dicom(**options, unlabelled="drop")
    assert modality.subjects.tolist() == [pseudonym("P1", SALT.encode())]
    assert "Subjects without a label, left out: 2." in modality.note


def test_leaving_out_needs_labels(write: Write) -> None:
    (problem,) = complaints(write("path,subject", "a.dcm,P1"), unlabelled="drop")
    assert "option 'unlabelled'" in problem
    (problem,) = complaints(write("path,subject,label", "a.dcm,P1,"), unlabelled="drop")
    assert "no row that is read has a label" in problem


def test_semicolons_are_named_and_can_be_asked_for(write: Write) -> None:
    options = write("path;subject", "a.dcm;P1")
    (problem,) = complaints(options)
    assert "separated by semicolons, not by commas: set the option 'separator'" in problem
    assert len(load_dicom(**options, separator=";")) == 1


def test_a_column_that_is_there_twice_is_refused(write: Write) -> None:
    (problem,) = complaints(write("path,subject,subject", "a.dcm,P1,P2"))
    assert "has a column twice" in problem


def test_a_row_of_no_modality_is_refused(write: Write) -> None:
    options = write("path,subject,modality", "a.dcm,P1,LUS", "b.dcm,P2,")
    (problem,) = complaints(options)
    assert "m.csv, line 3: the modality is empty" in problem


def test_a_mark_of_byte_order_is_no_part_of_a_salt(tmp_path: Path) -> None:
    (tmp_path / "salt.txt").write_bytes(b"\xef\xbb\xbf" + SALT.encode() + b"\r\n")
    assert read_salt(tmp_path / "salt.txt") == SALT.encode()
