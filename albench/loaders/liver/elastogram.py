"""The colour map of stiffness over a B-mode picture, and the frames drawn around regions.

Blue is soft and red is stiff, saturating at 30 kPa: the range of the paper's machine is not known.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from albench.loaders.liver import fields
from albench.loaders.liver.failed_scans import Quality
from albench.loaders.liver.fields import Field
from albench.loaders.liver.random_streams import generator

FULL_SCALE_KPA = 30.0
OPACITY = 0.7
YELLOW = (255, 255, 0)
GREEN = (90, 230, 120)

IMAGE_LOG_SD = 0.12
"""Spread of an image's mean stiffness about the patient's."""

DARK = np.float32(45)
"""Mean brightness below which there are too few echoes to track."""

UNRELIABLE_LOG_SD = 0.4
"""The same of an unreliable or failed image."""


@dataclass(frozen=True)
class Box:
    """A rectangle in shares of the picture's side, 0 to 1 from the upper left.

    Parameters
    ----------
    left, top, right, bottom : float
        Its edges.
    """

    left: float
    top: float
    right: float
    bottom: float

    def pixels(self, side: int) -> tuple[slice, slice]:
        """Return the rows and columns of the box in a picture of `side` pixels."""
        rows = slice(round(self.top * side), round(self.bottom * side))
        return rows, slice(round(self.left * side), round(self.right * side))


def stiffness_kpa(
    shape: tuple[int, int], mean_kpa: float, how: Quality, key: tuple[str | int, ...]
) -> Field:
    """Return the map of stiffness that one scan shows, in kPa, of the shape of the box.

    `mean_kpa` is that of the patient's organ. Scans that are not good err more, and have stripes or
    reverberations.
    """
    rng = generator(*key, "stiffness")
    error, spread = rng.standard_normal(), rng.uniform(0.8, 1.2)
    good = how is Quality.GOOD
    mean = mean_kpa * np.exp((IMAGE_LOG_SD if good else UNRELIABLE_LOG_SD) * error)
    log_sd = spread * np.clip(0.10 + 0.006 * mean_kpa, 0.1, 0.25)
    field = fields.smooth(rng, shape, (shape[0] / 8, shape[1] / 8))
    if not good:
        field = field + (_stripes if rng.random() < 0.5 else _reverberation)(rng, shape)  # a coin
    kpa: Field = (mean * np.exp(log_sd * field)).astype(np.float32)
    return kpa


def filled(brightness: Field, how: Quality, key: tuple[str | int, ...]) -> Field:
    """Return where the map is shown, 0 to 1 with soft edges: where shear waves could be tracked.

    `brightness` is B-mode in the box, 0 to 255: without echoes, in a vessel or a shadow, nothing is
    tracked. A good scan fills nearly all, an unreliable one half, a failed one next to nothing.
    """
    rng, shape = generator(*key, "filled"), brightness.shape
    threshold = {
        Quality.GOOD: rng.uniform(-3.2, -2.0),
        Quality.UNRELIABLE: rng.uniform(-0.6, 0.4),
        Quality.FAILED: rng.uniform(1.2, 2.2),
    }[how]
    confidence = fields.smooth(rng, (shape[0], shape[1]), (shape[0] / 10, shape[1] / 10))
    local = ndimage.uniform_filter(brightness, size=1 + shape[0] // 12)
    confidence -= np.float32(8) * fields.soft_step((DARK - local) / np.float32(6))
    return fields.soft_step((confidence - np.float32(threshold)) / np.float32(0.08))


def jet(share: Field) -> Field:
    """Return red, green and blue of shares of the full scale.

    Parameters
    ----------
    share : ndarray of float32, shape (rows, columns)
        0 (blue) to 1 (red); values outside saturate.

    Returns
    -------
    ndarray of float32, shape (3, rows, columns)
        0 to 255.
    """
    position = 4 * np.clip(share, 0, 1)
    peaks = np.array([3, 2, 1], np.float32)[:, None, None]
    colours: Field = 255 * np.clip(np.float32(1.5) - np.abs(position - peaks), 0, 1)
    return colours


def overlay(image: Field, box: Box, kpa: Field, shown: Field) -> None:
    """Blend the colours of a stiffness map into a picture.

    Parameters
    ----------
    image : ndarray of float32, shape (3, side, side)
        Changed in place inside the box.
    box : Box
        Where the map lies.
    kpa : ndarray of float32, shape of the box
        Stiffness.
    shown : ndarray of float32, shape of the box
        How much of it is shown, 0 to 1.
    """
    rows, columns = box.pixels(image.shape[1])
    region = image[:, rows, columns]
    opacity = np.float32(OPACITY) * shown
    region += opacity * (jet(kpa / np.float32(FULL_SCALE_KPA)) - region)


def draw_frame(image: NDArray[np.uint8], box: Box, colour: tuple[int, int, int]) -> None:
    """Draw the outline of a box.

    Parameters
    ----------
    image : ndarray of uint8, shape (3, side, side)
        Changed in place; the line is one pixel wide up to 112 pixels, two above.
    box : Box
        Its inner edge is the line's outer edge.
    colour : tuple of int
        Red, green and blue, 0 to 255.
    """
    side = image.shape[1]
    rows, columns = box.pixels(side)
    line = 1 if side <= 112 else 2
    paint = np.array(colour, np.uint8)[:, None, None]
    image[:, rows.start : rows.start + line, columns] = paint
    image[:, rows.stop - line : rows.stop, columns] = paint
    image[:, rows, columns.start : columns.start + line] = paint
    image[:, rows, columns.stop - line : columns.stop] = paint


def _stripes(rng: np.random.Generator, shape: tuple[int, int]) -> Field:
    """Return the vertical stripes of a scan disturbed by movement."""
    phase, period = rng.uniform(0, 2 * np.pi), rng.uniform(0.12, 0.25) * shape[1]
    wave = np.sin(2 * np.pi * np.arange(shape[1]) / period + phase)
    stripes: Field = (1.5 * np.sign(wave))[None, :].astype(np.float32)
    return stripes


def _reverberation(rng: np.random.Generator, shape: tuple[int, int]) -> Field:
    """Return the falsely stiff band under the capsule of a scan taken too near to it."""
    reach = rng.uniform(0.15, 0.4) * shape[0]
    band: Field = (5 * np.exp(-np.arange(shape[0]) / reach))[:, None].astype(np.float32)
    return band
