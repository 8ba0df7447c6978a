"""Echoes of an abdomen on the grid of beams: skin, capsule, speckled tissue, diaphragm.

Speckle is K-distributed, as envelope statistics of fibrotic livers are reported to leave the
Rayleigh law; which structure belongs to which stage is this project's choice (docs/liver.md). All
levels are in decibels, 0 for the mean of healthy liver.
"""

import math
from dataclasses import dataclass

import numpy as np

from albench.loaders.liver import fields
from albench.loaders.liver.fields import Field
from albench.loaders.liver.probe_view import Beams
from albench.loaders.liver.random_streams import generator

Key = tuple[str | int, ...]

PULSE_CM = (0.035, 0.07)
"""Standard deviations of the pulse, along and across the beams."""

DYNAMIC_RANGE_DB = 60.0
FLOOR_DB = -27.0


@dataclass(frozen=True)
class Texture:
    """How tissue looks.

    Parameters
    ----------
    order : float
        Of the Gamma field that modulates the speckle; large is Rayleigh speckle.
    coarseness_cm : float
        Correlation length of that field.
    septa_db : float
        Brightness of connective tissue around nodules.
    roughness_cm : float
        Undulation of the organ's surface.
    """

    order: float
    coarseness_cm: float
    septa_db: float
    roughness_cm: float


def texture_of(score: float) -> Texture:
    """Return the texture of a score: about 0 at F0, 3 at F4.

    Parameters
    ----------
    score : float
        Any number; septa appear at about F3, a nodular surface at about F4.

    Returns
    -------
    Texture
        Continuous in the score.
    """
    return Texture(
        order=2 + 10 * math.exp(-min(max(score, -2.0), 5.0)),
        coarseness_cm=0.07 * (1 + 3 * min(max(score / 3, 0.0), 1.3)),
        septa_db=7 * min(max((score - 1.3) / 1.7, 0.0), 1.3),
        roughness_cm=0.02 + 0.10 * min(max((score - 2.0) / 1.5, 0.0), 1.3),
    )


def speckle_db(beams: Beams, scene: Key, frame: Key) -> Field:
    """Return compounded speckle: two looks that a video's frames share, and one of the frame.

    It is in decibels about a mean intensity of 1. `frame` is the key of the single image.
    """
    down, across = beams.steps_per_cm
    pulse = (max(PULSE_CM[0] * down, 0.5), max(PULSE_CM[1] * across, 0.5))
    common = generator(*scene, "speckle")
    looks = np.float32(0.4) * fields.speckle(common, beams.shape, pulse)
    looks += np.float32(0.4) * fields.speckle(common, beams.shape, pulse)
    looks += np.float32(0.2) * fields.speckle(generator(*frame, "speckle"), beams.shape, pulse)
    return decibels(looks)


def tissue_db(beams: Beams, texture: Texture, scene: Key) -> Field:
    """Return the local echo level of tissue: a Gamma field, septa and the nodules between them."""
    rng = generator(*scene, "tissue")
    down, across = beams.steps_per_cm
    grain = (texture.coarseness_cm * down, texture.coarseness_cm * across)
    level = decibels(fields.gamma(fields.smooth(rng, beams.shape, grain), texture.order))
    if texture.septa_db > 0:
        # The zero lines of a smooth field form a net of closed cells, as septa around nodules do.
        cells = fields.smooth(rng, beams.shape, (0.3 * down, 0.3 * across))
        level += np.float32(texture.septa_db) * np.exp(-((cells / np.float32(0.22)) ** 2))
        level += np.float32(0.25 * texture.septa_db) * np.tanh(2 * cells)
    return level


def wall_db(
    beams: Beams, capsule_cm: float, roughness_cm: float, scene: Key
) -> tuple[Field, Field]:
    """Return the echoes of skin, fat and capsule, and where the organ is.

    Both have the shape of `beams`: decibels outside the organ; and 0 outside to 1 inside. The
    organ's surface lies at a depth of `capsule_cm` and undulates by `roughness_cm`.
    """
    rng = generator(*scene, "wall")
    tilt, bend = rng.uniform(-1, 1, 2).tolist()
    down, across = beams.steps_per_cm
    surface = fields.smooth(rng, (1, beams.shape[1]), (0.0, 0.35 * across))
    angle = beams.angle
    depth_of_surface = np.float32(capsule_cm) + np.float32(0.6 * tilt) * angle
    depth_of_surface = depth_of_surface + np.float32(0.8 * bend) * angle**2
    depth_of_surface = depth_of_surface + np.float32(roughness_cm) * surface
    below = beams.depth - depth_of_surface
    inside = fields.soft_step(below / np.float32(0.05))
    layers = 4 + 5 * fields.smooth(rng, beams.shape, (0.07 * down, 0.9 * across))
    line = np.float32(15) * np.exp(-((below / np.float32(0.07)) ** 2))
    wall: Field = (1 - inside) * layers + line
    return wall, inside


def diaphragm_db(beams: Beams, scene: Key) -> Field:
    """Return the bright arc of the diaphragm and the darker lung behind it."""
    rng = generator(*scene, "diaphragm")
    depth, tilt = rng.uniform(9.5, 12.0), rng.uniform(-5, 5)
    below = beams.depth - np.float32(depth) - np.float32(tilt) * beams.angle + 6 * beams.angle**2
    arc = np.float32(16) * np.exp(-((below / np.float32(0.15)) ** 2))
    lung = np.float32(-9) * fields.soft_step(below / np.float32(0.2))
    level: Field = arc + lung
    return level


def beam_db(beams: Beams, fat: float, scene: Key) -> Field:
    """Return gain, contact of the probe, focus and attenuation, which say nothing of the stage.

    Steatosis, `fat`, is 0 to 3: it brightens near tissue and attenuates the beam.
    """
    rng = generator(*scene, "gain")
    gain, slope, focus = rng.standard_normal(3).tolist()
    down, across = beams.steps_per_cm
    contact = fields.smooth(rng, beams.shape, (3 * down, 1.2 * across))
    level = (
        2.0 * gain
        + 1.5 * contact
        + 1.5 * fat
        + 3 * np.exp(-(((beams.depth - (6 + focus)) / 3) ** 2))
    )
    level = level - (0.35 + 0.15 * slope + 0.45 * fat) * (beams.depth - 2)
    darker_edges: Field = level - 30 * beams.angle**4 / 0.49**4 * 0.2
    return darker_edges


def grey(level_db: Field) -> Field:
    """Return brightness, 0 to 255, of echo levels by logarithmic compression.

    Parameters
    ----------
    level_db : ndarray of float32
        Decibels.

    Returns
    -------
    ndarray of float32
        Of the same shape.
    """
    scaled = (level_db - np.float32(FLOOR_DB)) * np.float32(255 / DYNAMIC_RANGE_DB)
    brightness: Field = np.clip(scaled, 0, 255)
    return brightness


def decibels(intensity: Field) -> Field:
    """Return 10 log10 of an intensity, from -60 dB.

    Parameters
    ----------
    intensity : ndarray of float32
        0 or more.

    Returns
    -------
    ndarray of float32
        Of the same shape.
    """
    level: Field = np.float32(10) * np.log10(intensity + np.float32(1e-6))
    return level
