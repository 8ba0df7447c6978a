"""What a convex probe sees: a fan of beams, and the square picture made from it.

Lengths are in cm and angles in radians. A beam starts on the probe's surface, at `PROBE_CM` from
the apex of the fan; depth is the distance from the surface.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from albench.loaders.liver.fields import Field

PROBE_CM = 5.0
MARGIN_CM = 0.7
MARGIN_RADIANS = 0.05


@dataclass(frozen=True)
class View:
    """A rectangular window on the fan, shown as a square.

    Parameters
    ----------
    width_cm : float
        Of the window, which is centred on the middle beam.
    top_cm, bottom_cm : float
        Distances of its edges from the apex.
    depth_cm : float
        How deep the beams go.
    half_angle : float
        Of the fan.
    """

    width_cm: float
    top_cm: float
    bottom_cm: float
    depth_cm: float
    half_angle: float


WHOLE = View(width_cm=17.0, top_cm=4.3, bottom_cm=18.1, depth_cm=13.0, half_angle=0.49)
"""The complete picture: the fan with black corners."""

CLOSE_UP = View(width_cm=6.0, top_cm=6.6, bottom_cm=12.6, depth_cm=13.0, half_angle=0.49)
"""The square around the region of an elastogram, all inside the fan."""


@dataclass(frozen=True, eq=False)
class Beams:
    """The grid of beams of a view, on which echoes are computed.

    Parameters
    ----------
    depth : ndarray of float32, shape (n_depths, 1)
        Depths in cm.
    angle : ndarray of float32, shape (1, n_beams)
        Angles in radians.
    x, y : ndarray of float32, shape (n_depths, n_beams)
        The same points in cm: across, and down from the apex.
    """

    depth: Field
    angle: Field
    x: Field
    y: Field

    @property
    def shape(self) -> tuple[int, int]:
        """Depths and beams."""
        return self.depth.shape[0], self.angle.shape[1]

    @property
    def steps_per_cm(self) -> tuple[float, float]:
        """Grid steps a cm along a beam, and across the beams at the middle depth."""
        down = 1 / float(self.depth[1, 0] - self.depth[0, 0])
        radius = PROBE_CM + float(self.depth.mean())
        return down, 1 / (float(self.angle[0, 1] - self.angle[0, 0]) * radius)


@cache
def beams_of(view: View, side: int) -> Beams:
    """Return the grid of a view whose picture has `side` pixels a side.

    Parameters
    ----------
    view : View
        The window.
    side : int
        Pixels.

    Returns
    -------
    Beams
        About one depth and one beam a pixel.
    """
    (near, far), half = _reach(view)
    n_depths, n_beams = fft.next_fast_len(side), fft.next_fast_len(side * 6 // 7)
    depth = np.linspace(near - PROBE_CM, far - PROBE_CM, n_depths, dtype=np.float32)[:, None]
    angle = np.linspace(-half, half, n_beams, dtype=np.float32)[None, :]
    radius = depth + np.float32(PROBE_CM)
    return Beams(depth, angle, radius * np.sin(angle), radius * np.cos(angle))


def picture(echo: Field, view: View, side: int, shift: tuple[float, float]) -> Field:
    """Return the square picture of echoes on the view's grid, black outside the fan.

    Parameters
    ----------
    echo : ndarray of float32, shape of the view's beams
        Brightness.
    view : View
        The window.
    side : int
        Pixels a side.
    shift : tuple of float
        How far the tissue has moved, in cm along the beams and radians across; kept within the
        margins of the grid.

    Returns
    -------
    ndarray of float32, shape (side, side)
        Brightness, interpolated.
    """
    rows, columns, inside = _places(view, side)
    beams = beams_of(view, side)
    down = np.clip(shift[0], -MARGIN_CM, MARGIN_CM) * beams.steps_per_cm[0]
    across = np.clip(shift[1], -MARGIN_RADIANS, MARGIN_RADIANS) / (
        beams.angle[0, 1] - beams.angle[0, 0]
    )
    places = np.stack([rows + np.float32(down), columns + np.float32(across)])
    shown = ndimage.map_coordinates(echo, places, order=1, mode="nearest", prefilter=False)
    result: Field = np.zeros((side, side), np.float32)
    result[inside] = shown
    return result


@cache
def _places(view: View, side: int) -> tuple[Field, Field, NDArray[np.bool_]]:
    """Return grid rows and columns of the pixels inside the fan, and which pixels those are."""
    beams = beams_of(view, side)
    centres = (np.arange(side) + 0.5) / side
    x = (centres[None, :] - 0.5) * view.width_cm
    y = view.top_cm + centres[:, None] * (view.bottom_cm - view.top_cm)
    radius, angle = np.hypot(x, y), np.arctan2(x, y)
    inside = (np.abs(angle) <= view.half_angle) & (radius >= PROBE_CM)
    inside &= radius <= PROBE_CM + view.depth_cm
    rows = (radius - PROBE_CM - beams.depth[0, 0]) * beams.steps_per_cm[0]
    columns = (angle - beams.angle[0, 0]) / (beams.angle[0, 1] - beams.angle[0, 0])
    return rows[inside].astype(np.float32), columns[inside].astype(np.float32), inside


def _reach(view: View) -> tuple[tuple[float, float], float]:
    """Return the nearest and farthest radius and the half angle the grid covers, with margins."""
    near = max(PROBE_CM, view.top_cm) - MARGIN_CM
    corner = math.hypot(view.width_cm / 2, view.bottom_cm)
    far = min(PROBE_CM + view.depth_cm, corner) + MARGIN_CM
    half = min(view.half_angle, math.atan2(view.width_cm / 2, view.top_cm))
    return (near, far), half + MARGIN_RADIANS
