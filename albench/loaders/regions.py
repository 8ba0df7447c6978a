"""The part of a picture that becomes a sample: all of it, a box, a frame, or a square round one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageColor

from albench.api import Complaint, DataError
from albench.loaders.frame_detection import Box, frame_box

KINDS = ("whole", "box", "yellow-frame", "roi-square")


@dataclass(frozen=True, kw_only=True)
class Region:
    """Which part of a picture is wanted.

    Parameters
    ----------
    kind : str
        ``"whole"``; ``"box"``; ``"yellow-frame"``, what a frame of `colour` encloses; or
        ``"roi-square"``, the square of the sample's size that holds the whole region, which is
        `box` if there is one, else the frame (arXiv 2011.00694, section 4.1).
    box : Box or None
        x, y, width and height, in pixels.
    colour : tuple of int
        RGB of the frame.
    """

    kind: str = "whole"
    box: Box | None = None
    colour: tuple[int, int, int] = (255, 255, 0)

    def locate(self, image: Image.Image, size: int) -> Box | None:
        """Return what to cut out of a picture, None for nothing.

        Parameters
        ----------
        image : Image
            Upright; it is decoded only if a frame is looked for.
        size : int
            Pixels a side of a sample.

        Returns
        -------
        Box or None
            A square may reach beyond the picture. A box outside the picture, or a frame that is
            not there, is a `ValueError`.
        """
        if self.kind == "whole":
            return None
        wants_frame = self.kind == "yellow-frame" or self.box is None
        region = self._frame(image) if wants_frame else self._box_inside(image)
        return square_round(region, size, image.size) if self.kind == "roi-square" else region

    def _frame(self, image: Image.Image) -> Box:
        box = frame_box(np.asarray(image.convert("RGB")), self.colour)
        if box is None:
            red, green, blue = self.colour
            raise ValueError(
                f"no frame of colour #{red:02x}{green:02x}{blue:02x} was found in it: fix or "
                "remove it, or set the option 'colour' or region = \"box\""
            )
        return box

    def _box_inside(self, image: Image.Image) -> Box:
        assert self.box is not None  # noqa: S101  # `region_of` sees to it
        x, y, width, height = self.box
        if x + width > image.width or y + height > image.height:
            raise ValueError(
                f"the box {list(self.box)} (x, y, width, height) reaches outside its "
                f"{image.width} x {image.height} pixels"
            )
        return self.box


def square_round(region: Box, side: int, extent: tuple[int, int]) -> Box:
    """Return the square with a region in its middle, moved as little as it takes to stay inside.

    Parameters
    ----------
    region : Box
        What it must hold.
    side : int
        Pixels a side; if the region is larger, its longer side is taken.
    extent : tuple of int
        Width and height of the picture; a larger square reaches evenly beyond it.

    Returns
    -------
    Box
        Its width equals its height.
    """
    x, y, width, height = region
    side = max(side, width, height)
    left = _shifted(x + (width - side) // 2, side, extent[0])
    top = _shifted(y + (height - side) // 2, side, extent[1])
    return left, top, side, side


def _shifted(start: int, length: int, limit: int) -> int:
    if length >= limit:
        return (limit - length) // 2
    return min(max(start, 0), limit - length)


def region_of(kind: str, box: Sequence[int] | None, colour: str) -> Region:
    """Return the region that options ask for.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    box : sequence of int or None
        x, y, width and height, in pixels.
    colour : str
        A name of CSS or ``#rrggbb``.

    Returns
    -------
    Region
        Ready to locate.

    Raises
    ------
    DataError
        With all that is wrong with the options.
    """
    complaints = _about_box(kind, box)
    rgb = _rgb(colour)
    if rgb is None:
        problem = f"found {colour!r}, allowed is a colour that is no grey, by CSS name or #rrggbb"
        complaints.append(Complaint("option 'colour'", problem))
    if complaints or rgb is None:
        raise DataError(complaints)
    if box is None:
        return Region(kind=kind, colour=rgb)
    x, y, width, height = box
    return Region(kind=kind, box=(x, y, width, height), colour=rgb)


def _about_box(kind: str, box: Sequence[int] | None) -> list[Complaint]:
    if kind not in KINDS:
        return [Complaint("option 'region'", f"found {kind!r}, allowed are {', '.join(KINDS)}")]
    if box is None:
        missing = Complaint("option 'box'", 'is missing: region = "box" needs it')
        return [missing] if kind == "box" else []
    if kind not in ("box", "roi-square"):
        return [Complaint("option 'box'", f"has no effect with region = {kind!r}: remove one")]
    whole = all(type(value) is int for value in box)  # a specification may hold anything
    if len(box) == 4 and whole and min(box[:2]) >= 0 and min(box[2:]) >= 1:
        return []
    problem = f"found {list(box)}, allowed is [x, y, width, height] in whole pixels within it"
    return [Complaint("option 'box'", problem)]


def _rgb(colour: str) -> tuple[int, int, int] | None:
    try:
        red, green, blue, *_ = ImageColor.getrgb(colour)
    except ValueError:
        return None
    return None if red == green == blue else (red, green, blue)
