"""One image, from nothing but its key: seed, modality, patient and number."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from albench.loaders.liver import bmode, elastogram
from albench.loaders.liver.bmode import Key, Texture, texture_of
from albench.loaders.liver.counts import STILLS
from albench.loaders.liver.elastogram import Box
from albench.loaders.liver.failed_scans import Quality, quality, shadow_db
from albench.loaders.liver.fields import Field
from albench.loaders.liver.probe_view import CLOSE_UP, WHOLE, Beams, beams_of, picture
from albench.loaders.liver.random_streams import generator
from albench.loaders.liver.roster import Patient
from albench.loaders.liver.tissue import Tissue, tissue_of
from albench.loaders.liver.vessels import vessels_db

Image = NDArray[np.uint8]

PLANE_SD = 0.25
"""Spread of the texture score over the planes of one patient and modality."""

MAP_SHARE = 0.3
"""How much of the texture a close-up shows: the beam is set for tracking, not for texture."""

SPLEEN_SCORE = -1.0
"""Texture score of a spleen, finer than any liver."""

SMALL = 112
"""Up to so many pixels a side, a picture is computed at twice the size and averaged."""


@dataclass(frozen=True)
class Settings:
    """What all images of one modality share.

    Parameters
    ----------
    modality : str
        ``LSTE``, ``LUS``, ``LSTQ`` or ``SSTE``.
    size : int
        Pixels a side.
    seed : int
        The cohort's.
    failed, unreliable : float
        Shares of images.
    """

    modality: str
    size: int
    seed: int
    failed: float
    unreliable: float


def quality_of(settings: Settings, patient: Patient, number: int) -> Quality:
    """Return how well an image was taken, which is what the marks of the modality say."""
    return quality(settings.failed, settings.unreliable, *_key(settings, patient, number))


def scan(settings: Settings, patient: Patient, number: int) -> Image:
    """Return one image in red, green and blue: uint8, ``(3, size, size)``."""
    draw = {"LSTE": _liver_map, "LUS": _liver, "LSTQ": _liver_point, "SSTE": _spleen_map}
    key = _key(settings, patient, number)
    how = quality_of(settings, patient, number)
    return draw[settings.modality](settings, tissue_of(patient, settings.seed), key, how)


def _key(settings: Settings, patient: Patient, number: int) -> Key:
    return (settings.seed, settings.modality, patient.number, number)


def _liver(settings: Settings, tissue: Tissue, key: Key, how: Quality) -> Image:
    """Return B-mode; images from the eighth on are frames of one video, of one place."""
    frame = int(key[-1]) - STILLS
    scene = (*key[:-1], "video") if frame >= 0 else key
    breath = 0.12 * math.sin(0.5 * frame) if frame >= 0 else 0.0
    sway = 0.006 * math.sin(0.23 * frame) if frame >= 0 else 0.0
    level = _abdomen(settings, tissue, tissue.lus_texture, (scene, key), how)
    side = _side(settings)
    return _finished(_grey(picture(bmode.grey(level), WHOLE, side, (breath, sway))), settings.size)


def _liver_point(settings: Settings, tissue: Tissue, key: Key, how: Quality) -> Image:
    """Return B-mode with the small empty box of a point measurement."""
    level = _abdomen(settings, tissue, tissue.lstq_texture, (key, key), how)
    shown = picture(bmode.grey(level), WHOLE, _side(settings), (0.0, 0.0))
    image = _finished(_grey(shown), settings.size)
    x, y = generator(*key, "box").uniform((0.40, 0.26), (0.54, 0.36)).tolist()
    elastogram.draw_frame(image, Box(x, y, x + 0.06, y + 0.09), elastogram.GREEN)
    return image


def _liver_map(settings: Settings, tissue: Tissue, key: Key, how: Quality) -> Image:
    beams, texture = beams_of(CLOSE_UP, _side(settings)), texture_of(MAP_SHARE * tissue.lus_texture)
    level = _organ(beams, texture, tissue.capsule_cm, (key, key))
    level += vessels_db(beams, key)
    level += bmode.beam_db(beams, tissue.fat, key) + shadow_db(beams, how, *key)
    return _with_map(level, settings, tissue.liver_kpa, key, how)


def _spleen_map(settings: Settings, tissue: Tissue, key: Key, how: Quality) -> Image:
    beams = beams_of(CLOSE_UP, _side(settings))
    level = _organ(beams, texture_of(SPLEEN_SCORE), tissue.capsule_cm + 0.4, (key, key))
    level += bmode.beam_db(beams, 0.0, key) + shadow_db(beams, how, *key)
    return _with_map(level, settings, tissue.spleen_kpa, key, how)


def _abdomen(
    settings: Settings, tissue: Tissue, score: float, keys: tuple[Key, Key], how: Quality
) -> Field:
    """Return the echo levels of a complete picture."""
    scene, frame = keys
    beams, texture = beams_of(WHOLE, _side(settings)), texture_of(score + PLANE_SD * _plane(scene))
    level = _organ(beams, texture, tissue.capsule_cm, keys)
    level += vessels_db(beams, scene) + bmode.diaphragm_db(beams, scene)
    level += bmode.beam_db(beams, tissue.fat, scene) + shadow_db(beams, how, *frame)
    return level


def _organ(beams: Beams, texture: Texture, capsule_cm: float, keys: tuple[Key, Key]) -> Field:
    """Return speckled tissue under its capsule and the layers above."""
    scene, frame = keys
    wall, inside = bmode.wall_db(beams, capsule_cm, texture.roughness_cm, scene)
    level: Field = inside * bmode.tissue_db(beams, texture, scene) + wall
    return level + bmode.speckle_db(beams, scene, frame)


def _plane(scene: Key) -> float:
    return float(generator(*scene, "plane").standard_normal())


def _with_map(level: Field, settings: Settings, kpa: float, key: Key, how: Quality) -> Image:
    """Return a close-up with the colour map in its yellow frame."""
    image = _grey(picture(bmode.grey(level), CLOSE_UP, _side(settings), (0.0, 0.0)))
    left, top, wide, high = (
        generator(*key, "box").uniform((0.14, 0.14, 0.58, 0.56), (0.24, 0.26, 0.68, 0.66)).tolist()
    )
    box = Box(left, top, left + wide, top + high)
    rows, columns = box.pixels(image.shape[1])
    shape = (rows.stop - rows.start, columns.stop - columns.start)
    brightness = image[0, rows, columns].copy()
    stiffness = elastogram.stiffness_kpa(shape, kpa, how, key)
    elastogram.overlay(image, box, stiffness, elastogram.filled(brightness, how, key))
    finished = _finished(image, settings.size)
    elastogram.draw_frame(finished, box, elastogram.YELLOW)
    return finished


def _side(settings: Settings) -> int:
    return settings.size * 2 if settings.size <= SMALL else settings.size


def _grey(shown: Field) -> Field:
    return np.repeat(shown[None], 3, axis=0)


def _finished(image: Field, size: int) -> Image:
    """Return the picture at its size, rounded to whole grey levels."""
    step = image.shape[1] // size
    if step > 1:
        image = image.reshape(3, size, step, size, step).mean(axis=(2, 4))
    return np.rint(image).astype(np.uint8)
