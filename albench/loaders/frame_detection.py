"""A region found by the frame that the scanner has drawn round it."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Box = tuple[int, int, int, int]
"""The upper left corner and the extent: x, y, width, height, in pixels."""

Mask = NDArray[np.bool_]
Place = tuple[slice, slice]

SHARES = (0.5, 0.4, 0.3, 0.2)
"""How much of its colour a pixel of a line must have, strict first: JPEG fades thin lines."""

SMALLEST = 0.01
"""What a frame encloses of its picture at least: letters and icons enclose less."""

STRAY = 20
"""How far a channel may be off the hue: measured on drawn frames in JPEG, quality 50 to 95."""

ALL_NEIGHBOURS = np.ones((3, 3), dtype=bool)


def frame_box(pixels: NDArray[np.uint8], colour: tuple[int, int, int]) -> Box | None:
    """Return the box round what a frame of a colour encloses, without the frame itself.

    A frame is a closed line, with gaps of up to two pixels, round a shape with a flat top and
    bottom: a rectangle, or the slanted or bent one of a convex probe. Coloured tissue is not
    taken for one, since the outline of a blob is not flat and a blob is not hollow.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB.
    colour : tuple of int
        RGB of the line, any but a grey.

    Returns
    -------
    Box or None
        None if there is no frame, or one that compression has faded beyond recognition.
    """
    share = _share_of(colour, pixels)
    boxes = (_largest_frame(share >= least) for least in SHARES)
    return next((box for box in boxes if box is not None), None)


def _share_of(colour: tuple[int, int, int], pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how much of each pixel is the colour if the rest is grey; 0 for another hue."""
    share = np.zeros(pixels.shape[:2], dtype=np.float32)
    vivid = _vividness(pixels) > SHARES[-1] * (max(colour) - min(colour)) - 2 * STRAY
    hue = np.array(colour, dtype=np.float32) - np.float32(np.mean(colour))
    coloured = pixels[vivid]  # (n, 3): most of an ultrasound image is grey and cannot hold a line
    coloured = coloured - coloured.mean(axis=1, keepdims=True, dtype=np.float32)
    own = coloured @ hue / (hue @ hue)
    foreign = np.abs(coloured - own[:, np.newaxis] * hue).max(axis=1)
    share[vivid] = np.where(foreign <= np.maximum(STRAY, 64 * own), own, np.float32(0))
    return share


def _vividness(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    red, green, blue = np.moveaxis(pixels, 2, 0)
    highest = np.maximum(np.maximum(red, green), blue)
    range_of_channels: NDArray[np.uint8] = highest - np.minimum(np.minimum(red, green), blue)
    return range_of_channels


def _largest_frame(line: Mask) -> Box | None:
    # Thicker by a pixel on each side, which closes gaps of two.
    thick = ndimage.binary_dilation(line, ALL_NEIGHBOURS)
    shapes, _ = ndimage.label(thick, ALL_NEIGHBOURS)
    most, largest = int(SMALLEST * line.size), None
    for number, place in _largest_first(shapes):
        if _area(place) <= most:
            break
        shape = shapes[place] == number
        filled = ndimage.binary_fill_holes(shape)
        inside = filled & ~shape
        enclosed = int(np.count_nonzero(inside))
        if enclosed > most and _is_frame(filled, inside):
            most, largest = enclosed, _box(inside, place)
    return largest


def _largest_first(shapes: NDArray[np.int32]) -> list[tuple[int, Place]]:
    numbered = enumerate(ndimage.find_objects(shapes), start=1)
    return sorted(numbered, key=lambda pair: -_area(pair[1]))


def _area(place: Place) -> int:
    rows, columns = place
    return int((rows.stop - rows.start) * (columns.stop - columns.start))


def _is_frame(filled: Mask, inside: Mask) -> bool:
    """Return whether a shape is hollow, fills most of its box, and has a flat top and bottom."""
    edge = max(1, round(0.05 * len(filled)))
    flat = (part.any(axis=0).mean() >= 0.5 for part in (filled[:edge], filled[-edge:]))
    hollow = np.count_nonzero(inside) >= 0.5 * np.count_nonzero(filled)
    return bool(hollow and filled.mean() >= 0.6 and all(flat))


def _box(inside: Mask, place: Place) -> Box:
    """Return the box round a mask that was cut out at a place, a pixel more on each side."""
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    top, left = place[0].start + int(rows[0]), place[1].start + int(columns[0])
    # The line was thickened, so that what it encloses has shrunk by a pixel on each side.
    return left - 1, top - 1, int(np.ptp(columns)) + 3, int(np.ptp(rows)) + 3
