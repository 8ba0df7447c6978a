"""The box round a lesion, from the masks an expert has drawn."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint
from albench.loaders.frame_detection import Box
from albench.loaders.pictures import DAMAGE, Framing, grey_levels, reason_of


def lesion_box(masks: Sequence[Path], framing: Framing) -> Box | Complaint:
    """Return the box round all that masks mark; everything if they mark nothing.

    Parameters
    ----------
    masks : sequence of Path
        At least one; of equal size, black where there is no lesion.
    framing : Framing
        Whose limit of pixels holds.

    Returns
    -------
    Box or Complaint
        A complaint if a mask cannot be read or they differ in size.
    """
    marked: NDArray[np.bool_] | None = None
    for mask in masks:
        try:
            lesion = grey_levels(mask, framing) > 0
        except FileNotFoundError:
            return Complaint(str(mask), "the mask does not exist")
        except DAMAGE as error:
            return Complaint(str(mask), f"the mask cannot be read: {reason_of(error)}")
        if marked is not None and marked.shape != lesion.shape:
            return Complaint(str(mask), f"is {lesion.shape}, but {masks[0]} is {marked.shape}")
        marked = lesion if marked is None else marked | lesion
    assert marked is not None  # noqa: S101  # callers complain of a picture without a mask
    return _box_round(marked)


def _box_round(marked: NDArray[np.bool_]) -> Box:
    if not marked.any():
        return 0, 0, marked.shape[1], marked.shape[0]
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    return int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1
