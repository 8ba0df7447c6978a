"""Which scans went wrong, and how that looks.

Pooled over studies of two-dimensional shear-wave elastography, 2.3 % of examinations fail and 7.5 %
are unreliable (Kim et al., Korean J Radiol 2019;20:880). Here each image is drawn by these shares.
"""

from enum import Enum

import numpy as np

from albench.loaders.liver.fields import Field, soft_step
from albench.loaders.liver.probe_view import Beams
from albench.loaders.liver.random_streams import generator


class Quality(Enum):
    """How well one image was taken."""

    GOOD = "good"
    UNRELIABLE = "unreliable"
    FAILED = "failed"


def quality(failed: float, unreliable: float, *key: str | int) -> Quality:
    """Return how well an image was taken, drawn from the image's own stream.

    `failed` and `unreliable` are the shares of images that are so, at most 1 together.
    """
    draw = generator(*key, "quality").random()
    if draw < failed:
        return Quality.FAILED
    return Quality.UNRELIABLE if draw < failed + unreliable else Quality.GOOD


def shadow_db(beams: Beams, how: Quality, *key: str | int) -> Field:
    """Return the loss by shadows of ribs or lost contact, 0 or less, which darken whole beams.

    A good image has no shadow, a failed one is mostly shadow.
    """
    if how is Quality.GOOD:
        return np.zeros((1, 1), np.float32)
    rng = generator(*key, "shadow")
    half_angle = float(beams.angle[0, -1])
    width = half_angle * (rng.uniform(1.0, 1.5) if how is Quality.FAILED else rng.uniform(0.2, 0.4))
    centre = rng.uniform(-0.8, 0.8) * half_angle
    to_edge = np.float32(width / 2) - np.abs(beams.angle - np.float32(centre))
    covered = soft_step(to_edge / np.float32(0.02))
    below_rib = soft_step((beams.depth - np.float32(1.2)) / np.float32(0.15))
    loss: Field = np.float32(-26) * covered * below_rib
    return loss
