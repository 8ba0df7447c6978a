"""Frames as RGB bytes, whatever their colours, compression and depth."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.pixels import (  # type: ignore[attr-defined]  # re-exported without saying so
    apply_color_lut,
    iter_pixels,
)
from pydicom.uid import JPEGBaseline8Bit

from albench_dicom.greys import grey_levels

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


def frames(dataset: Dataset, numbers: Sequence[int], bits: int | None = None) -> Iterator[Frame]:
    """Yield frames as RGB.

    Parameters
    ----------
    dataset : Dataset
        Header and pixels.
    numbers : sequence of int
        Which, from 0.
    bits : int or None
        See `albench_dicom.greys.grey_levels`.

    Yields
    ------
    ndarray of uint8, shape (height, width, 3)
        In the order of `numbers`.
    """
    # Decoders of lossy JPEG differ in the last bit: the same one on every machine.
    plugin = "pillow" if dataset.file_meta.TransferSyntaxUID == JPEGBaseline8Bit else ""
    decoded = iter_pixels(dataset, indices=list(numbers), decoding_plugin=plugin)
    for number, frame in zip(numbers, decoded, strict=True):
        yield _rgb(frame, dataset, number, bits)


def _rgb(frame: NDArray[np.generic], dataset: Dataset, number: int, bits: int | None) -> Frame:
    colours = dataset.PhotometricInterpretation
    if colours == "PALETTE COLOR":
        return _coloured(frame, dataset)
    if colours in ("MONOCHROME1", "MONOCHROME2"):
        grey = grey_levels(frame, dataset, number, bits)
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
