"""What is true of one patient in all images: stiffness, texture and habitus."""

from dataclasses import dataclass

from albench.loaders.liver.random_streams import generator
from albench.loaders.liver.roster import Patient
from albench.loaders.liver.stiffness import liver_deviation, liver_kpa, spleen_kpa

TEXTURE_MEAN = (0.0, 0.6, 1.2, 1.9, 3.0)
"""Mean texture score of each stage; the score turns speckle from fine to coarse and nodular."""

PATIENT_SD = 0.5
"""Spread of the texture score over patients of one stage, in all planes alike."""

LUS_SD, LSTQ_SD = 0.6, 0.55
"""Further spread of what the planes of LUS and LSTQ show, each for itself."""

INFLAMED_SCORE = 0.2
"""Rise of the score in the plane of LSTQ by one standard deviation of inflammation."""


@dataclass(frozen=True)
class Tissue:
    """The hidden state of a patient that images show.

    Parameters
    ----------
    liver_kpa, spleen_kpa : float
        Mean stiffness.
    lus_texture, lstq_texture : float
        Texture scores of the liver in the planes of LUS and of LSTQ.
    inflammation : float
        Standard normal.
    fat : float
        Steatosis, 0 to about 3, independent of the stage: it attenuates the beam.
    capsule_cm : float
        Depth of the liver's surface under the skin.
    """

    liver_kpa: float
    spleen_kpa: float
    lus_texture: float
    lstq_texture: float
    inflammation: float
    fat: float
    capsule_cm: float


def tissue_of(patient: Patient, seed: int) -> Tissue:
    """Return the hidden state of a patient, the same whatever modality asks.

    `seed` is the cohort's.
    """
    rng = generator(seed, "tissue", patient.number)
    own, inflammation, spleen, both, lus, lstq = rng.standard_normal(6).tolist()
    fat, habitus = rng.random(2).tolist()
    score = TEXTURE_MEAN[patient.stage] + PATIENT_SD * both
    deviation = liver_deviation(own, inflammation)
    return Tissue(
        liver_kpa=liver_kpa(patient.stage, deviation),
        spleen_kpa=spleen_kpa(patient.stage, spleen, deviation),
        lus_texture=score + LUS_SD * lus,
        lstq_texture=score + LSTQ_SD * lstq + INFLAMED_SCORE * inflammation,
        inflammation=inflammation,
        fat=3 * fat**3,
        capsule_cm=1.3 + 0.9 * habitus,
    )
