"""Manifests, labels and broken files are answered with all that is wrong at once."""

import inspect
import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from albench_dicom.loader import load as load_dicom
from albench_dicom.plugin import DICOM
from pydicom.pixels import get_decoder  # type: ignore[attr-defined]  # re-exported without saying so
from pydicom.uid import JPEGLosslessSV1

from albench.api import DataError, Kind, Modality
from albench.registry import discover

Real = Callable[[str], Path]
Load = Callable[..., Modality]
Complaints = Callable[..., list[str]]

UNUSABLE = {
    "MR_truncated.dcm": "its pixels cannot be decoded",
    "emri_small_jpeg_2k_lossless_too_short.dcm": "it has no pixels",
    "JPEG-lossy.dcm": "its pixels cannot be decoded",
    "JPEG2000-embedded-sequence-delimiter.dcm": "its pixels cannot be decoded",
    "badVR.dcm": "its header cannot be read",
    "meta_missing_tsyntax.dcm": "its header lacks Rows, Columns, BitsAllocated",
    "no_meta.dcm": "it is not a DICOM file",
    "ExplVR_LitEndNoMeta.dcm": "it is not a DICOM file",
    "OT-PAL-8-face.dcm": "it is not a DICOM file",
    "rtplan.dcm": "it has no pixels",
    "rtplan_truncated.dcm": "it has no pixels",
    "test-SR.dcm": "it has no pixels",
    "waveform_ecg.dcm": "it has no pixels",
    "reportsi.dcm": "it has no pixels",
    "test1.json": "it is not a DICOM file",
    "zipMR.gz": "it is not a DICOM file",
}


def test_the_loader_is_found_under_its_short_name() -> None:
    component = discover().find(Kind.LOADER, "dicom")
    assert component.qualified == "dicom/dicom"
    assert component.load() is load_dicom


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_real_file_that_cannot_be_used_is_told(
    real: Real, complaints: Complaints, name: str
) -> None:
    (problem,) = complaints(real(name))
    assert problem.startswith("manifest.csv, line 2, subject ")
    assert UNUSABLE[name] in problem


@pytest.mark.skipif(get_decoder(JPEGLosslessSV1).is_available, reason="a decoder is installed")
def test_a_decoder_that_is_missing_is_named_with_its_extra(
    real: Real, complaints: Complaints
) -> None:
    (problem,) = complaints(real("JPGLosslessP14SV1_1s_1f_8b.dcm"))
    assert "pip install 'albench-dicom[jpeg-lossless]'" in problem


@pytest.mark.skipif(not get_decoder(JPEGLosslessSV1).is_available, reason="no decoder is installed")
def test_lossless_jpeg_is_read_with_its_extra(real: Real, load: Load) -> None:
    assert np.ptp(load(real("JPGLosslessP14SV1_1s_1f_8b.dcm")).read(np.array([0]))) > 150


def test_all_unusable_files_are_told_at_once(real: Real, complaints: Complaints) -> None:
    names = ("rtplan.dcm", "US1_UNCR.dcm", "no_meta.dcm")
    problems = complaints(*(real(name) for name in names))
    assert [part.split(",")[1] for part in problems] == [" line 2", " line 4"]


def test_truncation_anywhere_is_found_before_reading(real: Real, complaints: Complaints) -> None:
    whole = real("examples_ybr_color.dcm").read_bytes()
    for share in (0.02, 0.3, 0.7, 0.95):
        (problem,) = complaints(whole[: int(share * len(whole))], frames=30)
        assert "line 2" in problem


@pytest.mark.parametrize("name", ["US1_J2KR.dcm", "OBXXXX1A_rle.dcm", "examples_rgb_color.dcm"])
def test_damage_raises_nothing_but_data_errors(real: Real, load: Load, name: str) -> None:
    whole, rng = real(name).read_bytes(), np.random.default_rng(0)
    for _ in range(25):
        damaged = bytearray(whole)
        for place in rng.integers(132, 4000, 6).tolist():
            damaged[place] = int(rng.integers(0, 256))
        try:
            load(bytes(damaged), max_pixels=1_000_000).read(np.array([0]))
        except DataError as error:
            assert "line 2" in str(error)  # noqa: PT017  # whether it raises is open


def test_a_frame_over_the_pixel_limit_is_refused(real: Real, complaints: Complaints) -> None:
    (problem,) = complaints(real("US1_UNCR.dcm"), max_pixels=307_199)
    assert "a frame has 307200 pixels, allowed are 307199" in problem


def manifest_of(tmp_path: Path, real: Real, *lines: str) -> dict[str, Any]:
    for name in "abc":
        (tmp_path / f"{name}.dcm").write_bytes(real("color-px.dcm").read_bytes())
    (tmp_path / "salt.txt").write_text("sixteen characters")
    (tmp_path / "m.csv").write_text("\n".join(lines))
    return {"manifest": tmp_path / "m.csv", "salt": tmp_path / "salt.txt", "region": "whole"}


def test_labels_are_by_pseudonym_and_typed(tmp_path: Path, real: Real) -> None:
    modality = load_dicom(
        **manifest_of(
            tmp_path, real, "path,subject,label", "a.dcm,P1,0", "b.dcm,P2,3", "c.dcm,P1,0"
        )
    )
    labels = modality.labels or {}
    assert [labels[subject] for subject in modality.subjects.tolist()] == [0, 3, 0]


def test_without_a_column_of_labels_there_are_none(tmp_path: Path, real: Real) -> None:
    assert load_dicom(**manifest_of(tmp_path, real, "path,subject", "a.dcm,P1")).labels is None


def test_rows_of_another_modality_are_left_alone(tmp_path: Path, real: Real) -> None:
    options = manifest_of(
        tmp_path, real, "path,subject,modality", "a.dcm,P1,LUS", "gone.dcm,P1,LSTE"
    )
    assert len(load_dicom(**options, modality="LUS")) == 1
    with pytest.raises(DataError, match=r"found are \['LSTE', 'LUS'\]"):
        load_dicom(**options)


def test_a_subject_with_two_labels_is_told_with_both_lines(tmp_path: Path, real: Real) -> None:
    options = manifest_of(tmp_path, real, "path,subject,label", "a.dcm,P1,F0", "b.dcm,P1,F1")
    with pytest.raises(
        DataError, match=r"line 3, subject \w+: has the label 'F1', but 'F0' in .*2"
    ):
        load_dicom(**options)


MANIFESTS = {
    "nothing": (b"", "has no column 'path'"),
    "names only": (b"path\n", "is empty"),
    "other names": (b"file\na.dcm\n", "has no column 'path'"),
    "a short line": (b"path,subject\na.dcm\n", "line 2: has 1 fields, needed are 2"),
    "not text": (b"path\n\xff\xfe\n", "is not CSV in UTF-8"),
}


@pytest.mark.parametrize("kind", MANIFESTS)
def test_a_malformed_manifest_is_refused(tmp_path: Path, real: Real, kind: str) -> None:
    content, message = MANIFESTS[kind]
    options = manifest_of(tmp_path, real, "")
    (tmp_path / "m.csv").write_bytes(content)
    with pytest.raises(DataError, match=message):
        load_dicom(**options)


def test_a_missing_manifest_is_refused(tmp_path: Path, real: Real) -> None:
    options = manifest_of(tmp_path, real, "")
    with pytest.raises(DataError, match=r"none\.csv: cannot be read: No such file"):
        load_dicom(**{**options, "manifest": tmp_path / "none.csv"})


OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "two channels": ({"channels": 2}, "found 2, allowed are 1 and 3"),
    "a box without its region": ({"box": [0, 0, 1, 1]}, "goes with region"),
    "a region without its box": ({"region": "box"}, "goes with region"),
    "a box of three": ({"region": "box", "box": [1, 2, 3]}, r"\[x, y, width, height\]"),
}


@pytest.mark.parametrize("kind", OPTIONS)
def test_wrong_options_are_refused(real: Real, load: Load, kind: str) -> None:
    options, message = OPTIONS[kind]
    with pytest.raises(DataError, match=message):
        load(real("color-px.dcm"), **options)


def test_the_fingerprint_tells_what_is_read(real: Real, load: Load) -> None:
    file = real("OBXXXX1A_2frame.dcm")
    choices: list[dict[str, Any]] = [{}, {"size": 32}, {"frames": 2}, {"region": "ultrasound"}]
    assert len({load(file, **choice).fingerprint for choice in choices}) == 4


def test_the_fingerprint_is_the_same_for_the_same_files(real: Real, load: Load) -> None:
    file = real("US1_UNCR.dcm")
    assert load(file).fingerprint == load(file).fingerprint


def test_a_reader_can_be_sent_to_another_process(real: Real, load: Load) -> None:
    read = load(real("color-px.dcm")).read
    rows = np.array([0])
    assert np.array_equal(pickle.loads(pickle.dumps(read))(rows), read(rows))  # noqa: S301


def test_options_are_those_announced() -> None:
    parameters = inspect.signature(load_dicom).parameters
    assert sorted(option.name for option in DICOM.options) == sorted(parameters)
    for option in DICOM.options:
        default = parameters[option.name].default
        assert option.required or default == option.default


def test_a_header_without_a_patient_needs_subjects(real: Real, complaints: Complaints) -> None:
    dataset = pydicom.dcmread(real("US1_UNCR.dcm"))
    del dataset.PatientID
    stream = io.BytesIO()
    dataset.save_as(stream)
    (problem,) = complaints(stream.getvalue(), subjects=False)
    assert "add a column 'subject' to the manifest" in problem
