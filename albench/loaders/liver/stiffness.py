"""How stiff liver and spleen are at each stage, and how much patients of a stage differ.

Medians are fitted to published cut-offs and areas under the curve of two-dimensional shear-wave
elastography (liver: Herrmann 2018, Leung 2013; spleen: Leung 2013 and reports of healthy
spleens); docs/liver.md has the numbers. Stages differ by a factor, so the law is log-normal.
"""

import math

LIVER_MEDIAN_KPA = (5.3, 6.2, 7.8, 10.3, 16.5)
LIVER_LOG_SD = (0.16, 0.18, 0.20, 0.24, 0.32)
SPLEEN_MEDIAN_KPA = (17.0, 20.5, 22.5, 25.5, 32.0)
SPLEEN_LOG_SD = (0.15, 0.22, 0.26, 0.30, 0.32)

INFLAMMATION_SHARE = 0.35
"""Share of the variance of liver stiffness within a stage that is due to inflammation."""


def liver_kpa(stage: int, own: float, inflammation: float) -> float:
    """Return the stiffness of a patient's liver, in kPa.

    Parameters
    ----------
    stage : int
        0 to 4.
    own : float
        The patient's deviation, standard normal.
    inflammation : float
        The patient's inflammation, standard normal: it raises stiffness whatever the stage.

    Returns
    -------
    float
        Log-normal within a stage.
    """
    share = INFLAMMATION_SHARE
    deviation = math.sqrt(1 - share) * own + math.sqrt(share) * inflammation
    return LIVER_MEDIAN_KPA[stage] * math.exp(LIVER_LOG_SD[stage] * deviation)


def spleen_kpa(stage: int, deviation: float) -> float:
    """Return the stiffness of a patient's spleen, in kPa.

    Parameters
    ----------
    stage : int
        0 to 4, of the liver.
    deviation : float
        The patient's deviation, standard normal.

    Returns
    -------
    float
        Log-normal within a stage.
    """
    return SPLEEN_MEDIAN_KPA[stage] * math.exp(SPLEEN_LOG_SD[stage] * deviation)
