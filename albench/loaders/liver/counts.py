"""How many images each patient has, so that Table 1 of the paper holds to the last image.

Table 1 of Gao et al. (arXiv 2011.00694) prints images and pairs per stage, not per patient. A
pair is two images of one patient, so a column of pairs is a sum over patients of products of
counts. This module finds counts per patient that give every printed number, staying as near to
the paper's protocol (5 LSTE, 3 to 5 LSTQ and SSTE, 7 LUS and 20 to 30 more with a video) as Table
1 allows: a step that cannot be made within 3 to 5 images is tried again with one patient more
who may have fewer.
"""

from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from albench.loaders.liver.random_streams import shuffled

Counts = NDArray[np.int64]

PATIENTS = (41, 51, 31, 27, 18)
"""Patients with all four modalities, F0 to F4."""

IMAGES: Mapping[str, tuple[int, ...]] = {
    "LSTE": (185, 235, 142, 132, 84),
    "LUS": (933, 1095, 604, 515, 425),
    "LSTQ": (183, 204, 117, 109, 70),
}
"""Images per stage; the table has no column of SSTE."""

PAIRS_WITH_LSTE: Mapping[str, tuple[int, ...]] = {
    "LUS": (4195, 5077, 2818, 2509, 1993),
    "LSTQ": (859, 958, 548, 535, 332),
    "SSTE": (827, 938, 548, 526, 332),
}
"""Pairs per stage of an LSTE image with one of the modality."""

FEWEST, MOST = 3, 5
STILLS = 7
FEWEST_FRAMES, MEAN_FRAMES, MOST_FRAMES = 20, 25, 30


@cache
def counts_of_stage(stage: int) -> Mapping[str, tuple[int, ...]]:
    """Return the images of each patient of one stage, per modality.

    They are a number a patient, in the same order for ``LSTE``, ``LUS``, ``LSTQ``, ``SSTE``.
    """
    lste, lstq = _lste_and_lstq(stage)
    columns = {"LSTE": lste, "LUS": _lus(stage, lste), "LSTQ": lstq, "SSTE": _sste(stage, lste)}
    return {modality: tuple(column.tolist()) for modality, column in columns.items()}


def _lste_and_lstq(stage: int) -> tuple[Counts, Counts]:
    """Return the two columns whose strong correlation Table 1 fixes almost uniquely."""
    n, total, product = PATIENTS[stage], IMAGES["LSTQ"][stage], PAIRS_WITH_LSTE["LSTQ"][stage]
    for exceptions in range(n):
        for lste in _spreads(n, IMAGES["LSTE"][stage], stage):
            low = np.full(n, FEWEST)
            low[np.argsort(lste, kind="stable")[:exceptions]] -= 1
            start = _evenly(low, np.full(n, MOST), "LSTQ", stage)
            lstq = match(start, (low, np.full(n, MOST)), lste, total, product)
            if lstq is not None:
                return lste, lstq
    raise AssertionError(f"no counts of LSTE and LSTQ give Table 1 for F{stage}")


def _spreads(n: int, total: int, stage: int) -> Iterator[Counts]:
    """Yield columns of `n` numbers from 3 to 5 with the total, the most even first."""
    lacking = MOST * n - total
    for threes in range(max(0, lacking - n), lacking // 2 + 1):
        column = np.full(n, MOST)
        order = shuffled(n, "LSTE", stage)
        column[order[:threes]] -= 2
        column[order[threes : lacking - threes]] -= 1
        yield column


def _lus(stage: int, lste: Counts) -> Counts:
    """Return stills for all and frames for those with a video, of the first choice that fits."""
    n, total, product = PATIENTS[stage], IMAGES["LUS"][stage], PAIRS_WITH_LSTE["LUS"][stage]
    videos = round((total - STILLS * n) / MEAN_FRAMES)
    for attempt in range(100):
        with_video = shuffled(n, "video", stage, attempt)[:videos]
        low, high = np.full(n, STILLS), np.full(n, STILLS)
        low[with_video] += FEWEST_FRAMES
        high[with_video] += MOST_FRAMES
        column = match(_evenly(low, high, "LUS", stage), (low, high), lste, total, product)
        if column is not None:
            return column
    raise AssertionError(f"no counts of LUS give Table 1 for F{stage}")


def _sste(stage: int, lste: Counts) -> Counts:
    """Return a column whose total, which no table gives, makes the pairs uncorrelated."""
    n, product = PATIENTS[stage], PAIRS_WITH_LSTE["SSTE"][stage]
    low, high = np.full(n, FEWEST), np.full(n, MOST)
    total = round(product * n / int(lste.sum()))
    column = match(_evenly(low, high, "SSTE", stage), (low, high), lste, total, product)
    if column is None:
        raise AssertionError(f"no counts of SSTE give Table 1 for F{stage}")
    return column


def match(
    start: Counts, bounds: tuple[Counts, Counts], weights: Counts, total: int, product: int
) -> Counts | None:
    """Return a column near `start` with the given sum and the given sum of products, if found.

    The sum is reached by steps of one image. Then images are moved from one patient to another,
    which keeps the sum, as long as a move brings the sum of products nearer.

    Parameters
    ----------
    start : ndarray of int, shape (n_patients,)
        Where the search begins; inside the bounds.
    bounds : tuple of ndarray of int, shape (n_patients,)
        The fewest and the most images of each patient.
    weights : ndarray of int, shape (n_patients,)
        The column of the other modality.
    total : int
        What the column must sum to.
    product : int
        What ``column @ weights`` must be.

    Returns
    -------
    ndarray of int, shape (n_patients,) or None
        The column; None if the search ends elsewhere.
    """
    column = _with_total(start, bounds, total)
    while column is not None and (missing := product - int(column @ weights)):
        column = _moved(column, bounds, weights, missing)
    return column


def _with_total(start: Counts, bounds: tuple[Counts, Counts], total: int) -> Counts | None:
    low, high = bounds
    if not low.sum() <= total <= high.sum():
        return None
    column = start.copy()
    while missing := total - int(column.sum()):
        free = np.flatnonzero(column < high if missing > 0 else column > low)
        column[free[: abs(missing)]] += np.sign(missing)
    return column


def _moved(
    column: Counts, bounds: tuple[Counts, Counts], weights: Counts, missing: int
) -> Counts | None:
    """Return the column after the move of one image that comes nearest, or None."""
    low, high = bounds
    gains = weights[:, None] - weights[None, :]  # (receiver, giver)
    nearer = np.abs(missing - gains) < abs(missing)
    allowed = nearer & (column < high)[:, None] & (column > low)[None, :]
    if not allowed.any():
        return None
    receiver, giver = np.unravel_index(
        np.argmin(np.where(allowed, np.abs(missing - gains), np.inf)), gains.shape
    )
    moved = column.copy()
    moved[receiver] += 1
    moved[giver] -= 1
    return moved


def _evenly(low: Counts, high: Counts, *names: str | int) -> Counts:
    """Return counts spread evenly between the bounds, in an order that the names decide."""
    n = len(low)
    shares = np.empty(n)
    shares[shuffled(n, "spread", *names)] = (np.arange(n) + 0.5) / n
    spread: Counts = low + np.floor(shares * (high - low + 1)).astype(np.int64)
    return spread
