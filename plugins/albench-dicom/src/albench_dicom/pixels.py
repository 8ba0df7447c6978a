"""Frames as RGB bytes, whatever their colours, compression and depth."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.multival import MultiValue
from pydicom.pixels import (  # type: ignore[attr-defined]  # re-exported without saying so
    apply_color_lut,
    iter_pixels,
)
from pydicom.uid import JPEGBaseline8Bit

from albench_dicom.silence import Unusable

Frame = NDArray[np.uint8]


def n_frames(dataset: Dataset) -> int:
    """Return how many frames a file has.

    Parameters
    ----------
    dataset : Dataset
        Its header.

    Returns
    -------
    int
        1 where the header does not say.
    """
    return int(dataset.get("NumberOfFrames") or 1)


def spread(n: int, wanted: int) -> tuple[int, ...]:
    """Return the numbers of evenly spaced frames: the middle one of each of `wanted` equal parts.

    Parameters
    ----------
    n : int
        How many there are.
    wanted : int
        How many to take.

    Returns
    -------
    tuple of int
        All of them if there are no more than are wanted.

    Examples
    --------
    >>> spread(30, 3)
    (5, 15, 25)
    """
    taken = min(n, wanted)
    return tuple((2 * part + 1) * n // (2 * taken) for part in range(taken))


def frames(dataset: Dataset, numbers: Sequence[int]) -> Iterator[Frame]:
    """Yield frames as RGB.

    Parameters
    ----------
    dataset : Dataset
        Header and pixels.
    numbers : sequence of int
        Which, from 0.

    Yields
    ------
    ndarray of uint8, shape (height, width, 3)
        In the order of `numbers`.
    """
    # Decoders of lossy JPEG differ in the last bit: the same one on every machine.
    plugin = "pillow" if dataset.file_meta.TransferSyntaxUID == JPEGBaseline8Bit else ""
    for frame in iter_pixels(dataset, indices=list(numbers), decoding_plugin=plugin):
        yield _rgb(frame, dataset)


def _rgb(frame: NDArray[np.generic], dataset: Dataset) -> Frame:
    colours = dataset.PhotometricInterpretation
    if colours == "PALETTE COLOR":
        return _coloured(frame, dataset)
    if colours in ("MONOCHROME1", "MONOCHROME2"):
        grey = _grey(frame.astype(np.float64), dataset)
        return np.repeat((255 - grey if colours == "MONOCHROME1" else grey)[..., None], 3, axis=2)
    return _upper_byte(frame, int(dataset.BitsStored))


def _coloured(frame: NDArray[np.generic], dataset: Dataset) -> Frame:
    colours = apply_color_lut(frame, dataset)
    in_order = dataset.file_meta.TransferSyntaxUID.is_little_endian
    # pydicom 3.0.2 takes tables that are not segmented for little-endian whatever they are; the
    # tests compare twin files, so that they tell when this is mended there.
    if not in_order and "RedPaletteColorLookupTableData" in dataset:
        colours = colours.byteswap()
    return _upper_byte(colours, int(dataset.RedPaletteColorLookupTableDescriptor[2]))


def _upper_byte(values: NDArray[np.generic], bits: int) -> Frame:
    shift = max(0, bits - 8)
    return np.right_shift(values.astype(np.uint32), shift).astype(np.uint8)


def _grey(values: NDArray[np.float64], dataset: Dataset) -> Frame:
    """Return stored values as grey levels: by the header's window, else over all their bits."""
    low, high = _stored_range(dataset)
    slope, intercept = _number(dataset, "RescaleSlope", 1), _number(dataset, "RescaleIntercept", 0)
    values, ends = slope * values + intercept, (slope * low + intercept, slope * high + intercept)
    low, high = min(ends), max(ends)
    if "WindowCenter" in dataset and "WindowWidth" in dataset:
        low, high = _window(dataset)
    spread_out = (values - low) / max(high - low, 1e-9)
    grey: Frame = np.rint(255 * spread_out.clip(0, 1)).astype(np.uint8)
    return grey


def _stored_range(dataset: Dataset) -> tuple[float, float]:
    levels = 2.0 ** int(dataset.BitsStored)
    is_signed = dataset.get("PixelRepresentation", 0) == 1
    return (-levels / 2, levels / 2 - 1) if is_signed else (0.0, levels - 1)


def _window(dataset: Dataset) -> tuple[float, float]:
    """Return the values that become black and white (PS3.3, C.11.2.1.2.1 and .3)."""
    function = dataset.get("VOILUTFunction", "LINEAR")
    centre, width = _number(dataset, "WindowCenter", 0), _number(dataset, "WindowWidth", 1)
    if function == "LINEAR":
        return centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2
    if function == "LINEAR_EXACT":
        return centre - width / 2, centre + width / 2
    raise Unusable("its grey levels are to be bent (VOI LUT Function), allowed are LINEAR ones")


def _number(dataset: Dataset, name: str, default: float) -> float:
    value = dataset.get(name)
    if value is None:
        return default
    return float(value[0] if isinstance(value, MultiValue) else value)  # the first window
