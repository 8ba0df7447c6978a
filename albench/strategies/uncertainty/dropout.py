"""Uncertainty under dropout: several passes with dropout on, batch statistics untouched.

Gal, Islam & Ghahramani 2017. With the mean over passes in place of one pass, entropy becomes ESD,
the strategy of MMFN-AL (Gao et al. 2020).
"""

from __future__ import annotations

import numpy as np

from albench.strategies.declaration import COARSE
from albench.strategies.mathematics.confidence import lack_of_confidence, margin
from albench.strategies.mathematics.entropies import (
    BLOCK,
    entropy,
    mean_proba,
    mutual_information,
)
from albench.strategies.mathematics.votes import vote_shares
from albench.strategies.scores import Passes, Scores, score_of_passes

GAL = "Gal, Islam & Ghahramani 2017, Deep Bayesian active learning with image data"


@score_of_passes(
    "esd", citation="Gal, Islam & Ghahramani 2017; Gao et al. 2020 (MMFN-AL, arXiv 2011.00694)"
)
def entropy_dropout(passes: Passes) -> Scores:
    """The largest entropy of the mean over dropout passes (ESD, MMFN-AL's strategy)."""
    return entropy(mean_proba(passes))


@score_of_passes("margin-dropout", citation=GAL)
def margin_dropout(passes: Passes) -> Scores:
    """The smallest margin of the mean over dropout passes."""
    return -margin(mean_proba(passes))


@score_of_passes("least-confident-dropout", citation=GAL)
def least_confident_dropout(passes: Passes) -> Scores:
    """The smallest maximum of the mean over dropout passes."""
    return lack_of_confidence(mean_proba(passes))


@score_of_passes(
    "variation-ratios",
    tags=COARSE,
    citation="Freeman 1965, Elementary applied statistics; Gal, Islam & Ghahramani 2017",
)
def variation_ratios(passes: Passes) -> Scores:
    """The fewest dropout passes agree on the most popular class."""
    return lack_of_confidence(vote_shares(passes))


@score_of_passes("mean-std", citation="Kampffmeyer, Salberg & Jenssen 2016")
def mean_std(passes: Passes) -> Scores:
    """The largest standard deviation over dropout passes, mean over classes."""
    return mean_deviation(passes)


@score_of_passes("bald", citation="Houlsby et al. 2011; Gal, Islam & Ghahramani 2017")
def bald(passes: Passes) -> Scores:
    """Label and weights share most information over dropout passes."""
    return mutual_information(passes)


def mean_deviation(passes: Passes) -> Scores:
    """Return the standard deviation over passes of each class's probability, mean over classes.

    It has shape ``(n,)``, and is 0 where all passes agree. There is at least one pass of shape
    ``(n, n_classes)``; only sums over passes are kept.
    """
    remaining = iter(passes)
    first = next(remaining)
    total, squares, count = first.astype(np.float64), np.square(first, dtype=np.float64), 1
    parts = [slice(start, start + BLOCK) for start in range(0, len(first), BLOCK)]
    for proba in remaining:
        for part in parts:
            total[part] += proba[part]
            squares[part] += np.square(proba[part], dtype=np.float64)
        count += 1
    out = np.empty(len(first))
    for part in parts:
        variance = squares[part] / count - np.square(total[part] / count)
        out[part] = np.sqrt(np.maximum(variance, 0.0)).mean(axis=1)
    return out
