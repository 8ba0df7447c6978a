"""Vessels in the liver: dark branching tubes, some with the bright wall of a portal vein."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from albench.loaders.liver.fields import Field, soft_step
from albench.loaders.liver.probe_view import PROBE_CM, Beams
from albench.loaders.liver.random_streams import generator

EDGE_CM = 0.03


@dataclass(frozen=True)
class Tube:
    """A straight piece of a vessel, narrowing to half its width.

    Parameters
    ----------
    x : float
        Where its wide end lies across, in cm from the middle.
    y : float
        How far below the apex of the fan, in cm.
    direction : float
        In radians.
    length : float
        In cm; 0 is a vessel cut across.
    radius : float
        At the wide end, in cm.
    portal : bool
        Whether its wall is bright.
    """

    x: float
    y: float
    direction: float
    length: float
    radius: float
    portal: bool

    @property
    def end(self) -> tuple[float, float]:
        """Where its narrow end lies, across and down."""
        return (
            self.x + self.length * math.cos(self.direction),
            self.y + self.length * math.sin(self.direction),
        )


def vessels_db(beams: Beams, scene: tuple[str | int, ...]) -> Field:
    """Return the decibels that vessels in a place add to those of the tissue."""
    lumen = np.zeros(beams.shape, np.float32)
    wall = np.zeros(beams.shape, np.float32)
    for tube in _tubes(generator(*scene, "vessels")):
        distance = _distance(tube, beams)
        np.maximum(lumen, soft_step(-distance / np.float32(EDGE_CM)), out=lumen)
        if tube.portal:
            np.maximum(wall, np.exp(-((distance / np.float32(0.08)) ** 2)), out=wall)
    level: Field = np.float32(7) * wall * (1 - lumen) - np.float32(18) * lumen
    return level


def _tubes(rng: np.random.Generator) -> Iterator[Tube]:
    """Yield two to four vessels, the long ones with a branch."""
    for _ in range(int(rng.integers(2, 5))):
        x, depth, direction = rng.uniform((-5, 3.0, 0), (5, 9.5, 2 * math.pi)).tolist()
        length, radius, turn = rng.uniform((0.8, 0.12, 0.4), (3.0, 0.32, 0.9)).tolist()
        portal, across = (rng.random(2) < (0.5, 0.35)).tolist()
        trunk = Tube(x, PROBE_CM + depth, direction, 0 if across else length, radius, portal)
        yield trunk
        if not across:
            side = 1 if rng.random() < 0.5 else -1  # left or right
            yield Tube(*trunk.end, direction + side * turn, length / 2, radius / 2, portal)


def _distance(tube: Tube, beams: Beams) -> Field:
    """Return the distance of each point from the wall, negative inside, in cm."""
    dx, dy = beams.x - np.float32(tube.x), beams.y - np.float32(tube.y)
    cosine, sine = np.float32(math.cos(tube.direction)), np.float32(math.sin(tube.direction))
    along = np.clip(dx * cosine + dy * sine, 0, np.float32(tube.length))
    radius = np.float32(tube.radius) - along * np.float32(tube.radius / 2 / max(tube.length, 1))
    distance: Field = np.hypot(dx - along * cosine, dy - along * sine) - radius
    return distance
