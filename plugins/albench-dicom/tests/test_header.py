"""What a file is, and what its header lacks, is said by name."""

import gzip
import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from albench_dicom.pseudonyms import pseudonym
from PIL import Image
from pydicom import Dataset
from pydicom.uid import MPEG4HP41, UID

from albench.api import Modality, fingerprint

Real = Callable[[str], Path]
Load = Callable[..., Modality]
Complaints = Callable[..., list[str]]


def changed(file: Path, *lacking: str, syntax: str | None = None, **elements: Any) -> bytes:
    """Return a file with elements removed or set."""
    dataset = pydicom.dcmread(file)
    for name in lacking:
        del dataset[name]
    for name, value in elements.items():
        setattr(dataset, name, value)
    if syntax is not None:
        dataset.PixelData = pydicom.encaps.encapsulate([b"not to be decoded "])
        dataset.file_meta.TransferSyntaxUID = UID(syntax)
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, dataset)
    return stream.getvalue()


SYNTAXES = {
    "MPEG-4": (MPEG4HP41, "its pixels are a video (MPEG-4 AVC/H.264 High Profile / Level 4.1)"),
    "MPEG-2": ("1.2.840.10008.1.2.4.100", "its pixels are a video (MPEG2 Main Profile"),
    "HEVC": ("1.2.840.10008.1.2.4.107", "its pixels are a video (HEVC/H.265 Main Profile"),
    "of a vendor": ("1.2.826.0.1.3680043.99", "no decoder of a transfer syntax of a vendor"),
    "multi-component": ("1.2.840.10008.1.2.4.92", "no decoder of JPEG 2000 Part 2"),
}


@pytest.mark.parametrize("kind", SYNTAXES)
def test_pixels_that_cannot_be_decoded_are_called_what_they_are(
    real: Real, complaints: Complaints, kind: str
) -> None:
    syntax, message = SYNTAXES[kind]
    (problem,) = complaints(changed(real("US1_UNCR.dcm"), syntax=syntax))
    assert message in problem
    assert "not a DICOM file" not in problem
    assert "Error" not in problem


NEEDED = (
    "PhotometricInterpretation",
    "SamplesPerPixel",
    "PlanarConfiguration",
    "BitsStored",
    "PixelRepresentation",
    "Rows",
)


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("way", ["absent", "empty"])
def test_an_element_that_is_lacking_is_named(
    real: Real, complaints: Complaints, name: str, way: str
) -> None:
    file = real("US1_UNCR.dcm")
    content = changed(file, name) if way == "absent" else changed(file, **{name: None})
    (problem,) = complaints(content)
    assert f"its header lacks {name}, or has no value there" in problem


def test_an_empty_count_of_frames_is_one_frame(real: Real, load: Load) -> None:
    assert len(load(changed(real("US1_UNCR.dcm"), NumberOfFrames=None), frames=3)) == 1


def test_colours_that_have_no_conversion_are_refused(real: Real, complaints: Complaints) -> None:
    (problem,) = complaints(
        changed(real("US1_UNCR.dcm"), PhotometricInterpretation="YBR_PARTIAL_422")
    )
    assert "its Photometric Interpretation is none of" in problem


def test_grey_values_that_stand_for_colours_are_refused(real: Real, complaints: Complaints) -> None:
    (problem,) = complaints(real("eCT_Supplemental.dcm"))
    assert "supplemental palette" in problem


def png() -> bytes:
    stream = io.BytesIO()
    Image.new("L", (4, 4)).save(stream, format="PNG")
    return stream.getvalue()


FOREIGN = {
    "gzip": (gzip.compress, "it is not a DICOM file but a gzip archive"),
    "PNG": (lambda _: png(), "but a PNG picture: the loader 'images' reads it"),
    "empty": (lambda _: b"", "its file is empty"),
    "text": (lambda _: b"path,subject\n", "the mark DICM is not where it should be"),
    "no preamble": (lambda whole: whole[132:], "without its first 132 bytes"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_file_that_is_no_dicom_is_called_what_it_is(
    real: Real, complaints: Complaints, kind: str
) -> None:
    make, message = FOREIGN[kind]
    (problem,) = complaints(make(real("US1_UNCR.dcm").read_bytes()))
    assert message in problem


def test_a_region_without_corners_is_told(real: Real, complaints: Complaints) -> None:
    region = Dataset()
    region.RegionSpatialFormat, region.RegionLocationMinX0 = 1, 0
    content = changed(real("US1_UNCR.dcm"), SequenceOfUltrasoundRegions=[region])
    (problem,) = complaints(content, region="ultrasound")
    assert "lacks RegionLocationMinY0, RegionLocationMaxX1, RegionLocationMaxY1" in problem


def test_a_region_of_no_format_is_no_picture(real: Real, complaints: Complaints) -> None:
    content = changed(real("US1_UNCR.dcm"), SequenceOfUltrasoundRegions=[Dataset()])
    (problem,) = complaints(content, region="ultrasound")
    assert "names no two-dimensional ultrasound region" in problem


def test_blank_files_are_a_warning_with_their_count(real: Real, load: Load) -> None:
    greys = real("MR_small.dcm")
    white = changed(greys, WindowCenter=-30_000, WindowWidth=1)
    modality = load(greys, white, white)
    assert modality.warnings[0].startswith("2 of 3 files have one single value in all pixels")
    assert "first: manifest.csv, line 3" in modality.warnings[0]
    assert load(greys).warnings == ()


def test_a_box_of_nothing_is_a_warning(real: Real, load: Load) -> None:
    margin = load(real("US1_UNCR.dcm"), region="box", box=[0, 0, 3, 3])
    assert margin.warnings[0].startswith("1 of 1 files has one single value")


def test_an_empty_window_is_no_window(real: Real, load: Load) -> None:
    greys = real("MR_small.dcm")
    empty, absent = (
        load(content).read(np.array([0]))
        for content in (
            changed(greys, WindowCenter=None, WindowWidth=None),
            changed(greys, "WindowCenter", "WindowWidth"),
        )
    )
    assert np.array_equal(empty, absent)
    assert np.ptp(empty) > 0


def test_the_fingerprint_of_what_was_read_rightly_is_as_it_was(real: Real, load: Load) -> None:
    file = real("MR_small.dcm")
    subject = pseudonym("P0", b"a secret of more than sixteen characters")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    before = fingerprint("dicom", "(3, 64, 64)", np.array([subject]), "null", f"{digest} (0,) None")
    assert load(file).fingerprint == before


def twelve_bits_in_sixteen(file: Path) -> bytes:
    """Return a file without a window whose header says 16 bits of values below 4096."""
    dataset = pydicom.dcmread(file)
    side = int(dataset.Rows)
    values = np.linspace(0, 4095, side * int(dataset.Columns)).astype("<u2")
    return changed(
        file, "WindowCenter", "WindowWidth", PixelRepresentation=0, PixelData=values.tobytes()
    )


def test_bits_that_are_not_used_are_a_warning(real: Real, load: Load) -> None:
    (warning,) = load(twelve_bits_in_sixteen(real("MR_small.dcm"))).warnings
    assert "The grey values of 1 files without a window reach over 17 of 256 levels" in warning
    assert "set the option bits" in warning


def test_bits_that_are_told_are_spread_over_all_grey_levels(real: Real, load: Load) -> None:
    content = twelve_bits_in_sixteen(real("MR_small.dcm"))
    modality = load(content, bits=12)
    assert np.ptp(modality.read(np.array([0]))) > 250
    assert modality.warnings == ()
    assert modality.fingerprint != load(content).fingerprint
