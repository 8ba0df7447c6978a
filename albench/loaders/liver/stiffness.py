"""How stiff liver and spleen are at each stage, and how much patients of a stage differ.

Medians are fitted to published cut-offs and areas under the curve of two-dimensional shear-wave
elastography (liver: Herrmann 2018, Leung 2013; spleen: Leung 2013 and reports of healthy
spleens); docs/liver.md has the numbers. Stages differ by a factor, so the law is log-normal.
"""

import math

LIVER_MEDIAN_KPA = (5.3, 6.2, 7.8, 10.3, 16.5)
LIVER_LOG_SD = (0.14, 0.16, 0.18, 0.21, 0.28)
SPLEEN_MEDIAN_KPA = (17.0, 20.5, 22.5, 25.5, 32.0)
SPLEEN_LOG_SD = (0.15, 0.22, 0.26, 0.30, 0.32)

INFLAMMATION_SHARE = 0.35
"""Share of the variance of liver stiffness within a stage that is due to inflammation."""

SPLEEN_CORRELATION = 0.5
"""Correlation of the deviations of spleen and liver within a stage.

About the ratio of the information that the two carry about the stage, at which the spleen adds
little to the liver: an ideal reader gains a point of AUC by it; the paper gained nothing (84.13,
the liver alone 84.43).
"""


def liver_deviation(own: float, inflammation: float) -> float:
    """Return how far a patient's liver is from the median of its stage.

    Parameters
    ----------
    own : float
        What is the patient's own, standard normal.
    inflammation : float
        Standard normal: it raises stiffness whatever the stage.

    Returns
    -------
    float
        Standard normal.
    """
    return _mixed(inflammation, own, math.sqrt(INFLAMMATION_SHARE))


def liver_kpa(stage: int, deviation: float) -> float:
    """Return the stiffness of a patient's liver, in kPa: log-normal within a stage.

    `deviation` is what `liver_deviation` gave.
    """
    return LIVER_MEDIAN_KPA[stage] * math.exp(LIVER_LOG_SD[stage] * deviation)


def spleen_kpa(stage: int, own: float, deviation: float) -> float:
    """Return the stiffness of a patient's spleen, in kPa: log-normal within a stage of the liver.

    `own` is what is the spleen's own, standard normal; `deviation` is as of `liver_kpa`.
    """
    mixed = _mixed(deviation, own, SPLEEN_CORRELATION)
    return SPLEEN_MEDIAN_KPA[stage] * math.exp(SPLEEN_LOG_SD[stage] * mixed)


def _mixed(shared: float, own: float, correlation: float) -> float:
    """Return a standard normal number that correlates so with the shared one."""
    return correlation * shared + math.sqrt(1 - correlation**2) * own
