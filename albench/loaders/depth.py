"""Grey values of more than 8 bits, and which of them is white."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

WHITE_IS_ZERO = 0
_PHOTOMETRIC_INTERPRETATION = 262  # a tag of TIFF


def has_deep_greys(image: Image.Image) -> bool:
    """Return whether an opened picture has grey values of more than 8 bits.

    Parameters
    ----------
    image : Image
        As Pillow opened it.

    Returns
    -------
    bool
        True for Pillow's modes ``I`` and ``I;16``.
    """
    return image.mode.startswith("I")


def has_deep_colours(image: Image.Image) -> bool:
    """Return whether an opened picture has colours of 16 bits, of which Pillow keeps 8.

    Parameters
    ----------
    image : Image
        As Pillow opened it, not loaded yet.

    Returns
    -------
    bool
        True if a channel is cut to its upper byte.
    """
    layouts = (str(tile[3]) for tile in getattr(image, "tile", ()))
    return not has_deep_greys(image) and any(";16" in layout for layout in layouts)


def is_min_is_white(image: Image.Image) -> bool:
    """Return whether white is 0 in values that Pillow leaves as they are.

    Pillow (13.0) inverts min-is-white TIFF of up to 8 bits, but not of 16.

    Parameters
    ----------
    image : Image
        As Pillow opened it.

    Returns
    -------
    bool
        True if the values are still to be inverted.
    """
    tags: Any = getattr(image, "tag_v2", {})  # only of TIFF
    return has_deep_greys(image) and tags.get(_PHOTOMETRIC_INTERPRETATION) == WHITE_IS_ZERO


def eight_bits(values: NDArray[Any], bits: int, *, min_is_white: bool) -> NDArray[np.uint8]:
    """Return the upper 8 of the bits of grey values, 255 being white.

    Parameters
    ----------
    values : ndarray of int
        From 0 to ``2**bits - 1``.
    bits : int
        How many bits are used, 8 to 16.
    min_is_white : bool
        Whether 0 is white.

    Returns
    -------
    ndarray of uint8
        Of the same shape.

    Raises
    ------
    ValueError
        If a value needs more bits, or is negative.
    """
    values = values.astype(np.int64)
    highest = 2**bits - 1
    if values.min() < 0 or values.max() > highest:
        span = f"{values.min()} to {values.max()}"
        remedy = "" if bits == 16 else " (option 'bits')"
        raise ValueError(f"its values reach from {span}, allowed is 0 to {highest}{remedy}")
    shown = highest - values if min_is_white else values
    return (shown >> (bits - 8)).astype(np.uint8)
