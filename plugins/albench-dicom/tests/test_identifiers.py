"""Nothing that names a patient comes out: not of headers, paths, manifests or errors."""

import dataclasses
import io
import logging
import pickle
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from albench_dicom.header import dataset_of
from albench_dicom.loader import load as load_dicom
from albench_dicom.pseudonyms import pseudonym

from albench.api import DataError, Modality

Real = Callable[[str], Path]
Load = Callable[..., Modality]

SECRETS = {
    "PatientName": "Mustermann^Erika",
    "PatientID": "MRN4711",
    "PatientBirthDate": "19450501",
    "InstitutionName": "Klinik Musterstadt",
    "ReferringPhysicianName": "Doktor^Faust",
    "AccessionNumber": "ACC98765",
    "StudyDescription": "Leber Mustermann",
}


def named(file: Path, **changes: object) -> bytes:
    """Return a real file with a patient's data in its header."""
    dataset = pydicom.dcmread(file)
    for name, value in {**SECRETS, **changes}.items():
        setattr(dataset, name, value)
    stream = io.BytesIO()
    dataset.save_as(stream)
    return stream.getvalue()


def leaks(text: str) -> list[str]:
    parts = {part for value in SECRETS.values() for part in value.split("^")}
    return [part for part in parts if part in text]


def test_a_header_is_read_without_identifiers(real: Real) -> None:
    dataset = dataset_of(named(real("US1_UNCR.dcm")))
    assert not set(SECRETS) & set(dataset.dir())
    assert not leaks(str(dataset))


def test_a_patient_id_becomes_a_pseudonym(real: Real, load: Load) -> None:
    modality = load(named(real("US1_UNCR.dcm")), subjects=False)
    assert modality.subjects.tolist() == [
        pseudonym("MRN4711", b"a secret of more than sixteen characters")
    ]


def test_a_modality_holds_no_identifier(real: Real, load: Load) -> None:
    modality = load(named(real("US1_UNCR.dcm")), subjects=False)
    held = {**dataclasses.asdict(modality), "read": pickle.dumps(modality.read)}
    assert not leaks(str(held))


def test_another_salt_gives_other_pseudonyms(real: Real, load: Load, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("another secret of sixteen characters")
    file = real("US1_UNCR.dcm")
    ours, theirs = load(file), load(file, salt=tmp_path / "other.txt")
    assert ours.subjects.tolist() != theirs.subjects.tolist()


@pytest.mark.parametrize("content", [None, b"", b"  short  "])
def test_a_salt_that_protects_nobody_is_refused(
    real: Real, load: Load, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "bad.txt").write_bytes(content)
    with pytest.raises(DataError, match="token_hex") as caught:
        load(real("US1_UNCR.dcm"), salt=tmp_path / "bad.txt")
    assert "short" not in str(caught.value)


def broken(file: Path, kind: str) -> bytes:
    content = named(file)
    if kind == "a number that names":  # an integer string that is the patient's id
        return named(file, NumberOfFrames="12345678").replace(b"12345678", b"MRN4711 ")
    if kind == "half a file":
        return content[: len(content) // 2]
    if kind == "another kind of file":
        return b"Mustermann MRN4711" * 100
    dataset = pydicom.dcmread(io.BytesIO(content))
    if kind == "no pixels":
        del dataset.PixelData
    if kind == "cut pixels":
        dataset.PixelData = b"MRN4711 Mustermann"
    if kind == "an unknown colour":
        dataset.PhotometricInterpretation = "MRN4711"
    if kind == "no patient":
        dataset.PatientID = ""
    stream = io.BytesIO()
    dataset.save_as(stream)
    return stream.getvalue()


KINDS = [
    "a number that names",
    "half a file",
    "another kind of file",
    "no pixels",
    "cut pixels",
    "an unknown colour",
    "no patient",
]


@pytest.mark.filterwarnings("default")  # of pydicom, when the broken files are made
@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_file_is_told_without_quoting_it(
    tmp_path: Path, real: Real, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "Mustermann Erika MRN4711"
    home.mkdir()
    (home / "MRN4711.dcm").write_bytes(broken(real("US1_UNCR.dcm"), kind))
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("path,label\nMustermann Erika MRN4711/MRN4711.dcm,F1\n")
    (tmp_path / "salt.txt").write_text("sixteen characters")
    caplog.set_level(logging.DEBUG)
    warnings.simplefilter("always")
    with warnings.catch_warnings(record=True) as warned, pytest.raises(DataError) as caught:
        load_dicom(manifest=manifest, salt=tmp_path / "salt.txt", region="whole")
    shown = "".join(traceback.format_exception(caught.value))
    assert "manifest.csv, line 2" in shown
    assert not leaks(shown + caplog.text + "".join(str(warning.message) for warning in warned))


def test_a_file_that_breaks_later_is_told_without_quoting_it(
    tmp_path: Path, real: Real, load: Load
) -> None:
    modality = load(named(real("US1_UNCR.dcm")), subjects=False)
    (tmp_path / "0.dcm").write_bytes(b"Mustermann MRN4711")
    with pytest.raises(
        DataError, match=f"subject {modality.subjects[0]}: it has changed"
    ) as caught:
        modality.read(np.array([0]))
    assert not leaks("".join(traceback.format_exception(caught.value)))


def test_a_damaged_manifest_is_told_without_quoting_it(tmp_path: Path) -> None:
    (tmp_path / "salt.txt").write_text("sixteen characters")
    manifest = tmp_path / "manifest.csv"
    manifest.write_text(
        "path,subject,label\n"
        "Mustermann.dcm,MRN4711,F1\n"
        "Mustermann.dcm,MRN4711,F2\n"
        "../Mustermann/a.dcm,MRN4711,F1\n"
        ",MRN4711,\n"
    )
    with pytest.raises(DataError) as caught:
        load_dicom(manifest=manifest, salt=tmp_path / "salt.txt")
    places = [str(complaint).split(": ")[0] for complaint in caught.value.complaints]
    lines = sorted(int(part.split("line ")[1].split(",")[0]) for part in places)
    assert lines == [2, 3, 4, 5, 5]
    assert not leaks("".join(traceback.format_exception(caught.value)))
