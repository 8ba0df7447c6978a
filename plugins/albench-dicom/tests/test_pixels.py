"""Real ultrasound in every colour and compression comes out as it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from albench_dicom.pixels import frames, n_frames, spread
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from albench.api import Modality

Real = Callable[[str], Path]
Load = Callable[..., Modality]

STILLS = [
    "examples_palette.dcm",
    "examples_rgb_color.dcm",
    "examples_jpeg2k.dcm",
    "ExplVR_BigEnd.dcm",
    "OBXXXX1A.dcm",
    "OBXXXX1A_expb.dcm",
    "OBXXXX1A_rle.dcm",
    "US1_UNCR.dcm",
    "US1_UNCI.dcm",
    "US1_J2KR.dcm",
    "US1_J2KI.dcm",
    "gdcm-US-ALOKA-16.dcm",
    "gdcm-US-ALOKA-16_big.dcm",
    "color-pl.dcm",
    "color-px.dcm",
]

VIDEOS = {
    "examples_ybr_color.dcm": 30,
    "color3d_jpeg_baseline.dcm": 120,
    "OBXXXX1A_2frame.dcm": 2,
    "OBXXXX1A_expb_2frame.dcm": 2,
    "OBXXXX1A_rle_2frame.dcm": 2,
}

TWINS = {
    "palette, big endian": ("OBXXXX1A.dcm", "OBXXXX1A_expb.dcm"),
    "palette, run lengths": ("OBXXXX1A.dcm", "OBXXXX1A_rle.dcm"),
    "palette, two frames": ("OBXXXX1A_2frame.dcm", "OBXXXX1A_rle_2frame.dcm"),
    "palette, two frames, big endian": ("OBXXXX1A_2frame.dcm", "OBXXXX1A_expb_2frame.dcm"),
    "palette of 16 bits, big endian": ("gdcm-US-ALOKA-16.dcm", "gdcm-US-ALOKA-16_big.dcm"),
    "planes of colour": ("color-pl.dcm", "color-px.dcm"),
    "JPEG 2000 without loss": ("US1_UNCR.dcm", "US1_J2KR.dcm"),
}


@pytest.mark.parametrize("name", STILLS)
def test_a_still_becomes_a_bright_picture(real: Real, load: Load, name: str) -> None:
    sample = load(real(name)).read(np.array([0]))
    assert sample.shape == (1, 3, 64, 64)
    assert sample.dtype == np.uint8
    assert np.ptp(sample) > 150


@pytest.mark.parametrize("kind", TWINS)
def test_two_ways_of_storing_a_picture_give_one_picture(real: Real, load: Load, kind: str) -> None:
    first, second = (load(real(name)).read(np.array([0])) for name in TWINS[kind])
    assert np.array_equal(first, second)


def test_jpeg_2000_with_loss_stays_near(real: Real, load: Load) -> None:
    first, second = (
        load(real(name)).read(np.array([0])).astype(int)
        for name in ("US1_UNCI.dcm", "US1_J2KI.dcm")
    )
    assert np.abs(first - second).mean() < 1


def test_power_doppler_is_warm_and_tissue_grey(real: Real, load: Load) -> None:
    red, _, blue = load(real("examples_rgb_color.dcm")).read(np.array([0]))[0].astype(int)
    assert (red - blue > 100).mean() > 0.02
    assert np.median(np.abs(red - blue)) < 5


def test_a_jpeg_in_ybr_is_turned_into_rgb(real: Real, load: Load) -> None:
    sample = load(real("examples_ybr_color.dcm")).read(np.array([0]))[0].astype(int)
    assert np.median(np.abs(sample[0] - sample[2])) < 5  # the heart is grey, not green


@pytest.mark.parametrize("name", VIDEOS)
def test_a_video_gives_the_frames_that_are_wanted(real: Real, load: Load, name: str) -> None:
    modality = load(real(name), frames=2)
    assert len(modality) == 2
    assert len(set(modality.subjects.tolist())) == 1


def test_a_video_with_fewer_frames_gives_all(real: Real, load: Load) -> None:
    assert len(load(real("OBXXXX1A_2frame.dcm"), frames=5)) == 2


def test_frames_of_a_video_differ_and_come_in_any_order(real: Real, load: Load) -> None:
    read = load(real("examples_ybr_color.dcm"), frames=3).read
    forth, back = read(np.array([0, 1, 2])), read(np.array([2, 1, 0, 2]))
    assert np.array_equal(forth[[2, 1, 0, 2]], back)
    assert not np.array_equal(forth[0], forth[2])


def test_rows_of_several_files_come_in_the_order_asked(real: Real, load: Load) -> None:
    files = [real(name) for name in ("US1_UNCR.dcm", "OBXXXX1A_2frame.dcm", "color-px.dcm")]
    read = load(*files, frames=2).read
    apart = np.concatenate([read(np.array([row])) for row in (3, 0, 2, 1, 0)])
    assert np.array_equal(read(np.array([3, 0, 2, 1, 0])), apart)


def test_no_rows_are_no_frames(real: Real, load: Load) -> None:
    read = load(real("color-px.dcm")).read
    assert read(np.array([], dtype=np.intp)).shape == (0, 3, 64, 64)


def test_one_channel_is_grey(real: Real, load: Load) -> None:
    assert load(real("color-px.dcm"), channels=1).read(np.array([0])).shape == (1, 1, 64, 64)


@pytest.mark.parametrize("n", [1, 2, 7, 30])
@pytest.mark.parametrize("wanted", [1, 2, 3, 30])
def test_spread_frames_are_distinct_and_there(n: int, wanted: int) -> None:
    numbers = spread(n, wanted)
    assert len(set(numbers)) == len(numbers) == min(n, wanted)
    assert min(numbers) >= 0
    assert max(numbers) < n
    assert sorted(numbers) == list(numbers)


def grey_picture(values: list[int], **elements: object) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.Rows, dataset.Columns = 1, len(values)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.PixelData = np.array(values, dtype="<i2").tobytes()
    for name, value in elements.items():
        setattr(dataset, name, value)
    return dataset


GREYS: dict[str, tuple[dict[str, Any], list[int], list[int]]] = {
    "all bits": ({}, [0, 2048, 4095], [0, 128, 255]),
    "inverse": ({"PhotometricInterpretation": "MONOCHROME1"}, [0, 2048, 4095], [255, 127, 0]),
    "a window": ({"WindowCenter": 100.5, "WindowWidth": 101}, [0, 50, 100, 150], [0, 0, 128, 255]),
    "the first window": (
        {"WindowCenter": [100.5, 1], "WindowWidth": [101, 1]},
        [50, 100, 150],
        [0, 128, 255],
    ),
    "an exact window": (
        {"WindowCenter": 100, "WindowWidth": 100, "VOILUTFunction": "LINEAR_EXACT"},
        [50, 100, 150],
        [0, 128, 255],
    ),
    "a window of rescaled values": (
        {"WindowCenter": 0.5, "WindowWidth": 101, "RescaleSlope": 1, "RescaleIntercept": -100},
        [50, 100, 150],
        [0, 128, 255],
    ),
    "signed": ({"PixelRepresentation": 1}, [-2048, 0, 2047], [0, 128, 255]),
}


@pytest.mark.parametrize("kind", GREYS)
def test_grey_levels_are_spread_over_a_byte(kind: str) -> None:
    elements, stored, shown = GREYS[kind]
    (frame,) = frames(grey_picture(stored, **elements), [0])
    assert frame.shape == (1, len(stored), 3)
    assert frame[0, :, 1].tolist() == shown


def test_a_file_that_counts_no_frames_has_one() -> None:
    assert n_frames(Dataset()) == 1
