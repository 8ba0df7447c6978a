"""Every element that decides grey levels is obeyed or refused; without a value it is absent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from albench_dicom.greys import grey_levels, is_shown_by_later_rules
from albench_dicom.silence import Unusable
from pydicom import Dataset, Sequence
from pydicom.dataset import FileMetaDataset
from pydicom.pixels import (  # type: ignore[attr-defined]  # re-exported without saying so
    apply_modality_lut,
    apply_voi,
)
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian

Real = Callable[[str], Path]


def header(syntax: UID = ExplicitVRLittleEndian, **elements: object) -> Dataset:
    """Return the header of unsigned 12-bit grey values."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsStored, dataset.PixelRepresentation = 12, 0
    for name, value in elements.items():
        setattr(dataset, name, value)
    return dataset


def table(entries: list[int] | bytes, first: int, bits: int, n: int | None = None) -> Sequence:
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [len(entries) if n is None else n, first, bits])
    item.add_new("LUTData", "OW" if isinstance(entries, bytes) else "US", entries)
    return Sequence([item])


def group(**elements: object) -> Dataset:
    macro, item = Dataset(), Dataset()
    for name, value in elements.items():
        setattr(item, name, value)
    is_window = any(name.startswith(("Window", "VOI")) for name in elements)
    name = "FrameVOILUTSequence" if is_window else "PixelValueTransformationSequence"
    setattr(macro, name, Sequence([item]))
    return macro


def shown(values: list[int], number: int = 0, **elements: Any) -> list[int]:
    return grey_levels(np.array(values), header(**elements), number).tolist()


ALL_BITS = ([0, 2048, 4095], [0, 128, 255])
RISING = [min(4 * n, 255) for n in range(4096)]

SHOWN: dict[str, tuple[dict[str, Any], list[int], list[int]]] = {
    "an empty window": ({"WindowCenter": None, "WindowWidth": None}, *ALL_BITS),
    "an empty width": ({"WindowCenter": 40, "WindowWidth": None}, *ALL_BITS),
    "an empty centre": ({"WindowCenter": None, "WindowWidth": 80}, *ALL_BITS),
    "a first window that is empty": (
        {"WindowCenter": ["", "100.5"], "WindowWidth": ["", "101"]},
        [50, 100, 150],
        [0, 128, 255],
    ),
    "an empty function": (
        {"WindowCenter": 100.5, "WindowWidth": 101, "VOILUTFunction": ""},
        [50, 100, 150],
        [0, 128, 255],
    ),
    "an empty slope": ({"RescaleSlope": None, "RescaleIntercept": None}, *ALL_BITS),
    "an empty table": ({"VOILUTSequence": Sequence([])}, *ALL_BITS),
    "a centre of 0": (
        {"WindowCenter": 0, "WindowWidth": 101, "RescaleSlope": 1, "RescaleIntercept": -100},
        [50, 150],
        [1, 255],
    ),
    "an exact window below 1": (
        {"WindowCenter": 100, "WindowWidth": 0.5, "VOILUTFunction": "LINEAR_EXACT"},
        [99, 100, 101],
        [0, 128, 255],
    ),
    "a sigmoid": (
        {"WindowCenter": 100, "WindowWidth": 40, "VOILUTFunction": "SIGMOID"},
        [0, 90, 100, 110, 4095],
        [0, 69, 128, 186, 255],
    ),
    # An entry of 8 bits for each of 4096 values: pydicom 3.0.2 counts modulo 256 there.
    "a VOI table from 12 bits to 8": (
        {"VOILUTSequence": table(RISING, 0, 8)},
        [0, 10, 60, 300],
        [0, 40, 240, 255],
    ),
    "a VOI table that begins later": (
        {"VOILUTSequence": table([0, 100, 1023], 50, 10)},
        [0, 50, 51, 52, 4095],
        [0, 0, 25, 255, 255],
    ),
    "a VOI table of bytes": (
        {"VOILUTSequence": table(bytes([0, 9, 255]), 1, 8)},
        [1, 2, 3],
        [0, 9, 255],
    ),
    "a modality table": (
        {"ModalityLUTSequence": table([3000, 2000, 1000], 0, 16)},
        [0, 1, 2, 9],
        [255, 128, 0, 0],
    ),
    "a window of a modality table": (
        {
            "ModalityLUTSequence": table([3000, 2000, 1000], 0, 16),
            "WindowCenter": 1500.5,
            "WindowWidth": 1001,
        },
        [0, 1, 2],
        [255, 255, 0],
    ),
    "a window before a VOI table": (
        {"VOILUTSequence": table(RISING, 0, 8), "WindowCenter": 100.5, "WindowWidth": 101},
        [50, 100, 150],
        [0, 128, 255],
    ),
    "a window of all frames": (
        {"SharedFunctionalGroupsSequence": Sequence([group(WindowCenter=100.5, WindowWidth=101)])},
        [50, 100, 150],
        [0, 128, 255],
    ),
    "rescaling of all frames": (
        {
            "WindowCenter": 0.5,
            "WindowWidth": 101,
            "SharedFunctionalGroupsSequence": Sequence(
                [group(RescaleSlope=1, RescaleIntercept=-100)]
            ),
        },
        [50, 100, 150],
        [0, 128, 255],
    ),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_grey_levels_are_as_the_header_wants_them(kind: str) -> None:
    elements, stored, expected = SHOWN[kind]
    assert shown(stored, **elements) == expected


def test_each_frame_has_its_own_window() -> None:
    own = Sequence(
        [group(WindowCenter=100.5, WindowWidth=101), group(WindowCenter=200.5, WindowWidth=101)]
    )
    for number, value in ((0, 100), (1, 200)):
        assert shown([value], number, PerFrameFunctionalGroupsSequence=own) == [128]


def test_words_of_a_table_are_read_in_the_order_of_the_file() -> None:
    words = np.array([0, 256, 65535], dtype=">u2").tobytes()
    wanted = header(ExplicitVRBigEndian, VOILUTSequence=table(words, 0, 16, n=3))
    assert grey_levels(np.arange(3), wanted, 0).tolist() == [0, 1, 255]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a width of 0": ({"WindowCenter": 40, "WindowWidth": 0}, "Window Width: LINEAR ones are 1"),
    "a width below 1": ({"WindowCenter": 40, "WindowWidth": 0.5}, "LINEAR ones are 1 or more"),
    "a negative width": (
        {"WindowCenter": 40, "WindowWidth": -5, "VOILUTFunction": "SIGMOID"},
        "others above 0",
    ),
    "an unknown function": (
        {"WindowCenter": 40, "WindowWidth": 5, "VOILUTFunction": "CUBIC"},
        "VOI LUT Function is none that is known",
    ),
    "a slope of 0": ({"RescaleSlope": 0, "RescaleIntercept": 3}, "Rescale Slope is 0"),
    "a table without entries": (
        {"VOILUTSequence": Sequence([Dataset()])},
        "its look-up table is empty",
    ),
    "a table that is cut off": (
        {"ModalityLUTSequence": table([1, 2, 3], 0, 16, n=9)},
        "shorter than its header says",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_shown_is_refused_by_name(kind: str) -> None:
    elements, message = REFUSED[kind]
    with pytest.raises(Unusable, match=message):
        shown([1, 2], **elements)


def test_the_modality_table_of_a_real_file_is_applied_as_pydicom_does(real: Real) -> None:
    dataset = pydicom.dcmread(real("mlut_18.dcm"))
    theirs = apply_modality_lut(dataset.pixel_array, dataset).astype(float)
    entries = np.array(dataset.ModalityLUTSequence[0].LUTData, dtype=float)
    expected = 255 * (theirs - entries.min()) / np.ptp(entries)
    assert np.array_equal(grey_levels(dataset.pixel_array, dataset, 0), np.rint(expected))


def test_the_voi_table_of_a_real_file_is_applied_as_pydicom_does(real: Real) -> None:
    dataset = pydicom.dcmread(real("vlut_04.dcm"))
    bits = dataset.VOILUTSequence[0].LUTDescriptor[2]
    expected = 255 * apply_voi(dataset.pixel_array, dataset).astype(float) / (2**bits - 1)
    assert np.array_equal(grey_levels(dataset.pixel_array, dataset, 0), np.rint(expected))


def test_only_what_was_shown_wrongly_before_is_other_data_now() -> None:
    window = {"WindowCenter": 40, "WindowWidth": 80}
    same: list[dict[str, Any]] = [
        {},
        window,
        window | {"VOILUTSequence": table([1, 2], 0, 8)},
        {"PhotometricInterpretation": "RGB", "WindowCenter": None, "WindowWidth": None},
        {"RescaleSlope": None},
    ]
    other: list[dict[str, Any]] = [
        {"WindowCenter": None, "WindowWidth": None},
        {"VOILUTSequence": table([1, 2], 0, 8)},
        window | {"ModalityLUTSequence": table([1, 2], 0, 8)},
        {"PerFrameFunctionalGroupsSequence": Sequence([group(**window)])},
    ]
    assert [is_shown_by_later_rules(header(**elements)) for elements in same] == [False] * 5
    assert [is_shown_by_later_rules(header(**elements)) for elements in other] == [True] * 4
