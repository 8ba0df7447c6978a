"""What a glance at decoded pictures tells that is not a fault, but should be known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from albench.loaders.depth import has_deep_colours, has_deep_greys

FEW_LEVELS = 64
"""Of 256. Deep values that come to fewer were most likely stored with fewer bits."""

_TABLES = 4096
"""Bytes. More than a compressed picture of one value needs beside its pixels."""


@dataclass(frozen=True)
class Glance:
    """What a picture looked like when it was checked.

    Parameters
    ----------
    is_blank : bool
        Whether all its pixels have one value.
    largest : int or None
        The largest value of 16-bit pixels; None if they have 8 bits.
    is_min_is_white : bool
        Whether 0 is white in its 16-bit values.
    """

    is_blank: bool = False
    largest: int | None = None
    is_min_is_white: bool = False


def is_worth_decoding(image: Image.Image, n_bytes: int) -> bool:
    """Return whether a picture may be blank or have unused bits, judging by its file.

    A compressed picture of one value needs at most 4 bytes for each block of 8 by 8 pixels. What
    needs more is not decoded, which keeps the check of a large set fast.

    Parameters
    ----------
    image : Image
        Opened, not loaded.
    n_bytes : int
        The size of its file.

    Returns
    -------
    bool
        True if its values must be looked at.
    """
    if has_deep_greys(image) or has_deep_colours(image) or image.format not in ("JPEG", "PNG"):
        return True
    metadata = sum(len(part) for part in image.info.values() if isinstance(part, bytes | str))
    return n_bytes - metadata <= _TABLES + image.width * image.height // 16


def is_blank(image: Image.Image) -> bool:
    """Return whether all pixels have one value, transparency aside.

    Parameters
    ----------
    image : Image
        Of any mode.

    Returns
    -------
    bool
        True for a picture that shows nothing.
    """
    if has_deep_greys(image):
        return bool(np.ptp(np.asarray(image)) == 0)
    extrema = image.getextrema()
    ranges = extrema if isinstance(extrema[0], tuple) else (extrema,)
    colours = ranges[:-1] if image.mode.endswith("A") else ranges
    return all(low == high for low, high in colours)


def warnings_about(
    glances: Sequence[Glance], places: Sequence[str], bits: int = 16
) -> tuple[str, ...]:
    """Return what to say of all pictures of a modality.

    Parameters
    ----------
    glances : sequence of Glance
        One a picture.
    places : sequence of str
        Where each was named.
    bits : int
        How many bits of 16-bit values are taken to be used.

    Returns
    -------
    tuple of str
        Sentences with counts; empty if there is nothing to say.
    """
    return (*_about_blanks(glances, places), *_about_unused_bits(glances, bits))


def _about_blanks(glances: Sequence[Glance], places: Sequence[str]) -> tuple[str, ...]:
    blank = [place for glance, place in zip(glances, places, strict=True) if glance.is_blank]
    if not blank:
        return ()
    verb = "has" if len(blank) == 1 else "have"
    return (
        f"{len(blank)} of {len(glances)} pictures {verb} one single value in all pixels "
        f"(first: {blank[0]}): check whether they belong here.",
    )


def _about_unused_bits(glances: Sequence[Glance], bits: int) -> tuple[str, ...]:
    deep = [glance.largest for glance in glances if glance.largest is not None]
    if not deep or max(deep) >> (bits - 8) >= FEW_LEVELS:
        return ()
    used = max(max(deep).bit_length(), 8)
    return (
        f"The {len(deep)} pictures of 16 bits hold no value above {max(deep)}, which leaves "
        f"{(max(deep) >> (bits - 8)) + 1} of 256 grey levels: if they were taken with {used} bits, "
        f"set the option bits = {used} (or convert them to 8 bits, if they are in colour).",
    )
