"""The part of a frame that shows tissue: what lies round it names the patient."""

from collections.abc import Sequence

from pydicom import Dataset

from albench_dicom.silence import Unusable, quoting_nothing

Box = tuple[int, int, int, int]
"""The upper left corner and the extent: x, y, width, height, in pixels."""

CORNERS = (
    "RegionLocationMinX0",
    "RegionLocationMinY0",
    "RegionLocationMaxX1",
    "RegionLocationMaxY1",
)

TWO_DIMENSIONAL = 1
"""Region Spatial Format of images, as opposed to traces over time (PS3.3, C.8.5.5.1.1)."""


def crop(dataset: Dataset, region: str, box: Sequence[int] | None, burned_in: bool) -> Box | None:
    """Return what to cut out of every frame of a file, None for nothing.

    Parameters
    ----------
    dataset : Dataset
        Its header.
    region : str
        ``"ultrasound"``: the largest two-dimensional region of the header; ``"box"``; or
        ``"whole"``.
    box : sequence of int or None
        x, y, width and height.
    burned_in : bool
        Whether ``"whole"`` may take what the header says has text burned in.

    Returns
    -------
    Box or None
        Inside the frame. If there is none, the file is `Unusable`.

    Raises
    ------
    Unusable
        If a whole frame is wanted that has text burned in.
    """
    if region == "box" and box is not None:
        x, y, width, height = box
        return _inside((x, y, width, height), dataset, "the box")
    if region == "ultrasound":
        return _largest(dataset)
    if dataset.get("BurnedInAnnotation") == "YES" and not burned_in:
        raise Unusable(
            'its header says that text is burned into the picture: set region = "ultrasound" or '
            '"box", or burned_in = true to take it with the text'
        )
    return None


def _largest(dataset: Dataset) -> Box:
    with quoting_nothing("its ultrasound regions cannot be read"):
        items = dataset.get("SequenceOfUltrasoundRegions") or []
        flat = [item for item in items if item.get("RegionSpatialFormat") == TWO_DIMENSIONAL]
        boxes = [_box(item) for item in flat]
    if not boxes:
        raise Unusable(
            'its header names no two-dimensional ultrasound region: set region = "box" or "whole"'
        )
    largest = max(boxes, key=lambda box: box[2] * box[3])  # the first of equals
    return _inside(largest, dataset, "its ultrasound region")


def _box(item: Dataset) -> Box:
    missing = [name for name in CORNERS if item.get(name) is None]
    if missing:
        raise Unusable(
            f"its ultrasound region lacks {', '.join(missing)}, or has no value there: set region "
            '= "box" or "whole"'
        )
    left, top = int(item.RegionLocationMinX0), int(item.RegionLocationMinY0)
    right, bottom = int(item.RegionLocationMaxX1), int(item.RegionLocationMaxY1)
    return left, top, right - left + 1, bottom - top + 1


def _inside(box: Box, dataset: Dataset, name: str) -> Box:
    x, y, width, height = box
    columns, rows = int(dataset.Columns), int(dataset.Rows)
    # Some scanners count the last column from 1: a pixel too many is not a fault.
    width, height = (
        width - 1 if x + width == columns + 1 else width,
        height - 1 if y + height == rows + 1 else height,
    )
    if min(x, y) < 0 or min(width, height) < 1 or x + width > columns or y + height > rows:
        raise Unusable(
            f"{name} {list(box)} (x, y, width, height) reaches outside its {columns} x {rows} "
            'pixels: set a region = "box" that fits, or "whole"'
        )
    return x, y, width, height
