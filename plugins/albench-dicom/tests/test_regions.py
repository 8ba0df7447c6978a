"""The tissue is cut out where the header says, or a complaint says why not."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from albench_dicom.regions import crop
from albench_dicom.silence import Unusable
from pydicom import Dataset

from albench.api import Modality

Real = Callable[[str], Path]
Load = Callable[..., Modality]
Complaints = Callable[..., list[str]]


def header(*boxes: tuple[int, int, int, int], spatial: int = 1) -> Dataset:
    """Return a header of 80 x 60 pixels with regions by their corners."""
    dataset = Dataset()
    dataset.Columns, dataset.Rows = 80, 60
    dataset.SequenceOfUltrasoundRegions = []
    for left, top, right, bottom in boxes:
        item = Dataset()
        item.RegionSpatialFormat = spatial
        item.RegionLocationMinX0, item.RegionLocationMinY0 = left, top
        item.RegionLocationMaxX1, item.RegionLocationMaxY1 = right, bottom
        dataset.SequenceOfUltrasoundRegions.append(item)
    return dataset


def test_the_largest_region_is_taken() -> None:
    both = header((0, 0, 9, 9), (10, 20, 59, 49))
    assert crop(both, "ultrasound", None, False) == (10, 20, 50, 30)


def test_of_equal_regions_the_first_is_taken() -> None:
    assert crop(header((0, 0, 9, 9), (10, 0, 19, 9)), "ultrasound", None, False) == (0, 0, 10, 10)


def test_a_last_column_counted_from_one_is_no_fault() -> None:
    assert crop(header((0, 0, 80, 60)), "ultrasound", None, False) == (0, 0, 80, 60)


def test_traces_are_no_pictures() -> None:
    with pytest.raises(Unusable, match="names no two-dimensional ultrasound region"):
        crop(header((0, 0, 9, 9), spatial=3), "ultrasound", None, False)


@pytest.mark.parametrize("corners", [(0, 0, 81, 9), (0, 0, 9, 61), (9, 9, 0, 0)])
def test_a_region_outside_the_picture_is_refused(corners: tuple[int, int, int, int]) -> None:
    with pytest.raises(Unusable, match="reaches outside its 80 x 60 pixels"):
        crop(header(corners), "ultrasound", None, False)


def test_a_box_outside_the_picture_is_refused() -> None:
    with pytest.raises(Unusable, match=r"the box \[70, 0, 20, 9\].*reaches outside"):
        crop(header(), "box", [70, 0, 20, 9], False)


def test_text_that_is_burned_in_is_taken_only_on_demand() -> None:
    marked = header()
    marked.BurnedInAnnotation = "YES"
    assert crop(marked, "whole", None, True) is None
    with pytest.raises(Unusable, match="text is burned into the picture"):
        crop(marked, "whole", None, False)


def test_the_region_of_a_real_file_leaves_the_letters_out(real: Real, load: Load) -> None:
    file = real("OBXXXX1A.dcm")  # a blue banner above the fan
    whole = load(file).read(np.array([0]))[0].astype(int)
    region = load(file, region="ultrasound").read(np.array([0]))[0].astype(int)
    assert (whole[2] - whole[0] > 40).mean() > 0.08
    assert (region[2] - region[0] > 40).mean() < 0.01


@pytest.mark.parametrize("name", ["gdcm-US-ALOKA-16.dcm", "color3d_jpeg_baseline.dcm"])
def test_real_regions_fit_their_pictures(real: Real, load: Load, name: str) -> None:
    assert np.ptp(load(real(name), region="ultrasound").read(np.array([0]))) > 100


def test_a_real_file_without_regions_is_refused(real: Real, complaints: Complaints) -> None:
    (problem,) = complaints(real("examples_rgb_color.dcm"), region="ultrasound")
    assert "names no two-dimensional ultrasound region" in problem


def test_a_real_region_that_does_not_fit_is_refused(real: Real, complaints: Complaints) -> None:
    (problem,) = complaints(real("examples_ybr_color.dcm"), region="ultrasound")  # was made smaller
    assert "reaches outside its 320 x 240 pixels" in problem


def test_a_box_is_cut_out(real: Real, load: Load) -> None:
    whole = load(real("color-px.dcm"), size=256, region="box", box=[0, 0, 120, 120])
    part = load(real("color-px.dcm"), size=120, region="box", box=[0, 0, 120, 120])
    assert part.read(np.array([0])).shape == (1, 3, 120, 120)
    assert whole.fingerprint != part.fingerprint
